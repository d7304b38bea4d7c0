"""What the commands share: where they write, how they reach the database, and bars that move."""

import asyncio
import os
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from core.platform.settings import settings

out: Final = Console()
errors: Final = Console(stderr=True)

LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a terminal says its language, the first that is set (POSIX, XBD 8.2)."""

LONG_SECONDS: Final = 3600.0
Done = TypeVar("Done")


def speaks_french() -> bool:
    """Whether the terminal is set to French."""
    named = next((value for name in LOCALE if (value := os.environ.get(name))), "")
    return named.lower().startswith("fr")


def on(url: str, work: Awaitable[Done]) -> Done:
    """Run work against the database at `url`, with time for long statements."""
    from core.platform import logs
    from core.platform.database import close_database, open_database

    async def whole() -> Done:
        open_database(url, pool=2, statement_seconds=LONG_SECONDS)
        try:
            return await work
        finally:
            await close_database()

    logs.set_up(settings().log_level)
    return asyncio.run(whole())


class Advance:
    """Moves a progress bar to what is done so far."""

    def __init__(self, bar: Progress, task_name: str) -> None:
        self._bar = bar
        self._task = bar.add_task(task_name, total=None)

    def __call__(self, done: int, of: int | None) -> None:
        self._bar.update(self._task, completed=done, total=of)


@contextmanager
def bar(name: str) -> Iterator[Advance]:
    """A bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors) as moving:
        yield Advance(moving, name)
