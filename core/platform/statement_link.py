"""One connection's statements, sent and read without the driver's cursors.

The driver opens and closes the connection, writes values and reads columns; between, its library (libpq) is asked
directly. One watch on the socket stands for all statements, where a cursor sets one up for each. A statement that comes
again is prepared at the server, unless a pooler stands before it.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

MOST_PREPARED: Final = 200
"""Statements that one connection keeps prepared; those beyond are parsed each time."""

MOST_COUNTED: Final = 2_000
"""Statements whose uses are counted until they are prepared."""

CANCEL_SECONDS: Final = 1.0
"""How long the server is asked to leave a statement that nobody waits for any more."""

_PARAMETER: Final = re.compile(r"%(?:%|\((\w+)\)s)?")


@lru_cache(maxsize=MOST_COUNTED)
def in_numbers(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with `$1` for its first parameter, as the server reads it, and the names of the parameters.

    Raises psycopg's ProgrammingError for a percent sign that is neither doubled nor a parameter's.
    """
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[0] == "%":
            raise psycopg.ProgrammingError("a percent sign is written twice, or begins a %(name)s")
        if match[1] is None:
            return "%"
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return _PARAMETER.sub(number, statement).encode(), tuple(names)


class StatementLink:
    """Sends the statements of one connection, one at a time; whoever uses the connection otherwise calls `pause` first.

    The connection commits each statement by itself.
    """

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self.connection = connection
        self._libpq = connection.pgconn
        self._types = Transformer(connection)
        self._loop = asyncio.get_running_loop()
        self._reply: asyncio.Future[None] | None = None
        self._heard_at = -1
        self._prepared: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._times: dict[tuple[bytes, tuple[int, ...]], int] = {}

    async def run(self, statement: str, values: Mapping[str, Any]) -> PGresult:
        """The result of one statement; raises psycopg's Error. Cancelled, it asks the server to stop."""
        try:
            return await self._run(statement, values)
        except psycopg.Error:
            raise
        except BaseException:
            self.pause()
            with suppress(psycopg.Error, OSError):
                await self.connection.cancel_safe(timeout=CANCEL_SECONDS)
            raise

    def rows(self, result: PGresult) -> Sequence[tuple[Any, ...]]:
        """The rows of a result, as Python has them."""
        self._types.set_pgresult(result)
        rows: Sequence[tuple[Any, ...]] = self._types.load_rows(0, result.ntuples, tuple)
        self._types.set_pgresult(None)
        return rows

    def pause(self) -> None:
        """Watch the socket no more, until the next statement."""
        if self._heard_at >= 0:
            self._loop.remove_reader(self._heard_at)
            self._heard_at = -1

    async def close(self) -> None:
        """Close the connection."""
        self.pause()
        await self.connection.close()

    async def _run(self, statement: str, values: Mapping[str, Any]) -> PGresult:
        asked, names = in_numbers(statement)
        try:
            given = [values[name] for name in names]
        except KeyError as missing:
            raise psycopg.ProgrammingError(f"no value for %({missing.args[0]})s") from None
        types = self._types
        dumped = types.dump_sequence(given, [PyFormat.AUTO] * len(given))
        oids, formats = tuple(types.types or ()), types.formats
        name = await self._name(asked, oids)
        if name:
            self._libpq.send_query_prepared(name, dumped, param_formats=formats, result_format=Format.TEXT)
        elif not names:
            self._libpq.send_query(asked)
        else:
            self._libpq.send_query_params(
                asked, dumped, param_types=oids, param_formats=formats, result_format=Format.TEXT
            )
        return await self._result()

    async def _name(self, asked: bytes, oids: tuple[int, ...]) -> bytes:
        """Under which name a statement is prepared; empty where it is not, or not yet."""
        key = asked, oids
        name = self._prepared.get(key, b"")
        threshold = self.connection.prepare_threshold
        if name or threshold is None or len(self._prepared) >= MOST_PREPARED:
            return name
        times = self._times.get(key, 0)
        if times < threshold:
            if len(self._times) < MOST_COUNTED:
                self._times[key] = times + 1
            return b""
        name = b"jigi_%d" % len(self._prepared)
        self._libpq.send_prepare(name, asked, param_types=oids)
        await self._result()
        self._prepared[key] = name
        self._times.pop(key, None)
        return name

    async def _result(self) -> PGresult:
        """What comes of what was sent, the last of several; raises psycopg's Error."""
        libpq = self._libpq
        if self._heard_at < 0:
            self._heard_at = libpq.socket
            self._loop.add_reader(self._heard_at, self._hear)
        while libpq.flush():
            await self._can_write()
        last: PGresult | None = None
        while True:
            if libpq.is_busy():
                self._reply = self._loop.create_future()
                try:
                    await self._reply
                finally:
                    self._reply = None
            result = libpq.get_result()
            if result is None:
                break
            if result.status in _COPIES:
                raise psycopg.ProgrammingError("COPY goes by a connection of its own")
            last = result
        if last is None:
            raise psycopg.OperationalError("the server gave no result")
        if last.status in _GIVEN:
            return last
        raise error_from_result(last)

    def _hear(self) -> None:
        """Take what the server sent; whoever waits goes on once a result is whole, or none can come any more."""
        reply = self._reply
        try:
            self._libpq.consume_input()
        except psycopg.OperationalError as error:
            self.pause()
            if reply is not None and not reply.done():
                reply.set_exception(error)
            return
        if reply is not None and not reply.done() and not self._libpq.is_busy():
            reply.set_result(None)

    async def _can_write(self) -> None:
        """Wait until the socket takes more, reading what comes meanwhile."""
        ready = self._loop.create_future()
        self._loop.add_writer(self._libpq.socket, lambda: None if ready.done() else ready.set_result(None))
        try:
            await ready
        finally:
            self._loop.remove_writer(self._libpq.socket)


_GIVEN: Final = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY})
_COPIES: Final = frozenset({ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH})
