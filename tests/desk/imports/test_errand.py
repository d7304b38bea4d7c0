"""An import stands in a process of its own: it may die at any moment, and what is said of it afterwards is so."""

import asyncio
import json
import os
import signal
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
import pytest

from core.imports import shelf
from core.imports.shelf import STATUS
from core.platform.locks import Lock
from core.platform.settings import Settings
from tests.desk.browser import Browser, seen
from tests.desk.imports.bringing import GOOD, act, brought, ended, imported, last
from tests.support.database import count, scalar


@pytest.fixture
def desk_settings(desk_settings: Settings, tmp_path: Path) -> Settings:
    return desk_settings.model_copy(update={"data_dir": tmp_path})


WAITING: Final = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def errands(folder: Path) -> list[int]:
    """The processes that work on imports of this folder: other tests run beside this one."""
    numbers = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if b"core.imports.errand" in words and any(word.startswith(str(folder).encode()) for word in words):
                numbers.append(int(path.parent.name))
    return sorted(numbers)


async def none_left(folder: Path) -> None:
    """Wait for the processes of imports to be gone."""
    while errands(folder):  # noqa: ASYNC110 - processes tell nobody
        await asyncio.sleep(0.05)


async def test_a_process_that_is_killed_leaves_nothing_and_says_so(
    awa: Browser, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for the lock of another import, and is killed there."""
    await brought(awa, GOOD)
    await ended(awa)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [int(Lock.IMPORT)])
        await none_left(tmp_path)
        await act(awa, "confirm")
        while not await scalar(WAITING):  # noqa: ASYNC110 - nor do locks
            await asyncio.sleep(0.05)
        (killed,) = errands(tmp_path)
        os.kill(killed, signal.SIGKILL)
        await none_left(tmp_path)
    monkeypatch.setattr(shelf, "DEAD_AFTER", timedelta(seconds=-1))
    page = seen(await awa.open(last()))
    assert "Interrompu : rien n'est entré" in page
    assert await count("commune") == 0


async def test_what_came_in_is_not_said_to_be_interrupted(awa: Browser, tmp_path: Path) -> None:
    """A process that dies between its commit and its word: the database knows."""
    await imported(awa, GOOD)
    await none_left(tmp_path)
    (path,) = tmp_path.glob(f"uploads/*/{STATUS}")
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({**kept, "state": "running", "seen_at": "2020-01-01T00:00:00+00:00"}))
    page = seen(await awa.open(last()))
    assert "Fait" in page
    assert "Nouvelles 2" in page
