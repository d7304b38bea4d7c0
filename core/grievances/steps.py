"""What is done with a grievance: the step, its record, the SMS that tells it and the audit trail in one transaction.

Each is done by somebody at the desk from a page that they saw, and refused where `rules` refuses it or the page is out
of date. What the person does on the line is in `by_person`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from core.grievances.calendar import due_dates
from core.grievances.changes import NOBODYS, Values, answered, change, go_on, open_again, write_event
from core.grievances.colleagues import may_have
from core.grievances.followers import close_followers, decide_followers
from core.grievances.locked import Locked, ShownVersion, lock_as_shown, lock_now
from core.grievances.near_numbers import near_numbers
from core.grievances.own_words import own_words
from core.grievances.prepared_answers import count_use
from core.grievances.rules import check_words, refusal
from core.grievances.secrecy import in_the_trail
from core.grievances.step_sms import stop_decision, tell_step
from core.grievances.vocabulary import DECIDED, DECISIONS, OPEN, GrievanceState, GrievanceStep, Level, above
from core.outbox.notice_kinds import NoticeKind
from core.platform.database import Session, writing
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor


@dataclass(frozen=True, slots=True)
class DeskVisit:
    """Somebody at the page of a grievance: who, which, as it was shown to them, and when they act."""

    actor: Actor
    reference: str
    shown: ShownVersion
    now: datetime


class NotForThem(JigiError, ValueError):
    """A grievance is given only to somebody who may see it and did not decide it before."""


AUDITED: Final[Mapping[GrievanceStep, Act]] = {
    GrievanceStep.TAKE: Act.GRIEVANCE_TAKEN,
    GrievanceStep.ASSIGN: Act.GRIEVANCE_ASSIGNED,
    GrievanceStep.NOTE: Act.GRIEVANCE_NOTED,
    GrievanceStep.ASK: Act.GRIEVANCE_INFORMATION_ASKED,
    GrievanceStep.DECIDE: Act.GRIEVANCE_DECIDED,
    GrievanceStep.ESCALATE: Act.GRIEVANCE_ESCALATED,
    GrievanceStep.REOPEN: Act.GRIEVANCE_REOPENED,
    GrievanceStep.RESUME: Act.GRIEVANCE_REOPENED,
    GrievanceStep.CLOSE: Act.GRIEVANCE_CLOSED,
    GrievanceStep.REACH: Act.GRIEVANCE_CALLED,
    GrievanceStep.MISS: Act.GRIEVANCE_CALLED,
    GrievanceStep.RECLASSIFY: Act.GRIEVANCE_RECLASSIFIED,
    GrievanceStep.ENTRUST: Act.GRIEVANCE_ENTRUSTED,
    GrievanceStep.RELEASE: Act.GRIEVANCE_RELEASED,
    GrievanceStep.AMEND: Act.GRIEVANCE_AMENDED,
    GrievanceStep.IDENTIFY: Act.IDENTITY_CHECKED,
    GrievanceStep.MERGE: Act.GRIEVANCE_MERGED,
    GrievanceStep.PART: Act.GRIEVANCE_PARTED,
    GrievanceStep.ATTACH: Act.FILE_ATTACHED,
    GrievanceStep.DETACH: Act.FILE_DETACHED,
    GrievanceStep.REFER: Act.GRIEVANCE_REFERRED,
    GrievanceStep.OUTCOME: Act.GRIEVANCE_REFERRED,
}
"""What the audit trail calls each step."""


async def take(visit: DeskVisit) -> None:
    """Take a grievance that nobody has."""
    async with taking(visit, GrievanceStep.TAKE) as (session, case):
        await _give(session, visit, case, visit.actor.id)
        await write_event(session, case, GrievanceStep.TAKE, GrievanceState.ASSIGNED, **by(visit))


async def assign(visit: DeskVisit, agent_id: int) -> None:
    """Give it to somebody; raises NotForThem for one who may not have it."""
    async with taking(visit, GrievanceStep.ASSIGN, {"to": agent_id}) as (session, case):
        chosen = next((each for each in await may_have(visit.reference, visit.now.date()) if each.id == agent_id), None)
        if chosen is None:
            raise NotForThem(str(agent_id))
        await _give(session, visit, case, agent_id)
        await write_event(session, case, GrievanceStep.ASSIGN, GrievanceState.ASSIGNED, **by(visit), note=chosen.name)


async def note(visit: DeskVisit, words: str) -> None:
    """Write down something that only the desk reads; it is under way once its holder does.

    What changed meanwhile is no reason to refuse it: nothing of the page is decided by it.
    """
    check_words(GrievanceStep.NOTE, words)
    async with taking(visit, GrievanceStep.NOTE, lock_it=lock_now) as (session, case):
        state = case.state
        own = case.assigned_to == visit.actor.id and state in OPEN
        if own and state in (GrievanceState.RECEIVED, GrievanceState.ASSIGNED):
            state = GrievanceState.IN_PROGRESS
        if own:
            await change(session, case, state, touched_at=visit.now)
        await write_event(session, case, GrievanceStep.NOTE, state, **by(visit), note=words)


async def ask(visit: DeskVisit, words: str) -> None:
    """Wait for something the person has to tell: the line shows `words` to them, the SMS only asks them to call.

    Raises what `check_words` does for words that no person may be shown.
    """
    check_words(GrievanceStep.ASK, words, await near_numbers(visit.reference))
    async with taking(visit, GrievanceStep.ASK) as (session, case):
        words = await own_words(words, case, visit.now.date())
        await change(session, case, GrievanceState.WAITING, **answered(visit.now), waiting_since=visit.now)
        event = await write_event(
            session, case, GrievanceStep.ASK, GrievanceState.WAITING, **by(visit), note=words, told=case.sms_goes
        )
        await tell_step(case, NoticeKind.INFORMATION, event, {}, visit.now)


async def decide(visit: DeskVisit, state: GrievanceState, words: str) -> None:
    """Decide it with the text that the person reads.

    Raises ValueError for a state that is no decision, and what `check_words` does for a text that no SMS may hold.
    """
    if state not in DECISIONS:
        raise ValueError(f"{state} is no decision")
    check_words(GrievanceStep.DECIDE, words, await near_numbers(visit.reference))
    async with taking(visit, GrievanceStep.DECIDE, {"state": state.value}) as (session, case):
        await count_use(case.category, words.strip())
        words = await own_words(words, case, visit.now.date())
        decision = {"answer": words, "decided_at": visit.now, "decided_by": visit.actor.id}
        values: Values = {**decision, **answered(visit.now), "waiting_since": None, "call_again_on": None}
        await change(session, case, state, **values)
        event = await write_event(session, case, GrievanceStep.DECIDE, state, **by(visit), told=case.sms_goes)
        await decide_followers(session, case, GrievanceStep.DECIDE, state, values, by(visit))
        filling = {"text": words, "rejected": state is GrievanceState.REJECTED}
        await tell_step(case, NoticeKind.DECIDED, event, {} if case.sensitive else filling, visit.now)


async def amend(visit: DeskVisit, state: GrievanceState, words: str) -> None:
    """Correct a decision shortly after it was given: a second SMS tells it, and the person may still appeal.

    It says that it corrects, unless the SMS of the first did not leave yet: that one never does. When it was decided,
    and by whom, stays. Raises what `decide` raises.
    """
    if state not in DECISIONS:
        raise ValueError(f"{state} is no decision")
    check_words(GrievanceStep.AMEND, words, await near_numbers(visit.reference))
    async with taking(visit, GrievanceStep.AMEND, {"state": state.value}) as (session, case):
        words = await own_words(words, case, visit.now.date())
        corrects = not await stop_decision(case.id, visit.now)
        values: Values = {"answer": words, "solved": None, "touched_at": visit.now}
        await change(session, case, state, **values)
        event = await write_event(session, case, GrievanceStep.AMEND, state, **by(visit), told=case.sms_goes)
        await decide_followers(session, case, GrievanceStep.AMEND, state, values, by(visit))
        filling = {"text": words, "rejected": state is GrievanceState.REJECTED, "corrects": corrects}
        await tell_step(case, NoticeKind.DECIDED, event, {} if case.sensitive else filling, visit.now)


async def escalate(visit: DeskVisit, words: str) -> Level:
    """Pass it to the level above, with why, new delays from now and nobody's there yet; give that level."""
    check_words(GrievanceStep.ESCALATE, words)
    async with taking(visit, GrievanceStep.ESCALATE) as (session, case):
        level = above(case.level)
        first_answer_due, decision_due = await due_dates(case.category, visit.now.date())
        due = {"level": level, "first_answer_due": first_answer_due, "decision_due": decision_due}
        state = GrievanceState.IN_PROGRESS if case.state is GrievanceState.WAITING else case.state
        await change(session, case, state, **due, **NOBODYS, **answered(visit.now), escalated_at=visit.now)
        event = await write_event(
            session, case, GrievanceStep.ESCALATE, state, **by(visit), note=words, told=case.sms_goes
        )
        await tell_step(case, NoticeKind.ESCALATED, event, {"due": decision_due.isoformat()}, visit.now)
    return level


