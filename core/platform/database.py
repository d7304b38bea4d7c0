"""PostgreSQL: reading in one round trip, writing in one transaction, copying in bulk.

A write that runs inside another write joins it, so that what a person did and the journal of it are one transaction.

Three addresses, which are one where only one is given: the pooled one, which may be PgBouncer's in transaction mode, so
nothing there relies on a session (no start-up options, no prepared statements, no LISTEN); the direct one for what a
pooler cannot carry (COPY, locks of a session, LISTEN, migrations); and one to read from, which may be a standby. Each
may name several hosts, in libpq's own spelling.

A process may sign in several times, by task: what belongs to the desk, to sign-in or to the worker goes by the sign-in
of that task where it has one (`signed_in_for`), else by that of the process.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass
from enum import Enum
from functools import partial, wraps
from typing import Any, Final, ParamSpec, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.asyncio import AsyncSession as SqlAlchemySession
from sqlalchemy.pool import QueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from core.platform import database_metrics
from core.platform.background import end_tasks
from core.platform.errors import JigiError
from core.platform.statements import GONE, StatementResult, Statements

Given = ParamSpec("Given")
Done = TypeVar("Done")


class Session(AsyncSession):
    """SQLModel's session: `exec` for typed statements, and SQLAlchemy's own `execute` for what has no model."""

    execute = SqlAlchemySession.execute  # SQLModel's only adds a warning


class AlreadyIn(JigiError, RuntimeError):
    """A second transaction was asked for inside one."""


class NotOpen(JigiError, RuntimeError):
    """The database was used before `open_database`."""


class DatabaseTask(Enum):
    """What has a database role of its own; a task without a sign-in goes by that of the process."""

    LINE = "line"
    """What gateways reach, and what is filed at the desk as on the line."""
    DESK = "desk"
    """The pages: what whoever asks may see, and no more."""
    SIGN_IN = "sign-in"
    """Passwords, sessions and the people who work here; no household, no grievance."""
    WORKER = "worker"
    """Imports and plans."""
    API = "api"
    """What other systems ask for: what their keys may, and no more."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where PostgreSQL answers, as libpq URLs or connection strings; '' is the first of them."""

    pooled: str
    direct: str = ""
    read: str = ""

    @property
    def is_pooled(self) -> bool:
        """Whether a pooler stands before the first address."""
        return bool(self.direct) and self.direct != self.pooled

    def by(self, url: str) -> "Addresses":
        """The addresses of a task that signs in at `url`: past the pooler and to read, the same servers as its name."""
        who = {key: value for key, value in conninfo_to_dict(url).items() if key in SIGN_IN_WORDS}
        direct, read = (make_conninfo(each, **who) if each else "" for each in (self.direct, self.read))
        return Addresses(url, direct, read)


SIGN_IN_WORDS: Final = frozenset({"user", "password", "passfile", "sslcert", "sslkey", "sslpassword"})
"""What libpq signs in with."""


