"""Two complaints of the same thing: one follows the other, so that both are answered by one and nobody is told twice.

What follows keeps its number, its words and its days; on the line it says what is decided of the other.
"""

from typing import Final

from core.grievances.cases import reference_of
from core.grievances.changes import change, write_event
from core.grievances.likeness import joins_by_name
from core.grievances.locked import Locked, NotThere, ShownVersion, lock_all, lock_as_shown, lock_now
from core.grievances.rules import StepNotPossible, free_or_led
from core.grievances.steps import DeskVisit, by, taking
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import OPEN, GrievanceStep
from core.platform import sql
from core.platform.columns import listed

JOINED: Final = (GrievanceStep.MERGE, GrievanceStep.PART)
"""The steps whose notes name the other."""

HAS_FOLLOWERS: Final = "SELECT EXISTS (SELECT FROM grievance WHERE lead_id = %(id)s)"

UNNAME_IN_OTHERS: Final = f"""
UPDATE grievance_event SET note = replace(replace(note, 'la plainte ' || CAST(%(reference)s AS text),
    'une autre plainte'), 'La plainte ' || CAST(%(reference)s AS text), 'Une autre plainte')
WHERE kind IN {listed(JOINED)} AND grievance_id IN (
    SELECT other.id FROM grievance_event JOIN grievance AS other ON other.reference = substring(note from '[0-9]{{7,}}')
    WHERE grievance_id = %(id)s AND kind IN {listed(JOINED)})
"""  # noqa: S608 - our own words
"""The own history names every one that it was ever joined to."""


class NotTheSame(StepNotPossible):
    """These two are of other people, or one of them is decided, sensitive, an appeal, or has followers of its own."""


async def merge(visit: DeskVisit, other_id: int) -> None:
    """Let another open grievance of the same household, phone or name follow the one of the page, until it is decided.

    Raises NotThere for one that is not seen, NotTheSame, NotYours for one that somebody else holds.
    """

    async def lock_both(reference: str, shown: ShownVersion) -> Locked:
        await lock_all(reference, other_id)
        return await lock_as_shown(reference, shown)

    async with taking(visit, GrievanceStep.MERGE, {"other": other_id}, lock_both) as (session, case):
        reference = await reference_of(other_id)
        if reference is None:
            raise NotThere(str(other_id))
        other = await lock_now(reference, visit.shown)
        if not await _same(case, other) or await sql.scalar(HAS_FOLLOWERS, {"id": other.id}):
            raise NotTheSame(reference)
        why = free_or_led(other, visit.actor, visit.now)
        if why:
            raise why
        await change(session, other, other.state, lead_id=case.id, followed_at=visit.now)
        note = f"Elle suit la plainte {case.reference}"
        await write_event(session, other, GrievanceStep.MERGE, other.state, **by(visit), note=note)
        note = f"La plainte {other.reference} la suit"
        await write_event(session, case, GrievanceStep.MERGE, case.state, **by(visit), note=note)


async def part(visit: DeskVisit) -> None:
    """Let the grievance of the page stand by itself again, within a day."""
    async with taking(visit, GrievanceStep.PART) as (session, case):
        await change(session, case, case.state, lead_id=None, followed_at=None)
        note = f"Elle ne suit plus la plainte {case.follows}"
        await write_event(session, case, GrievanceStep.PART, case.state, **by(visit), note=note)


async def unname_in_others(case: Locked) -> None:
    """Take its number out of the history of those it was joined to: it would say where to look for it."""
    await sql.execute(UNNAME_IN_OTHERS, {"id": case.id, "reference": case.reference})


async def _same(case: Locked, other: Locked) -> bool:
    """Whether two are of one person or household, as far as it is known, and both ordinary, open, and first decided."""
    ordinary = Sensitivity.SENSITIVE not in (case.sensitivity, other.sensitivity)
    alone = other.id != case.id and other.follows is None and not other.appealed and not case.appealed
    if not (ordinary and alone and other.state in OPEN):
        return False
    of_one = (case.household_id is not None and case.household_id == other.household_id) or (
        case.msisdn is not None and case.msisdn == other.msisdn
    )
    return of_one or await joins_by_name(case.id, other.id)
