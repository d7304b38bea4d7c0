"""Each process takes what the programme changed at the desk, again and again while it stands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from core.platform import background
from core.programme.changing import take

log = structlog.get_logger(__name__)

SECONDS: Final = 30.0
"""So soon a change holds in every process."""

ENDING_SECONDS: Final = 5.0
"""So long what is being read is waited for, so that no connection is cut off in the middle."""


async def take_again() -> None:
    """Take it; what cannot be read stays as it was."""
    try:
        await take()
    except Exception as error:
        log.warning("settings_not_taken", error=type(error).__name__)


@asynccontextmanager
async def keeping_settings() -> AsyncIterator[None]:
    """Take it at once, and every half minute while this lasts."""

    over = asyncio.Event()

    async def every_half_minute() -> None:
        while not over.is_set():
            await take_again()
            await background.come_to_pass(over, SECONDS)

    keeper = asyncio.create_task(every_half_minute())
    try:
        yield
    finally:
        over.set()
        await asyncio.wait({keeper}, timeout=ENDING_SECONDS)
        await background.end_tasks([keeper])
