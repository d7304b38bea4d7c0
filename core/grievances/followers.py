"""Complaints that follow another of the same person: what is decided of the one is decided of them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from core.grievances.changes import Values, change, write_event
from core.grievances.locked import Locked, lock
from core.grievances.step_sms import stop_decision, tell_step
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import DECISIONS, OPEN, GrievanceState, GrievanceStep
from core.outbox.notice_kinds import NoticeKind
from core.platform import sql
from core.platform.database import Session

FOLLOWERS: Final = f"""
SELECT reference FROM grievance WHERE lead_id = %(id)s AND sensitivity <> '{Sensitivity.SENSITIVE}' ORDER BY id
"""  # noqa: S608 - our own words


async def decide_followers(
    session: Session, lead: Locked, step: GrievanceStep, state: GrievanceState, values: Values, written: Values
) -> None:
    """Decide, or amend, what follows a case as the case itself; who has another phone is told on theirs."""
    before = OPEN if step is GrievanceStep.DECIDE else frozenset(DECISIONS)
    async for case in _followers(lead):
        if case.state not in before:
            continue
        corrects = False
        if step is GrievanceStep.AMEND:
            corrects = not await stop_decision(case.id, written["at"])
        await change(session, case, state, **values)
        event = await write_event(session, case, step, state, **written, told=case.sms_goes or lead.sms_goes)
        if case.msisdn != lead.msisdn:
            filling = {**_decision(values, state), **({"corrects": corrects} if step is GrievanceStep.AMEND else {})}
            await tell_step(case, NoticeKind.DECIDED, event, filling, written["at"])


async def close_followers(session: Session, lead: Locked, written: Values) -> None:
    """Conclude what follows a case with it."""
    async for case in _followers(lead):
        if case.state in DECISIONS:
            await change(session, case, GrievanceState.CLOSED)
            await write_event(session, case, GrievanceStep.CLOSE, GrievanceState.CLOSED, **written)


async def _followers(lead: Locked) -> AsyncIterator[Locked]:
    """Each that is seen, locked."""
    for reference in await sql.scalars(FOLLOWERS, {"id": lead.id}):
        case = await lock(reference)
        if case is not None:
            yield case


def _decision(values: Mapping[str, Any], state: GrievanceState) -> Values:
    return {"text": values["answer"], "rejected": state is GrievanceState.REJECTED}


async def let_go(case: Locked) -> None:
    """Let everything that follows a case stand by itself again."""
    await sql.execute(LET_GO, {"id": case.id})


LET_GO: Final = "UPDATE grievance SET lead_id = NULL, followed_at = NULL WHERE lead_id = %(id)s"
