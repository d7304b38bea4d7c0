"""Whose campaigns: a supervisor of a place runs those that stay within it, one of the whole country runs all.

Those that speak to other places too are looked at by whoever has one of these places, and run by none of them.
"""

from typing import Final

from sqlmodel import col, select

from core.campaigns.models import Campaign
from core.campaigns.steps import CampaignError, NotASupervisor
from core.platform import sql
from core.platform.database import reading
from core.staff.agents import Actor
from core.staff.permissions import Permission, may

WITHIN: Final = """coalesce(%(scope)s, '') = '' OR coalesce((
    SELECT bool_and(CAST(%(scope)s AS text) IN (commune.pcode, cercle.pcode, cercle.region_pcode))
    FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
    WHERE {place} IN (commune.pcode, cercle.pcode, cercle.region_pcode)), false)"""
"""SQL that tells whether every commune of a place (a region, cercle or commune by its P-code) is in `%(scope)s`."""

TOUCHES: Final = """coalesce(%(scope)s, '') = '' OR {place} IS NULL OR EXISTS (
    SELECT FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
    WHERE CAST(%(scope)s AS text) IN (commune.pcode, cercle.pcode, cercle.region_pcode)
        AND {place} IN (commune.pcode, cercle.pcode, cercle.region_pcode))"""
"""SQL that tells whether some commune of `%(scope)s` is of a place; NULL is the whole country."""

COVERS: Final = f"SELECT {WITHIN.format(place='CAST(%(place)s AS text)')}"


MEETS: Final = f"SELECT {TOUCHES.format(place='CAST(%(place)s AS text)')}"


class UnknownCampaign(CampaignError):
    """There is no campaign of this number."""

    def __init__(self, campaign_id: int) -> None:
        super().__init__(f"there is no campaign {campaign_id}")


class OutOfScope(CampaignError):
    """The campaign speaks to other places than those of whoever asks."""


def must_supervise(actor: Actor) -> None:
    """Raise NotASupervisor for somebody who does not decide on campaigns."""
    if not may(actor, Permission.RUN_CAMPAIGNS):
        raise NotASupervisor(f"{actor.name} is not a supervisor")


async def must_cover(actor: Actor, place: str | None) -> None:
    """Raise NotASupervisor, or OutOfScope when a place (None: the whole country) is not within the scope of `actor`."""
    must_supervise(actor)
    if not await sql.scalar(COVERS, {"scope": actor.scope_code, "place": place}):
        raise OutOfScope(f"{actor.name} works for {actor.scope_code}, and this is for {place or 'the whole country'}")


async def must_touch(actor: Actor, campaign_id: int) -> Campaign:
    """A campaign that speaks to some place of `actor`; raises as `must_run` does, OutOfScope for others alone."""
    must_supervise(actor)
    campaign = await campaign_of(campaign_id)
    if not await sql.scalar(MEETS, {"scope": actor.scope_code, "place": place_of(campaign)}):
        raise OutOfScope(f"campaign {campaign_id} speaks to no place of {actor.scope_code}")
    return campaign


async def must_run(actor: Actor, campaign_id: int) -> Campaign:
    """The campaign as it is now; raises UnknownCampaign, NotASupervisor, or OutOfScope for one of other places."""
    campaign = await campaign_of(campaign_id)
    await must_cover(actor, place_of(campaign))
    return campaign


async def campaign_of(campaign_id: int, *, locked: bool = False) -> Campaign:
    """A campaign as it is now, its row locked to the end of the transaction if asked; raises UnknownCampaign."""
    statement = select(Campaign).where(col(Campaign.id) == campaign_id).execution_options(populate_existing=True)
    async with reading() as session:
        campaign = (await session.exec(statement.with_for_update() if locked else statement)).one_or_none()
    if campaign is None:
        raise UnknownCampaign(campaign_id)
    return campaign


def place_of(campaign: Campaign) -> str | None:
    """The P-code of the place that a campaign is for, None for the whole country."""
    place: str | None = campaign.audience.get("place")
    return place
