"""By which ways a campaign goes: what each cost, how its gateway stands, and whether what is left there is enough."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.campaigns.steps import CampaignError
from core.numbers.msisdn import Operator
from core.outbox.messages import UNSENT, MessageState
from core.platform import sql
from core.platform.columns import listed
from core.platform.settings import Settings
from sms.outbox.balances import GatewayStanding, standings
from sms.outbox.routes import Route, Routes, route_by

SENT: Final = f"""
SELECT message.gateway, message.operator, count(*) AS messages, coalesce(sum(message_text.parts), 0) AS parts
FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
LEFT JOIN message_text ON message_text.id = sms_batch.text_id
WHERE message.campaign_id = %(id)s AND message.state NOT IN {listed(UNSENT)}
GROUP BY message.gateway, message.operator ORDER BY messages DESC, message.gateway, message.operator
"""  # noqa: S608 - our own words
TO_SEND: Final = f"""
SELECT message.operator, coalesce(sum(message_text.parts), 0) AS parts
FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
LEFT JOIN message_text ON message_text.id = sms_batch.text_id
WHERE message.campaign_id = %(id)s AND message.state = '{MessageState.PLANNED}' GROUP BY message.operator
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Sent:
    gateway: str | None
    operator: Operator | None
    messages: int
    parts: int


@dataclass(frozen=True, slots=True)
class _ToSend:
    operator: Operator | None
    parts: int


@dataclass(frozen=True, slots=True)
class WayGone:
    """What went to the numbers of an operator (None: to others) by a gateway; `cost_xof` by the route's price."""

    operator: Operator | None
    gateway: str
    messages: int
    parts: int
    cost_xof: int | None


@dataclass(frozen=True, slots=True)
class Shortage:
    """A gateway that has too little left for what a campaign still sends by it first: parts needed, and left.

    `goes_over`: what it does not take goes by another gateway.
    """

    gateway: str
    needed: int
    left: int
    goes_over: bool


class TooLittleLeft(CampaignError):
    """What is left at a gateway is not enough for a campaign, which could go by no other."""

    def __init__(self, shortage: Shortage) -> None:
        super().__init__(f"{shortage.gateway} has {shortage.left} SMS left, and {shortage.needed} are needed")
        self.shortage = shortage


@dataclass(frozen=True, slots=True)
class CampaignWays:
    """The ways of a campaign: what went by each, how the gateways of the routes stand, and what is too little."""

    gone: Sequence[WayGone]
    standings: Sequence[GatewayStanding]
    shortages: Sequence[Shortage]


async def ways_of(campaign_id: int, settings: Settings, now: datetime) -> CampaignWays:
    """The ways of a campaign, as they stand now."""
    gone = [_gone(each, settings) for each in await sql.rows(_Sent, SENT, {"id": campaign_id}) if each.gateway]
    gateways = Routes.read(settings.sms_routes).gateways
    known = await standings(now)
    shortages = await _shortages(campaign_id, settings, known, now)
    return CampaignWays(gone, [known[name] for name in gateways if name in known], shortages)


async def must_suffice(campaign_id: int, settings: Settings, now: datetime) -> None:
    """Raise TooLittleLeft where a gateway said that it has too little left, and no other is gone over to."""
    for shortage in await _shortages(campaign_id, settings, await standings(now), now):
        if not shortage.goes_over:
            raise TooLittleLeft(shortage)


async def _shortages(
    campaign_id: int, settings: Settings, known: dict[str, GatewayStanding], now: datetime
) -> Sequence[Shortage]:
    routes = Routes.read(settings.sms_routes)
    needed: Counter[str] = Counter()
    alone: set[str] = set()
    for each in await sql.rows(_ToSend, TO_SEND, {"id": campaign_id}):
        first, *others = routes.way_of(each.operator)
        needed[first] += each.parts
        if not others:
            alone.add(first)
    left = {name: _left(known[name], now) for name in needed if name in known}
    return [
        Shortage(name, needed[name], messages, name not in alone)
        for name, messages in left.items()
        if messages is not None and messages < needed[name]
    ]


def _left(standing: GatewayStanding, now: datetime) -> int | None:
    """The SMS that are left, none where they have expired; None where the gateway counts no SMS."""
    if standing.balance_until is not None and standing.balance_until <= now:
        return 0
    return standing.messages_left


def _gone(sent: _Sent, settings: Settings) -> WayGone:
    gateway = sent.gateway or ""
    route: Route = route_by(settings, sent.operator, gateway)
    cost = round(sent.parts * route.price_xof) if route.price_xof else None
    return WayGone(sent.operator, gateway, sent.messages, sent.parts, cost)
