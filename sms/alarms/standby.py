"""A web process watches where no worker is left to do it: who has one worker is told that it is gone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import structlog

from core.platform import background, sql
from core.platform.clock import DatabaseClock
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.settings import Settings
from sms.alarms import telling, watch
from sms.outbox import gateways

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 60.0
LIVING: Final = "SELECT EXISTS (SELECT FROM sms_worker WHERE seen_at > %(seen)s)"


@asynccontextmanager
async def standing_by(settings: Settings, clock: Callable[[], datetime] | None) -> AsyncIterator[None]:
    """Look every minute as long as this lasts, where somebody is to be told: at the time of `clock`, or the database's.

    So a machine whose own clock is off takes no worker for gone.
    """
    if not telling.has_somebody(settings):
        yield
        return
    async with background.running(_look(settings, clock)):
        yield


async def _look(settings: Settings, clock: Callable[[], datetime] | None) -> None:
    by_the_database = DatabaseClock()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await look_alone(settings, clock() if clock else await by_the_database.fresh())
        except Exception as error:
            log.warning("alarms_not_looked_at", error=type(error).__name__)


async def look_alone(settings: Settings, now: datetime) -> int:
    """Watch and tell unless a worker lives, which does it; give how much was told.

    A gateway on a link of its own takes nothing from here: its link is the worker's.
    """
    with signed_in_for(DatabaseTask.WORKER):
        seen = now - timedelta(minutes=settings.alarm_worker_minutes)
        if await sql.scalar(LIVING, {"seen": seen}):
            return 0
        await watch.watch(settings, now)
        ways = gateways.ways_out(settings)
        try:
            return await telling.tell(ways, settings, now)
        finally:
            for gateway in ways.values():
                await gateway.close()
