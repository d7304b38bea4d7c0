"""Whose campaigns: a supervisor of a place runs those that stay within it, one of the whole country runs all."""

from typing import Final

from sqlalchemy import text

from core.platform.database import reading
from core.staff.agents import Actor
from core.staff.permissions import Permission, may

WITHIN: Final = """coalesce(:scope, '') = '' OR coalesce((
    SELECT bool_and(CAST(:scope AS text) IN (commune.pcode, cercle.pcode, cercle.region_pcode))
    FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
    WHERE {place} IN (commune.pcode, cercle.pcode, cercle.region_pcode)), false)"""
"""SQL that tells whether every commune of a place (a region, cercle or commune by its P-code) is in `:scope`."""

COVERS: Final = text(f"SELECT {WITHIN.format(place='CAST(:place AS text)')}")
PLACE_OF: Final = text("SELECT subject ->> 'place' AS place FROM campaign WHERE id = :id")


class CampaignError(ValueError):
    """What cannot be done with a campaign; the message says why to the person who asked."""


class UnknownCampaign(CampaignError):
    """There is no campaign of this number."""


class NotASupervisor(CampaignError):
    """Only a supervisor decides on campaigns."""


class OutOfScope(CampaignError):
    """The campaign speaks to other places than those of whoever asks."""


def must_supervise(actor: Actor) -> None:
    """Raise NotASupervisor for anybody else."""
    if not may(actor, Permission.RUN_CAMPAIGNS):
        raise NotASupervisor(f"{actor.name} is not a supervisor")


async def must_cover(actor: Actor, place: str | None) -> None:
    """Raise NotASupervisor, or OutOfScope when a place (None: the whole country) is not within the scope of `actor`."""
    must_supervise(actor)
    async with reading() as connection:
        covers = await connection.scalar(COVERS, {"scope": actor.scope_code, "place": place})
    if not covers:
        raise OutOfScope(f"{actor.name} works for {actor.scope_code}, and this is for {place or 'the whole country'}")


async def must_run(actor: Actor, campaign_id: int) -> None:
    """Raise UnknownCampaign, NotASupervisor, or OutOfScope for a campaign of other places."""
    async with reading() as connection:
        row = (await connection.execute(PLACE_OF, {"id": campaign_id})).one_or_none()
    if row is None:
        raise UnknownCampaign(f"there is no campaign {campaign_id}")
    await must_cover(actor, row.place)
