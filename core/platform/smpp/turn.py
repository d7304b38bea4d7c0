"""Binds that one process holds at a time; where it ends, dies or cannot bind, another takes over.

Whose turn it is stands as a lock in the database, past any pooler: it is free as soon as its holder's connection ends.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import psycopg
import structlog

from core.platform.background import come_to_pass
from core.platform.database import copying
from core.platform.locks import Lock
from core.platform.smpp.binds import Binds

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
"""How often whoever waits tries for the turn, and whoever has it looks whether it still does."""

UNBOUND_SECONDS: Final = 15.0
"""A holder without a bind for so long gives its turn to another, and waits a while itself."""

TRY: Final = "SELECT pg_try_advisory_lock(%s)"
LOOK: Final = "SELECT 1"


class Turn:
    """The turn of one process at some binds."""

    def __init__(self, lock: Lock, binds: Binds, first: Callable[[], Awaitable[None]] | None = None) -> None:
        """`first` is done when the turn comes, before anything is bound to."""
        self._lock = lock
        self._binds = binds
        self._first = first
        self._holds = False
        self._stopping = asyncio.Event()
        self._has_it = False
        self._waits = False

    @property
    def holds(self) -> bool:
        """Whether this process holds the binds, or tries to."""
        return self._holds

    @property
    def standing(self) -> str:
        """What readiness says: `ok…` where calls come, here or at another process."""
        if self._binds.standing:
            return "ok"
        if self._waits:
            return "ok, another process holds it"
        return "down: no bind stands" if self._has_it else "down: no turn yet"

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Take turns as long as the block lasts."""
        self._stopping.clear()
        taking = asyncio.create_task(self._take_turns())
        try:
            yield
        finally:
            self._stopping.set()
            await asyncio.gather(taking, return_exceptions=True)

    async def _take_turns(self) -> None:
        while not self._stopping.is_set():
            try:
                async with copying() as connection:
                    await connection.set_autocommit(True)
                    if await self._has_turn(connection):
                        await self._hold(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("no_turn", error=type(error).__name__)
            self._has_it = self._waits = False
            await self._rest(LOOK_SECONDS)

    async def _has_turn(self, connection: psycopg.AsyncConnection) -> bool:
        """Wait until it is this process's turn; False when told to stop."""
        while not self._stopping.is_set():
            row = await (await connection.execute(TRY, [self._lock.value])).fetchone()
            if row is not None and row[0]:
                self._has_it, self._waits = True, False
                return True
            self._waits = True
            await self._rest(LOOK_SECONDS)
        return False

    async def _hold(self, connection: psycopg.AsyncConnection) -> None:
        """Hold the binds while the turn is ours and something comes of it."""
        loop = asyncio.get_running_loop()
        if self._first is not None:
            await self._first()
        self._holds = True
        try:
            async with self._binds.held():
                stood = loop.time()
                while not self._stopping.is_set():
                    await connection.execute(LOOK)
                    now = loop.time()
                    stood = now if self._binds.standing else stood
                    if now - stood > UNBOUND_SECONDS:
                        log.warning("turn_given_up")
                        break
                    await self._rest(LOOK_SECONDS)
        finally:
            self._holds = False
        if not self._stopping.is_set():
            await connection.close()
            await self._rest(UNBOUND_SECONDS / 2)

    async def _rest(self, seconds: float) -> None:
        await come_to_pass(self._stopping, seconds)
