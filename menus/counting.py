"""Keeps what the engine counts: every few seconds, by day, and once more at the end."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from core.calls.counts import ScreenDay, TaskDay, add
from core.platform import background
from ussd.counting import Counts, SpokenScreen

log = structlog.get_logger(__name__)


async def keep(counts: Counts, now: datetime) -> None:
    """Write down what was counted since the last time; what cannot be written is counted with the next."""
    counted = counts.take()
    if not counted.events and not counted.tasks:
        return
    at: dict[SpokenScreen, dict[str, int]] = defaultdict(dict)
    for (event, spoken), times in counted.events.items():
        at[spoken][event.value] = times
    screens = [ScreenDay(spoken.screen, spoken.language, events) for spoken, events in at.items()]
    tasks = [
        TaskDay(spoken.screen, spoken.language, done.times, done.hops, done.seconds)
        for spoken, done in counted.tasks.items()
    ]
    try:
        await add(now.date(), screens, tasks)
    except Exception as error:
        counts.give_back(counted)
        log.warning("counts_not_kept", error=type(error).__name__)


@asynccontextmanager
async def keeping(counts: Counts, seconds: float) -> AsyncIterator[None]:
    """Keep counts every so many seconds while this lasts."""

    async def every_few_seconds() -> None:
        while True:
            await asyncio.sleep(seconds)
            await keep(counts, datetime.now(UTC))

    try:
        async with background.running(every_few_seconds()):
            yield
    finally:
        await keep(counts, datetime.now(UTC))
