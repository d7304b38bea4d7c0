"""The campaign of the demonstration: the coming payments, planned by an invented supervisor, approved by another."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import text

from core.campaigns.models import CampaignKind
from core.platform.database import reading
from core.platform.settings import Settings
from core.staff.agents import LoginTaken, Role, actor_of, add_agent
from core.text.alphabet import alphabet
from sms.campaigns import steps
from sms.campaigns.audience import Subject
from sms.campaigns.drafts import Draft, draft
from sms.campaigns.planning import plan

SUPERVISORS = {"awa": "Awa", "moussa": "Moussa", "fanta": "Fanta"}
PRESENT_ROUND = text(
    "SELECT payment_round.id, payment_round.name FROM payment_round "
    "JOIN payment ON payment.round_id = payment_round.id "
    "WHERE payment.state IN ('planned', 'announced') AND payment.due_date >= :today "
    "GROUP BY payment_round.id, payment_round.name ORDER BY count(*) DESC LIMIT 1"
)


async def campaign(now: datetime, settings: Settings) -> int | None:
    """Plan and approve it, ready to be started; None when nothing is coming."""
    for login, name in SUPERVISORS.items():
        with suppress(LoginTaken):
            await add_agent(login, name, Role.SUPERVISOR)
    async with reading() as connection:
        present = (await connection.execute(PRESENT_ROUND, {"today": now.date()})).one_or_none()
    if present is None:
        return None
    planner, approver, second = [await actor_of(login) for login in SUPERVISORS]
    subject = Subject(round_id=present.id)
    new = Draft(CampaignKind.ANNOUNCE, subject, f"TM {present.name} announce", planned_by=planner.id)
    campaign_id = await draft(new, now, alphabet(settings.alphabet))
    await plan(campaign_id, settings, now, actor=planner)
    approved = await steps.approve(campaign_id, approver, now)
    if not approved.complete:
        await steps.approve(campaign_id, second, now)
    return campaign_id
