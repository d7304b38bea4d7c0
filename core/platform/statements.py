"""Statements that commit by themselves, on connections of the driver's own: the reads on the way of a hop go by these.

As many connections as the pool has, opened when they are needed and kept; whoever finds none free waits in turn. What
fails is raised as SQLAlchemy's errors, which say the same of a statement whichever way it went.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg.pq.abc import PGresult
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from core.platform.database_metrics import IN_USE, LIMIT, failed
from core.platform.statement_link import StatementLink

GONE: Final = frozenset({"25006", "57P01", "57P02", "57P03"})
"""What a server answers that is a standby now, or going down (PostgreSQL, appendix A)."""

KEPT_SECONDS: Final = 1800.0
"""An older connection is opened anew."""

MOST_REMEMBERED: Final = 1000
"""Statements whose columns are remembered."""


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What came of a statement: its rows with the names of their columns, and how many it touched."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    touched: int


@dataclass(slots=True)
class _Kept:
    """A connection that is open since a moment; `turn` says before which failure it was opened."""

    link: StatementLink
    turn: int
    opened: float = field(default_factory=time.monotonic)


class Statements:
    """The connections of one sign-in, for one process."""

    def __init__(
        self, connect: Callable[[], Awaitable[psycopg.AsyncConnection]], *, name: str, size: int, wait_seconds: float
    ) -> None:
        self._connect = connect
        self._size = size
        self._wait_seconds = wait_seconds
        self._idle: list[_Kept] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._named: dict[str, tuple[str, ...]] = {}
        self._slots = 0
        self._turn = 0
        self._limit, self._in_use = LIMIT.labels(name), IN_USE.labels(name)
        self._limit.inc(size)

    async def run(self, statement: str, values: Mapping[str, Any]) -> StatementResult:
        """Run one statement; raises SQLAlchemy's DBAPIError, or its TimeoutError where no connection became free."""
        kept = await self._taken(statement)
        try:
            result = await kept.link.run(statement, values)
            if result.nfields:
                outcome = StatementResult(self._columns(statement, result), kept.link.rows(result), result.ntuples)
            else:
                outcome = StatementResult((), (), result.command_tuples or 0)
        except psycopg.Error as error:
            raise await self._given_up(kept, error, statement) from error
        except BaseException:
            await self._let_go(kept)
            raise
        await self._give_back(kept)
        return outcome

    def _columns(self, statement: str, result: PGresult) -> tuple[str, ...]:
        """The names of the columns, which are the same each time a statement is run."""
        named = self._named.get(statement)
        if named is None or len(named) != result.nfields:
            named = tuple([(result.fname(index) or b"").decode() for index in range(result.nfields)])
            if len(self._named) < MOST_REMEMBERED:
                self._named[statement] = named
        return named

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection]:
        """One of the connections, for what is sent by the driver's own means; what fails there is the driver's error.

        It must be left as it was found, outside a transaction.
        """
        kept = await self._taken("")
        try:
            kept.link.pause()
            yield kept.link.connection
        except psycopg.Error as error:
            await self._given_up(kept, error, "")
            raise
        except BaseException:
            await self._let_go(kept)
            raise
        await self._give_back(kept)

    @property
    def in_use(self) -> int:
        """How many of them somebody has."""
        return self._slots

    async def close(self) -> None:
        """Close those that nobody uses; the others are closed as they come back."""
        self._limit.dec(self._size)
        self._turn += 1
        while self._idle:
            await self._idle.pop().link.close()

    async def _taken(self, statement: str) -> _Kept:
        await self._slot()
        self._in_use.inc()
        try:
            while self._idle:
                kept = self._idle.pop()
                if self._is_good(kept):
                    return kept
                await kept.link.close()
            turn, connection = self._turn, await self._connect()
            return _Kept(StatementLink(connection), turn)
        except psycopg.Error as error:
            self._leave_slot()
            failed(error)
            raise _wrapped(error, statement, is_lost=False) from error
        except BaseException:
            self._leave_slot()
            raise

    def _is_good(self, kept: _Kept) -> bool:
        is_new = kept.turn == self._turn and time.monotonic() - kept.opened < KEPT_SECONDS
        return is_new and not kept.link.connection.closed

    async def _slot(self) -> None:
        """One of the slots, of which there is one for each connection, in turn."""
        if self._slots < self._size:
            self._slots += 1
            return
        slot = asyncio.get_running_loop().create_future()
        self._waiting.append(slot)
        try:
            async with asyncio.timeout(self._wait_seconds):
                await slot
        except BaseException as error:
            if slot.done() and not slot.cancelled():
                self._hand_on()
            if isinstance(error, TimeoutError):
                raise NoConnectionFree(f"no connection of {self._size} became free") from None
            raise

    def _hand_on(self) -> None:
        while self._waiting:
            slot = self._waiting.popleft()
            if not slot.done():
                slot.set_result(None)
                return
        self._slots -= 1

    def _leave_slot(self) -> None:
        self._in_use.dec()
        self._hand_on()

    async def _give_back(self, kept: _Kept) -> None:
        if kept.turn != self._turn:  # closed meanwhile, or its server is left
            await self._let_go(kept)
            return
        self._idle.append(kept)
        self._leave_slot()

    async def _let_go(self, kept: _Kept) -> None:
        """Close a connection on which a statement may still run."""
        await kept.link.close()
        self._leave_slot()

    async def _given_up(self, kept: _Kept, error: psycopg.Error, statement: str) -> StatementError | DBAPIError:
        """Count a failure; with a server that is away or only reads now, leave every connection to it."""
        failed(error)
        is_lost = kept.link.connection.closed or error.sqlstate in GONE
        if is_lost:
            self._turn += 1
            await self._let_go(kept)
        else:
            await self._give_back(kept)
        return _wrapped(error, statement, is_lost=is_lost)


def _wrapped(error: psycopg.Error, statement: str, *, is_lost: bool) -> StatementError | DBAPIError:
    instance: Any = DBAPIError.instance
    wrapped: StatementError | DBAPIError = instance(
        statement, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=is_lost
    )
    return wrapped
