"""The journal of calls: which hop did what, so that a repeated or replayed one does nothing twice."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.platform import sql
from core.platform.columns import TableRow, stamped
from core.platform.database import writing
from core.platform.errors import JigiError


class UssdJournal(TableRow, table=True):
    """One hop that must not happen twice and the state of the call after it."""

    __tablename__ = "ussd_journal"
    __table_args__ = (Index("ix_ussd_journal_session_id_position", "session_id", "position"),)

    key: str = Field(primary_key=True)
    session_id: str
    position: int
    state: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    at: datetime = stamped()


class NotKept(JigiError, RuntimeError):
    """A hop was done once and its state was not kept; what it did is undone."""


class JournalEntry:
    """A hop being done: `before` is the state kept if it was done already, else the caller does it and keeps one."""

    def __init__(self, before: dict[str, Any] | None) -> None:
        self.before = before
        self.after: dict[str, Any] | None = None

    def keep(self, state: dict[str, Any]) -> None:
        """Keep this JSON state of the call; the last one given counts."""
        self.after = state


LAST: Final = """
SELECT state FROM ussd_journal WHERE session_id = %(session_id)s AND position <= %(upto)s AND state IS NOT NULL
ORDER BY position DESC, at DESC LIMIT 1
"""
CLAIM: Final = """
INSERT INTO ussd_journal (key, session_id, position) VALUES (%(key)s, %(session_id)s, %(position)s)
ON CONFLICT (key) DO NOTHING RETURNING key
"""
BEFORE: Final = "SELECT state FROM ussd_journal WHERE key = %(key)s"
FULFIL: Final = "UPDATE ussd_journal SET state = CAST(%(state)s AS jsonb) WHERE key = %(key)s"
KEEP: Final = """
INSERT INTO ussd_journal (key, session_id, position, state)
VALUES (%(key)s, %(session_id)s, %(position)s, CAST(%(state)s AS jsonb))
ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state
"""


class Journal:
    """The journal on PostgreSQL."""

    async def last(self, session_id: str, upto: int) -> dict[str, Any] | None:
        """The state kept at the greatest position of the session that is not past `upto`, or None."""
        state: dict[str, Any] | None = await sql.scalar(LAST, {"session_id": session_id, "upto": upto})
        return state

    async def keep(self, key: str, session_id: str, position: int, state: dict[str, Any]) -> None:
        """Keep the state of a hop that may happen again; the last one kept counts."""
        values = {"key": key, "session_id": session_id, "position": position, "state": json.dumps(state)}
        await sql.execute(KEEP, values)

    @asynccontextmanager
    async def once(self, key: str, session_id: str, position: int) -> AsyncIterator[JournalEntry]:
        """Do a hop once, in one transaction with whatever `core` writes inside; a copy that comes meanwhile waits.

        An exception undoes it all. Raises NotKept when the hop was done and no state was kept.
        """
        async with writing():
            values = {"key": key, "session_id": session_id, "position": position}
            if await sql.scalar(CLAIM, values) is None:
                yield JournalEntry(await sql.scalar(BEFORE, {"key": key}))
                return
            entry = JournalEntry(None)
            yield entry
            if entry.after is None:
                raise NotKept(key)
            await sql.execute(FULFIL, {"key": key, "state": json.dumps(entry.after)})
