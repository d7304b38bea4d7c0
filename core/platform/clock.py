"""The database's time, so that what several machines agree on does not hang on the clock of one of them.

Windows, holds, claims and signs of life are moments that one machine writes and another reads. Each process asks the
database what time it is now and then, and counts on from there by a clock that nobody sets.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from core.platform import sql

KEPT_SECONDS: Final = 60.0
"""How long a time that was asked for is counted on from."""


class DatabaseClock:
    """Tells the database's time; this machine's, until the database was asked once."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._moment: datetime | None = None
        self._asked_at = 0.0

    def now(self) -> datetime:
        """The time, as far as it is known."""
        if self._moment is None:
            return datetime.now(UTC)
        return self._moment + timedelta(seconds=self._monotonic() - self._asked_at)

    async def ask(self) -> datetime:
        """Ask the database, and give the time; raises what the database raises."""
        before = self._monotonic()
        moment: datetime = await sql.scalar("SELECT clock_timestamp()")
        after = self._monotonic()
        self._moment, self._asked_at = moment + timedelta(seconds=(after - before) / 2), after
        return self.now()

    async def fresh(self) -> datetime:
        """The time, asked for anew where it was long ago."""
        if self._moment is None or self._monotonic() - self._asked_at > KEPT_SECONDS:
            await self.ask()
        return self.now()
