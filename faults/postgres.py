"""A PostgreSQL of ours that crashes, stops and comes back when it is told to."""

import os
import signal
import time
from pathlib import Path
from typing import Final

import psycopg

from core.platform.servers import end_own_postgres, own_postgres, postgres_in
from core.schema import migrations
from faults.patience import LONGEST_SECONDS

QUICKER: Final = ("fsync = off", "full_page_writes = off", "autovacuum = off")
"""The machine does not crash, only PostgreSQL does: what it wrote stays. What it commits must be written, as it is."""


class Postgres:
    """The server kept in `folder`, with the newest tables; `url` is where it answers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = own_postgres(folder)
        self._server = postgres_in(folder)
        with psycopg.connect(self.url, autocommit=True) as connection:
            for setting in QUICKER:
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        migrations.upgrade(self.url)

    def crash(self) -> None:
        """Let it end at once, as in a crash: the next start recovers."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """Let it end in order, every session with it."""
        self._end(signal.SIGINT)

    def start(self) -> None:
        """Let it answer again."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """End it for good."""
        end_own_postgres(self._folder)

    def _end(self, what: signal.Signals) -> None:
        pid_file = self._folder.resolve() / "postgres" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), what)
        until = time.monotonic() + LONGEST_SECONDS
        while pid_file.exists():
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL does not end")
            time.sleep(0.01)
