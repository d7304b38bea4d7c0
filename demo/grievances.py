"""The grievances of the demonstration phones: one is open, one has its answer, one should have it, one asks."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlmodel import col, select

from core.grievances.filing import Filing, file
from core.grievances.vocabulary import GrievanceState, GrievanceStep
from core.platform import sql
from core.platform.database import writing
from core.registry.models import Household
from core.text.languages import Language
from demo.callers import DEMO_CALLERS, DemoCaller, Situation

ANSWER: Final = (
    "Votre nom est maintenant sur la liste de l'agence. Venez au prochain jour de paiement avec votre carte."
)

QUESTION: Final = "Êtes-vous allée à la mairie ?"

FILED_DAYS_AGO: Final = {
    Situation.GRIEVANCE_OPEN: 3,
    Situation.GRIEVANCE_ANSWERED: 9,
    Situation.GRIEVANCE_LATE: 17,
    Situation.GRIEVANCE_ASKED: 5,
}

STATES: Final = {
    Situation.GRIEVANCE_ANSWERED: GrievanceState.RESOLVED,
    Situation.GRIEVANCE_ASKED: GrievanceState.WAITING,
}
STEPS: Final = {
    GrievanceState.RESOLVED: GrievanceStep.DECIDE,
    GrievanceState.WAITING: GrievanceStep.ASK,
}
"""The step that brings a grievance there."""

_FORGET: Final = "DELETE FROM grievance WHERE filing_key LIKE 'demo %%' OR reference = ANY (%(references)s)"
_MOVE_ON: Final = f"""
WITH moved AS (
    UPDATE grievance
    SET reference = %(shown)s, state = %(state)s, answer = CAST(%(answer)s AS text),
        decided_at = CAST(%(decided_at)s AS timestamptz), waiting_since = CAST(%(waiting_since)s AS timestamptz)
    WHERE reference = %(reference)s RETURNING id
)
INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, note, told)
SELECT id, %(at)s, %(kind)s, '{GrievanceState.RECEIVED}', %(state)s, CAST(%(note)s AS text), %(told)s FROM moved
"""  # noqa: S608 - a word of ours


async def file_grievances(today: date) -> None:
    """File them anew, as of the days before `today`, under the references that the demonstration callers carry."""
    callers = [caller for caller in DEMO_CALLERS if caller.reference]
    async with writing():
        await sql.execute(_FORGET, {"references": [caller.reference for caller in callers]})
    for caller in callers:
        day = today - timedelta(days=FILED_DAYS_AGO[caller.situation])
        await _filed(caller, day, STATES.get(caller.situation, GrievanceState.IN_PROGRESS))


async def _filed(caller: DemoCaller, day: date, state: GrievanceState) -> None:
    """File a caller's grievance on `day`, and bring it to `state` two days later."""
    at = datetime.combine(day, time(10), UTC)
    later = at + timedelta(days=2)
    async with writing() as session:
        own = select(Household.id).where(col(Household.household_no) == caller.household_no)
        household_id = (await session.exec(own)).one()
        filing = Filing(
            key=f"demo {caller.msisdn}",
            msisdn=caller.msisdn,
            household_id=household_id,
            category="payment",
            subcategory="not_paid",
            words=None,
            anonymous=False,
            call_back=True,
            call_safe=None,
            sms_safe=None,
            language=Language.staff(),
        )
        filed = await file(filing, at)
        values = {
            "reference": filed.reference,
            "shown": caller.reference,
            "state": state.value,
            "kind": STEPS.get(state, GrievanceStep.NOTE).value,
            "answer": ANSWER if state is GrievanceState.RESOLVED else None,
            "note": QUESTION if state is GrievanceState.WAITING else None,
            "told": state is not GrievanceState.IN_PROGRESS,
            "decided_at": later if state is GrievanceState.RESOLVED else None,
            "waiting_since": later if state is GrievanceState.WAITING else None,
            "at": later,
        }
        await sql.execute(_MOVE_ON, values)
