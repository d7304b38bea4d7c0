"""Connections that are closed by one test and wait, as good as new, for another.

PostgreSQL reads its catalogue anew over each new connection, which costs it more than most tests ask of it.
"""

import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ConnStatus, ExecStatus, PGconn, PipelineStatus, TransactionStatus
from psycopg.pq.abc import PGconn as Link

MOST_ALIKE: Final = 3
"""Connections that wait of one sign-in; PostgreSQL has a hundred for all."""

_connect: Callable[..., Awaitable["KeptConnection"]] = psycopg.AsyncConnection.connect.__func__  # type: ignore[attr-defined]


class KeptConnection(psycopg.AsyncConnection[Any]):
    """A connection that is not cut when it is closed, but reset."""

    keep: Callable[[Link], bool] | None = None

    async def close(self) -> None:
        """Undo what was not committed, and leave nothing behind: no lock, no setting, no statement, no table."""
        if self.closed or self.keep is None or hasattr(self, "_pool") or not self.keep(self.pgconn):
            await super().close()
            return
        self._closed = True
        self.pgconn = _ended()


class KeptConnections:
    """Those to some databases of the tests, by what they were asked for with; others are cut as ever."""

    def __init__(self, databases: Collection[str]) -> None:
        self._databases = databases
        self._waiting: dict[str, list[Link]] = defaultdict(list)

    async def connect(self, address: str = "", **options: Any) -> KeptConnection:
        """What `psycopg.AsyncConnection.connect` answers, or one that waits."""
        waiting = self._waiting[f"{address} {sorted(options.items())} {os.environ.get('PGTZ')}"]
        while waiting:
            link = waiting.pop()
            if _answers(link):
                return _connection(link, waiting, **options)
            link.finish()
        connection = await _connect(KeptConnection, address, **options)
        if conninfo_to_dict(address).get("dbname") in self._databases:
            connection.keep = _keeper(waiting)
        return connection

    def end(self) -> None:
        """Cut all that wait."""
        for waiting in self._waiting.values():
            while waiting:
                waiting.pop().finish()


def _connection(
    link: Link, waiting: list[Link], *, autocommit: bool = False, prepare_threshold: int | None = 5, **_: object
) -> KeptConnection:
    connection = KeptConnection(link)
    connection._autocommit = autocommit
    connection.prepare_threshold = prepare_threshold
    connection.keep = _keeper(waiting)
    return connection


def _keeper(waiting: list[Link]) -> Callable[[Link], bool]:
    def keep(link: Link) -> bool:
        if len(waiting) >= MOST_ALIKE or not _reset(link):
            return False
        waiting.append(link)
        return True

    return keep


def _reset(link: Link) -> bool:
    """Whether nothing is left of whoever had it."""
    state = link.transaction_status
    if state in {TransactionStatus.ACTIVE, TransactionStatus.UNKNOWN} or link.pipeline_status != PipelineStatus.OFF:
        return False
    asked = [b"DISCARD ALL"] if state == TransactionStatus.IDLE else [b"ROLLBACK", b"DISCARD ALL"]
    return all(link.exec_(each).status == ExecStatus.COMMAND_OK for each in asked)


def _answers(link: Link) -> bool:
    """Whether its server still has it; what it was still to be told is forgotten."""
    answers = link.exec_(b"").status == ExecStatus.EMPTY_QUERY and link.status == ConnStatus.OK
    while answers and link.notifies():
        pass
    return answers


def _ended() -> Link:
    """What a connection that was closed has."""
    link = PGconn.connect_start(b"")
    link.finish()
    return link
