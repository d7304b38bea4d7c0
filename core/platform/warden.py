"""Ends what a process started when that process is gone, in whatever way it went.

A process that is killed runs no `finally`. So whoever starts servers or processes of its own has a warden beside it: a
small program that holds nothing but a pipe from it. When the pipe closes, which the kernel sees to, the warden ends
what was given into its care and not taken out again.

This module is that program too (`python -m core.platform.warden`): it needs the standard library alone.
"""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import parent_process
from pathlib import Path
from typing import IO, Final

PATIENCE_SECONDS: Final = 15.0
HANDLES: Final = ".handle_pids.json"
"""Where the wheel of PostgreSQL keeps which processes use a server, in the folder of its data."""


class _Warden:
    """The pipe to this process's warden, which is started with the first thing that is given to it."""

    def __init__(self) -> None:
        self._pipe: IO[str] | None = None
        self._owner = 0
        self._care: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def stand_by(self) -> None:
        with self._lock:
            if self._owner != os.getpid():
                self._begin()

    def keep(self, thing: str, *words: str) -> None:
        self.stand_by()
        with self._lock:
            self._care[thing] = [*words]
            self._tell()

    def leave(self, thing: str) -> None:
        with self._lock:
            if self._owner == os.getpid() and self._care.pop(thing, None) is not None:
                self._tell()

    def _begin(self) -> None:
        self._owner, self._care = os.getpid(), {}
        program = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True, cwd="/",
        )  # fmt: skip
        self._pipe = program.stdin
        atexit.register(self._end, program)

    def _end(self, program: "subprocess.Popen[str]") -> None:
        """With the process that is ending in order: the warden does at once what it has to."""
        if self._owner == os.getpid():
            program.communicate()

    def _tell(self) -> None:
        with suppress(OSError):
            assert self._pipe is not None  # noqa: S101 - begun above
            self._pipe.write(json.dumps(self._care) + "\n")
            self._pipe.flush()


_warden: Final = _Warden()


def stand_by() -> None:
    """Begin, where there is no warden yet: it ends last what was registered to end with this process before it."""
    _warden.stand_by()


def keep_process(pid: int, folder: Path | None = None) -> None:
    """End process `pid`, and remove its folder, when this process is gone."""
    _warden.keep(f"process {pid}", str(pid), *([str(folder)] if folder else []))


def leave_process(pid: int) -> None:
    """The process has ended, and its folder is not the warden's business any more."""
    _warden.leave(f"process {pid}")


def keep_postgres(data: Path) -> None:
    """End the PostgreSQL whose data lie in `data` when this process is gone, and no other uses it."""
    _warden.keep(f"postgres {data}", str(data), str(_postmaster(data)))


def keep_folder(folder: Path) -> None:
    """Remove the folder, which is of this process alone, when this process is gone."""
    _warden.keep(f"remove {folder}", str(folder))


def leave_folder(folder: Path) -> None:
    """The folder is not the warden's business any more."""
    _warden.leave(f"remove {folder}")


def end_with_parent(end: Callable[[], None]) -> None:
    """Call `end` in this process of a pool when the process that made the pool is gone."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        end()

    threading.Thread(target=wait, daemon=True, name="end-with-parent").start()


def _lives(pid: int) -> bool:
    """Whether the process is there and more than an entry that nobody has read yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def _postmaster(data: Path) -> int:
    """The process of the PostgreSQL with these data, 0 where none runs."""
    with suppress(OSError, ValueError, IndexError):
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    return 0


def _end(pid: int, *signals: int) -> None:
    """Ask a process to end, each time more firmly, until it has."""
    for each in signals:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, each)
        until = time.monotonic() + PATIENCE_SECONDS
        while _lives(pid) and time.monotonic() < until:
            time.sleep(0.05)


def _end_process(pid: str, folder: str = "") -> None:
    _end(int(pid), signal.SIGTERM, signal.SIGKILL)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def _end_postgres(data: str, postmaster: str) -> None:
    """End it unless a living process uses it; `postmaster` is what it was, for data that are gone already."""
    users: list[int] = []
    with suppress(OSError, ValueError):
        users = json.loads(Path(data, HANDLES).read_text())
    if any(_lives(user) for user in users if user != os.getppid()):
        return
    process = _postmaster(Path(data)) if Path(data).exists() else int(postmaster)
    if process:
        _end(process, signal.SIGINT, signal.SIGQUIT)


def _remove(folder: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)


ENDS: Final[dict[str, Callable[..., None]]] = {"process": _end_process, "postgres": _end_postgres, "remove": _remove}
"""What is done with a thing in our care, by its first word, in this order."""


def main() -> None:
    """Read what is in our care, a line each time it changes, until the other end closes; then end it."""
    for quiet in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(quiet, signal.SIG_IGN)  # whoever stops the whole group has us do our work
    care: dict[str, list[str]] = {}
    for line in sys.stdin:
        with suppress(ValueError):
            care = json.loads(line)
    for kind, end in ENDS.items():
        for thing, words in care.items():
            if thing.split(" ", 1)[0] == kind:
                end(*words)


if __name__ == "__main__":
    main()
