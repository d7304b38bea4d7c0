"""The campaign of the demonstration: the coming payments, planned by an invented supervisor, approved by another."""

from contextlib import suppress
from datetime import date, datetime

from sqlmodel import col, func, select

from core.campaigns.models import CampaignKind
from core.payments.models import Payment, PaymentRound
from core.payments.states import COMING
from core.platform.database import reading
from core.platform.settings import Settings
from core.schema import identity
from core.schema.identity import DatabaseKind
from core.staff.agents import LoginTaken, Role, actor_of, add_agent
from core.text.alphabet import alphabet
from sms.campaigns import steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import Draft, draft
from sms.campaigns.planning import plan

SUPERVISORS = {"awa": "Awa", "moussa": "Moussa", "fanta": "Fanta"}


async def present_round(today: date) -> PaymentRound | None:
    """The round with the most payments to come."""
    coming = (col(Payment.state).in_(COMING), col(Payment.due_date) >= today)
    rounds = select(PaymentRound).join(Payment, col(Payment.round_id) == col(PaymentRound.id)).where(*coming)
    largest = rounds.group_by(col(PaymentRound.id)).order_by(func.count().desc()).limit(1)
    async with reading() as session:
        return (await session.exec(largest)).one_or_none()


async def campaign(now: datetime, settings: Settings) -> int | None:
    """Plan and approve it, ready to be started; None when nothing is coming.

    Raises OtherKind on a programme's own database.
    """
    await identity.become(DatabaseKind.DEMO)
    for login, name in SUPERVISORS.items():
        with suppress(LoginTaken):
            await add_agent(login, name, Role.SUPERVISOR)
    present = await present_round(now.date())
    if present is None:
        return None
    planner, approver, second = [await actor_of(login) for login in SUPERVISORS]
    audience = Audience(round_id=present.id)
    new = Draft(CampaignKind.ANNOUNCE, audience, f"Annonce du paiement, TM {present.name}", planned_by=planner.id)
    campaign_id = await draft(new, now, alphabet(settings.alphabet))
    await plan(campaign_id, settings, now, actor=planner)
    approved = await steps.approve(campaign_id, approver, now)
    if not approved.complete:
        await steps.approve(campaign_id, second, now)
    return campaign_id
