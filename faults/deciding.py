"""A supervisor who decides on uncertain messages, and a note of which were sent again."""

from collections import Counter
from typing import Final

from core.campaigns.steps import WrongState
from core.outbox.messages import MessageState
from core.platform import sql
from core.platform.database import writing
from core.staff.agents import Actor
from faults import clock
from sms.campaigns import steps

UNCERTAIN: Final = f"""
SELECT id FROM message
WHERE state = '{MessageState.UNCERTAIN}' AND campaign_id IS NOT DISTINCT FROM %(campaign)s
"""  # noqa: S608 - our own words


class _Others(Exception):
    """More messages were decided on than we had seen."""


class Deciding:
    """Decides on the uncertain messages of a campaign and on uncertain notices."""

    def __init__(self, campaign_id: int, actor: Actor) -> None:
        self._campaign_id = campaign_id
        self._who = actor
        self.sent_again: Counter[int] = Counter()
        """How often each message, by its row, was sent again at the most."""
        self.left = 0

    async def decide(self, *, again: bool) -> None:
        """Send them again, or leave them."""
        for campaign_id in (self._campaign_id, None):
            while True:
                try:
                    await self._decide(campaign_id, again=again)
                except _Others:
                    continue
                except WrongState:
                    pass  # of a cancelled campaign nothing is sent again
                break

    async def _decide(self, campaign_id: int | None, *, again: bool) -> None:
        async with writing():
            ids = await sql.scalars(UNCERTAIN, {"campaign": campaign_id})
            count = await steps.settle(campaign_id, self._who, clock.now(), again=again)
            if count != len(ids):
                raise _Others
            if again:
                # Noted before the commit: should the database go away, it may have been done all the same.
                self.sent_again.update(ids)
        if not again:
            self.left += count
