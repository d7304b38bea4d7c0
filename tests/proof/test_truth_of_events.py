"""What the page of a component tells of its events is so: held against a second reading of the rules."""

from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from core.phrases import events, telling
from core.registry import households
from core.registry.events import MEANT_FOR, NOT_OVER
from proof.event_histories import event_differences, sessions, villages
from proof.truth_of_events import Gathering

pytestmark = pytest.mark.usefixtures("world")


@hypothesis_settings(max_examples=30)
@given(village=villages, sessions=sessions)
async def test_its_next_sessions_are_told_as_they_are(village: str | None, sessions: tuple[Gathering, ...]) -> None:
    assert await event_differences(village, sessions) == []


def at(begin: int | None, end: int | None = None, *, day: int = 0, village: str | None = None) -> Gathering:
    """A session by its hours."""
    return Gathering(village, day, None if begin is None else begin * 60, None if end is None else end * 60, "Banco")


CASES: Final[dict[str, tuple[Gathering, ...]]] = {
    "a session of this morning is over": (at(5), at(9, day=2)),
    "one that has ended": (at(8, 10), at(9, day=2)),
    "one that is under way": (at(8, 11),),
    "two sessions of a day": (at(8), at(15)),
    "one is over and one is not": (at(5), at(15, 17)),
    "a session without an hour": (at(None), at(None, day=1)),
    "a village spelt otherwise": (at(9, day=1, village="Faracoro"),),
    "one session for two spellings": (at(9, day=1, village="Faracoro"), at(9, day=1, village="Farakoro")),
    "another village": (at(9, day=1, village="Tassan"), at(9, day=2)),
    "four sessions of a day": (at(11), at(12), at(13), at(14)),
    "the session of yesterday": (at(None, day=-1),),
    "in five days and in six": (at(9, day=6), at(9, day=5)),
    "none": (),
}


@pytest.mark.parametrize("case", CASES)
async def test_the_cases_that_a_rule_can_lose_are_told_as_they_are(case: str) -> None:
    assert await event_differences("Farakoro", CASES[case]) == []


def otherwise(old: str, new: str) -> str:
    assert old in households.STANDING
    return households.STANDING.replace(old, new)


FAULTS: Final[dict[str, tuple[ModuleType, str, Any]]] = {
    "what is over is told until midnight": (
        households, "STANDING", otherwise(NOT_OVER, "event.date >= CAST(CAST(%(now)s AS timestamptz) AS date)"),
    ),
    "what has no end is over as it begins": (
        households, "STANDING", otherwise("hours => %(event_hours)s", "hours => 0"),
    ),
    "one session of the day is told": (
        households, "STANDING", otherwise("FETCH FIRST ROW WITH TIES", "FETCH FIRST ROW ONLY"),
    ),
    "the last day comes first": (
        households, "STANDING", otherwise("ORDER BY event.date FETCH", "ORDER BY event.date DESC FETCH"),
    ),
    "a village spelt otherwise is another": (
        households, "STANDING", otherwise(
            "event.village_search = household.village_search", "event.village = household.village"
        ),
    ),
    "every village is called": (
        households, "STANDING", otherwise(MEANT_FOR, "event.commune_pcode = household.commune_pcode"),
    ),
    "four are told": (events, "MOST", 4),
    "the hours are not told": (events, "_hours", lambda translator, event: ""),
    "how near it is is not told": (events, "day_told", telling.date_told),
    "what it is is not told": (events, "in_language", lambda what, language: ""),
    "a session is told once for each spelling of its village": (
        households, "STANDING", otherwise("SELECT DISTINCT event.date", "SELECT event.date"),
    ),
    "only tomorrow is near": (telling, "SOON_DAYS", 1),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_rule_that_is_broken_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, broken = FAULTS[fault]
    monkeypatch.setattr(where, name, broken)
    wrong = [await event_differences("Farakoro", sessions) for sessions in CASES.values()]
    assert any(wrong), fault
