"""The truth oracle for the payment days of a commune: what any phone must be told of them, worked out a second time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from proof.truth import SAYS, History, Pay, near

COMMUNE: Final = "Sanankoro"
MOST: Final = 8

SPELT_OTHERWISE: Final = {"Faracoro": "Farakoro"}
"""Villages that are one, however the files spell them."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A household of the commune: its village, where it is paid, and its payments."""

    village: str | None
    place: str
    household: History


@dataclass(slots=True)
class _Day:
    """A day of the commune: its last day, the villages of those who are paid there, and if some did not come."""

    component: str
    due: int | None
    place: str
    last: int | None
    villages: set[str | None]
    left: bool = False


def must_be_told(neighbours: Sequence[Neighbour], language: str) -> list[list[str]]:
    """What must be told, in groups of lines: the groups in order, the lines of one group in any order."""
    days: dict[tuple[str, int | None, str], _Day] = {}
    for neighbour in neighbours:
        for pay in neighbour.household.payments:
            if _is_told(pay):
                key = (pay.component, pay.due, neighbour.place)
                day = days.setdefault(key, _Day(pay.component, pay.due, neighbour.place, None, set()))
                day.villages.add(neighbour.village)
                day.left |= pay.state == "unclaimed"
                if pay.last is not None and (pay.due is None or pay.last > pay.due):
                    day.last = pay.last if day.last is None else max(day.last, pay.last)
    if not days:
        return [[COMMUNE], [SAYS[language]["no day"]]]
    in_order = sorted(days.values(), key=lambda day: (-1 if day.due is None else day.due, day.place, day.component))
    alone = {day.component for day in days.values()} == {"TM"}
    groups: list[list[str]] = [[COMMUNE]]
    for day in in_order[:MOST]:
        name = [SAYS[language][day.component]] if not alone else []
        groups.append([" ".join([*name, *_lines(day, language)])])
    return groups


def _is_told(pay: Pay) -> bool:
    """Whether its day comes, or it can still be collected."""
    if pay.state == "unclaimed":
        return pay.last is not None and pay.last >= 0
    if pay.state not in ("planned", "announced") or (pay.due is None and pay.moved_from is not None):
        return False
    return any(day is not None and day >= 0 for day in (pay.due, pay.last))


def _lines(day: _Day, language: str) -> list[str]:
    villages = {SPELT_OTHERWISE.get(each, each) for each in day.villages if each}
    one = len(villages) == 1 and None not in day.villages and not day.left
    village = max(each for each in day.villages if each) if one else None
    place = ", ".join(each for each in (day.place, village) if each)
    where = SAYS[language]["where"].format(place=place) if place else ""
    first = f"{near(day.due, language)}, {where}" if day.due is not None and day.due >= 0 else where
    until = [SAYS[language]["until"].format(day=near(day.last, language))] if day.last is not None else []
    return [first, *until]
