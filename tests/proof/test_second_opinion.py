"""Days, months, hours, numbers and money in Bambara, held against another program that writes them.

What differs stands in `proof/second_opinion.py` for a native reader; a difference that is not there fails here.
"""

import csv
from collections.abc import Iterator
from datetime import date, time
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Final

import pytest
from bambara_normalizer.currency import currency_to_bambara
from bambara_normalizer.dates import day_of_week_to_bambara, format_date_bambara, month_to_bambara
from bambara_normalizer.numbers import bambara_to_number, is_number_word, number_to_bambara
from bambara_normalizer.times import time_to_bambara

from core.text.catalogue import load
from core.text.formats import date_phrase, hour_phrase
from core.text.languages import Language
from proof.second_opinion import OPINIONS, SECOND

BM, FR = Language("bm"), Language("fr")
OURS, FRENCH = BM.traits.formats, FR.traits.formats
SPOKEN: Final = Path(__file__).parents[4] / "shared" / "domain" / "bambara.csv"
DECEMBER: Final = date(2026, 12, 31)
MONEY: Final = "30 000 F CFA, dit à voix haute"


def names() -> Iterator[tuple[str, str, str]]:
    """Each weekday and month in French, as we write it and as they do, without the words for day and month."""
    for number, (french, ours) in enumerate(zip(FRENCH.weekdays, OURS.weekdays, strict=True)):
        yield french, ours.removesuffix("don"), day_of_week_to_bambara(number).lower()
    for number, (french, ours) in enumerate(zip(FRENCH.months, OURS.months, strict=True), 1):
        yield french, ours.removesuffix("kalo"), month_to_bambara(number).lower()


def theirs_of(day: date) -> str:
    return format_date_bambara(day, include_kalo=True, include_day_of_week=True).lower()


def phrases() -> Iterator[tuple[str, str, str]]:
    """What is put together: a month with its word, an hour, a date."""
    month = "le mois de décembre, en un mot ou en deux"
    yield month, OURS.months[11], " ".join(theirs_of(DECEMBER).split()[1:3])
    yield "8 h 30", hour_phrase(BM, time(8, 30)), time_to_bambara(8, 30).lower()
    yield "jeudi 31 décembre 2026", date_phrase(BM, DECEMBER, year=True), theirs_of(DECEMBER)


def test_the_other_program_is_the_one_that_the_sheet_names() -> None:
    assert f"bambara-text-normalizer {version('bambara-text-normalizer')}" == SECOND


def test_what_is_written_otherwise_is_what_the_native_reader_is_asked() -> None:
    differing = [each for each in (*names(), *phrases()) if each[1] != each[2]]
    asked = [(each.french, each.ours, each.theirs) for each in OPINIONS if each.french != MONEY]
    assert differing == asked


def test_fourteen_names_of_days_and_months_are_written_alike() -> None:
    assert sum(ours == theirs for _, ours, theirs in names()) == 14


@pytest.mark.parametrize(("hour", "minute"), list(product(range(24), (0, 5, 30, 59))))
def test_an_hour_has_the_same_words_in_the_same_order(hour: int, minute: int) -> None:
    ours = hour_phrase(BM, time(hour, minute)).split()
    spoken = " ".join(number_to_bambara(int(word)) if word.isdigit() else word for word in ours)
    assert spoken == time_to_bambara(hour, minute).lower().replace("nɛgɛ kaɲɛ", "nɛgɛkanɲɛ")


@pytest.mark.parametrize("month", range(1, 13))
def test_a_date_has_its_parts_in_the_same_order(month: int) -> None:
    day = date(2026, month, 21)
    weekday, rest = date_phrase(BM, day, year=True).split(", ", 1)
    assert weekday.endswith("don")
    assert [word for word in rest.replace(",", "").split() if word in ("tile", "san")] == ["tile", "san"]
    theirs = theirs_of(day).split()
    assert theirs[2:4] == ["kalo", "tile"]
    assert theirs.index("tile") < theirs.index("san")
    assert " ".join(theirs[4 : theirs.index("san")]) == number_to_bambara(21)


@pytest.mark.parametrize("xof", range(5_000, 185_000, 5_000))
def test_a_sum_is_heard_in_fives_and_so_is_never_bare(xof: int) -> None:
    assert currency_to_bambara(xof, "F CFA") == f"sefa wari {number_to_bambara(xof // 5)}"
    assert number_to_bambara(xof) != number_to_bambara(xof // 5)


def test_the_spoken_sum_of_our_list_counts_as_they_do() -> None:
    (opinion,) = (each for each in OPINIONS if each.french == MONEY)
    assert opinion.theirs == currency_to_bambara(30_000, "F CFA")
    assert opinion.ours.removeprefix("dɔrɔmɛ ") == number_to_bambara(6_000)


def test_number_words_of_the_catalogue_are_spelt_as_they_spell_them() -> None:
    catalogue = load(BM)
    texts = [*catalogue.texts.values(), *(form for forms in catalogue.forms.values() for form in forms)]
    words = {word.strip(".,:?()").lower() for text in texts for word in text.split()}
    numbers = {
        word for word in words if is_number_word(word) and word not in ("ni", "bi", "ba", "wa")
    }  # and no question
    assert "saba" in numbers
    assert {word: number_to_bambara(bambara_to_number(word)) for word in numbers} == {word: word for word in numbers}


def test_what_is_ours_is_attested_where_the_sheet_says() -> None:
    if not SPOKEN.exists():
        pytest.skip("the table of attested Bambara texts is not beside the project")
    with SPOKEN.open(encoding="utf-8", newline="") as file:
        attested = {row["evidence"] for row in csv.DictReader(file)}
    assert {each.evidence for each in OPINIONS} <= attested
