"""Processes of a benchmark's own, until they answer."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from core.platform.servers import end_own_postgres
from core.platform.settings import Settings
from core.schema.ground import ground

STARTING_SECONDS: Final = 120.0
PYTHON: Final = (sys.executable, "-m")


@contextmanager
def desk_ground(name: str) -> Iterator[None]:
    """Servers of our own for a desk that is measured: this process and those it starts find them in the environment."""
    folder = Path(tempfile.mkdtemp(prefix=f"jigi-bench-{name}-"))
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        os.environ |= {
            "JIGI_DATABASE_URL": on.database_url,
            "JIGI_REDIS_URL": on.redis_url,
            "JIGI_DESK_TOTP": "false",
            "JIGI_DESK_SECRET": "bench",
            "JIGI_LOG_LEVEL": "WARNING",
        }
        yield
    end_own_postgres(folder)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    *command: str, answers: str = "", program: Sequence[str] = PYTHON, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of Python, or another program, until it answers at a URL, and end it at the end."""
    with subprocess.Popen([*program, *command], env=os.environ | environment) as process:  # noqa: S603
        try:
            until = time.monotonic() + STARTING_SECONDS
            while answers:
                try:
                    httpx.get(answers, trust_env=False)
                    break
                except httpx.TransportError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.1)
            yield process
        finally:
            process.terminate()


@contextmanager
def serving(
    factory: str, port: int, path: str, *, processes: int = 1, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Serve what `factory` builds on a port of 127.0.0.1, as long as this lasts; it is there once `path` answers."""
    command = ["uvicorn", factory, "--factory", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    command += ["--workers", str(processes)] if processes > 1 else []
    with running(*command, answers=f"http://127.0.0.1:{port}{path}", **environment) as process:
        yield process


def processor_seconds(process: int) -> float:
    """What a process took of the processors until now, with those that it started and that run."""
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in _tasks(process)) / 1e9
    return own + sum(map(processor_seconds, _children(process)))


def resident_mb(process: int) -> float:
    """What a process has in memory now, in MB, with those that it started and that run."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(map(resident_mb, _children(process)))


def _tasks(process: int) -> list[Path]:
    return list(Path(f"/proc/{process}/task").iterdir())


def _children(process: int) -> set[int]:
    return {int(child) for task in _tasks(process) for child in (task / "children").read_text().split()}
