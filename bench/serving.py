"""Processes of a benchmark's own, until they answer."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

STARTING_SECONDS: Final = 30.0


@contextmanager
def running(*command: str, answers: str = "", **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of Python until it answers at a URL, and end it at the end."""
    with subprocess.Popen([sys.executable, "-m", *command], env=os.environ | environment) as process:  # noqa: S603
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
def serving(factory: str, port: int, path: str, **environment: str) -> Iterator[None]:
    """Serve what `factory` builds on a port of 127.0.0.1, as long as this lasts; it is there once `path` answers."""
    command = ("uvicorn", factory, "--factory", "--port", str(port), "--no-access-log", "--log-level", "warning")
    with running(*command, answers=f"http://127.0.0.1:{port}{path}", **environment):
        yield
