"""What is done with a grievance and the person is told of: step, record and SMS in one transaction.

The steps at the beginning are the bare ones. Those after them are what somebody does at the desk from a page they saw:
each is refused when the page is out of date or the grievance is another's, and stands in the audit trail.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.grievances.filing import DECIDED, GrievanceState, Level, Sensitivity, above, due_dates, may_be_told, reopen
from core.numbers.msisdn import can_get_sms
from core.outbox.notices import Notice, NoticeKind, queue_notice
from core.platform.database import reading, writing
from core.platform.settings import settings
from core.staff import acts, audit
from core.staff.agents import Actor, Role, Scope
from core.staff.permissions import NotAllowed, Permission, may, must
from core.text.folding import fold
from core.text.languages import Language

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
    call_safe: bool | None
    version: int
    assigned_to: int | None
    touched_at: datetime | None
    decided_by: int | None
    appealed: bool


FIND = text(
    "SELECT id, reference, category, state, level, sensitivity, msisdn, language, household_id, anonymous, sms_safe, "
    "call_safe, version, assigned_to, touched_at, decided_by, reopen_count FROM grievance "
    "WHERE reference = :reference FOR UPDATE"
)
NOTE = text(
    "INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, agent_id, note, told, again_on) "
    "VALUES (:id, :at, :kind, :from_state, :to_state, :agent_id, :note, :told, :again_on) RETURNING id"
)
FIRST_ANSWERED: Final = "touched_at = :now, first_answered_at = coalesce(first_answered_at, :now)"
WAIT = text(
    f"UPDATE grievance SET state = 'waiting', waiting_since = :now, {FIRST_ANSWERED} WHERE id = :id"  # noqa: S608
)
DECIDE = text(
    "UPDATE grievance SET state = :state, answer = :answer, decided_at = :now, decided_by = :agent_id, "  # noqa: S608
    f"waiting_since = NULL, call_again_on = NULL, {FIRST_ANSWERED} WHERE id = :id"
)
ESCALATE = text(
    "UPDATE grievance SET level = :level, first_answer_due = :first_answer_due, "  # noqa: S608
    "decision_due = :decision_due, state = :state, escalated_at = :now, assigned_to = NULL, assigned_at = NULL, "
    f"waiting_since = NULL, call_again_on = NULL, {FIRST_ANSWERED} WHERE id = :id"
)


async def ask_information(reference: str, agent_id: int | None, note: str, now: datetime) -> None:
    """Wait for something the person has to tell, and ask them to call; raises StepNotPossible."""
    async with writing() as session:
        found = await _find(session, reference, OPEN)
        await session.execute(WAIT, {"id": found.id, "now": now})
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
        values = {"id": found.id, "state": state.value, "answer": answer, "agent_id": agent_id, "now": now}
        await session.execute(DECIDE, values)
        event = await _note(session, found, "decided", state, agent_id, None, now)
        filling = {"text": answer, "rejected": state is GrievanceState.REJECTED}
        await _tell(found, NoticeKind.DECIDED, event, {} if found.sensitive else filling, now)


async def escalate(reference: str, agent_id: int | None, note: str, now: datetime) -> Level:
    """Pass it to the level above, with new delays from `now` and nobody's there yet; give that level.

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
        state = GrievanceState.IN_PROGRESS if found.state is GrievanceState.WAITING else found.state
        values = {"id": found.id, "level": level.value, "state": state.value, "now": now}
        await session.execute(ESCALATE, values | due)
        event = await _note(session, found, "escalated", state, agent_id, note, now)
        await _tell(found, NoticeKind.ESCALATED, event, {"due": decision_due.isoformat()}, now)
    return level


async def _load(session: AsyncSession, reference: str) -> _Found | None:
    row = (await session.execute(FIND, {"reference": reference})).one_or_none()
    if row is None:
        return None
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
        call_safe=row.call_safe,
        version=row.version,
        assigned_to=row.assigned_to,
        touched_at=row.touched_at,
        decided_by=row.decided_by,
        appealed=row.reopen_count > 0,
    )


async def _find(session: AsyncSession, reference: str, states: Collection[GrievanceState]) -> _Found:
    found = await _load(session, reference)
    if found is None or found.state not in states:
        raise StepNotPossible(reference if found is None else f"{reference} is {found.state}")
    return found


