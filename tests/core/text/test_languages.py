from core.text.languages import Language


def test_a_language_is_its_code() -> None:
    assert [*Language] == ["bm", "fr"]
    assert Language("bm") is Language("bm")
