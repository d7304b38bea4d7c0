"""Requests to be called back by the desk."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from core.columns import Row, one_of
from core.database import reading, writing
from core.languages import Language
from core.notices import Notice, NoticeKind, tell


class CallbackState(StrEnum):
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


class CallbackRequest(Row, table=True):
    """Someone to call: `msisdn` is the number to dial, `key` makes a repeated request do nothing."""

    __tablename__ = "callback_request"
    __table_args__ = (
        Index("ix_callback_request_open", "asked_at", postgresql_where=text("state IN ('asked', 'agreed')")),
        Index("ix_callback_request_msisdn", "msisdn"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    msisdn: str
    language: Language = Field(sa_type=one_of(Language))
    household_id: int | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    asked_at: datetime
    state: CallbackState = Field(sa_type=one_of(CallbackState))
    agreed_on: date | None = None
    agreed_period: Period | None = Field(default=None, sa_type=one_of(Period))


class CallbackTry(Row, table=True):
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


OPEN = text(
    "SELECT msisdn, language, household_id, agreed_on, agreed_period FROM callback_request "
    "WHERE id = :id AND state IN ('asked', 'agreed') FOR UPDATE"
)
AGREE = text("UPDATE callback_request SET state = 'agreed', agreed_on = :day, agreed_period = :period WHERE id = :id")


async def agree_call(request_id: int, day: date, period: Period, now: datetime) -> bool:
    """Agree when somebody will be called, and tell them by SMS; False when they were called already."""
    async with writing() as session:
        found = (await session.execute(OPEN, {"id": request_id})).one_or_none()
        if found is None:
            return False
        if (found.agreed_on, found.agreed_period) == (day, period):
            return True
        await session.execute(AGREE, {"id": request_id, "day": day, "period": period.value})
        notice = Notice(
            key=f"call {request_id} {day} {period} after {found.agreed_on} {found.agreed_period} {now.isoformat()}",
            kind=NoticeKind.CALL_AGREED,
            msisdn=found.msisdn,
            language=Language(found.language),
            filling={"day": day.isoformat(), "period": period.value},
            not_after=datetime.combine(day + timedelta(days=1), time(0), UTC),
            household_id=found.household_id,
        )
        await tell(notice, now)
    return True
