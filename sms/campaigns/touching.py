"""What a campaign that speaks to other places too tells those of a scope: its messages in that scope, by state."""

from dataclasses import dataclass
from typing import Final

from core.outbox.messages import MessageState
from core.platform import sql

THERE: Final = """
SELECT state, count(*) AS messages FROM message WHERE campaign_id = %(id)s AND commune_pcode IN (
    SELECT commune.pcode FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
    WHERE CAST(%(scope)s AS text) IN (commune.pcode, cercle.pcode, cercle.region_pcode))
GROUP BY state
"""


@dataclass(frozen=True, slots=True)
class _InState:
    state: MessageState
    messages: int


async def states_in(campaign_id: int, scope: str) -> dict[MessageState, int]:
    """How many messages of a campaign to people of a place (its P-code) are in each state."""
    rows = await sql.rows(_InState, THERE, {"id": campaign_id, "scope": scope})
    return {row.state: row.messages for row in rows}
