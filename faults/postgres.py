"""A PostgreSQL of ours that crashes, stops and comes back when it is told to."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psycopg

from core.platform.servers import end_own_postgres, own_postgres, postgres_in
from core.schema import migrations
from faults.patience import LONGEST_SECONDS

QUICKER: Final = ("fsync = off", "full_page_writes = off", "autovacuum = off")
"""The machine does not crash, only PostgreSQL does: what it wrote stays. What it commits must be written, as it is."""


class Postgres:
    """The server kept in `folder`, with the newest tables; `url` is where it answers.

    `durable`: as in production, it waits for the disk at each commit, and a crash is a loss of power: every process of
    the cluster is gone at once, with what none of them had written.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder = folder
        self._durable = durable
        self.url = own_postgres(folder)
        self._server = postgres_in(folder)
        with psycopg.connect(self.url, autocommit=True) as connection:
            for setting in () if durable else QUICKER:
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        migrations.upgrade(self.url)

    def crash(self) -> None:
        """Let it end at once, as in a crash: the next start recovers."""
        if self._durable:
            self._lose_power()
        else:
            self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """Let it end in order, every session with it."""
        self._end(signal.SIGINT)

    def start(self) -> None:
        """Let it answer again, however long it recovers on a busy machine."""
        until = time.monotonic() + LONGEST_SECONDS
        while True:
            try:
                self._server.ensure_postgres_running()
            except AssertionError:  # it is starting yet
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return

    def close(self) -> None:
        """End it for good."""
        end_own_postgres(self._folder)

    def _lose_power(self) -> None:
        postmaster = self._postmaster()
        os.kill(postmaster, signal.SIGSTOP)  # it bears no child any more, and tells none to end in order
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        cluster = [*map(int, children), postmaster]
        for pid in cluster:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + LONGEST_SECONDS
        while any(map(_lives, cluster)):
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL does not end")
            time.sleep(0.01)
        # After a boot no process has the number that these name; here it may wait to be asked how it ended.
        for name in (self._pid_file, *self._pid_file.parent.glob(".s.PGSQL.*")):
            name.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self._folder.resolve() / "postgres" / "postmaster.pid"

    def _postmaster(self) -> int:
        return int(self._pid_file.read_text().split()[0])

    def _end(self, what: signal.Signals) -> None:
        os.kill(self._postmaster(), what)
        until = time.monotonic() + LONGEST_SECONDS
        while self._pid_file.exists():
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL does not end")
            time.sleep(0.01)


def _lives(pid: int) -> bool:
    """Whether a process is there, and not one that nobody has asked how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
