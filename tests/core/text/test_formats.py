import csv
from datetime import date, time
from pathlib import Path

import pytest

from core.text.folding import fold
from core.text.formats import amount_phrase, date_phrase, hour_phrase, number_phrase, short_date
from core.text.gsm7 import is_gsm7
from core.text.languages import Language

BM, FR = Language("bm"), Language("fr")
SPOKEN = Path(__file__).parents[4] / "shared" / "domain" / "bambara.csv"


@pytest.mark.parametrize(
    ("language", "day", "phrase"),
    [
        (BM, date(2026, 11, 23), "ntɛnɛndon, nowanburukalo tile 23"),
        (FR, date(2026, 11, 23), "lundi 23 novembre"),
        (BM, date(2026, 12, 1), "taratadon, desanburukalo tile 1"),
        (FR, date(2026, 12, 1), "mardi 1er décembre"),
        (FR, date(2026, 8, 30), "dimanche 30 août"),
    ],
)
def test_a_day_is_said(language: Language, day: date, phrase: str) -> None:
    assert date_phrase(language, day) == phrase


def test_a_day_is_said_with_its_year() -> None:
    assert date_phrase(BM, date(2026, 11, 23), year=True) == "ntɛnɛndon, nowanburukalo tile 23, san 2026"
    assert date_phrase(FR, date(2026, 11, 23), year=True) == "lundi 23 novembre 2026"


def test_a_day_is_written_in_figures() -> None:
    assert short_date(date(2026, 2, 3)) == "03/02/2026"


@pytest.mark.parametrize(
    ("language", "hour", "phrase"),
    [
        (BM, time(8), "nɛgɛkanɲɛ 8"),
        (BM, time(8, 30), "nɛgɛkanɲɛ 8 ni sanga 30"),
        (FR, time(8), "8 h"),
        (FR, time(8, 30), "8 h 30"),
        (FR, time(14, 5), "14 h 05"),
    ],
)
def test_an_hour_is_said(language: Language, hour: time, phrase: str) -> None:
    assert hour_phrase(language, hour) == phrase


@pytest.mark.parametrize(("xof", "phrase"), [(0, "0"), (900, "900"), (30_000, "30 000"), (27_540_000, "27 540 000")])
def test_money_is_never_a_bare_number(xof: int, phrase: str) -> None:
    assert number_phrase(xof) == phrase
    assert amount_phrase(BM, xof) == f"{phrase} F CFA"


@pytest.mark.parametrize("language", [*Language])
def test_every_name_can_be_sent(language: Language) -> None:
    for name in (*language.traits.formats.months, *language.traits.formats.weekdays):
        assert is_gsm7(fold(name))


def test_bambara_names_are_those_of_the_attested_texts() -> None:
    if not SPOKEN.exists():
        pytest.skip("the table of attested Bambara texts is not beside the project")
    with SPOKEN.open(encoding="utf-8", newline="") as file:
        attested = {row["key"]: row for row in csv.DictReader(file)}
    for number, (bambara, french) in enumerate(zip(BM.traits.formats.months, FR.traits.formats.months, strict=True), 1):
        row = attested[f"date.month.{number:02}"]
        assert (row["bambara"], row["french"]) == (bambara, french)
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for key, bambara, french in zip(days, BM.traits.formats.weekdays, FR.traits.formats.weekdays, strict=True):
        row = attested[f"date.day.{key}"]
        assert (row["bambara"], row["french"]) == (bambara, french)
    assert attested["date.example"]["bambara"] == date_phrase(BM, date(2026, 11, 23))
    hour = attested["date.hour_min"]["bambara"].format(h=8, m=30)
    assert hour == hour_phrase(BM, time(8, 30))