async def reopen(visit: DeskVisit, words: str) -> None:
    """Reopen it for the person, who does not agree, with why."""
    check_words(GrievanceStep.REOPEN, words)
    async with taking(visit, GrievanceStep.REOPEN) as (session, case):
        key = f"desk:{visit.reference}:{visit.shown.version}"
        await open_again(session, case, key, visit.now, visit.actor.id, words)


async def resume(visit: DeskVisit, words: str) -> None:
    """Go on with what was closed because the person said nothing; `words` may say how they came back."""
    check_words(GrievanceStep.RESUME, words)
    async with taking(visit, GrievanceStep.RESUME) as (session, case):
        key = f"desk:{visit.reference}:{visit.shown.version}"
        await go_on(session, case, key, visit.now, visit.actor.id, words or None)


async def close(visit: DeskVisit) -> None:
    """Conclude what is decided."""
    async with taking(visit, GrievanceStep.CLOSE) as (session, case):
        await change(session, case, GrievanceState.CLOSED)
        await write_event(session, case, GrievanceStep.CLOSE, GrievanceState.CLOSED, **by(visit))
        await close_followers(session, case, by(visit))


async def call(visit: DeskVisit, *, reached: bool, again_on: date | None, words: str) -> None:
    """Write down a call to the person, and when to call again; of a decided one, the call in which it was told."""
    step = GrievanceStep.REACH if reached else GrievanceStep.MISS
    check_words(step, words)
    async with taking(visit, step, {"reached": reached}) as (session, case):
        if case.state in DECIDED:
            event: Values = {"note": words or None, "told": reached, "again_on": again_on}
            await change(session, case, case.state, touched_at=visit.now, call_again_on=again_on)
            await write_event(session, case, step, case.state, **by(visit), **event)
            return
        waits = case.state is GrievanceState.WAITING and not reached
        state = case.state if waits else GrievanceState.IN_PROGRESS
        values: Values = answered(visit.now) if reached else {"touched_at": visit.now}
        values |= {} if waits else {"waiting_since": None}
        await change(session, case, state, **values, call_again_on=again_on)
        await write_event(session, case, step, state, **by(visit), note=words or None, told=reached, again_on=again_on)


