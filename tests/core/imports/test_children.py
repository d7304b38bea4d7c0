import asyncio
import subprocess
import sys

import pytest

from core.imports import children
from core.platform.background import end_tasks


async def test_who_is_left_by_whoever_waited_is_waited_for_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)  # noqa: ASYNC220 - at once
    monkeypatch.setattr(children, "_started", lambda *_: reads)
    waiting = asyncio.create_task(children.worked_off("a.module"))
    await asyncio.sleep(0)
    await end_tasks([waiting])
    assert reads.poll() is None
    reads.communicate(b"\n")
    await children.settled()
    assert reads.returncode == 0
    await children.settled()
