"""What a worker does that finds its database restored: nothing leaves, the log says what is to be done."""

from datetime import datetime
from typing import Final

import structlog

from core.outbox import restoring
from core.platform.errors import JigiError
from sms.outbox.high_water import HighWater

log = structlog.get_logger(__name__)

WHAT_TO_DO: Final = (
    "No SMS leaves. `jigi db restored` says what to look at; `jigi db restored --go-on --as LOGIN` lets them go again."
)


class BehindHighWater(JigiError):
    """A request departed under a number that was given before: the database is one of the past."""

    def __init__(self, high_water: HighWater, level: int) -> None:
        super().__init__(f"departures up to {level} were known")
        self.high_water = high_water
        self.level = level


async def found_restored(high_water: HighWater, level: int, now: datetime, *, is_behind: bool = False) -> None:
    """Look whether the database was restored; let Redis forget what it knows if so, and say it.

    Raises what the database raises.
    """
    doubts = await restoring.look(level, now, is_behind=is_behind)
    if doubts is not None:
        await high_water.forget()
        log.error("database_restored", uncertain=doubts.uncertain, paused=doubts.paused, do=WHAT_TO_DO)
