"""The languages there are: one for each folder of `locales/`, or a sentence that says why one cannot be spoken."""

import pickle
import shutil
from pathlib import Path

import pytest

import asgi
from core.text.languages import Language, UnusableLocale, in_language


def added(locales: Path, code: str, name: str) -> None:
    """One more language, which writes as French does."""
    shutil.copytree(locales / "fr", locales / code)
    data = locales / code / "language.toml"
    data.write_text(data.read_text("utf-8").replace('name = "Français"', f'name = "{name}"'), "utf-8")


def test_a_language_is_its_code() -> None:
    assert [*Language] == ["bm", "fr"]
    assert Language("bm") is Language("bm")
    assert pickle.loads(pickle.dumps(Language("fr"))) is Language("fr")  # noqa: S301 - our own


def test_a_language_has_its_name_and_the_one_that_staff_give_it() -> None:
    assert [language.name for language in Language] == ["Bamanankan", "Français"]
    assert [language.staff_name for language in Language] == ["bambara", "français"]
    assert (Language.default(), Language.staff()) == ("bm", "fr")


def test_the_default_comes_first_and_the_others_by_their_names(locales: Path) -> None:
    added(locales, "ff", "Fulfulde")
    added(locales, "ses", "Koyraboro senni")
    added(locales, "en", "english")
    assert [*Language] == ["bm", "en", "fr", "ff", "ses"]
    assert Language("ff").staff_name == "peul"


def test_a_code_without_a_folder_is_no_language() -> None:
    with pytest.raises(ValueError, match="no language 'ff': one of bm, fr"):
        Language("ff")
    assert Language.named("ff") is None


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("fr/language.toml", "name = ", "nom = ", "unexpected keyword argument 'nom'"),
        ("fr/language.toml", "{month}", "{mois}", "KeyError: 'mois'"),
        ("fr/language.toml", "{hour} h", "{heure} h", "KeyError: 'heure'"),
        ("fr/language.toml", "[formats]", '[formats]\namount = "{number} francs"', "with its unit, F CFA"),
        ("fr/language.toml", "[formats]", '[formats]\nmonths = ["un"]\nweekdays = ["un"]', "there are 12 months"),
        ("fr/language.toml", "[formats]", "[formats", "TOMLDecodeError"),
    ],
)
def test_a_language_that_does_not_say_how_it_writes_cannot_be_spoken(
    locales: Path, file: str, old: str, new: str, why: str
) -> None:
    path = locales / file
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(UnusableLocale, match=f"{path} cannot be used: .*{why}"):
        Language("bm")


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        ("bm", "there is no language 'bm' in "),
        ("fr/language.toml", "fr/language.toml cannot be used: FileNotFoundError"),
        (".", "there is no language 'bm' in "),
    ],
)
def test_a_language_that_is_not_there_cannot_be_spoken(locales: Path, lost: str, why: str) -> None:
    path = locales / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(UnusableLocale, match=why):
        list(Language)


def test_without_a_catalogue_the_line_does_not_start(locales: Path) -> None:
    added(locales, "ff", "Fulfulde")
    path = locales / "ff" / "LC_MESSAGES" / "jigi.po"
    path.unlink()
    with pytest.raises(UnusableLocale, match=f"{path} cannot be used: FileNotFoundError"):
        asgi.build()


def test_what_nobody_wrote_in_a_language_is_told_in_the_default() -> None:
    what = {"bm": "girinya sumanni", "fr": "pesée"}
    assert in_language(what, Language("fr")) == "pesée"
    assert in_language({"bm": "girinya sumanni"}, Language("fr")) == "girinya sumanni"
    assert in_language({}, Language("fr")) == ""
