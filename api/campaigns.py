"""Doors of campaigns: which there were, what became of their SMS, and which households they did not reach."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field

from api.doors import Door, DoorCall, DoorReply, ItemPage, PageQuery
from api.problems import ApiProblem, NotDone
from core.campaigns.models import CampaignKind, CampaignState
from core.outbox.messages import MessageState
from core.platform import sql
from core.registry.components import ComponentCode
from core.systems.scopes import KeyScope
from sms.campaigns.unreached import BEHIND
from sms.outbox.freshness import OWN_HOUSEHOLDS


class CampaignItem(BaseModel):
    """A campaign and how far it is."""

    id: int
    kind: CampaignKind
    title: str
    state: CampaignState
    component: ComponentCode | None
    round: str | None
    recipients: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class CampaignQuery(PageQuery):
    """Which part of the campaigns."""


class DeliveryItem(BaseModel):
    """What became of one SMS; which number it went to is not told."""

    id: int
    household_nos: list[str] = Field(description="The programme's numbers of those it speaks of.")
    commune_pcode: str | None
    state: MessageState
    reason: str | None = Field(description="Why it was not sent or did not arrive, as a code.")
    at: datetime | None = Field(description="When nothing of it could change any more.")


class DeliveryQuery(PageQuery):
    """Which part of the SMS of a campaign."""

    state: MessageState | None = None


class UnreachedItem(BaseModel):
    """A household that could not be told, by none of its numbers."""

    household_no: str
    commune_pcode: str
    village: str | None
    why: str = Field(description="The reason or the state of the SMS, as a code.")


class UnreachedQuery(PageQuery):
    """Which part of the households that a campaign did not reach."""


@dataclass(frozen=True, slots=True)
class _CampaignRow:
    id: int
    kind: CampaignKind
    title: str
    state: CampaignState
    component: ComponentCode | None
    round: str | None
    recipients: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class _DeliveryRow:
    id: int
    household_nos: tuple[str, ...]
    commune_pcode: str | None
    state: MessageState
    reason: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class _UnreachedRow:
    id: int
    household_id: int
    household_no: str | None
    commune_pcode: str | None
    village: str | None
    why: str
    is_first: bool


CAMPAIGNS: Final = """
SELECT campaign.id, kind, title, state, component, payment_round.name AS round, recipients, created_at, started_at,
    ended_at
FROM campaign LEFT JOIN payment_round ON payment_round.id = round_id
WHERE campaign.id > %(after)s ORDER BY campaign.id LIMIT %(most)s
"""
IS_CAMPAIGN: Final = "SELECT EXISTS (SELECT FROM campaign WHERE id = %(id)s)"
DELIVERIES: Final = f"""
SELECT message.id, ARRAY(SELECT coalesce(household.programme_no, household.household_no) FROM household
        WHERE household.id = ANY ({OWN_HOUSEHOLDS.format("message")}) ORDER BY household.id) AS household_nos,
    commune_pcode, state, reason, final_at AS at
FROM message WHERE campaign_id = %(id)s AND message.id > %(after)s
    AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY message.id LIMIT %(most)s
"""  # noqa: S608 - our own words


async def _campaigns(asked: DoorCall) -> DoorReply:
    after = asked.after(int)
    values = {"after": after[0] if after else 0, "most": asked.query.limit}
    rows = await sql.rows(_CampaignRow, CAMPAIGNS, values)
    items = [CampaignItem.model_validate(row, from_attributes=True) for row in rows]
    return DoorReply(asked.page(items, lambda index: (rows[index].id,)))


async def _campaign(asked: DoorCall) -> int:
    """The campaign that is asked about; raises NotDone for none."""
    if not await sql.scalar(IS_CAMPAIGN, {"id": min(asked.number, 2**31 - 1)}):
        raise NotDone(ApiProblem.NOT_FOUND)
    return asked.number


async def _deliveries(asked: DoorCall) -> DoorReply:
    after, state = asked.after(int), asked.query.state
    values = {"after": after[0] if after else 0, "most": asked.query.limit, "state": state and state.value}
    rows = await sql.rows(_DeliveryRow, DELIVERIES, {**values, "id": await _campaign(asked)})
    items = [DeliveryItem.model_validate(row, from_attributes=True) for row in rows]
    return DoorReply(asked.page(items, lambda index: (rows[index].id,)), shown=len(rows))


async def _unreached(asked: DoorCall) -> DoorReply:
    after, household = asked.after(int, int) or (0, 0)
    values = {"after": after, "after_household": household, "most": asked.query.limit}
    rows = await sql.rows(_UnreachedRow, BEHIND, {**values, "id": await _campaign(asked)})
    items = [UnreachedItem.model_validate(row, from_attributes=True) for row in rows if row.is_first]
    is_full = len(rows) >= asked.query.limit
    following = asked.cursor(rows[-1].id, rows[-1].household_id) if is_full else None
    return DoorReply(ItemPage[UnreachedItem](items=items, next=following), shown=len(items))


_BAD: Final = (ApiProblem.BAD_CURSOR,)
DOORS: Final = (
    Door("GET", "/campaigns", "campaigns", frozenset({KeyScope.READ_DELIVERIES, KeyScope.READ_UNREACHED}),
         "Campagnes de SMS", "Campaigns of SMS", gives=ItemPage[CampaignItem], do=_campaigns, query=CampaignQuery,
         problems=_BAD),
    Door("GET", "/campaigns/{number}/deliveries", "deliveries of a campaign", frozenset({KeyScope.READ_DELIVERIES}),
         "Ce que les SMS d'une campagne sont devenus", "What became of the SMS of a campaign",
         gives=ItemPage[DeliveryItem], do=_deliveries, query=DeliveryQuery, problems=_BAD),
    Door("GET", "/campaigns/{number}/unreached", "households not reached", frozenset({KeyScope.READ_UNREACHED}),
         "Ménages qu'une campagne n'a pas pu prévenir", "Households that a campaign could not tell",
         gives=ItemPage[UnreachedItem], do=_unreached, query=UnreachedQuery, problems=_BAD),
)  # fmt: skip
