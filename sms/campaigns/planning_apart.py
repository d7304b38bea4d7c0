"""Planning that takes a while, apart from whoever asked: one at a time for each campaign, seen from every process."""

import asyncio
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import text

from core.platform import database
from core.platform.database import reading, writing
from core.platform.settings import Settings
from core.staff.agents import Actor
from sms.campaigns import planning
from sms.campaigns.scope import CampaignError, must_run
from sms.campaigns.steps import CHANGE

log = structlog.get_logger(__name__)

LOCKS: Final = 7_551_903
"""The first key of the advisory locks that a plan being made holds; the second is the campaign's number."""

UNDER_WAY: Final = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = :locks AND objid = :id "
    "AND objsubid = 2 AND granted)"
)
STATE: Final = text("SELECT state FROM campaign WHERE id = :id")
FAILED: Final = "the plan could not be made"
_tasks: Final[set[asyncio.Task[None]]] = set()


class PlanningAlready(CampaignError):
    """The plan of this campaign is being made."""


async def under_way(campaign_id: int) -> bool:
    """Whether the plan of a campaign is being made now, here or in another process."""
    async with reading() as connection:
        return bool(await connection.scalar(UNDER_WAY, {"locks": LOCKS, "id": campaign_id}))


async def begin(campaign_id: int, settings: Settings, actor: Actor, now: datetime, *, patience: float) -> bool:
    """Begin to plan, and wait so many seconds at the most; True when the plan is made, False when it is under way.

    Raises CampaignError for what cannot be planned, and PlanningAlready. It is no part of a transaction around it.
    """
    await must_run(actor, campaign_id)
    task = asyncio.create_task(_plan(campaign_id, settings, actor, now))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    done, _ = await asyncio.wait({task}, timeout=patience)
    if done:
        task.result()
    return bool(done)


async def ended() -> None:
    """Wait until nothing is planned here any more."""
    while _tasks:
        await asyncio.wait(set(_tasks))


async def _plan(campaign_id: int, settings: Settings, actor: Actor, now: datetime) -> None:
    async with database.copying() as connection:
        row = await (await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, campaign_id])).fetchone()
        await connection.commit()
        if row is None or not row[0]:
            raise PlanningAlready(f"the plan of campaign {campaign_id} is being made")
        try:
            await planning.plan(campaign_id, settings, now, actor=actor)
        except CampaignError:
            raise
        except Exception as error:
            log.error("campaign_not_planned", campaign=campaign_id, error=type(error).__name__)
            await _failed(campaign_id, actor, now)


async def _failed(campaign_id: int, actor: Actor, now: datetime) -> None:
    """Put on record that a plan could not be made; the campaign is as it was."""
    async with writing() as session:
        state = await session.scalar(STATE, {"id": campaign_id})
        change = {"id": campaign_id, "at": now, "agent_id": actor.id, "from_state": state, "to_state": state}
        await session.execute(CHANGE, change | {"note": FAILED})