async def _note(
    session: AsyncSession,
    found: _Found,
    kind: str,
    to: GrievanceState,
    agent_id: int | None,
    note: str | None,
    now: datetime,
    *,
    told: bool | None = None,
    again_on: date | None = None,
) -> int:
    values = {"id": found.id, "at": now, "kind": kind, "from_state": found.state.value, "to_state": to.value}
    values |= {"agent_id": agent_id, "note": note, "told": found.told if told is None else told, "again_on": again_on}
    event: int = await session.scalar(NOTE, values)
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
    await queue_notice(notice, now)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed of a grievance: its version, and the last of its steps."""

    version: int
    event: int


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to a grievance, from a page that showed it as it was `seen`."""

    actor: Actor
    reference: str
    seen: Seen
    now: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A step that somebody else took meanwhile; `name` is None for the person themselves or the line."""

    at: datetime
    kind: str
    to_state: GrievanceState
    name: str | None


class NotThere(StepNotPossible):
    """There is no such grievance, or it is not for this person to see."""


class Stale(StepNotPossible):
    """The page is out of date; `changes` are the steps since."""

    def __init__(self, changes: tuple[Change, ...]) -> None:
        super().__init__("the page is out of date")
        self.changes = changes


class NotYours(StepNotPossible):
    """It is another's, or nobody's yet; `name` is whose."""

    def __init__(self, name: str | None) -> None:
        super().__init__(f"it is with {name or 'nobody'}")
        self.name = name


class DecidedBefore(StepNotPossible):
    """Whoever decided a grievance neither takes nor decides its appeal."""


class CallNotSafe(StepNotPossible):
    """The person did not say that a call is safe."""


class NobodyToTell(StepNotPossible):
    """The grievance has no telephone number."""


class WordsMissing(ValueError):
    """This needs words, and there are none."""


class NotForThem(ValueError):
    """A grievance is given only to somebody who may see it and did not decide it before."""


REACHES: Final[Mapping[Scope, tuple[Level, ...]]] = {
    Scope.COMMUNE: (Level.VILLAGE, Level.COMMUNE),
    Scope.CERCLE: (Level.VILLAGE, Level.COMMUNE, Level.CERCLE),
    Scope.REGION: (Level.VILLAGE, Level.COMMUNE, Level.CERCLE, Level.REGION),
    Scope.NATIONAL: tuple(Level),
}
"""The levels of the ladder that are worked on at each kind of place."""


def levels(actor: Actor) -> tuple[Level, ...]:
    """The levels somebody works on; sensitive grievances are on no ladder."""
    return tuple(Level) if may(actor, Permission.READ_SENSITIVE) else REACHES[actor.scope_kind]


def untouched_before(now: datetime) -> datetime:
    """A grievance that was taken before this and not touched since is anybody's again."""
    return now - timedelta(minutes=settings().desk_untouched_minutes)


