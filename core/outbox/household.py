"""The SMS that spoke of a household, as the desk shows them on its page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.campaigns.models import CampaignKind
from core.outbox.messages import MessageKind, MessageState
from core.outbox.notice_kinds import NoticeKind
from core.platform import sql

LAST: Final = 30


@dataclass(frozen=True, slots=True)
class SentCard:
    """An SMS that spoke of a household: of which campaign or what notice it was, to which number it went, and how.

    `reason` is a Reason, or a word of the gateway.
    """

    campaign: CampaignKind | None
    notice: NoticeKind | None
    msisdn: str | None
    state: MessageState
    reason: str | None
    planned_at: datetime
    final_at: datetime | None

    @property
    def kind(self) -> MessageKind | None:
        """What it told."""
        return self.campaign or self.notice


MESSAGES: Final = """
SELECT campaign.kind AS campaign, CASE WHEN campaign_id IS NULL THEN message.kind END AS notice,
    msisdn, message.state, reason, planned_at, final_at
FROM message LEFT JOIN campaign ON campaign.id = campaign_id
WHERE message.id = ANY(ARRAY(SELECT messages_of(%(household_id)s, %(most)s))) ORDER BY message.id DESC
"""


async def sent_about(household_id: int, most: int = LAST) -> tuple[SentCard, ...]:
    """The last SMS that spoke of a household, newest first."""
    return tuple(await sql.rows(SentCard, MESSAGES, {"household_id": household_id, "most": most}))
