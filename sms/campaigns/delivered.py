"""The last campaigns and how many of each were delivered, as they were counted last: nobody waits for a great count."""

from asyncio import Lock
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.campaigns.models import CampaignState
from core.outbox.messages import MessageState
from core.platform import sql
from sms.campaigns.scope import TOUCHES
from sms.campaigns.tally import Tally, tally_at_hand

FRESH: Final = timedelta(minutes=1)
"""For so long this process shows a count again: that of a campaign of a few thousand reads each of its messages."""

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
    """A campaign that started, and its messages by state as they stood at `counted_at`, None while they are counted."""

    id: int
    title: str
    state: CampaignState
    started_at: datetime
    counted_at: datetime | None
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


class Deliveries:
    """Counts that this process keeps, each for a while."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[datetime, Tally]] = {}
        self._counting = Lock()

    async def last(self, now: datetime, scope: str | None = None, most: int = 5) -> tuple[Delivered, ...]:
        """The campaigns that started last and touch a scope, the newest first, outside of a desk transaction."""
        campaigns = await sql.rows(_Started, LAST, {"scope": scope, "most": most})
        async with self._counting:
            return tuple([await self._delivered(campaign, now) for campaign in campaigns])

    async def _delivered(self, campaign: _Started, now: datetime) -> Delivered:
        tally = await self._tally(campaign, now)
        at, states = (tally.at, tally.states) if tally else (None, {})
        return Delivered(campaign.id, campaign.title, campaign.state, campaign.started_at, at, states)

    async def _tally(self, campaign: _Started, now: datetime) -> Tally | None:
        read_at, kept = self._kept.get(campaign.id, (None, None))
        if read_at is not None and now - read_at < FRESH:
            return kept
        tally = await tally_at_hand(campaign, now)
        if tally is not None:
            self._kept[campaign.id] = (now, tally)
        return tally
