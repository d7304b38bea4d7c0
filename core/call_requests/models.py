"""The tables of call requests."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from core.call_requests.vocabulary import STILL_OPEN, CallRequestState, Period
from core.platform.columns import TableRow, one_of
from core.text.columns import LanguageCode
from core.text.languages import Language


class CallRequest(TableRow, table=True):
    """Someone to call: `msisdn` is the number to dial, `key` makes a repeated request do nothing.

    `taken_by` dials it now, until `taken_until`; `again_on` is the day it is tried again after no answer.
    """

    __tablename__ = "callback_request"
    __table_args__ = (
        Index("ix_callback_request_open", "asked_at", postgresql_where=text(STILL_OPEN)),
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


class CallAttempt(TableRow, table=True):
    """A call that was tried: reached or not, and when again."""

    __tablename__ = "callback_try"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    callback_request_id: int = Field(foreign_key="callback_request.id", ondelete="CASCADE", index=True)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    at: datetime
    reached: bool
    again_on: date | None = None
    note: str | None = None
