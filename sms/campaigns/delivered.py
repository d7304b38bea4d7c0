"""The last campaigns and how many of each were delivered, counted anew only where reports may still come."""

from asyncio import Lock
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select

from core.campaigns.models import Campaign, CampaignState
from core.outbox.messages import MessageState
from core.platform.database import reading
from sms.campaigns.preview import by_state

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
    state: CampaignState
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


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """The messages of a campaign by state, as they stood at a moment."""

    at: datetime
    states: dict[MessageState, int]


class Deliveries:
    """Counts that this process keeps, each for a while."""

    def __init__(self) -> None:
        self._kept: dict[int, DeliveryCount] = {}
        self._counting = Lock()

    async def last(self, now: datetime, most: int = 5) -> tuple[Delivered, ...]:
        """The campaigns that started last, the newest first; outside of a transaction of the desk's."""
        started = col(Campaign.started_at)
        last = select(Campaign).where(started.is_not(None)).order_by(started.desc(), col(Campaign.id).desc())
        async with reading() as session:
            campaigns = (await session.exec(last.limit(most))).all()
        async with self._counting:
            return tuple([await self._delivered(campaign, now) for campaign in campaigns])

    async def _delivered(self, campaign: Campaign, now: datetime) -> Delivered:
        if campaign.id is None or campaign.started_at is None:
            raise ValueError("a campaign that started is in the table")
        count = await self._count(campaign.id, campaign.ended_at, now)
        return Delivered(campaign.id, campaign.title, campaign.state, campaign.started_at, count.at, count.states)

    async def _count(self, campaign_id: int, ended_at: datetime | None, now: datetime) -> DeliveryCount:
        kept = self._kept.get(campaign_id)
        good_for = FRESH if ended_at is None else SETTLED if now - ended_at > REPORTS_COME else ENDING
        if kept is not None and now - kept.at < good_for:
            return kept
        count = DeliveryCount(now, await by_state(campaign_id))
        self._kept[campaign_id] = count
        return count
