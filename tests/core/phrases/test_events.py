"""What is said of an event, in both languages: day, place and hours on lines of their own, and a wage."""

from dataclasses import replace
from datetime import date, time

import pytest

from core.phrases.events import MOST, events_told
from core.registry.components import ComponentCode
from core.registry.events import EventCard
from core.text.languages import Language
from core.text.translator import translator
from tests.core.seed import TODAY, day

FR, BM = Language("fr"), Language("bm")
SESSION = EventCard(day(3), time(9), None, "École de Safo", {"fr": "Causerie sur la santé", "bm": "Kɛnɛya baro"}, None)
WORKS = EventCard(
    day(12), time(7), time(13), "École de Safo", {"fr": "Travaux publics payés", "bm": "Foroba baara"}, 1_500
)


def told(language: Language, component: ComponentCode, *events: EventCard) -> list[list[str]]:
    """The lines of each event."""
    return [block.split("\n") for block in events_told(translator(language), component, events, TODAY)]


def test_a_session_is_told_with_its_day_place_and_hour() -> None:
    assert told(FR, ComponentCode.MA, SESSION) == [
        ["Causerie sur la santé", "vendredi 27 novembre (dans 3 jours)", "École de Safo", "à 9 h"]
    ]
    assert told(BM, ComponentCode.MA, SESSION) == [
        ["Kɛnɛya baro", "jumadon, nowanburukalo tile 27 (tile 3 bi kɔ)", "Yɔrɔ: École de Safo", "nɛgɛkanɲɛ 9"]
    ]


def test_public_works_are_told_with_their_hours_and_the_wage_of_the_file() -> None:
    assert told(FR, ComponentCode.HIMO, WORKS) == [
        ["dimanche 6 décembre (dans 12 jours)", "École de Safo", "de 7 h à 13 h"],
        ["1 500 F CFA par jour de travail"],
    ]
    assert told(BM, ComponentCode.HIMO, WORKS) == [
        [
            "karidon, desanburukalo tile 6 (tile 12 bi kɔ)",
            "Yɔrɔ: École de Safo",
            "nɛgɛkanɲɛ 7 fo nɛgɛkanɲɛ 13",
        ],
        ["Tile kelen baara: 1 500 F CFA"],
    ]


def test_a_wage_is_told_after_the_last_that_pays_it() -> None:
    better = replace(WORKS, wage_xof=2_000)
    blocks = told(FR, ComponentCode.HIMO, WORKS, WORKS, better)
    assert [block[-1] for block in blocks] == [
        "de 7 h à 13 h",
        "de 7 h à 13 h",
        "1 500 F CFA par jour de travail",
        "de 7 h à 13 h",
        "2 000 F CFA par jour de travail",
    ]
    assert told(FR, ComponentCode.HIMO, WORKS, replace(WORKS, wage_xof=None))[1] == ["1 500 F CFA par jour de travail"]


def test_what_it_is_is_told_once() -> None:
    first, second = told(FR, ComponentCode.MA, SESSION, SESSION)
    assert (first[0], second[0]) == ("Causerie sur la santé", "vendredi 27 novembre (dans 3 jours)")


def test_a_wage_and_an_hour_that_no_file_says_are_not_told() -> None:
    bare = replace(WORKS, begin=None, end=None, wage_xof=None)
    assert told(FR, ComponentCode.HIMO, bare) == [["dimanche 6 décembre (dans 12 jours)", "École de Safo"]]


@pytest.mark.parametrize(
    ("when", "french"),
    [
        (day(0), "mardi 24 novembre (aujourd'hui)"),
        (day(1), "mercredi 25 novembre (demain)"),
        (day(5), "dimanche 29 novembre (dans 5 jours)"),
        (day(60), "samedi 23 janvier"),
        (date(2027, 11, 24), "mercredi 24 novembre 2027"),
    ],
)
def test_the_day_is_said_as_that_of_a_payment(when: date, french: str) -> None:
    ((_, shown, *_),) = told(FR, ComponentCode.MA, replace(SESSION, date=when))
    assert shown.replace("’", "'") == french


def test_all_events_of_the_day_are_told_up_to_what_one_can_listen_to() -> None:
    hours = [replace(SESSION, begin=time(hour)) for hour in (8, 10, 12, 14)]
    assert [block[-1] for block in told(FR, ComponentCode.MA, *hours)] == ["à 8 h", "à 10 h", "à 12 h"]
    assert MOST == 3
