"""Requests to be called back by the desk: asked, taken by one agent, tried, reached or given up."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from core.outbox.notices import Notice, NoticeKind, queue_notice
from core.platform.columns import Row, one_of
from core.platform.database import reading, writing
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.text.columns import LanguageCode
from core.text.languages import Language

TAKEN_FOR: Final = timedelta(minutes=15)
"""How long a call that somebody took is theirs: nobody dials the same number in that time."""

MOST_TRIES: Final = 3
"""Calls without an answer after which somebody counts as unreachable."""


class CallRequestState(StrEnum):
    """What became of the request."""

    ASKED = "asked"
    AGREED = "agreed"
    CALLED = "called"
    UNREACHABLE = "unreachable"


class Period(StrEnum):
    """The part of a day in which somebody will be called."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"


class CallRequest(Row, table=True):
    """Someone to call: `msisdn` is the number to dial, `key` makes a repeated request do nothing.

    `taken_by` dials it now, until `taken_until`; `again_on` is the day it is tried again after no answer.
    """

    __tablename__ = "callback_request"
    __table_args__ = (
        Index("ix_callback_request_open", "asked_at", postgresql_where=text("state IN ('asked', 'agreed')")),
        Index("ix_callback_request_msisdn", "msisdn"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    msisdn: str
    language: Language = Field(sa_type=LanguageCode)
    household_id: int | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    asked_at: datetime
    state: CallRequestState = Field(sa_type=one_of(CallRequestState))
    agreed_on: date | None = None
    agreed_period: Period | None = Field(default=None, sa_type=one_of(Period))
    again_on: date | None = None
    taken_by: int | None = Field(default=None, foreign_key="agent.id")
    taken_until: datetime | None = None


class CallAttempt(Row, table=True):
    """A call that was tried: reached or not, and when again."""

    __tablename__ = "callback_try"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    callback_request_id: int = Field(foreign_key="callback_request.id", ondelete="CASCADE", index=True)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    at: datetime
    reached: bool
    again_on: date | None = None
    note: str | None = None


ASK = text(
    "INSERT INTO callback_request (key, msisdn, language, household_id, asked_at, state) "
    "VALUES (:key, :msisdn, :language, :household_id, :asked_at, 'asked') ON CONFLICT (key) DO NOTHING"
)


async def ask_call(
    key: str, msisdn: str, language: Language, household_id: int | None, now: datetime, number: str | None = None
) -> None:
    """Ask the desk to call `number`, or the calling phone (both E.164); the same `key` again asks nothing more."""
    values = {
        "key": key,
        "msisdn": number or msisdn,
        "language": language.value,
        "household_id": household_id,
        "asked_at": now,
    }
    async with reading() as connection:  # one statement, a transaction of its own
        await connection.execute(ASK, values)


class AlreadyCalled(ValueError):
    """There is no such request, or the person was called or given up already."""


class TakenBySomebody(ValueError):
    """Somebody else calls this person now; the message is their name."""

    def __init__(self, name: str, until: datetime) -> None:
        super().__init__(name)
        self.name = name
        self.until = until


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the desk sees it; `taken_by` is who dials it at this moment, if somebody does."""

    id: int
    msisdn: str
    language: Language
    household_no: str | None
    head_name: str | None
    village: str | None
    commune: str | None
    asked_at: datetime
    state: CallRequestState
    agreed_on: date | None
    agreed_period: Period | None
    again_on: date | None
    tries: int
    tried_at: datetime | None
    taken_by: int | None
    taken_by_name: str | None
    taken_until: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether the person waits to be called still."""
        return self.state in (CallRequestState.ASKED, CallRequestState.AGREED)


@dataclass(frozen=True, slots=True)
class Try:
    """A call that was tried, and by whom."""

    at: datetime
    by: str | None
    reached: bool
    again_on: date | None
    note: str | None


CALL: Final = """
SELECT callback_request.id, callback_request.msisdn, callback_request.language, household_no, head_name, village,
    commune.name AS commune, asked_at, state, agreed_on, agreed_period, again_on,
    (SELECT count(*) FROM callback_try WHERE callback_request_id = callback_request.id) AS tries,
    (SELECT max(at) FROM callback_try WHERE callback_request_id = callback_request.id) AS tried_at,
    CASE WHEN taken_until > :now THEN taken_by END AS taken_by,
    CASE WHEN taken_until > :now THEN agent.name END AS taken_by_name,
    CASE WHEN taken_until > :now THEN taken_until END AS taken_until
FROM callback_request LEFT JOIN household ON household.id = callback_request.household_id
LEFT JOIN commune ON commune.pcode = household.commune_pcode LEFT JOIN agent ON agent.id = taken_by
"""
TO_CALL: Final = text(f"""
{CALL} WHERE state IN ('asked', 'agreed')
ORDER BY greatest(coalesce(again_on, agreed_on), :today) NULLS FIRST, agreed_on IS NULL,
    array_position(ARRAY['morning', 'noon', 'afternoon'], agreed_period), asked_at, id LIMIT :most OFFSET :skip
""")
TO_CALL_COUNT: Final = text("SELECT count(*) FROM callback_request WHERE state IN ('asked', 'agreed')")
ENDED: Final = text(f"""
{CALL} WHERE state IN ('called', 'unreachable') ORDER BY asked_at DESC, id DESC LIMIT :most OFFSET :skip
""")
ENDED_COUNT: Final = text("SELECT count(*) FROM callback_request WHERE state IN ('called', 'unreachable')")
ONE: Final = text(f"{CALL} WHERE callback_request.id = :id")
TRIES: Final = text(
    "SELECT at, agent.name, reached, again_on, note FROM callback_try LEFT JOIN agent ON agent.id = agent_id "
    "WHERE callback_request_id = :id ORDER BY at, callback_try.id"
)


async def to_call(now: datetime, most: int, skip: int = 0) -> tuple[tuple[Call, ...], int]:
    """Who waits to be called, those to call first first, and how many they are."""
    return await _listed(TO_CALL, TO_CALL_COUNT, now, most, skip)


async def ended_calls(now: datetime, most: int, skip: int = 0) -> tuple[tuple[Call, ...], int]:
    """Who was called or given up, newest first, and how many they are."""
    return await _listed(ENDED, ENDED_COUNT, now, most, skip)


async def _listed(rows: Any, count: Any, now: datetime, most: int, skip: int) -> tuple[tuple[Call, ...], int]:
    async with reading() as connection:
        found = await connection.execute(rows, {"now": now, "today": now.date(), "most": most, "skip": skip})
        calls = tuple(_call(row) for row in found)
        return calls, int(await connection.scalar(count) or 0)


async def call(request_id: int, now: datetime) -> Call | None:
    """A request by its number, or None."""
    async with reading() as connection:
        row = (await connection.execute(ONE, {"id": request_id, "now": now})).one_or_none()
    return _call(row) if row else None


async def tries(request_id: int) -> tuple[Try, ...]:
    """The calls that were tried, oldest first."""
    async with reading() as connection:
        return tuple(Try(*row) for row in await connection.execute(TRIES, {"id": request_id}))


def _call(row: Any) -> Call:
    kinds = {
        "language": Language(row.language),
        "state": CallRequestState(row.state),
        "agreed_period": Period(row.agreed_period) if row.agreed_period else None,
    }
    return Call(**{**row._mapping, **kinds})


OPEN = text(
    "SELECT callback_request.id, msisdn, language, household_id, agreed_on, agreed_period, taken_by, taken_until, "
    "(SELECT name FROM agent WHERE agent.id = taken_by) AS taken_by_name, "
    "(SELECT count(*) FROM callback_try WHERE callback_request_id = callback_request.id) AS tries "
    "FROM callback_request WHERE callback_request.id = :id AND state IN ('asked', 'agreed') FOR UPDATE"
)
TAKE: Final = text("UPDATE callback_request SET taken_by = :agent_id, taken_until = :until WHERE id = :id")
GIVE_BACK: Final = text(
    "UPDATE callback_request SET taken_by = NULL, taken_until = NULL WHERE id = :id AND taken_by = :agent_id"
)
LOG: Final = text(
    "INSERT INTO callback_try (callback_request_id, agent_id, at, reached, again_on, note) "
    "VALUES (:id, :agent_id, :now, :reached, :again_on, :note)"
)
TRIED: Final = text(
    "UPDATE callback_request SET state = coalesce(:state, state), again_on = :again_on, taken_by = NULL, "
    "taken_until = NULL WHERE id = :id"
)


async def take_call(request_id: int, actor: Actor, now: datetime) -> None:
    """Call this person oneself, for some minutes; raises AlreadyCalled and TakenBySomebody."""
    async with writing() as session:
        await _mine(session, request_id, actor, now)
        await session.execute(TAKE, {"id": request_id, "agent_id": actor.id, "until": now + TAKEN_FOR})
        await audit.note(actor.id, Act.CALL_TAKEN, f"callback {request_id}", now)


async def give_back(request_id: int, actor: Actor, now: datetime) -> None:
    """Let another call this person after all."""
    async with writing() as session:
        await session.execute(GIVE_BACK, {"id": request_id, "agent_id": actor.id})
        await audit.note(actor.id, Act.CALL_GIVEN_BACK, f"callback {request_id}", now)


async def log_reached(request_id: int, actor: Actor, note: str | None, now: datetime) -> None:
    """The person was reached: the request is done. Raises AlreadyCalled and TakenBySomebody."""
    await _tried(request_id, actor, now, note, reached=True, again_on=None)


async def log_not_reached(
    request_id: int, actor: Actor, again_on: date, note: str | None, now: datetime
) -> CallRequestState | None:
    """Nobody answered: try again on a day, or never again once it was tried often enough, which is then told.

    Raises AlreadyCalled, TakenBySomebody, and ValueError for a day that is past.
    """
    if again_on < now.date():
        raise ValueError("the day to try again is past")
    return await _tried(request_id, actor, now, note, reached=False, again_on=again_on)


async def _tried(
    request_id: int, actor: Actor, now: datetime, note: str | None, *, reached: bool, again_on: date | None
) -> CallRequestState | None:
    async with writing() as session:
        found = await _mine(session, request_id, actor, now)
        state = CallRequestState.CALLED if reached else None
        if not reached and found.tries + 1 >= MOST_TRIES:
            state, again_on = CallRequestState.UNREACHABLE, None
        values = {"id": request_id, "again_on": again_on}
        tried = {"agent_id": actor.id, "now": now, "reached": reached, "note": note or None}
        await session.execute(LOG, values | tried)
        await session.execute(TRIED, values | {"state": state})
        detail = {"reached": reached, "again_on": again_on}
        await audit.note(actor.id, Act.CALL_TRIED, f"callback {request_id}", now, detail)
    return state


async def _mine(session: AsyncSession, request_id: int, actor: Actor, now: datetime) -> Any:
    """The open request, locked, unless somebody else calls this person now."""
    must(actor, Permission.CALL_BACK)
    found = (await session.execute(OPEN, {"id": request_id})).one_or_none()
    if found is None:
        raise AlreadyCalled(request_id)
    if found.taken_until is not None and found.taken_until > now and found.taken_by != actor.id:
        raise TakenBySomebody(found.taken_by_name, found.taken_until)
    return found


AGREE = text(
    "UPDATE callback_request SET state = 'agreed', agreed_on = :day, agreed_period = :period, again_on = NULL "
    "WHERE id = :id"
)


async def agree_call(request_id: int, day: date, period: Period, now: datetime, actor: Actor | None = None) -> bool:
    """Agree when somebody will be called, and tell them by SMS; False when they were called already.

    Raises TakenBySomebody while another than `actor` calls them.
    """
    async with writing() as session:
        found = (await session.execute(OPEN, {"id": request_id})).one_or_none()
        if found is None:
            return False
        if actor is not None:
            await _mine(session, request_id, actor, now)
        if (found.agreed_on, found.agreed_period) == (day, period):
            return True
        await session.execute(AGREE, {"id": request_id, "day": day, "period": period.value})
        if actor is not None:
            detail = {"day": day, "period": period.value}
            await audit.note(actor.id, Act.CALL_AGREED, f"callback {request_id}", now, detail)
        notice = Notice(
            key=f"call {request_id} {day} {period} after {found.agreed_on} {found.agreed_period} {now.isoformat()}",
            kind=NoticeKind.CALL_AGREED,
            msisdn=found.msisdn,
            language=Language(found.language),
            filling={"day": day.isoformat(), "period": period.value},
            not_after=datetime.combine(day + timedelta(days=1), time(0), UTC),
            household_id=found.household_id,
        )
        await queue_notice(notice, now)
    return True


WISHED: Final = text("""
SELECT reference, category, subcategory, grievance.language, grievance.msisdn, grievance.received_at,
    grievance.decision_due, call_again_on AS again_on, household_no, head_name, commune.name AS commune,
    agent.name AS assigned_to
FROM grievance LEFT JOIN household ON household.id = grievance.household_id
LEFT JOIN commune ON commune.pcode = grievance.commune_pcode LEFT JOIN agent ON agent.id = grievance.assigned_to
WHERE call_back AND grievance.state NOT IN ('resolved', 'rejected', 'closed') AND sensitivity <> 'sensitive'
    AND NOT EXISTS (SELECT FROM grievance_event WHERE grievance_id = grievance.id AND kind = 'called')
ORDER BY greatest(call_again_on, :today) NULLS FIRST, grievance.decision_due, grievance.id LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Wished:
    """An open grievance whose person wishes to be called about it and was not yet; the call is logged in the case."""

    reference: str
    category: str
    subcategory: str
    language: Language
    msisdn: str | None
    received_at: datetime
    decision_due: date
    again_on: date | None
    household_no: str | None
    head_name: str | None
    commune: str | None
    assigned_to: str | None


async def wished(now: datetime, most: int) -> tuple[Wished, ...]:
    """Open grievances whose person wishes a call and was not reached, those to call first first; none sensitive."""
    async with reading() as connection:
        rows = await connection.execute(WISHED, {"today": now.date(), "most": most})
    return tuple(Wished(**{**row._mapping, "language": Language(row.language)}) for row in rows)
