"""What goes on beside other work, and ends with it, also where it did not hear the first time that it shall.

A task may not hear that it is cancelled: until Python 3.12 `asyncio.wait_for` returns what came in the same moment
instead (https://github.com/python/cpython/issues/86296), and libraries we stand on use it. So whoever waits for the end
of a task asks again, and our own code waits within `asyncio.timeout`.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

AGAIN_SECONDS: Final = 5.0
"""How long a task may take to end before it is asked again."""


@asynccontextmanager
async def running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do these in tasks of their own as long as the block lasts; the log says where one fails meanwhile."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        await end_tasks(tasks)


async def end_tasks(tasks: Collection[asyncio.Task[Any]], seconds: float = AGAIN_SECONDS) -> None:
    """End tasks, asking again those that did not hear it; what one of them raises goes to the log."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        ended, left = await asyncio.wait(left, timeout=seconds)
        for task in ended:
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("background_failed", work=str(task.get_coro()), error=type(error).__name__)


async def come_to_pass(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, for so long at the most; whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
