"""How many single notices go out on a day (UTC): to a phone, of a household, and in all. Each costs money.

Beyond a ceiling nothing is queued, which is counted; the one of all is also logged as an error, for somebody to look. A
phone that got a few receipts today waits with its next ones as with any SMS: they count among its SMS of the day, and
go in the hours of SMS. What is answered to who wrote, or was cut off, has bounds of its own.
"""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as clock_time
from typing import Final

import structlog
from prometheus_client import Counter

from core.platform import sql
from core.platform.settings import settings
from core.text.words import Code

log = structlog.get_logger(__name__)

COUNTED_SECONDS: Final = 60.0
"""All notices of a day are counted so often, in each process."""

REFUSED: Final = Counter("jigi_notices_refused", "Single notices not queued: a ceiling of the day", ["ceiling"])


class Ceiling(Code):
    """What a day has a ceiling of."""

    PHONE = "phone"
    HOUSEHOLD = "household"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class _Today:
    phone: int
    receipts: int
    household: int


TODAY: Final = """
SELECT phone_notices AS phone, phone_receipts AS receipts, household_notices AS household
FROM notices_today(%(msisdn)s, CAST(%(household_id)s AS integer), %(day)s)
"""
ALL_TODAY: Final = "SELECT all_notices_today(%(day)s)"
"""Counted by the owner: who queues one at the desk does not see all that they bound."""


class _AllNotices:
    """All notices of a day, as this process counted them last; those that it queued since are added."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Count anew when it is asked next."""
        self._day: date | None = None
        self._count = 0
        self._counted_at = 0.0
        self._alarmed: date | None = None

    async def are_too_many(self, day: datetime) -> bool:
        """Whether the ceiling of all is reached; one more is counted where it is not."""
        now = time.monotonic()
        if self._day != day.date() or now - self._counted_at > COUNTED_SECONDS:
            self._count = int(await sql.scalar(ALL_TODAY, {"day": day}) or 0)
            self._day, self._counted_at = day.date(), now
        most = settings().notices_a_day
        if self._count < most:
            self._count += 1
            return False
        if self._alarmed != day.date():
            self._alarmed = day.date()
            log.error("notices_over_the_ceiling", most=most)
        return True


all_notices: Final = _AllNotices()


async def ceiling_reached(msisdn: str, household_id: int | None, now: datetime) -> tuple[Ceiling | None, bool]:
    """The ceiling that one more notice would pass, if any; and whether a receipt may go at once, at any hour."""
    day = datetime.combine(now.date(), clock_time(0), UTC)
    today = await sql.row(_Today, TODAY, {"msisdn": msisdn, "household_id": household_id, "day": day})
    bounds = settings()
    reached: Ceiling | None = None
    if today is None or today.phone >= bounds.notices_per_phone_a_day:
        reached = Ceiling.PHONE
    elif household_id is not None and today.household >= bounds.notices_per_household_a_day:
        reached = Ceiling.HOUSEHOLD
    elif await all_notices.are_too_many(day):
        reached = Ceiling.ALL
    if reached is not None:
        REFUSED.labels(reached.value).inc()
    return reached, today is not None and today.receipts < bounds.sms_most_a_day