SINCE = text(
    "SELECT at, kind, to_state, agent.name FROM grievance_event LEFT JOIN agent ON agent.id = agent_id "
    "WHERE grievance_id = :id AND grievance_event.id > :event ORDER BY grievance_event.id"
)
HOLDER = text("SELECT name FROM agent WHERE id = :id")
GIVE = text(
    "UPDATE grievance SET state = 'assigned', assigned_to = :agent_id, assigned_at = :now, touched_at = :now, "
    "waiting_since = NULL WHERE id = :id"
)
TOUCH = text(
    "UPDATE grievance SET state = :state, touched_at = :now, call_again_on = CAST(:again_on AS date), "
    "waiting_since = CASE WHEN :waits THEN waiting_since END, first_answered_at = "
    "CASE WHEN :told THEN coalesce(first_answered_at, :now) ELSE first_answered_at END WHERE id = :id"
)
TOUCH_NOTED = text("UPDATE grievance SET state = :state, touched_at = :now WHERE id = :id")
CLOSE = text("UPDATE grievance SET state = 'closed' WHERE id = :id")
MAY_HAVE = text("""
SELECT agent.id, agent.name, agent.role, agent.scope_kind FROM grievance
LEFT JOIN commune ON commune.pcode = grievance.commune_pcode LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
JOIN agent ON agent.disabled_at IS NULL
    AND CASE sensitivity WHEN 'sensitive' THEN agent.role = 'focal' ELSE agent.role IN ('agent', 'supervisor') END
    AND (agent.scope_code IS NULL OR agent.scope_code IN (commune.pcode, cercle.pcode, cercle.region_pcode))
    AND NOT (reopen_count > 0 AND agent.id IS NOT DISTINCT FROM decided_by)
    AND (sensitivity = 'sensitive' OR level = ANY (CASE agent.scope_kind
        WHEN 'commune' THEN ARRAY['village', 'commune'] WHEN 'cercle' THEN ARRAY['village', 'commune', 'cercle']
        WHEN 'region' THEN ARRAY['village', 'commune', 'cercle', 'region'] ELSE ARRAY[level] END))
WHERE reference = :reference ORDER BY agent.name, agent.id
""")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a grievance may be given to."""

    id: int
    name: str
    role: Role
    scope_kind: Scope


async def may_have(reference: str) -> tuple[Colleague, ...]:
    """Who may be given a grievance: who sees it, works on its level, and did not decide what is appealed."""
    async with reading() as connection:
        rows = await connection.execute(MAY_HAVE, {"reference": reference})
    return tuple(Colleague(row.id, row.name, Role(row.role), Scope(row.scope_kind)) for row in rows)


async def take(act: Act) -> None:
    """Take a grievance that nobody has. Raises Stale, NotYours, DecidedBefore, NotAllowed for one above one's level."""
    async with _doing(act, acts.Act.GRIEVANCE_TAKEN) as (session, found):
        _open(found)
        _may_decide(found, act.actor)
        if found.level not in levels(act.actor):
            raise NotAllowed(found.level)
        free = found.assigned_to in (None, act.actor.id) or (
            found.state is GrievanceState.ASSIGNED
            and found.touched_at is not None
            and found.touched_at < untouched_before(act.now)
        )
        if not free:
            raise NotYours(await _holder(session, found))
        await session.execute(GIVE, {"id": found.id, "agent_id": act.actor.id, "now": act.now})
        await _note(session, found, "taken", GrievanceState.ASSIGNED, act.actor.id, None, act.now, told=False)


async def assign(act: Act, agent_id: int) -> None:
    """Give it to somebody: what supervisors do, and focal persons among themselves.

    Raises Stale, NotAllowed, and NotForThem for somebody who may not have it.
    """
    must(act.actor, Permission.ASSIGN_GRIEVANCES)
    async with _doing(act, acts.Act.GRIEVANCE_ASSIGNED, {"to": agent_id}) as (session, found):
        _open(found)
        chosen = next((each for each in await may_have(act.reference) if each.id == agent_id), None)
        if chosen is None:
            raise NotForThem(str(agent_id))
        await session.execute(GIVE, {"id": found.id, "agent_id": agent_id, "now": act.now})
        await _note(session, found, "assigned", GrievanceState.ASSIGNED, act.actor.id, chosen.name, act.now, told=False)


async def write_note(act: Act, words: str) -> None:
    """Write down something that only the desk reads. Raises Stale and WordsMissing."""
    _worded(words)
    async with _doing(act, acts.Act.GRIEVANCE_NOTED) as (session, found):
        state = found.state
        if found.assigned_to == act.actor.id and state in (GrievanceState.RECEIVED, GrievanceState.ASSIGNED):
            state = GrievanceState.IN_PROGRESS
        if found.assigned_to == act.actor.id and state in OPEN:
            await session.execute(TOUCH_NOTED, {"id": found.id, "state": state.value, "now": act.now})
        await _note(session, found, "note", state, act.actor.id, words, act.now, told=False)


async def ask(act: Act, words: str) -> None:
    """Ask the person for something; `words` are for the desk, the SMS only asks them to call.

    Raises Stale, NotYours, WordsMissing, NobodyToTell.
    """
    _worded(words)
    async with _doing(act, acts.Act.GRIEVANCE_INFORMATION_ASKED) as (session, found):
        await _held(session, found, act.actor)
        if found.msisdn is None:
            raise NobodyToTell(act.reference)
        await ask_information(act.reference, act.actor.id, words, act.now)


async def answer(act: Act, state: GrievanceState, words: str) -> None:
    """Decide it with the text that the person reads.

    Raises Stale, NotYours, DecidedBefore, WordsMissing, and NoRule for a character that no phone can show.
    """
    _worded(words)
    if settings().alphabet == "gsm7":
        fold(words)
    async with _doing(act, acts.Act.GRIEVANCE_DECIDED, {"state": state.value}) as (session, found):
        _may_decide(found, act.actor)
        await _held(session, found, act.actor)
        await decide(act.reference, act.actor.id, state, words, act.now)


