"""The journal of calls: which hop did what, so that a repeated or replayed one does nothing twice."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.platform.columns import Row, stamped
from core.platform.database import reading, writing


class UssdJournal(Row, table=True):
    """One hop that must not happen twice and the state of the call after it."""

    __tablename__ = "ussd_journal"
    __table_args__ = (Index("ix_ussd_journal_session_id_position", "session_id", "position"),)

    key: str = Field(primary_key=True)
    session_id: str
    position: int
    state: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    at: datetime = stamped()


class NotKeptError(RuntimeError):
    """A hop was done once and its state was not kept; what it did is undone."""


class Entry:
    """A hop being done: `before` is the state kept if it was done already, else the caller does it and keeps one."""

    def __init__(self, before: dict[str, Any] | None) -> None:
        self.before = before
        self.after: dict[str, Any] | None = None

    def keep(self, state: dict[str, Any]) -> None:
        """Keep this JSON state of the call; the last one given counts."""
        self.after = state


LAST = text(
    "SELECT state FROM ussd_journal WHERE session_id = :session_id AND position <= :upto AND state IS NOT NULL "
    "ORDER BY position DESC, at DESC LIMIT 1"
)
CLAIM = text(
    "INSERT INTO ussd_journal (key, session_id, position) VALUES (:key, :session_id, :position) "
    "ON CONFLICT (key) DO NOTHING RETURNING key"
)
BEFORE = text("SELECT state FROM ussd_journal WHERE key = :key")
FULFIL = text("UPDATE ussd_journal SET state = CAST(:state AS jsonb) WHERE key = :key")
KEEP = text(
    "INSERT INTO ussd_journal (key, session_id, position, state) "
    "VALUES (:key, :session_id, :position, CAST(:state AS jsonb)) "
    "ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state"
)


class Journal:
    """The journal on PostgreSQL."""

    async def last(self, session_id: str, upto: int) -> dict[str, Any] | None:
        """The state kept at the greatest position of the session that is not past `upto`, or None."""
        async with reading() as connection:
            state: dict[str, Any] | None = await connection.scalar(LAST, {"session_id": session_id, "upto": upto})
        return state

    async def keep(self, key: str, session_id: str, position: int, state: dict[str, Any]) -> None:
        """Keep the state of a hop that may happen again; the last one kept counts."""
        values = {"key": key, "session_id": session_id, "position": position, "state": json.dumps(state)}
        async with reading() as connection:  # one statement, a transaction of its own
            await connection.execute(KEEP, values)

    @asynccontextmanager
    async def once(self, key: str, session_id: str, position: int) -> AsyncIterator[Entry]:
        """Do a hop once, in one transaction with whatever `core` writes inside; a copy that comes meanwhile waits.

        An exception undoes it all. Raises NotKeptError when the hop was done and no state was kept.
        """
        async with writing() as session:
            values = {"key": key, "session_id": session_id, "position": position}
            if await session.scalar(CLAIM, values) is None:
                yield Entry(await session.scalar(BEFORE, {"key": key}))
                return
            entry = Entry(None)
            yield entry
            if entry.after is None:
                raise NotKeptError(key)
            await session.execute(FULFIL, {"key": key, "state": json.dumps(entry.after)})
