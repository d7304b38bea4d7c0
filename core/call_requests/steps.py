"""What is done with a call request: the step and the audit trail in one transaction, each as `rules` allow it.

What is done with one is done with all that wait of its phone, as far as they are seen: it is one call.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlmodel import col, func, select

from core.call_requests.models import CallAttempt, CallRequest
from core.call_requests.rules import AlreadyCalled, CallRequestStep, after_a_miss, refusal
from core.call_requests.vocabulary import OPEN, CallRequestState, Period
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform.database import Session, writing
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor, Agent

TAKEN_FOR: Final = timedelta(minutes=15)
"""How long a call that somebody took is theirs: nobody dials the same number in that time."""


class DayPast(JigiError, ValueError):
    """A day on which somebody is to be called is past."""


@dataclass(frozen=True, slots=True)
class _Locked:
    """A request whose row is locked to the end of the transaction, and who took it."""

    row: CallRequest
    caller: str | None

    @property
    def state(self) -> CallRequestState:
        return self.row.state

    @property
    def taken_by(self) -> int | None:
        return self.row.taken_by

    @property
    def taken_until(self) -> datetime | None:
        return self.row.taken_until


async def take_call(request_id: int, actor: Actor, now: datetime) -> None:
    """Call this person oneself, for some minutes; raises AlreadyCalled and TakenBySomebody, as all steps do."""
    async with _taking(CallRequestStep.TAKE, request_id, actor, now) as (_, requests):
        for request in requests:
            request.taken_by, request.taken_until = actor.id, now + TAKEN_FOR
            await _audit(Act.CALL_TAKEN, request.id, actor, now)


async def give_back(request_id: int, actor: Actor, now: datetime) -> None:
    """Let another call this person after all; raises TakeItFirst for who does not call them."""
    async with _taking(CallRequestStep.GIVE_BACK, request_id, actor, now) as (_, requests):
        for request in requests:
            request.taken_by = request.taken_until = None
            await _audit(Act.CALL_GIVEN_BACK, request.id, actor, now)


async def log_reached(request_id: int, actor: Actor, note: str | None, now: datetime) -> None:
    """The person was reached: the request is done; raises TakeItFirst too."""
    async with _taking(CallRequestStep.REACH, request_id, actor, now) as (session, requests):
        for request in requests:
            await _tried(session, request, actor, now, CallRequestState.CALLED, None, note)


async def log_not_reached(
    request_id: int, actor: Actor, again_on: date, note: str | None, now: datetime
) -> CallRequestState:
    """Nobody answered: try again on a day, or never again once it was tried often enough; the state after it.

    Raises TakeItFirst too, and DayPast.
    """
    if again_on < now.date():
        raise DayPast(again_on.isoformat())
    async with _taking(CallRequestStep.MISS, request_id, actor, now) as (session, requests):
        for request in requests:
            tries = await session.exec(
                select(func.count()).select_from(CallAttempt).where(CallAttempt.callback_request_id == request.id)
            )
            state = after_a_miss(request.state, tries.one())
            again = None if state is CallRequestState.UNREACHABLE else again_on
            await _tried(session, request, actor, now, state, again, note)
        return requests[0].state


async def agree_call(request_id: int, day: date, period: Period, now: datetime, actor: Actor) -> None:
    """Agree when somebody will be called, and tell them by SMS."""
    async with _taking(CallRequestStep.AGREE, request_id, actor, now) as (_, requests):
        request = requests[0]
        before = (request.agreed_on, request.agreed_period)
        if before == (day, period):
            return
        notice = Notice(
            key=f"call {request_id} {day} {period} after {before[0]} {before[1]} {now.isoformat()}",
            kind=NoticeKind.CALL_AGREED,
            msisdn=request.msisdn,
            language=request.language,
            filling={"day": day.isoformat(), "period": period.value},
            not_after=datetime.combine(day + timedelta(days=1), time(0), UTC),
            household_id=request.household_id,
        )
        await queue_notice(notice, now)
        for each in requests:
            each.state, each.again_on = CallRequestState.AGREED, None
            each.agreed_on, each.agreed_period = day, period
            await _audit(Act.CALL_AGREED, each.id, actor, now, {"day": day, "period": period.value})


@asynccontextmanager
async def _taking(
    step: CallRequestStep, request_id: int, actor: Actor, now: datetime
) -> AsyncIterator[tuple[Session, Sequence[CallRequest]]]:
    """The transaction of a step that the rules allow, with the rows locked; what is changed in it is written.

    The first is the one that was asked for, after it come the others of its phone that wait.
    """
    phone = select(CallRequest.msisdn).where(CallRequest.id == request_id).scalar_subquery()
    waiting = (col(CallRequest.msisdn) == phone) & col(CallRequest.state).in_(OPEN)
    locked = (
        select(CallRequest)
        .where((col(CallRequest.id) == request_id) | waiting)
        .order_by(col(CallRequest.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    async with writing() as session:
        rows = sorted((await session.exec(locked)).all(), key=lambda row: row.id != request_id)
        if not rows or rows[0].id != request_id:
            raise AlreadyCalled(f"there is no request {request_id}")
        for row in rows if step is CallRequestStep.TAKE else rows[:1]:
            why = refusal(step, _Locked(row, await _name(session, row.taken_by)), actor, now)
            if why:
                raise why
        yield session, rows
        session.add_all(rows)
        await session.flush()


async def _name(session: Session, agent_id: int | None) -> str | None:
    return (await session.exec(select(Agent.name).where(col(Agent.id) == agent_id))).one_or_none()


async def _tried(
    session: Session,
    request: CallRequest,
    actor: Actor,
    now: datetime,
    state: CallRequestState,
    again_on: date | None,
    note: str | None,
) -> None:
    reached = state is CallRequestState.CALLED
    session.add(
        CallAttempt(
            callback_request_id=request.id or 0,
            agent_id=actor.id,
            at=now,
            reached=reached,
            again_on=again_on,
            note=note or None,
        )
    )
    request.state, request.again_on = state, again_on
    request.taken_by = request.taken_until = None
    await _audit(Act.CALL_TRIED, request.id, actor, now, {"reached": reached, "again_on": again_on})


async def _audit(
    act: Act, request_id: int | None, actor: Actor, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    await audit.record(actor.id, act, f"call request {request_id}", now, detail)
