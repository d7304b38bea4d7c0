"""What the engine asks of a journal: to remember, beyond Redis, what replaying the typed text would not reproduce.

`core.calls.journal.Journal` is the real one, in PostgreSQL.
"""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class CallJournalEntry(Protocol):
    """One act being done: what it left when it was done before, or the place to keep what it leaves now."""

    @property
    def before(self) -> dict[str, Any] | None:
        """What was kept the first time; None when this is the first time."""
        ...

    def keep(self, state: dict[str, Any]) -> None:
        """Keep this with the act, in the act's own transaction."""
        ...


class CallJournal(Protocol):
    """Places in a call, by session and by how many inputs had been typed."""

    async def last(self, session_id: str, upto: int) -> dict[str, Any] | None:
        """The furthest place kept at or before `upto` inputs."""
        ...

    def once(self, key: str, session_id: str, position: int) -> AbstractAsyncContextManager[CallJournalEntry]:
        """Do something once for `key`: it waits for a copy at work, and undoes all if an exception leaves it."""
        ...

    async def keep(self, key: str, session_id: str, position: int, state: dict[str, Any]) -> None:
        """Keep a place, unless one is kept under `key`."""
        ...
