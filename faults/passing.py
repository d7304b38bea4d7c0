"""Time that passes where nothing can happen before it has: a retry, a hold, a worker long dead, the night."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as hour
from typing import Final

from core.outbox.messages import AT_A_WORKER, UNFINISHED
from core.platform import sql
from core.platform.columns import listed
from core.platform.settings import Settings
from faults import clock
from sms.outbox.window import Window

STEP: Final = timedelta(seconds=30)
STILL_SECONDS: Final = 1.2
"""So long nothing changes before time passes: longer than an idle worker looks away."""

OPEN: Final = f"""
SELECT id, state IN {listed(AT_A_WORKER)} AS under_way, coalesce(split_part(worker, ':', 2), '') AS pid, not_before
FROM sms_batch WHERE state IN {listed(UNFINISHED)} ORDER BY id
"""  # noqa: S608 - words of ours
LIVE_ON: Final = """
UPDATE sms_worker SET seen_at = seen_at + make_interval(secs => %(seconds)s)
WHERE split_part(name, ':', 2) = ANY (CAST(%(pids)s AS text[]))
"""
"""Who lives would have said so meanwhile."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A request that is not over, and the process that has it."""

    id: int
    under_way: bool
    pid: str
    not_before: datetime


class Passing:
    """Turns the clock ahead when the run stands still and no worker that lives has anything under way."""

    def __init__(self, settings: Settings, at: hour | None, living: Callable[[], Collection[int] | None]) -> None:
        self._window = Window(*settings.sms_window)
        self._living = living
        self._last: object = None
        self._since = 0.0
        self.turns = 0
        self.passed = timedelta()
        if at is not None:
            now = clock.now()
            clock.turn(datetime.combine(now.date(), at, now.tzinfo) - now)

    async def look(self) -> None:
        """Let time pass if nothing else does; not while a worker is frozen (`living` is None)."""
        living = self._living()
        requests = await sql.rows(_Open, OPEN)
        pids = {str(pid) for pid in living or ()}
        busy = living is None or any(each.under_way and each.pid in pids for each in requests)
        if busy or not requests or requests != self._last:
            self._last, self._since = None if busy else requests, time.monotonic()
            return
        if time.monotonic() > self._since + STILL_SECONDS:
            await self._pass(sorted(pids))

    async def _pass(self, pids: list[str]) -> None:
        now = clock.now()
        by = STEP if self._window.is_open(now) else self._opening(now) - now
        await sql.execute(LIVE_ON, {"seconds": by.total_seconds(), "pids": pids})
        clock.turn(by)
        self._last = None
        self.turns += 1
        self.passed += by

    def _opening(self, now: datetime) -> datetime:
        today = datetime.combine(now.date(), self._window.opens, now.tzinfo)
        return today if today > now else self._window.next_day(now)
