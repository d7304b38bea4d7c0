"""The last campaigns and how many of each were delivered, counted anew only where reports may still come."""

from asyncio import Lock
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from core.outbox.messages import MessageState
from core.platform.database import reading
from sms.campaigns.preview import STATES

FRESH: Final = timedelta(minutes=1)
"""For so long a count of a campaign under way is shown again: it reads each of its messages."""

ENDING: Final = timedelta(minutes=10)
"""And for so long that of one that ended, while reports may come."""

REPORTS_COME: Final = timedelta(days=4)
"""So long after its end reports of a campaign come, or their silence is told."""

SETTLED: Final = timedelta(hours=6)
UNSENT: Final = frozenset({MessageState.LEFT_OUT, MessageState.PLANNED, MessageState.DROPPED})


@dataclass(frozen=True, slots=True)
class Delivered:
    """A campaign that started, and its messages by state as they stood at `counted_at`."""

    id: int
    title: str
    state: str
    started_at: datetime
    counted_at: datetime
    states: dict[MessageState, int]

    @property
    def sent(self) -> int:
        """Messages that left, or may have."""
        return sum(count for state, count in self.states.items() if state not in UNSENT)

    @property
    def delivered(self) -> int:
        """Those of which the operator said that they arrived."""
        return self.states.get(MessageState.DELIVERED, 0)

    @property
    def failed(self) -> int:
        """Those of which it said that they did not."""
        return self.states.get(MessageState.FAILED, 0)


LAST: Final = text(
    "SELECT id, title, state, started_at, ended_at FROM campaign WHERE started_at IS NOT NULL "
    "ORDER BY started_at DESC, id DESC LIMIT :most"
)


class Deliveries:
    """Counts that this process keeps, each for a while."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[datetime, dict[MessageState, int]]] = {}
        self._counting = Lock()

    async def last(self, now: datetime, most: int = 5) -> tuple[Delivered, ...]:
        """The campaigns that started last, the newest first; outside of a transaction of the desk's."""
        async with reading() as connection:
            rows = (await connection.execute(LAST, {"most": most})).all()
        async with self._counting:
            counts = [await self._count(row.id, row.ended_at, now) for row in rows]
        return tuple(
            Delivered(row.id, row.title, row.state, row.started_at, at, states)
            for row, (at, states) in zip(rows, counts, strict=True)
        )

    async def _count(
        self, campaign_id: int, ended_at: datetime | None, now: datetime
    ) -> tuple[datetime, dict[MessageState, int]]:
        kept = self._kept.get(campaign_id)
        good_for = FRESH if ended_at is None else SETTLED if now - ended_at > REPORTS_COME else ENDING
        if kept is not None and now - kept[0] < good_for:
            return kept
        async with reading() as connection:
            rows = await connection.execute(STATES, {"id": campaign_id})
            counted = now, {MessageState(state): count for state, count in rows}
        self._kept[campaign_id] = counted
        return counted
