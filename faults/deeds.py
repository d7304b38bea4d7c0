"""What people and the timetable do besides calling and sending, each in a process of its own that may be killed.

A deed looks first at how things stand, as whoever does it again after a breakdown.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlmodel import select

from core.campaigns.models import CampaignState
from core.grievances import steps as grievance_steps
from core.grievances.locked import ShownVersion
from core.grievances.models import Grievance
from core.grievances.steps import DeskVisit
from core.grievances.vocabulary import OPEN, GrievanceState
from core.imports.importing import run as bring
from core.imports.kinds import ImportKind
from core.imports.runs import last_run
from core.imports.undoing import undo
from core.platform import database, logs
from core.platform.database import reading
from core.platform.settings import Settings
from core.staff.agents import actor_of
from sms.campaigns import planning, steps
from sms.campaigns.scope import campaign_of

ANSWER: Final = "Votre argent vous attend à la mairie."


def run(name: str, **given: Any) -> None:
    """Do one, with the settings of the environment; what goes wrong is raised."""
    settings = Settings()
    logs.set_up(settings.log_level)
    asyncio.run(_at_database(DEEDS[name](settings=settings, **given), settings))


async def _at_database(deed: Awaitable[None], settings: Settings) -> None:
    database.open_database(settings.database_url, pool=2, statement_seconds=20)
    try:
        await deed
    finally:
        await database.close_database()


async def decide(settings: Settings, reference: str) -> None:
    """Take the complaint, and decide it."""
    decider = await actor_of("decider")
    for _ in range(2):
        async with reading() as session:
            case = (await session.exec(select(Grievance).where(Grievance.reference == reference))).one()
            visit = DeskVisit(decider, reference, ShownVersion(case.version, 0), datetime.now(UTC))
        if case.state not in OPEN:
            return
        if case.assigned_to is None:
            await grievance_steps.take(visit)
        else:
            await grievance_steps.decide(visit, GrievanceState.RESOLVED, ANSWER)


async def bring_in(settings: Settings, kind: str, file: str) -> None:
    """Import a file, as by the command."""
    report = await bring(ImportKind(kind), Path(file))
    if report.bad or report.hold:
        raise ValueError(f"{file}: {report.bad} bad rows, {report.hold}")


async def take_back(settings: Settings, file: str) -> None:
    """Undo the import of the file, where it is still the last."""
    last = await last_run()
    if last is not None and last.file == file:
        await undo(last.id, None, datetime.now(UTC))


async def plan(settings: Settings, campaign_id: int) -> None:
    """Plan the campaign; a plan that is there is made anew."""
    await planning.plan(campaign_id, settings, datetime.now(UTC), actor=await actor_of("first"))


async def approve(settings: Settings, campaign_id: int) -> None:
    """Approve it, unless it is."""
    if (await campaign_of(campaign_id)).state is CampaignState.PLANNED:
        await steps.approve(campaign_id, await actor_of("second"), datetime.now(UTC))


async def schedule(settings: Settings, campaign_id: int) -> None:
    """Let it start a moment ago, unless that was said."""
    now = datetime.now(UTC)
    if (await campaign_of(campaign_id)).state is CampaignState.APPROVED:
        await steps.start(campaign_id, await actor_of("first"), now, at=now - timedelta(seconds=1))


async def begin(settings: Settings) -> None:
    """What the timetable does each minute for campaigns whose time has come."""
    await steps.begin_due(datetime.now(UTC))


DEEDS: Final[dict[str, Callable[..., Awaitable[None]]]] = {
    deed.__name__: deed for deed in (decide, bring_in, take_back, plan, approve, schedule, begin)
}