async def send_up(act: Act, words: str) -> Level:
    """Pass it up the ladder, with why; give the new level. Raises Stale, NotYours, WordsMissing, SensitiveStaysPut."""
    _worded(words)
    async with _doing(act, acts.Act.GRIEVANCE_ESCALATED) as (session, found):
        await _held(session, found, act.actor)
        return await escalate(act.reference, act.actor.id, words, act.now)


async def appeal(act: Act, words: str) -> None:
    """Reopen it once for the person, who does not agree, with why. Raises Stale, WordsMissing, StepNotPossible."""
    _worded(words)
    async with _doing(act, acts.Act.GRIEVANCE_REOPENED):
        key = f"desk:{act.reference}:{act.seen.version}"
        if await reopen(act.reference, key, act.now, agent_id=act.actor.id, note=words) is None:
            raise StepNotPossible(f"{act.reference} cannot be reopened")


async def close(act: Act) -> None:
    """Conclude what is decided. Raises Stale, and NotYours for who neither decided it nor supervises."""
    async with _doing(act, acts.Act.GRIEVANCE_CLOSED) as (session, found):
        if found.state not in (GrievanceState.RESOLVED, GrievanceState.REJECTED):
            raise StepNotPossible(f"{act.reference} is {found.state}")
        if not may(act.actor, Permission.CLOSE_OF_OTHERS) and act.actor.id not in (found.assigned_to, found.decided_by):
            raise NotYours(await _holder(session, found))
        await session.execute(CLOSE, {"id": found.id})
        await _note(session, found, "closed", GrievanceState.CLOSED, act.actor.id, None, act.now, told=False)


async def log_call(act: Act, *, reached: bool, again_on: date | None, words: str) -> None:
    """Write down a call to the person, and when to call again.

    Raises Stale, NotYours, NobodyToTell, and CallNotSafe for a sensitive one unless a call was said to be safe.
    """
    async with _doing(act, acts.Act.GRIEVANCE_CALLED, {"reached": reached}) as (session, found):
        await _held(session, found, act.actor)
        if found.msisdn is None:
            raise NobodyToTell(act.reference)
        if found.sensitive and found.call_safe is not True:
            raise CallNotSafe(act.reference)
        waits = found.state is GrievanceState.WAITING and not reached
        state = found.state if waits else GrievanceState.IN_PROGRESS
        values = {"id": found.id, "state": state.value, "now": act.now, "again_on": again_on, "told": reached}
        await session.execute(TOUCH, values | {"waits": waits})
        kind = "called" if reached else "not_reached"
        await _note(session, found, kind, state, act.actor.id, words or None, act.now, told=reached, again_on=again_on)


@asynccontextmanager
async def _doing(
    act: Act, name: acts.Act, detail: Mapping[str, Any] | None = None
) -> AsyncIterator[tuple[AsyncSession, _Found]]:
    """The transaction of an act on what the page showed; it stands in the audit trail once it is done."""
    async with writing() as session:
        found = await _load(session, act.reference)
        if found is None:
            raise NotThere(act.reference)
        if found.version != act.seen.version:
            rows = await session.execute(SINCE, {"id": found.id, "event": act.seen.event})
            raise Stale(tuple(Change(row.at, row.kind, GrievanceState(row.to_state), row.name) for row in rows))
        yield session, found
        await audit.note(act.actor.id, name, f"grievance {act.reference}", act.now, detail)


def _open(found: _Found) -> None:
    if found.state not in OPEN:
        raise StepNotPossible(f"{found.reference} is {found.state}")


async def _held(session: AsyncSession, found: _Found, actor: Actor) -> None:
    """Raise unless it is open and with whoever acts."""
    _open(found)
    if found.assigned_to != actor.id:
        raise NotYours(await _holder(session, found))


async def _holder(session: AsyncSession, found: _Found) -> str | None:
    name: str | None = await session.scalar(HOLDER, {"id": found.assigned_to})
    return name


def _may_decide(found: _Found, actor: Actor) -> None:
    if found.appealed and found.decided_by == actor.id:
        raise DecidedBefore(found.reference)


def _worded(words: str) -> None:
    if not words.strip():
        raise WordsMissing
