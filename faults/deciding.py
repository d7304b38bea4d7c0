"""A supervisor who decides on uncertain messages, and a note of which were sent again."""

from collections import Counter
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text

from core import database
from core.people import Acting
from sms import campaigns
from sms.campaigns import WrongState

UNCERTAIN: Final = text(
    "SELECT id FROM message WHERE state = 'uncertain' AND campaign_id IS NOT DISTINCT FROM :campaign"
)


class Deciding:
    """Decides on the uncertain messages of a campaign and on uncertain notices."""

    def __init__(self, campaign_id: int, who: Acting) -> None:
        self._campaign_id = campaign_id
        self._who = who
        self.sent_again: Counter[int] = Counter()
        """How often each message, by its row, was sent again at the most."""
        self.left = 0

    async def decide(self, *, again: bool) -> None:
        """Send them again, or leave them."""
        for campaign_id in (self._campaign_id, None):
            async with database.reading() as connection:
                ids = list(await connection.scalars(UNCERTAIN, {"campaign": campaign_id}))
            if again:
                # Noted first: should the database go away, it may have been done all the same.
                self.sent_again.update(ids)
            try:
                count = await campaigns.settle(campaign_id, self._who, datetime.now(UTC), again=again)
            except WrongState:
                continue  # of a cancelled campaign nothing is sent again
            if not again:
                self.left += count
