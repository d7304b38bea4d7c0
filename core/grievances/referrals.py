"""Services that a focal person sends somebody to: the directory, a referral as the person agreed, what came of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import col, select, update

from core.grievances.changes import write_event
from core.grievances.models import Referral, ReferralOutcome, ReferralService, ServiceKind
from core.grievances.steps import DeskVisit, by, taking
from core.grievances.vocabulary import GrievanceStep
from core.platform import sql
from core.platform.database import reading, writing
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.text.words import DESK, label


class NoConsent(JigiError, ValueError):
    """Nobody is sent to a service without having agreed to it."""


class NoSuchService(JigiError, LookupError):
    """The directory has no such service, or none any more."""


class NoSuchReferral(JigiError, LookupError):
    """The case has no such referral, or what came of it is known already."""


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral as its case shows it."""

    id: int
    service: str
    kind: ServiceKind
    place: str
    phone: str | None
    made_on: date
    made_by: str
    outcome: ReferralOutcome | None
    outcome_on: date | None


OF_CASE: Final = """
SELECT referral.id, referral_service.name AS service, kind, place, phone, made_on, agent.name AS made_by, outcome,
    outcome_on
FROM referral JOIN referral_service ON referral_service.id = service_id JOIN agent ON agent.id = made_by
WHERE grievance_id = %(id)s ORDER BY made_on, referral.id
"""
SETTLE: Final = """
UPDATE referral SET outcome = %(outcome)s, outcome_on = %(day)s
WHERE id = %(id)s AND grievance_id = %(case)s AND outcome IS NULL RETURNING id
"""


async def services() -> tuple[ReferralService, ...]:
    """The directory as it is now, by kind and name."""
    kept = select(ReferralService).where(col(ReferralService.closed_at).is_(None))
    async with reading() as session:
        return tuple(await session.exec(kept.order_by(col(ReferralService.kind), col(ReferralService.name))))


async def add_service(actor: Actor, kind: ServiceKind, name: str, place: str, phone: str | None, now: datetime) -> None:
    """Write a service into the directory; `phone` as it is dialled."""
    must(actor, Permission.READ_SENSITIVE)
    async with writing() as session:
        session.add(ReferralService(kind=kind, name=name, place=place, phone=phone))
        await session.flush()
        await audit.record(actor.id, Act.SERVICE_ADDED, f"service {name}", now)


async def close_service(actor: Actor, service_id: int, now: datetime) -> None:
    """Take a service out of the directory; referrals of before still name it. Raises NoSuchService."""
    must(actor, Permission.READ_SENSITIVE)
    async with writing() as session:
        service = await _service(service_id)
        closing = update(ReferralService).where(col(ReferralService.id) == service.id)
        await session.exec(closing.values(closed_at=now))
        await audit.record(actor.id, Act.SERVICE_CLOSED, f"service {service.name}", now)


async def of_case(grievance_id: int) -> tuple[ReferralRow, ...]:
    """The referrals of a case, the first first."""
    return tuple(await sql.rows(ReferralRow, OF_CASE, {"id": grievance_id}))


async def refer(visit: DeskVisit, service_id: int, *, agreed: bool) -> None:
    """Send the person of a sensitive case to a service; raises NoConsent and NoSuchService."""
    if not agreed:
        raise NoConsent(visit.reference)
    async with taking(visit, GrievanceStep.REFER) as (session, case):
        service = await _service(service_id)
        today, me = visit.now.date(), visit.actor.id
        session.add(Referral(grievance_id=case.id, service_id=service_id, made_on=today, made_by=me))
        await session.flush()
        await write_event(session, case, GrievanceStep.REFER, case.state, **by(visit), note=service.name)


async def settle(visit: DeskVisit, referral_id: int, outcome: ReferralOutcome) -> None:
    """Write down what came of a referral, once; raises NoSuchReferral."""
    async with taking(visit, GrievanceStep.OUTCOME) as (session, case):
        values = {"id": referral_id, "case": case.id, "outcome": outcome.value, "day": visit.now.date()}
        if await sql.scalar(SETTLE, values) is None:
            raise NoSuchReferral(str(referral_id))
        note = label(outcome, DESK)
        await write_event(session, case, GrievanceStep.OUTCOME, case.state, **by(visit), note=note)


async def _service(service_id: int) -> ReferralService:
    """A service of the directory; raises NoSuchService."""
    async with reading() as session:
        service = await session.get(ReferralService, service_id)
    if service is None or service.closed_at is not None:
        raise NoSuchService(str(service_id))
    return service
