"""Lets batches be worked on: starts the process that does, where there is work, and says whether the API stands.

That process signs in as the worker (`JIGI_WORKER_DATABASE_URL`), which it is told where nobody reads it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.imports.batches import is_work
from core.imports.children import worked_off
from core.platform import background
from core.platform.database import DatabaseTask, signed_in_for
from core.systems.holders import KeyFault, holder_of

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 15.0
"""Between looks for batches that another process took, or that nobody confirmed in time."""


class BatchIntake:
    """The batches of this process, and how its ways to the database stand."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._stands: dict[str, str] = {"api": "not tried yet"}

    def wake(self) -> None:
        """There may be something to work on."""
        self._woken.set()

    def stands(self) -> Mapping[str, str]:
        """Whether keys can be known: `ok`, or why not."""
        return self._stands

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look for work while this lasts; what is being worked on is worked on to its end."""
        async with background.running(self._look()):
            yield

    async def _look(self) -> None:
        while True:
            self._woken.clear()
            await self._try()
            await self._work()
            await background.come_to_pass(self._woken, LOOK_SECONDS)

    async def _try(self) -> None:
        try:
            known = await holder_of("")
            self._stands["api"] = "ok" if known is KeyFault.UNKNOWN else "a key without letters is known"
        except (SQLAlchemyError, OSError) as error:
            self._stands["api"] = f"down: {type(error).__name__}"

    async def _work(self) -> None:
        try:
            with signed_in_for(DatabaseTask.WORKER):
                there_is = await is_work()
            if there_is:
                code = await worked_off("core.imports.batch_errand")
                if code:
                    log.error("batches_not_worked_on", code=code)
        except (SQLAlchemyError, OSError) as error:
            log.error("batches_not_worked_on", error=type(error).__name__)
