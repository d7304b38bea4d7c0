"""What is due, done as long as the API stands: one time after another, with a rest where there was nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.platform import background

log = structlog.get_logger(__name__)

REST_SECONDS: Final = 3.0


@asynccontextmanager
async def doing(do: Callable[[], Awaitable[int]], otherwise: str, rest: float = REST_SECONDS) -> AsyncIterator[None]:
    """Do what is due, while this lasts; `do` gives how much that was, and after none it rests for so many seconds.

    `otherwise` is what the log says where the database is away.
    """
    async with background.running(_again(do, otherwise, rest)):
        yield


async def _again(do: Callable[[], Awaitable[int]], otherwise: str, rest: float) -> None:
    while True:
        try:
            done = await do()
        except (SQLAlchemyError, OSError) as error:
            log.warning(otherwise, error=type(error).__name__)
            done = 0
        if not done:
            await asyncio.sleep(rest)
