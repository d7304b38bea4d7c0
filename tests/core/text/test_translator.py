from datetime import UTC, date, datetime, time

import pytest

from core.text.catalogue import Catalogue
from core.text.languages import Language
from core.text.translator import N_, Amount, Translator, translator

TEXTS = {"Next payment: {date}, {place}. {amount}": "Wari bɛna di {date}, {place}. {amount}"}
TRIES = {"One try left": ("Encore un essai", "Encore {n} essais")}
BAMBARA = Translator(Language("bm"), Catalogue(TEXTS, {}, lambda _count: 0))
FRENCH = Translator(Language("fr"), Catalogue({}, TRIES, lambda count: int(count > 1)))


def test_values_are_said_in_the_language() -> None:
    sentence = BAMBARA.t(
        "Next payment: {date}, {place}. {amount}", date=date(2026, 11, 23), place="Safo", amount=Amount(30_000)
    )
    assert sentence == "Wari bɛna di ntɛnɛndon, nowanburukalo tile 23, Safo. 30 000 F CFA"


def test_an_hour_and_a_number_are_said() -> None:
    assert BAMBARA.t("{at}, {n}", at=time(8, 30), n=3) == "nɛgɛkanɲɛ 8 ni sanga 30, 3"
    assert FRENCH.t("{at}, {n}", at=time(8, 30), n=3) == "8 h 30, 3"
    assert FRENCH.t("{at}", at=datetime(2026, 12, 1, tzinfo=UTC)) == "mardi 1er décembre"


def test_a_text_that_is_not_in_the_catalogue_is_said_as_in_the_code() -> None:
    assert FRENCH.t("Household {number}", number="12345678") == "Household 12345678"


@pytest.mark.parametrize("typed", ["{place}", "{", "}", "{0}", "{place!r:>10}", "%s", "{{}}"])
def test_what_a_value_holds_is_never_read_as_a_field(typed: str) -> None:
    assert FRENCH.t("You wrote: {words}", words=typed) == f"You wrote: {typed}"


def test_a_field_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="place"):
        FRENCH.t("Go to {place}", plaice="Safo")


@pytest.mark.parametrize(("tries", "phrase"), [(0, "Encore un essai"), (1, "Encore un essai"), (2, "Encore 2 essais")])
def test_a_count_takes_its_form(tries: int, phrase: str) -> None:
    assert FRENCH.n("One try left", "{n} tries left", tries) == phrase


def test_a_count_without_a_form_is_said_as_in_the_code() -> None:
    assert BAMBARA.n("One try left", "{n} tries left", 1) == "One try left"
    assert BAMBARA.n("One try left", "{n} tries left", 2) == "2 tries left"
    assert BAMBARA.n("One try left", "{n} tries left", 2, n="two") == "two tries left"


def test_a_marked_text_is_itself() -> None:
    assert N_("Paid") == "Paid"


def test_there_is_one_voice_for_each_language() -> None:
    assert translator(Language("fr")) is translator(Language("fr"))
    assert translator(Language("fr")).language is Language("fr")
