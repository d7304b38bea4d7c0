"""A grievance as it is filed, and grievances handled by those whose they are: asked about, decided, passed up."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, Final

from sqlmodel import col, select, update

from core.grievances import steps
from core.grievances.filing import Filing, file
from core.grievances.locked import ShownVersion
from core.grievances.models import Grievance
from core.grievances.steps import DeskVisit
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import GrievanceState, Level
from core.platform.database import reading, writing
from core.staff.agents import Actor, Role, Scope, actor_of, add_agent
from core.text.languages import Language
from tests.core.seed import NOW, SAFO

AWA: Final = "+22376000001"
LATE: Final = Filing(
    key="session:4",
    msisdn=AWA,
    household_id=None,
    category="payment",
    subcategory="late",
    words="Rien depuis trois mois",
    anonymous=False,
    call_back=False,
    call_safe=None,
    sms_safe=None,
    language=Language("bm"),
)
"""A payment that did not come, told of in Bambara from a phone that stands in no register."""

_NUMBERS: Final = count(1)


async def somebody(
    login: str, role: Role = Role.AGENT, scope: Scope = Scope.NATIONAL, code: str | None = None
) -> Actor:
    """Somebody who works here, an agent for the whole country unless more is given."""
    await add_agent(login, login.capitalize(), role, scope, code)
    return await actor_of(login)


async def filed(key: str, now: datetime = NOW, **other: Any) -> str:
    """File a grievance of Safo; its number."""
    reference = (await file(replace(LATE, key=key, words=None, **other), now)).reference
    await put(reference, commune_pcode=SAFO)
    return reference


async def put(reference: str, **values: object) -> None:
    """Bring a grievance to stand as given, however it came there."""
    async with writing() as session:
        await session.exec(update(Grievance).where(col(Grievance.reference) == reference).values(**values))


async def visit(actor: Actor, reference: str, now: datetime = NOW) -> DeskVisit:
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
