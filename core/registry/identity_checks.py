"""Whether who calls the desk, or stands before it, is of a household: how they were known, recorded.

What was told or changed of a household without it may have been a namesake's, or somebody who only knows the number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.platform import sql
from core.platform.database import writing
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.text.words import DESK, Word, called

STANDS_FOR: Final = timedelta(hours=12)
"""A check holds for whoever made it, for so long."""

MOST_WRONG: Final = 3
"""Wrong years of one household, by one agent, in that time; then no year is asked any more."""


class YearCheck(Word):
    """What came of a year of birth that somebody said."""

    FITS = "fits"
    DIFFERS = "differs"
    NONE_KNOWN = "none known"


class KnownBy(Word):
    """By what else than the year somebody is known to be of a household."""

    PAPER = "paper"
    VISIT = "visit"
    COMMITTEE = "committee"


called(
    YearCheck,
    DESK,
    {
        YearCheck.FITS: "C'est l'année du registre : l'identité est vérifiée.",
        YearCheck.DIFFERS: "Ce n'est pas l'année du registre : ne dites rien de ce ménage.",
        YearCheck.NONE_KNOWN: "Le registre n'a pas d'année : demandez le village et le nom de qui reçoit l'argent.",
    },
)
called(
    KnownBy,
    DESK,
    {
        KnownBy.PAPER: "J'ai vu sa carte",
        KnownBy.VISIT: "Je suis en visite chez elle",
        KnownBy.COMMITTEE: "Le comité du village la connaît",
    },
)


class Unchecked(JigiError):
    """Nothing of a household is told or changed before a check of who asks."""


class TooManyYears(JigiError):
    """Too many wrong years were said of this household: who asks is known otherwise, or not at all."""


HOUSEHOLD: Final = "SELECT household_no, birth_year FROM household WHERE id = %(id)s"
CHECKS: Final = "SELECT result FROM identity_checks(%(about)s, %(since)s)"
"""What came of the checks of one household by whoever asks, the newest first."""

STANDS: Final = frozenset({YearCheck.FITS.value, YearCheck.NONE_KNOWN.value, *(way.value for way in KnownBy)})
"""What lets one go on: where the registry has no year, other questions were asked instead."""


@dataclass(frozen=True, slots=True)
class _Known:
    household_no: str
    birth_year: int | None


async def check_year(actor: Actor, household_id: int, year: int, now: datetime) -> YearCheck | None:
    """Compare the year of birth that somebody said with that of a household, and keep who asked and what came of it.

    The year is kept nowhere. None where there is no such household, or none that is seen; raises NotAllowed, and
    TooManyYears.
    """
    must(actor, Permission.SEE_HOUSEHOLDS)
    async with writing():
        known = await sql.row(_Known, HOUSEHOLD, {"id": household_id})
        if known is None:
            return None
        results = await _results(known.household_no, now)
        if results.count(YearCheck.DIFFERS.value) >= MOST_WRONG:
            raise TooManyYears(known.household_no)
        result = YearCheck.NONE_KNOWN
        if known.birth_year is not None:
            result = YearCheck.FITS if known.birth_year == year else YearCheck.DIFFERS
        await _record(actor, known.household_no, result.value, now)
    return result


async def vouch(actor: Actor, household_id: int, by: KnownBy, now: datetime) -> bool:
    """Write down that somebody is known otherwise to be of a household; False where there is none that is seen."""
    must(actor, Permission.SEE_HOUSEHOLDS)
    async with writing():
        known = await sql.row(_Known, HOUSEHOLD, {"id": household_id})
        if known is not None:
            await _record(actor, known.household_no, by.value, now)
    return known is not None


async def is_known(household_no: str, now: datetime) -> bool:
    """Whether whoever asks, inside `seen_by`, checked who is before them, and it held."""
    results = await _results(household_no, now)
    return bool(results) and results[0] in STANDS


async def must_be_known(household_no: str, now: datetime) -> None:
    """Raise Unchecked where that is not so."""
    if not await is_known(household_no, now):
        raise Unchecked(household_no)


async def _results(household_no: str, now: datetime) -> list[str]:
    values = {"about": f"household {household_no}", "since": now - STANDS_FOR}
    results: list[str] = await sql.scalars(CHECKS, values)
    return results


async def _record(actor: Actor, household_no: str, result: str, now: datetime) -> None:
    await audit.record(actor.id, Act.IDENTITY_CHECKED, f"household {household_no}", now, {"result": result})
