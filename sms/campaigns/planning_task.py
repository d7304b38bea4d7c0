"""A plan made in a task of its own, as it takes a while: one at a time for each campaign, seen from every process."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from core.campaigns.notes import Note, NoteCode
from core.campaigns.steps import CampaignError, PlanningAlready
from core.platform import database
from core.platform.database import writing
from core.platform.locks import Lock
from core.platform.settings import Settings
from core.staff.agents import Actor
from sms.campaigns import planning
from sms.campaigns.scope import campaign_of, must_run
from sms.campaigns.sheets import SheetRow
from sms.campaigns.steps import change_of

log = structlog.get_logger(__name__)

_tasks: Final[set[asyncio.Task[None]]] = set()


async def begin(
    campaign_id: int,
    settings: Settings,
    actor: Actor,
    now: datetime,
    *,
    patience: float,
    rows: Sequence[SheetRow] = (),
) -> bool:
    """Begin to plan, and wait so many seconds at the most; True when the plan is made, False when it is under way.

    `rows` are those of a personal message's file.
    Raises CampaignError for what cannot be planned, and PlanningAlready. It is no part of a transaction around it.
    """
    await must_run(actor, campaign_id)
    task = asyncio.create_task(_plan(campaign_id, settings, actor, now, rows))
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


async def _plan(campaign_id: int, settings: Settings, actor: Actor, now: datetime, rows: Sequence[SheetRow]) -> None:
    with database.signed_in_for(database.DatabaseTask.WORKER):
        await _plan_alone(campaign_id, settings, actor, now, rows)


async def _plan_alone(
    campaign_id: int, settings: Settings, actor: Actor, now: datetime, rows: Sequence[SheetRow]
) -> None:
    async with database.copying() as connection:
        keys = {"lock": int(Lock.PLAN_OF_ONE), "id": campaign_id}
        row = await (await connection.execute(TRY_LOCK, keys)).fetchone()
        await connection.commit()
        if row != (True,):
            raise PlanningAlready(f"the plan of campaign {campaign_id} is being made")
        try:
            await planning.plan(campaign_id, settings, now, actor=actor, rows=rows)
        except CampaignError:
            raise
        except Exception as error:
            log.error("campaign_not_planned", campaign=campaign_id, error=type(error).__name__)
            await _not_planned(campaign_id, actor, now)


TRY_LOCK: Final = "SELECT pg_try_advisory_lock(%(lock)s, %(id)s)"


async def _not_planned(campaign_id: int, actor: Actor, now: datetime) -> None:
    """Put on record that a plan could not be made; the campaign is as it was."""
    async with writing() as session:
        campaign = await campaign_of(campaign_id)
        session.add(change_of(campaign, campaign.state, now, actor.id, Note.of(NoteCode.NOT_PLANNED)))
