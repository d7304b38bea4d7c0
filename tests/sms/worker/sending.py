"""What several tests of the sender need."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from core.platform.settings import Settings
from sms.outbox import claims, departing, ledger
from sms.worker.sender import Sender
from tests.core.seed import TODAY

DAY = timedelta(days=1)
ONE_EACH = Settings(sms_rate=0, sms_batch_size=1)
EVENING = datetime.combine(TODAY, time(20), UTC)
MORNING = datetime.combine(TODAY + DAY, time(8), UTC)


def gone() -> OperationalError:
    """What it looks like when the database is away."""
    return OperationalError("SELECT 1", {}, Exception("the connection is closed"))


def failing(monkeypatch: pytest.MonkeyPatch, name: str, times: int, *, after: bool = False) -> None:
    """Let the database be away so many times when the ledger does this; `after` its work is done, or before."""
    step = {"claim": claims, "depart": departing}.get(name, ledger)
    real, left = getattr(step, name), iter(range(times))

    async def away(*args: Any, **kwargs: Any) -> Any:
        if next(left, None) is None:
            return await real(*args, **kwargs)
        if after:
            await real(*args, **kwargs)
        raise gone()

    monkeypatch.setattr(step, name, away)


@asynccontextmanager
async def at_work(working: Sender) -> AsyncIterator[None]:
    """Let a sender run, and end it."""
    task = asyncio.create_task(working.run())
    try:
        yield
    finally:
        working.stop()
        async with asyncio.timeout(10):
            await task
