"""What each step of a grievance writes: its row, its record in the timeline, and an appeal."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import col, func, update

from core.grievances.calendar import due_dates
from core.grievances.locked import Locked
from core.grievances.models import Grievance, GrievanceEvent
from core.grievances.secrecy import kept
from core.grievances.vocabulary import GrievanceState, GrievanceStep, above
from core.platform import sql
from core.platform.database import Session

Values = dict[str, Any]
"""Columns of a grievance, or of a record of its timeline, by name."""

NOBODYS: Final[Mapping[str, None]] = {
    "assigned_to": None,
    "assigned_at": None,
    "waiting_since": None,
    "call_again_on": None,
}
"""Of a grievance that nobody has."""

BEGINNING: Final[Mapping[str, None]] = {
    "first_answered_at": None,
    "touched_at": None,
    "solved": None,
    "withdrawn_at": None,
    "lead_id": None,
    "followed_at": None,
    "lapsed_at": None,
}
"""Of an appeal on the day it begins."""


async def open_again(
    session: Session, case: Locked, key: str, now: datetime, agent_id: int | None = None, words: str | None = None
) -> date:
    """An appeal: one step up the ladder, with new delays, nobody's until another agent takes it."""
    first_answer_due, decision_due = await due_dates(case.category, now.date())
    due = {"level": above(case.level), "first_answer_due": first_answer_due, "decision_due": decision_due}
    appeal = {"reopened_at": now, "reopen_count": 1, "reopen_key": key}
    await change(session, case, GrievanceState.RECEIVED, **due, **appeal, **BEGINNING, **NOBODYS)
    written = {"at": now, "agent_id": agent_id, "told": True}
    await write_event(session, case, GrievanceStep.REOPEN, GrievanceState.RECEIVED, words, **written)
    return decision_due


async def go_on(
    session: Session, case: Locked, key: str, now: datetime, agent_id: int | None = None, words: str | None = None
) -> date:
    """What was closed because the person said nothing goes on where it stood, with new delays; it is no appeal."""
    first_answer_due, decision_due = await due_dates(case.category, now.date())
    due = {"first_answer_due": first_answer_due, "decision_due": decision_due, "reopen_key": key}
    await change(session, case, GrievanceState.RECEIVED, **due, **BEGINNING, **NOBODYS)
    written = {"at": now, "agent_id": agent_id, "told": True}
    await write_event(session, case, GrievanceStep.RESUME, GrievanceState.RECEIVED, words, **written)
    return decision_due


def answered(now: datetime) -> Values:
    """What a step that the person is told of, or hears themselves, leaves: the first of them is the first answer."""
    return {"touched_at": now, "first_answered_at": func.coalesce(col(Grievance.first_answered_at), now)}


async def change(session: Session, case: Locked, state: GrievanceState, **values: Any) -> None:
    """Give a locked grievance a state and these values; PostgreSQL counts its version."""
    if "answer" in values:
        values["answer"] = kept(values["answer"], case.reference, sensitive=case.sensitive)
    await session.exec(update(Grievance).where(col(Grievance.id) == case.id).values(state=state, **values))


async def write_event(
    session: Session, case: Locked, step: GrievanceStep, to: GrievanceState, note: str | None = None, **written: Any
) -> int | None:
    """Write a step into the timeline, and give its number."""
    written["note"] = kept(note, case.reference, sensitive=case.sensitive)
    event = GrievanceEvent(grievance_id=case.id, kind=step, from_state=case.state, to_state=to, **written)
    session.add(event)
    await session.flush()
    return event.id


TIE: Final = "UPDATE grievance_event SET message_id = (SELECT id FROM message WHERE key = %(key)s) WHERE id = %(id)s"


async def tie(event: int | None, key: str) -> None:
    """Tie a step to the SMS that tells of it, by the key of the SMS."""
    await sql.execute(TIE, {"id": event, "key": key})
