"""Campaigns that arise from the schedule by themselves: reminders, moved days, money that waits, corrected days.

They arise for a round as long as its rules are on, and go by themselves where people approved an announcement of that
round; else, or where they are dear, they wait for an approval. Between plan and start there is time to stop them.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select

from core.campaigns.models import Campaign, CampaignKind, CampaignRuleOff, CampaignState
from core.campaigns.steps import WrongState
from core.outbox.messages import MessageState, Reason
from core.payments.states import COMING, PaymentState
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import reading, writing
from core.platform.settings import Settings
from core.text.alphabet import alphabet
from sms.campaigns import planning, steps
from sms.campaigns.audience import DAYS_BEFORE, Audience
from sms.campaigns.drafts import Draft, draft
from sms.campaigns.titles import title
from sms.outbox.freshness import LONG_AGO

log = structlog.get_logger(__name__)

BY_RULE: Final = (
    CampaignKind.MOVED,
    CampaignKind.REMINDER_3,
    CampaignKind.REMINDER_1,
    CampaignKind.UNCLAIMED,
    CampaignKind.ANNOUNCE,
)
"""An announcement arises by itself only where one runs or ran: for households that came later, or whose place or amount
was corrected. A day that moved is told as such, before reminders arise, which do not say it once more that day."""

IMPORT_TIME: Final = "1 hour"
"""An import bears the moment it wrote, and is seen when it ends, later: so far back it is looked again."""

GOING_OR_GONE: Final = frozenset({CampaignState.RUNNING, CampaignState.FINISHED})
"""States of an announcement that households may have heard of."""

IS_COMING: Final = f"payment.state IN {listed(COMING)}"
DUE: Final[Mapping[CampaignKind, str]] = {
    CampaignKind.REMINDER_3: f"{IS_COMING} AND payment.due_date = %(day)s",
    CampaignKind.REMINDER_1: f"{IS_COMING} AND payment.due_date = %(day)s",
    CampaignKind.MOVED: f"{IS_COMING} AND coalesce(payment.due_date >= %(today)s, true) "
    "AND EXISTS (SELECT FROM payment_move WHERE payment_move.payment_id = payment.id)",
    CampaignKind.UNCLAIMED: f"payment.state = '{PaymentState.UNCLAIMED}' AND payment.last_day >= %(today)s",
    CampaignKind.ANNOUNCE: f"{IS_COMING} AND payment.due_date >= %(today)s AND EXISTS ("
    f"SELECT FROM campaign WHERE campaign.round_id = payment.round_id AND campaign.kind = '{CampaignKind.ANNOUNCE}' "
    f"AND campaign.state IN {listed(GOING_OR_GONE)})",
}


def _rounds(kind: CampaignKind) -> str:
    """SQL of the rounds for which a campaign of this kind may arise: something changed since the last one arose.

    A message of another round that was to tell of this one and was dropped leaves somebody to be told.
    """
    return f"""
    WITH last AS (
        SELECT round_id, max(at) AS at FROM (
            SELECT round_id, created_at AS at FROM campaign
            WHERE kind = '{kind}' AND state <> '{CampaignState.DRAFT}'
              AND coalesce(subject ->> 'day', '') = coalesce(CAST(%(day)s AS text), '')
            UNION ALL
            SELECT round_id, at FROM campaign_rule_look
            WHERE kind = '{kind}' AND day IS NOT DISTINCT FROM CAST(%(day)s AS date)
        ) AS each GROUP BY round_id
    ), untold AS (
        SELECT beside.round_id, max(teller.final_at) AS at
        FROM message AS teller JOIN payment AS beside ON beside.id = ANY (teller.other_payments)
        WHERE teller.other_payments IS NOT NULL AND teller.state = '{MessageState.DROPPED}'
          AND teller.reason <> '{Reason.TOLD_TOGETHER}' AND teller.final_at > %(lately)s
        GROUP BY beside.round_id
    )
    SELECT DISTINCT payment.round_id, payment_round.component, payment_round.name
    FROM payment JOIN payment_round ON payment_round.id = payment.round_id
    LEFT JOIN last ON last.round_id = payment.round_id LEFT JOIN untold ON untold.round_id = payment.round_id
    WHERE {DUE[kind]} AND (last.at IS NULL OR untold.at > last.at
        OR payment.updated_at > last.at - interval '{IMPORT_TIME}' OR EXISTS (
        SELECT FROM campaign JOIN message ON message.campaign_id = campaign.id
        WHERE campaign.round_id = payment.round_id AND campaign.kind = '{kind}' AND message.reason = '{Reason.CHANGED}'
        AND message.final_at > last.at))
    AND NOT EXISTS (
        SELECT FROM campaign_rule_off AS off WHERE off.round_id = payment.round_id AND off.kind = '{kind}')
    ORDER BY payment.round_id
    """  # noqa: S608 - our own words


ROUNDS: Final = {kind: _rounds(kind) for kind in BY_RULE}


@dataclass(frozen=True, slots=True)
class RoundDue:
    """A round for which a campaign may arise."""

    round_id: int
    component: str
    name: str


@dataclass(frozen=True, slots=True)
class Arisen:
    """A campaign that arose, and whether it goes by itself."""

    campaign_id: int
    kind: CampaignKind
    recipients: int
    by_itself: bool


async def arise(now: datetime, settings: Settings) -> list[Arisen]:
    """Plan every campaign that the schedule asks for and that is not planned yet."""
    await _go_on_with_planned(now, settings)
    await sql.execute(FORGET_LOOKS, {"before": now - LONG_AGO})
    arisen = []
    for kind in BY_RULE:
        day = now.date() + timedelta(days=DAYS_BEFORE[kind]) if kind in DAYS_BEFORE else None
        values = {"today": now.date(), "day": day, "lately": now - LONG_AGO}
        for due in await sql.rows(RoundDue, ROUNDS[kind], values):
            try:
                one = await _arise(kind, due.round_id, f"{due.component} {due.name}", day, now, settings)
            except Exception as error:
                log.error("campaign_did_not_arise", round=due.round_id, kind=kind.value, error=type(error).__name__)
                continue
            if one is not None:
                arisen.append(one)
    return arisen


PLANNING_TIME: Final = timedelta(hours=1)


async def _go_on_with_planned(now: datetime, settings: Settings) -> None:
    """Approve what waits and may go by itself now; forget what a worker that died left half planned."""
    by_rule = col(Campaign.planned_by).is_(None)
    left_behind = delete(Campaign).where(
        by_rule, col(Campaign.state) == CampaignState.DRAFT, col(Campaign.created_at) < now - PLANNING_TIME
    )
    waiting = (
        select(Campaign)
        .where(by_rule, col(Campaign.approved_by).is_(None), col(Campaign.state) == CampaignState.PLANNED)
        .where(~col(Campaign.needs_second), col(Campaign.round_id).is_not(None))
        .order_by(col(Campaign.id))
    )
    async with writing() as session:
        await session.execute(left_behind, execution_options={"synchronize_session": False})
    async with reading() as session:
        campaigns = (await session.exec(waiting)).all()
    for campaign in campaigns:
        if (
            campaign.id is not None
            and campaign.round_id is not None
            and await _vouched_for(campaign.round_id, settings)
        ):
            with suppress(WrongState):
                await steps.approve_by_rule(campaign.id, now + _wait(settings), now)


def _wait(settings: Settings) -> timedelta:
    return timedelta(minutes=settings.sms_rule_wait_minutes)


async def _arise(
    kind: CampaignKind, round_id: int, name: str, day: date | None, now: datetime, settings: Settings
) -> Arisen | None:
    audience = Audience(
        round_id=round_id, day=day, unmoved=kind is CampaignKind.ANNOUNCE, only_told=kind is CampaignKind.MOVED
    )
    new = Draft(kind, audience, title(kind, audience, name))
    campaign_id = await draft(new, now, alphabet(settings.alphabet))
    plan = await planning.plan(campaign_id, settings, now, keep_told=False)
    if not plan.recipients:
        await steps.discard(campaign_id)
        await _looked(round_id, kind, day, now)
        return None
    by_itself = not plan.needs_second and await _vouched_for(round_id, settings)
    if by_itself:
        await steps.approve_by_rule(campaign_id, now + _wait(settings), now)
    log.info("campaign_arose", campaign=campaign_id, kind=kind.value, recipients=plan.recipients, by_itself=by_itself)
    return Arisen(campaign_id, kind, plan.recipients, by_itself)


LOOKED: Final = """
INSERT INTO campaign_rule_look (round_id, kind, day, at) VALUES (%(round_id)s, %(kind)s, %(day)s, %(now)s)
ON CONFLICT (round_id, kind) DO UPDATE SET day = EXCLUDED.day, at = EXCLUDED.at
"""


FORGET_LOOKS: Final = "DELETE FROM campaign_rule_look WHERE at < %(before)s"


async def _looked(round_id: int, kind: CampaignKind, day: date | None, now: datetime) -> None:
    """Note that there was nobody to tell, so that it is not planned again until something changes."""
    await sql.execute(LOOKED, {"round_id": round_id, "kind": kind.value, "day": day, "now": now})


UNAPPROVED: Final = frozenset({CampaignState.DRAFT, CampaignState.PLANNED, CampaignState.CANCELLED})
"""States of an announcement on which nothing may go by itself."""


async def _vouched_for(round_id: int, settings: Settings) -> bool:
    if not settings.sms_rules_need_announcement:
        return True
    approved = select(Campaign.id).where(
        col(Campaign.round_id) == round_id,
        col(Campaign.kind) == CampaignKind.ANNOUNCE,
        col(Campaign.approved_by).is_not(None),
        col(Campaign.state).not_in(UNAPPROVED),
    )
    async with reading() as session:
        return (await session.exec(approved.limit(1))).first() is not None


async def switch(round_id: int, kind: CampaignKind, agent_id: int, now: datetime, *, on: bool) -> None:
    """Switch a rule of a round on or off."""
    own = (col(CampaignRuleOff.round_id) == round_id, col(CampaignRuleOff.kind) == kind)
    off = insert(CampaignRuleOff).values(round_id=round_id, kind=kind, agent_id=agent_id, at=now)
    async with writing() as session:
        await session.execute(delete(CampaignRuleOff).where(*own) if on else off.on_conflict_do_nothing())


async def switched_off(round_id: int) -> frozenset[CampaignKind]:
    """The rules of a round that are off."""
    async with reading() as session:
        off = await session.exec(select(CampaignRuleOff).where(col(CampaignRuleOff.round_id) == round_id))
        return frozenset(each.kind for each in off)
