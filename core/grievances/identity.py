"""Whether who calls about a case is of its household: the year they say is held against the registry, and noted."""

from collections.abc import Sequence
from typing import Final

from core.grievances.changes import write_event
from core.grievances.steps import DeskVisit, by, taking
from core.grievances.vocabulary import GrievanceStep
from core.platform import sql
from core.platform.database import writing
from core.registry.identity_checks import Unchecked, YearCheck, check_year
from core.text.words import DESK, label

CHECKED: Final = """
SELECT note FROM grievance_event
WHERE grievance_id = (SELECT id FROM grievance WHERE reference = %(reference)s) AND kind = %(step)s
    AND agent_id = %(me)s AND at > CAST(%(now)s AS timestamptz) - interval '12 hours'
ORDER BY id DESC LIMIT 1
"""
STANDS: Final = frozenset({label(YearCheck.FITS, DESK), label(YearCheck.NONE_KNOWN, DESK)})
"""What lets one go on: where the registry has no year, other questions were asked instead."""


async def check(visit: DeskVisit, year: int) -> YearCheck:
    """Hold a year of birth against the registry and note what came of it in the case; the year is kept nowhere.

    Raises Unchecked for a case without a household, and what a step raises.
    """
    async with writing(), taking(visit, GrievanceStep.IDENTIFY) as (session, case):
        result = await check_year(visit.actor, case.household_id, year, visit.now) if case.household_id else None
        if result is None:
            raise Unchecked(visit.reference)
        note = label(result, DESK)
        await write_event(session, case, GrievanceStep.IDENTIFY, case.state, **by(visit), note=note)
    return result


async def must_be_checked(visit: DeskVisit) -> None:
    """Raise Unchecked unless whoever acts checked who asks, in this case and today."""
    if not await is_checked(visit):
        raise Unchecked(visit.reference)


async def is_checked(visit: DeskVisit) -> bool:
    """Whether whoever acts checked who asks, in this case within half a day, and it held."""
    step = GrievanceStep.IDENTIFY.value
    values = {"reference": visit.reference, "me": visit.actor.id, "now": visit.now, "step": step}
    notes: Sequence[str] = await sql.scalars(CHECKED, values)
    return bool(notes) and notes[0] in STANDS
