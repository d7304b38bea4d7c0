import pytest

from core.text.catalogue import load
from core.text.languages import Language, UnusableLocale
from tests.support.small_catalogues import FR_PAYMENT, FR_TRIES, SmallCatalogues


def test_texts_are_found_in_each_language(catalogues: SmallCatalogues) -> None:
    bambara, french = load(Language("bm"), catalogues.locales), load(Language("fr"), catalogues.locales)
    assert bambara.singular("Next payment: {date}") == "Wari bɛna di {date}"
    assert bambara.plural("One try left", "{n} tries left", 1) == "A tɔ tora siɲɛ {n}"
    assert french.plural("One try left", "{n} tries left", 0) == "Encore un essai"
    assert french.plural("One try left", "{n} tries left", 2) == "Encore {n} essais"


@pytest.mark.parametrize(
    "unfit",
    [
        "#, fuzzy\n" + FR_PAYMENT,
        'msgid "Next payment: {date}"\nmsgstr ""\n',
        "",
    ],
)
def test_a_fuzzy_empty_or_missing_entry_is_not_used(catalogues: SmallCatalogues, unfit: str) -> None:
    catalogues.catalogue("fr", unfit)
    assert load(Language("fr"), catalogues.locales).singular("Next payment: {date}") == "Next payment: {date}"


def test_a_plural_with_an_empty_form_is_not_used(catalogues: SmallCatalogues) -> None:
    catalogues.catalogue("fr", FR_TRIES.replace("Encore {n} essais", ""))
    french = load(Language("fr"), catalogues.locales)
    assert french.plural("One try left", "{n} tries left", 2) == "{n} tries left"
    assert french.plural("One try left", "{n} tries left", 1) == "One try left"


def test_a_missing_catalogue_is_an_error_that_names_it(catalogues: SmallCatalogues) -> None:
    path = catalogues.catalogue("fr")
    path.unlink()
    with pytest.raises(UnusableLocale, match=f"{path} cannot be used: FileNotFoundError"):
        load(Language("fr"), catalogues.locales)


@pytest.mark.parametrize("octets", [b"not a catalogue", b'msgid "Paid"\nmsgstr "Pay\xe9"\n'])
def test_a_file_that_is_no_catalogue_is_an_error_that_names_it(catalogues: SmallCatalogues, octets: bytes) -> None:
    path = catalogues.catalogue("fr")
    path.write_bytes(octets)
    with pytest.raises(UnusableLocale, match=f"{path} cannot be used: "):
        load(Language("fr"), catalogues.locales)
