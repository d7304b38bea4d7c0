"""Processes that do the work of imports: they sign in as the worker, and go on where whoever waits for them ends."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Final

from core.platform.database import DatabaseTask, addresses_of

LOOKED_AFTER_SECONDS: Final = 0.2
_children: Final[set[subprocess.Popen[bytes]]] = set()
"""Processes at work, which outlive whoever waited for them."""


async def worked_off(module: str, *arguments: str) -> int:
    """Start a module as a process, and wait for its end; how it ended."""
    child = _started(module, *arguments)
    _children.add(child)
    return await _ended(child)


async def settled() -> None:
    """Wait for every process that was started here, also where nobody waits for it any more."""
    while _children:
        await _ended(next(iter(_children)))


async def _ended(child: subprocess.Popen[bytes]) -> int:
    while child.poll() is None:  # noqa: ASYNC110 - nobody here tells that another process ended
        await asyncio.sleep(LOOKED_AFTER_SECONDS)
    _children.discard(child)
    return child.returncode


def _started(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A process that stands by itself, and is told its sign-in where nobody reads it."""
    path = os.pathsep.join(filter(None, sys.path))
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, start_new_session=True,
    )  # fmt: skip
    if child.stdin is not None:
        with child.stdin:
            child.stdin.write(json.dumps(asdict(addresses_of(DatabaseTask.WORKER))).encode())
    return child
