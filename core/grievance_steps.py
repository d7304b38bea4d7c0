"""What the desk does with a grievance and the person is told of: step, record and SMS in one transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import writing
from core.grievances import (
    DECIDED,
    GrievanceState,
    Level,
    Sensitivity,
    above,
    due_dates,
    may_be_told,
)
from core.languages import Language
from core.msisdn import can_get_sms
from core.notices import Notice, NoticeKind, tell

OPEN: Final = frozenset(set(GrievanceState) - set(DECIDED))


class StepNotPossible(ValueError):
    """There is no such grievance, or it is not in a state in which this can be done."""


class SensitiveStaysPut(ValueError):
    """A sensitive grievance never goes up the ladder of the villages: it is with its focal persons."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a step has to know of its grievance."""

    id: int
    reference: str
    category: str
    state: GrievanceState
    level: Level
    sensitive: bool
    msisdn: str | None
    language: Language
    household_id: int | None
    told: bool
    decision_due: date


FIND = text(
    "SELECT id, reference, category, state, level, sensitivity, msisdn, language, household_id, anonymous, sms_safe, "
    "decision_due FROM grievance WHERE reference = :reference FOR UPDATE"
)
NOTE = text(
    "INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, agent_id, note, told) "
    "VALUES (:id, :at, :kind, :from_state, :to_state, :agent_id, :note, :told) RETURNING id"
)
WAIT = text("UPDATE grievance SET state = 'waiting' WHERE id = :id")
DECIDE = text("UPDATE grievance SET state = :state, answer = :answer, decided_at = :now WHERE id = :id")
ESCALATE = text(
    "UPDATE grievance SET level = :level, first_answer_due = :first_answer_due, decision_due = :decision_due "
    "WHERE id = :id"
)


async def ask_information(reference: str, agent_id: int | None, note: str, now: datetime) -> None:
    """Wait for something the person has to tell, and ask them to call; raises StepNotPossible."""
    async with writing() as session:
        found = await _find(session, reference, OPEN)
        await session.execute(WAIT, {"id": found.id})
        event = await _note(session, found, "information", GrievanceState.WAITING, agent_id, note, now)
        await _tell(found, NoticeKind.INFORMATION, event, {}, now)


async def decide(reference: str, agent_id: int | None, state: GrievanceState, answer: str, now: datetime) -> None:
    """Decide: resolved or rejected, with the text that the person reads.

    Raises StepNotPossible, and ValueError for another state or an empty text.
    """
    if state not in (GrievanceState.RESOLVED, GrievanceState.REJECTED) or not answer.strip():
        raise ValueError("a decision is resolved or rejected, and has a text")
    async with writing() as session:
        found = await _find(session, reference, OPEN)
        await session.execute(DECIDE, {"id": found.id, "state": state.value, "answer": answer, "now": now})
        event = await _note(session, found, "decided", state, agent_id, None, now)
        filling = {"text": answer, "rejected": state is GrievanceState.REJECTED}
        await _tell(found, NoticeKind.DECIDED, event, {} if found.sensitive else filling, now)


async def escalate(reference: str, agent_id: int | None, note: str, now: datetime) -> Level:
    """Pass it to the level above, with new delays from `now`; give that level.

    Raises StepNotPossible, also at the top of the ladder, and SensitiveStaysPut.
    """
    async with writing() as session:
        found = await _find(session, reference, OPEN)
        if found.sensitive:
            raise SensitiveStaysPut(reference)
        level = above(found.level)
        if level is found.level:
            raise StepNotPossible(f"{reference} is at the top of the ladder")
        first_answer_due, decision_due = await due_dates(found.category, now.date())
        due = {"first_answer_due": first_answer_due, "decision_due": decision_due}
        await session.execute(ESCALATE, {"id": found.id, "level": level.value, **due})
        event = await _note(session, found, "escalated", found.state, agent_id, note, now)
        await _tell(found, NoticeKind.ESCALATED, event, {"due": decision_due.isoformat()}, now)
    return level


async def _find(session: AsyncSession, reference: str, states: Collection[GrievanceState]) -> _Found:
    row = (await session.execute(FIND, {"reference": reference})).one_or_none()
    if row is None or row.state not in states:
        raise StepNotPossible(reference if row is None else f"{reference} is {row.state}")
    sensitive = row.sensitivity == Sensitivity.SENSITIVE
    return _Found(
        id=row.id,
        reference=row.reference,
        category=row.category,
        state=GrievanceState(row.state),
        level=Level(row.level),
        sensitive=sensitive,
        msisdn=row.msisdn,
        language=Language(row.language),
        household_id=row.household_id,
        told=row.msisdn is not None
        and can_get_sms(row.msisdn)
        and may_be_told(row.anonymous, sensitive=sensitive, sms_safe=row.sms_safe),
        decision_due=row.decision_due,
    )


async def _note(
    session: AsyncSession,
    found: _Found,
    kind: str,
    to: GrievanceState,
    agent_id: int | None,
    note: str | None,
    now: datetime,
) -> int:
    values = {"id": found.id, "at": now, "kind": kind, "from_state": found.state.value, "to_state": to.value}
    event: int = await session.scalar(NOTE, values | {"agent_id": agent_id, "note": note, "told": found.told})
    return event


async def _tell(found: _Found, kind: NoticeKind, event: int, filling: Mapping[str, Any], now: datetime) -> None:
    """Queue the SMS of a step, once for its event; of a sensitive one it says no more than the number."""
    if not found.told or found.msisdn is None:
        return
    notice = Notice(
        key=f"{kind} {found.reference} {event}",
        kind=kind,
        msisdn=found.msisdn,
        language=found.language,
        filling={"ref": found.reference, "discreet": found.sensitive, **filling},
        household_id=found.household_id,
    )
    await tell(notice, now)
