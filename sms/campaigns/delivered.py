"""The last campaigns and how many of each were delivered, counted anew only where reports may still come."""

from asyncio import Lock
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.campaigns.models import CampaignState
from core.outbox.messages import MessageState
from core.platform import sql
from sms.campaigns.preview import by_state
from sms.campaigns.scope import TOUCHES

FRESH: Final = timedelta(minutes=1)
"""For so long a count of a campaign under way is shown again: it reads each of its messages."""

ENDING: Final = timedelta(minutes=10)
"""And for so long that of one that ended, while reports may come."""

REPORTS_COME: Final = timedelta(days=4)
"""So long after its end reports of a campaign come, or their silence is told."""

SETTLED: Final = timedelta(hours=6)
GIVEN_UP: Final = (MessageState.PLANNED, MessageState.DROPPED)
"""Messages of a cancelled campaign that will never leave."""

UNSENT: Final = frozenset({MessageState.LEFT_OUT, MessageState.PLANNED, MessageState.DROPPED})


LAST: Final = f"""
SELECT id, title, state, started_at, ended_at FROM campaign
WHERE started_at IS NOT NULL AND ({TOUCHES.format(place="(subject ->> 'place')")})
ORDER BY started_at DESC, id DESC LIMIT %(most)s
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class _Started:
    id: int
    title: str
    state: CampaignState
    started_at: datetime
    ended_at: datetime | None


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
    def share(self) -> int | None:
        """Of those who were to be told, so many in a hundred were; None of nobody.

        While it goes, those are who were sent something; once it was cancelled, who will have nothing any more too.
        """
        cancelled = self.state is CampaignState.CANCELLED
        asked = self.sent + sum(self.states.get(state, 0) for state in GIVEN_UP) if cancelled else self.sent
        return round(100 * self.delivered / asked) if asked else None

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

    async def last(self, now: datetime, scope: str | None = None, most: int = 5) -> tuple[Delivered, ...]:
        """The campaigns that started last and touch a scope, the newest first, outside of a desk transaction."""
        campaigns = await sql.rows(_Started, LAST, {"scope": scope, "most": most})
        async with self._counting:
            return tuple([await self._delivered(campaign, now) for campaign in campaigns])

    async def _delivered(self, campaign: _Started, now: datetime) -> Delivered:
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
