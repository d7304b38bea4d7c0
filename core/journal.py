"""The journal of calls: which hop did what, so that a repeated or replayed one does nothing twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.columns import Row, stamped


class UssdJournal(Row, table=True):
    """One hop that must not happen twice and the state of the call after it."""

    __tablename__ = "ussd_journal"
    __table_args__ = (Index("ix_ussd_journal_session_id_position", "session_id", "position"),)

    key: str = Field(primary_key=True)
    session_id: str
    position: int
    state: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    at: datetime = stamped()
