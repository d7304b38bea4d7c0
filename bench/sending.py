"""A campaign sent by workers that are processes of their own."""

import asyncio
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bench.serving import running
from core.outbox.messages import UNFINISHED
from core.platform import database, sql
from core.platform.columns import listed
from core.schema.ground import Ground
from core.staff import agents
from sms.campaigns import preview, steps
from sms.campaigns.preview import Progress

LONGEST_SECONDS: Final = 600.0
LOOK_SECONDS: Final = 0.1
AT_WORK: Final = "SELECT count(*) FROM sms_worker"
GOES_ON: Final = f"SELECT EXISTS (SELECT FROM sms_batch WHERE campaign_id = 1 AND state IN {listed(UNFINISHED)})"  # noqa: S608
"""Asked all the time, so that asking costs next to nothing: who counts a campaign takes from what sends it."""


def at_full_rate(on: Ground, **more: str) -> dict[str, str]:
    """The environment of a notifier that nothing of its own holds back: no window, no rate, no rule."""
    return {
        "JIGI_DATABASE_URL": on.database_url,
        "JIGI_REDIS_URL": on.redis_url,
        "JIGI_CALLBACK_TOKENS": "demo",
        "JIGI_SMS_API_KEY": "bench",
        "JIGI_SMS_WINDOW": "00:00,00:00",
        "JIGI_SMS_RATE": "0",
        "JIGI_SMS_RULES": "false",
        "JIGI_LOG_LEVEL": "WARNING",
    } | more


@dataclass(frozen=True, slots=True)
class SentCampaign:
    """What a campaign came to, and the seconds from its start to the last answer that was written down."""

    progress: Progress
    seconds: float

    @property
    def per_second(self) -> float:
        """Recipients a second."""
        return self.progress.sent / self.seconds


async def sent(workers: int, *, begin: bool = True, **environment: str) -> SentCampaign:
    """Let campaign 1 go with so many workers at work, and wait for its end; raises TimeoutError.

    It is begun, unless it goes already.
    """
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=2, statement_seconds=3600)
    person = await agents.actor_of("first")
    try:
        with ExitStack() as stack:
            for _ in range(workers):
                stack.enter_context(running("cli", "worker", **environment))
            async with asyncio.timeout(LONGEST_SECONDS):
                while int(await sql.scalar(AT_WORK)) < workers:  # noqa: ASYNC110 - other processes
                    await asyncio.sleep(LOOK_SECONDS)
                began = time.perf_counter()
                if begin:
                    await steps.start(1, person, datetime.now(UTC))
                while await sql.scalar(GOES_ON):  # noqa: ASYNC110 - other processes
                    await asyncio.sleep(LOOK_SECONDS)
            seconds = time.perf_counter() - began
        return SentCampaign(await preview.progress(1), seconds)
    finally:
        await database.close_database()
