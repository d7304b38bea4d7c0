"""Counts that are made anew behind whoever looks at them: what was kept is shown at once, what is new the next time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from core.platform.database import DatabaseTask, beside, signed_in_for

log = structlog.get_logger(__name__)


class CountedBehind:
    """Counts campaigns in tasks of their own, one at a time for each, in no transaction of whoever looks."""

    def __init__(self, count: Callable[[int, datetime], Awaitable[object]]) -> None:
        self._count = count
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def begin(self, campaign_id: int, now: datetime) -> None:
        """Count a campaign, where that is not being done already."""
        if campaign_id not in self._tasks:
            task = self._tasks[campaign_id] = beside(self._counted(campaign_id, now))
            task.add_done_callback(lambda _: self._tasks.pop(campaign_id, None))

    async def ended(self) -> None:
        """Wait until nothing is counted any more."""
        while self._tasks:
            await asyncio.wait(set(self._tasks.values()))

    async def _counted(self, campaign_id: int, now: datetime) -> None:
        try:
            with signed_in_for(DatabaseTask.WORKER):
                await self._count(campaign_id, now)
        except Exception as error:
            log.warning("campaign_not_counted", campaign=campaign_id, error=type(error).__name__)
