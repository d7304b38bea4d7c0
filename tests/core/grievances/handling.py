"""Grievances handled by those whose they are, for tests that only want them asked about, decided or passed up."""

from datetime import datetime
from itertools import count
from typing import Final

from sqlmodel import col, select, update

from core.grievances import steps
from core.grievances.locked import ShownVersion
from core.grievances.models import Grievance
from core.grievances.steps import DeskVisit
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import GrievanceState, Level
from core.platform.database import reading, writing
from core.staff.agents import Actor, Role, actor_of, add_agent

_NUMBERS: Final = count(1)


async def visit(actor: Actor, reference: str, now: datetime) -> DeskVisit:
    """Somebody at the page of a grievance as it is now."""
    async with reading() as session:
        versions = select(Grievance.version).where(Grievance.reference == reference)
        version = (await session.exec(versions)).one_or_none()
    return DeskVisit(actor, reference, ShownVersion(version or 0, 0), now)


async def held(reference: str, now: datetime) -> DeskVisit:
    """The page of a grievance before somebody new, whose it is; nothing is noted of how they came to have it."""
    async with writing() as session:
        rows = await session.exec(select(Grievance).where(Grievance.reference == reference))
        sensitive = rows.one().sensitivity is Sensitivity.SENSITIVE
        login = f"holder{next(_NUMBERS)}"
        await add_agent(login, login.capitalize(), Role.FOCAL if sensitive else Role.AGENT)
        actor = await actor_of(login)
        its = col(Grievance.reference) == reference
        await session.exec(update(Grievance).where(its).values(assigned_to=actor.id))
    return await visit(actor, reference, now)


async def asked(reference: str, words: str, now: datetime) -> None:
    """Its holder asks the person for something."""
    await steps.ask(await held(reference, now), words)


async def decided(reference: str, state: GrievanceState, words: str, now: datetime) -> None:
    """Its holder decides it."""
    await steps.decide(await held(reference, now), state, words)


async def escalated(reference: str, words: str, now: datetime) -> Level:
    """Its holder passes it up the ladder."""
    return await steps.escalate(await held(reference, now), words)