@asynccontextmanager
async def taking(
    visit: DeskVisit,
    step: GrievanceStep,
    detail: Mapping[str, Any] | None = None,
    lock_it: Callable[[str, ShownVersion], Awaitable[Locked]] = lock_as_shown,
) -> AsyncIterator[tuple[Session, Locked]]:
    """The transaction of a step that the rules allow; it stands in the audit trail once it is done.

    Raises NotThere, Stale, NotAllowed and each StepNotPossible of `rules`.
    """
    async with writing() as session:
        case = await lock_it(visit.reference, visit.shown)
        why = refusal(step, case, visit.actor, visit.now)
        if why:
            raise why
        yield session, case
        behind = case.sensitive or step is GrievanceStep.ENTRUST
        about = in_the_trail(case.reference, case.id, sensitive=behind)
        await audit.record(visit.actor.id, AUDITED[step], about, visit.now, detail)


async def _give(session: Session, visit: DeskVisit, case: Locked, agent_id: int) -> None:
    moments = {"assigned_at": visit.now, "touched_at": visit.now, "waiting_since": None}
    await change(session, case, GrievanceState.ASSIGNED, assigned_to=agent_id, **moments)


def by(visit: DeskVisit) -> Values:
    """Who takes a step, and when, as the timeline keeps it."""
    return {"at": visit.now, "agent_id": visit.actor.id}
