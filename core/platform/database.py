"""PostgreSQL: reading in one round trip, writing in one transaction, copying in bulk.

A write that runs inside another write joins it, so that what a person did and the journal of it are one transaction.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.asyncio import AsyncSession as SqlAlchemySession
from sqlmodel.ext.asyncio.session import AsyncSession

from core.platform.errors import JigiError


class Session(AsyncSession):
    """SQLModel's session: `exec` for typed statements, and SQLAlchemy's own `execute` for what has no model."""

    execute = SqlAlchemySession.execute  # SQLModel's only adds a warning


class NotOpen(JigiError, RuntimeError):
    """The database was used before `open_database`."""


class _Engines:
    """One pool whose connections commit each statement by themselves, and a smaller one for transactions."""

    def __init__(self, url: str, pool: int, statement_seconds: float) -> None:
        self.url = url
        self._seconds = statement_seconds
        self.reading = self._engine(pool, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
        self.writing = self._engine(max(2, pool // 2))

    async def close(self) -> None:
        await self.reading.dispose()
        await self.writing.dispose()

    def _engine(self, pool: int, **options: Any) -> AsyncEngine:
        milliseconds = max(1, int(self._seconds * 1000))
        return create_async_engine(
            make_url(self.url).set(drivername="postgresql+psycopg"),
            pool_size=pool,
            max_overflow=0,
            pool_timeout=self._seconds,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args={
                "connect_timeout": max(2, int(self._seconds)),
                "prepare_threshold": 2,
                "options": f"-c timezone=UTC -c statement_timeout={milliseconds}",
            },
            **options,
        )


_engines: _Engines | None = None
_ambient: ContextVar[Session | None] = ContextVar("ambient_write", default=None)


def open_database(url: str, *, pool: int = 10, statement_seconds: float = 3.0) -> None:
    """Make `url` (a libpq URL) the database of this process; connections are made on first use.

    `statement_seconds` bounds each statement and the wait for a connection of the pool.
    """
    global _engines
    _engines = _Engines(url, pool, statement_seconds)


async def close_database() -> None:
    """Close every connection of the pool."""
    global _engines
    if _engines is not None:
        await _engines.close()
    _engines = None


def _opened() -> _Engines:
    if _engines is None:
        raise NotOpen("open_database() has not been called")
    return _engines


def engine() -> AsyncEngine:
    """The engine that writes, for what needs one whole (migrations, the desk's tables)."""
    return _opened().writing


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
    async with Session(_opened().writing, expire_on_commit=False) as session, session.begin():
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
async def copying() -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection of its own outside the pool, for COPY and long statements; the caller commits."""
    async with await psycopg.AsyncConnection.connect(_opened().url, options="-c timezone=UTC") as connection:
        yield connection
