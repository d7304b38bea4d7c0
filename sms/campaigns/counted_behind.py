"""Counts that are made anew behind whoever looks at them: what was kept is shown at once, what is new the next time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from core.platform.database import DatabaseTask, beside, signed_in_for

log = structlog.get_logger(__name__)


class CountedBehind:
    """Counts campaigns one after the other in a task of its own, in no transaction of whoever looks.

    One at a time in all: each reads every message of a campaign, and a page must find a connection beside it.
    """

    def __init__(self, count: Callable[[int, datetime], Awaitable[object]]) -> None:
        self._count = count
        self._asked: dict[int, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self, campaign_id: int, now: datetime) -> None:
        """Count a campaign, where that is not being done already, after those that were asked for before."""
        self._asked.setdefault(campaign_id, now)
        if self._task is None or self._task.done():
            self._task = beside(self._all())

    async def ended(self) -> None:
        """Wait until nothing is counted any more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _all(self) -> None:
        try:
            while self._asked:
                campaign_id, now = next(iter(self._asked.items()))
                await self._counted(campaign_id, now)
                del self._asked[campaign_id]
        finally:
            self._asked.clear()  # who looks again asks again

    async def _counted(self, campaign_id: int, now: datetime) -> None:
        try:
            with signed_in_for(DatabaseTask.WORKER):
                await self._count(campaign_id, now)
        except Exception as error:
            log.warning("campaign_not_counted", campaign=campaign_id, error=type(error).__name__)
