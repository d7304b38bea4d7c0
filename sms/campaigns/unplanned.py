"""A campaign whose plan is to be made, taken for the one who makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection

from core.campaigns.models import CampaignKind, CampaignState
from core.platform.sql import row_factory
from sms.campaigns.scope import UnknownCampaign


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A campaign whose plan is to be made, or made anew."""

    id: int
    kind: CampaignKind
    audience: dict[str, Any]
    texts: Mapping[str, str] | None
    state: CampaignState
    recipients: int
    planned_by: int | None
    approved_by: int | None
    second_approved_by: int | None


LOCKED: Final = """
    SELECT id, kind, subject AS audience, texts, state, recipients, planned_by, approved_by,
        second_approved_by
    FROM campaign WHERE id = %(id)s FOR UPDATE
"""


async def locked(connection: AsyncConnection, campaign_id: int) -> Unplanned:
    """A campaign whose plan is made, its row locked to the end of the transaction; raises UnknownCampaign."""
    async with connection.cursor(row_factory=row_factory(Unplanned)) as cursor:
        await cursor.execute(LOCKED, {"id": campaign_id})
        campaign = await cursor.fetchone()
    if campaign is None:
        raise UnknownCampaign(campaign_id)
    return campaign
