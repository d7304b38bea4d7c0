"""The SMS that spoke of a household, as the desk shows them on its page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.platform import sql

LAST: Final = 30


@dataclass(frozen=True, slots=True)
class SentCard:
    """An SMS that spoke of a household: what it was about, to which number it went, and how."""

    kind: str
    msisdn: str | None
    state: str
    reason: str | None
    planned_at: datetime
    final_at: datetime | None


MESSAGES: Final = """
SELECT coalesce(campaign.kind, message.kind) AS kind, msisdn, message.state, reason, planned_at, final_at
FROM message LEFT JOIN campaign ON campaign.id = campaign_id
WHERE message.id = ANY(ARRAY(SELECT messages_of(%(household_id)s, %(most)s))) ORDER BY message.id DESC
"""


async def sent_about(household_id: int, most: int = LAST) -> tuple[SentCard, ...]:
    """The last SMS that spoke of a household, newest first."""
    return tuple(await sql.rows(SentCard, MESSAGES, {"household_id": household_id, "most": most}))
