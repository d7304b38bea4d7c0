"""Requests to be called back by the desk."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from core.columns import Row, one_of
from core.languages import Language


class CallbackState(StrEnum):
    """What became of the request."""

    ASKED = "asked"
    CALLED = "called"
    UNREACHABLE = "unreachable"


class CallbackRequest(Row, table=True):
    """Someone to call: `msisdn` is the number to dial, `key` makes a repeated request do nothing."""

    __tablename__ = "callback_request"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    msisdn: str
    language: Language = Field(sa_type=one_of(Language))
    household_id: int | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    asked_at: datetime
    state: CallbackState = Field(sa_type=one_of(CallbackState))
