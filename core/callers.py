"""Callers: what a phone's number tells of who is calling, and what that phone chose."""

from datetime import datetime

from sqlmodel import Field

from core.columns import Row, one_of, stamped
from core.languages import Language


class Phone(Row, table=True):
    """A phone that chose a language or stopped its SMS; it need not belong to a household."""

    __tablename__ = "phone"

    msisdn: str = Field(primary_key=True)
    language: Language | None = Field(default=None, sa_type=one_of(Language))
    sms_stopped_at: datetime | None = None
    created_at: datetime = stamped()
    updated_at: datetime = stamped()