class _Engines:
    """Connections that commit each statement by themselves, and fewer for sessions that read and for transactions."""

    def __init__(self, addresses: Addresses, pool: int, statement_seconds: float) -> None:
        self.addresses = addresses
        self._seconds = statement_seconds
        self._watched: list[tuple[str, int]] = []
        self.statements = Statements(
            partial(self._connect, addresses.pooled, autocommit=True),
            name="statements",
            size=pool,
            wait_seconds=statement_seconds,
        )
        self.reading = self._engine(
            "reading", addresses.pooled, max(2, pool // 2), isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        self.writing = self._engine("transactions", addresses.pooled, max(2, pool // 2))
        self.figures = self.writing
        if addresses.read:
            self.figures = self._engine("figures", addresses.read, max(2, pool // 2))

    @property
    def in_use(self) -> int:
        pools = (engine.sync_engine.pool for engine in {self.reading, self.writing, self.figures})
        return self.statements.in_use + sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))

    async def close(self) -> None:
        await self.statements.close()
        for engine in {self.reading, self.writing, self.figures}:
            await engine.dispose()
        for name, size in self._watched:
            database_metrics.unwatch(name, size)

    @property
    def statement_milliseconds(self) -> int:
        return max(1, int(self._seconds * 1000))

    def _engine(self, name: str, address: str, pool: int, **options: Any) -> AsyncEngine:
        made = create_async_engine(
            "postgresql+psycopg://",
            async_creator=partial(self._connect, address),
            pool_size=pool,
            max_overflow=0,
            pool_timeout=self._seconds,
            pool_recycle=1800,
            hide_parameters=True,
            use_native_hstore=False,
            **options,
        )
        event.listen(made.sync_engine, "handle_error", _leave_the_demoted)
        database_metrics.watch(made, name, pool)
        self._watched.append((name, pool))
        return made

    async def _connect(self, address: str, *, autocommit: bool = False) -> psycopg.AsyncConnection:
        session = (
            {"prepare_threshold": None}
            if self.addresses.is_pooled
            else {"prepare_threshold": 2, "options": f"-c statement_timeout={self.statement_milliseconds}"}
        )
        return await psycopg.AsyncConnection.connect(
            address, autocommit=autocommit, connect_timeout=max(2, int(self._seconds)), **session
        )


@dataclass(frozen=True, slots=True)
class _Database:
    engines: _Engines
    by_task: Mapping[DatabaseTask, _Engines]

    @property
    def all(self) -> Sequence[_Engines]:
        return [self.engines, *self.by_task.values()]


def _leave_the_demoted(context: ExceptionContext) -> None:
    """Close the connections to a server that only reads now, or ends: new ones find the one that was promoted."""
    state = getattr(context.original_exception, "sqlstate", None)
    if state in GONE:
        context.is_disconnect = True


BOUND: Final = "SET LOCAL statement_timeout = {}"
_databases: Final[list[_Database]] = []
"""The last is the database of this process; those before it were open as it was opened."""

_beside: Final[set[asyncio.Task[None]]] = set()
_task: ContextVar[DatabaseTask | None] = ContextVar("task", default=None)
_ambient: ContextVar[Session | None] = ContextVar("ambient_write", default=None)


def open_database(
    url: str,
    *,
    direct: str = "",
    read: str = "",
    by_task: Mapping[DatabaseTask, str] = {},
    pool: int = 10,
    statement_seconds: float = 3.0,
) -> None:
    """Make `url` (a libpq URL) the database of this process; connections are made on first use.

    Where one is open already it is the database again once this one is closed.

    `by_task` are the URLs by which a task signs in on its own; '' is as none.

    `statement_seconds` bounds each statement and the wait for a connection of the pool; behind a pooler it bounds those
    of a transaction, and other reads are bounded by what the role was given (`docs/operators.md`).
    """
    os.environ["PGTZ"] = "UTC"  # libpq asks for it as it connects, which PgBouncer carries, as it does not `options`
    addresses = Addresses(url, direct, read)
    own = {task: _Engines(addresses.by(own), pool, statement_seconds) for task, own in by_task.items() if own}
    _databases.append(_Database(_Engines(addresses, pool, statement_seconds), own))


def beside(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Do something in a task of its own, in no transaction and for no person; closing the database breaks it off."""
    task = asyncio.get_running_loop().create_task(work, context=Context())
    _beside.add(task)
    task.add_done_callback(_beside.discard)
    return task


async def break_off() -> None:
    """End what is done beside, wherever it is."""
    loop = asyncio.get_running_loop()
    unfinished = [task for task in _beside if task.get_loop() is loop]
    await end_tasks(unfinished)


def in_use() -> int:
    """How many connections of the pools somebody has now."""
    return sum(each.in_use for opened in _databases for each in opened.all)


async def close_database() -> None:
    """Break off what is done beside, and close every connection of the pool."""
    await break_off()
    if _databases:
        for each in _databases.pop().all:
            await each.close()


def is_open() -> bool:
    """Whether there is a database."""
    return bool(_databases)


def _opened() -> _Engines:
    if not _databases:
        raise NotOpen("open_database() has not been called")
    opened, task = _databases[-1], _task.get()
    return opened.engines if task is None else opened.by_task.get(task, opened.engines)


def goes_by(
    task: DatabaseTask,
) -> Callable[[Callable[Given, Awaitable[Done]]], Callable[Given, Coroutine[Any, Any, Done]]]:
    """Makes a coroutine function reach the database by the sign-in of a task."""

    def decorate(work: Callable[Given, Awaitable[Done]]) -> Callable[Given, Coroutine[Any, Any, Done]]:
        @wraps(work)
        async def by_task(*args: Given.args, **kwargs: Given.kwargs) -> Done:
            with signed_in_for(task):
                return await work(*args, **kwargs)

        return by_task

    return decorate


@contextmanager
def signed_in_for(task: DatabaseTask) -> Iterator[None]:
    """Reach the database by the sign-in of a task; a transaction under way goes on as it is."""
    mark = _task.set(task)
    try:
        yield
    finally:
        _task.reset(mark)


def addresses_of(task: DatabaseTask) -> Addresses:
    """Where a task finds the database, for a process of its own to be told."""
    with signed_in_for(task):
        return _opened().addresses


def engine() -> AsyncEngine:
    """The engine that writes, for what needs one whole (migrations, the desk's tables)."""
    return _opened().writing


async def run(statement: str, values: Mapping[str, Any]) -> StatementResult:
    """Run a statement in the driver's form: in the transaction under way; where there is none, by itself."""
    session = _ambient.get()
    if session is None:
        return await _opened().statements.run(statement, values)
    result = await (await session.connection()).exec_driver_sql(statement, dict(values))
    if not result.returns_rows:
        return StatementResult((), (), result.rowcount)
    return StatementResult(tuple(result.keys()), [tuple(row) for row in result], result.rowcount)


@asynccontextmanager
async def connection() -> AsyncIterator[AsyncConnection]:
    """The connection of the transaction under way; where there is none, one that commits each statement by itself."""
    session = _ambient.get()
    if session is not None:
        yield await session.connection()
        return
    async with _opened().reading.connect() as own:
        yield own


@asynccontextmanager
async def alone() -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection that commits what is sent to it by itself; raises AlreadyIn inside a transaction."""
    if _ambient.get() is not None:
        raise AlreadyIn("what commits by itself is no part of a transaction")
    async with _opened().statements.connection() as own:
        yield own


@asynccontextmanager
async def reading() -> AsyncIterator[Session]:
    """A session for reads of one trip, or that of the write it runs inside; nothing is changed through it."""
    session = _ambient.get()
    if session is not None:
        yield session
        return
    async with Session(_opened().reading, expire_on_commit=False, autoflush=False) as own:
        yield own


@asynccontextmanager
async def writing() -> AsyncIterator[Session]:
    """One transaction, committed at the end and undone by an exception; nested, it joins the outer one."""
    outer = _ambient.get()
    if outer is not None:
        yield outer
        return
    async with _transaction(_opened().writing) as session:
        yield session


@asynccontextmanager
async def figures() -> AsyncIterator[Session]:
    """One transaction on the server to read figures from, which may be a standby and some seconds behind.

    Never inside another transaction: what waits for a second connection while it holds one may wait for ever.
    """
    if _ambient.get() is not None:
        raise AlreadyIn("figures are read before or after a transaction")
    async with _transaction(_opened().figures) as session:
        yield session


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[Session]:
    engines = _opened()
    async with Session(engine, expire_on_commit=False) as session, session.begin():
        if engines.addresses.is_pooled:
            await (await session.connection()).exec_driver_sql(BOUND.format(engines.statement_milliseconds))
        mark = _ambient.set(session)
        try:
            yield session
        finally:
            _ambient.reset(mark)


class _Undo(Exception):
    """Ends a transaction that was only a trial."""


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """One transaction, undone at its end: what is tried inside leaves no trace."""
    try:
        async with writing():
            yield
            raise _Undo
    except _Undo:
        return


@asynccontextmanager
async def copying(*, temporary_mb: int = 0) -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection of its own past pool and pooler, for COPY, long statements and session locks; the caller commits.

    With `temporary_mb`, its temporary tables have so much memory: it can be said to a session at its beginning only.
    """
    addresses = _opened().addresses
    url, options = addresses.direct or addresses.pooled, None
    if temporary_mb:
        options = f"{conninfo_to_dict(url).get('options') or ''} -c temp_buffers={temporary_mb}MB"
    async with await psycopg.AsyncConnection.connect(url, options=options) as connection:
        yield connection


@asynccontextmanager
async def streaming() -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection of its own to the server that figures are read from, for lists too long to hold."""
    addresses = _opened().addresses
    url = addresses.read or addresses.direct or addresses.pooled
    async with await psycopg.AsyncConnection.connect(url) as connection:
        yield connection
