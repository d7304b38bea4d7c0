"""Wrong callback tokens in the audit trail: how often a source was wrong since the last time, and not each of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import structlog

from core.platform import background
from core.platform.webhooks import strangers
from core.staff import audit
from core.staff.acts import Act

log = structlog.get_logger(__name__)

SECONDS: Final = 60.0
"""Between entries of one process."""

MOST_SOURCES: Final = 20
"""Sources of one minute that are named; the others are counted together."""


async def keep_wrong_tokens(now: datetime) -> None:
    """Enter what was counted since the last time; what cannot be written is counted with the next."""
    counted = strangers.take()
    if not counted:
        return
    named = counted.most_common(MOST_SOURCES)
    detail = {"times": counted.total(), "sources": dict(named)}
    try:
        await audit.record(None, Act.WRONG_TOKENS, None, now, detail)
    except Exception as error:
        strangers.give_back(counted)
        log.warning("wrong_tokens_not_kept", error=type(error).__name__)


@asynccontextmanager
async def keeping_wrong_tokens(clock: Callable[[], datetime]) -> AsyncIterator[None]:
    """Enter them every minute while this lasts, and once more at the end."""

    async def every_minute() -> None:
        while True:
            await asyncio.sleep(SECONDS)
            await keep_wrong_tokens(clock())

    try:
        async with background.running(every_minute()):
            yield
    finally:
        await keep_wrong_tokens(clock())
