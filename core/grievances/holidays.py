"""The holidays of Mali: those with a day of their own, those whose day is announced each year, and those on record.

Loi n° 05-040 du 22 juillet 2005 relative aux fêtes légales en République du Mali names them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import col, select

from core.grievances.models import Holiday
from core.platform.database import reading
from core.text.words import DESK, Word, called, label

FIXED: Final[Mapping[tuple[int, int], str]] = {
    (1, 1): "Jour de l'an",
    (1, 20): "Journée de l'Armée",
    (3, 26): "Journée du 26 mars",
    (5, 1): "Fête du travail",
    (5, 25): "Journée de l'Afrique",
    (9, 22): "Fête nationale",
    (12, 25): "Fête de Noël",
}
"""By month and day: off in every year."""


class MovableHoliday(Word):
    """A holiday whose day is announced each year."""

    EASTER_MONDAY = "easter_monday"
    RAMADAN = "ramadan"
    TABASKI = "tabaski"
    MAWLUD = "mawlud"
    BAPTISM = "baptism"


called(
    MovableHoliday,
    DESK,
    {
        MovableHoliday.EASTER_MONDAY: "Lundi de Pâques",
        MovableHoliday.RAMADAN: "Fête du Ramadan",
        MovableHoliday.TABASKI: "Tabaski",
        MovableHoliday.MAWLUD: "Maouloud (naissance)",
        MovableHoliday.BAPTISM: "Maouloud (baptême)",
    },
)


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day off for the whole country, and what it is called."""

    day: date
    name: str


def fixed(first: date, last: date) -> Iterator[DayOff]:
    """The holidays with a day of their own from `first` to `last`, both counted."""
    for year in range(first.year, last.year + 1):
        for (month, day), name in FIXED.items():
            if first <= date(year, month, day) <= last:
                yield DayOff(date(year, month, day), name)


async def on_record(first: date, last: date) -> tuple[DayOff, ...]:
    """The holidays that somebody entered, by day."""
    days = select(Holiday).where(col(Holiday.day).between(first, last)).order_by(col(Holiday.day))
    async with reading() as session:
        return tuple(DayOff(each.day, each.name) for each in await session.exec(days))


async def days_off(first: date, last: date) -> tuple[DayOff, ...]:
    """Every day off from `first` to `last`, both counted, by day; each as it was entered where it was."""
    by_day = {each.day: each for each in (*fixed(first, last), *await on_record(first, last))}
    return tuple(by_day[day] for day in sorted(by_day))


async def off(first: date, last: date) -> frozenset[date]:
    """The same days alone."""
    return frozenset(each.day for each in await days_off(first, last))


def not_entered(entered: Iterable[DayOff]) -> list[MovableHoliday]:
    """The movable holidays of a year whose days are not among those that were entered, by what they are called."""
    names = {each.name for each in entered}
    return [each for each in MovableHoliday if label(each, DESK) not in names]
