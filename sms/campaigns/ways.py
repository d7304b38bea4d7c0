"""By which ways a campaign goes: what each cost, how its gateway stands, and whether what is left there is enough."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from core.campaigns.steps import CampaignError
from core.numbers.msisdn import Operator
from core.outbox.messages import MessageState
from core.platform.settings import Settings
from sms.campaigns.tally import Tally, count
from sms.outbox.balances import GatewayStanding, money_in, standings
from sms.outbox.routes import Routes, route_by


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
    """A gateway that has too little left for what a campaign still sends by it first: what is needed, and left.

    Both are SMS parts, or F CFA where `in_xof`: the gateway counts money. `goes_over`: what it does not take goes by
    another gateway.
    """

    gateway: str
    needed: int
    left: int
    goes_over: bool
    in_xof: bool = False


class TooLittleLeft(CampaignError):
    """What is left at a gateway is not enough for a campaign, which could go by no other."""

    def __init__(self, shortage: Shortage) -> None:
        unit = "F CFA" if shortage.in_xof else "SMS"
        super().__init__(f"{shortage.gateway} has {shortage.left} {unit} left, and {shortage.needed} are needed")
        self.shortage = shortage


@dataclass(frozen=True, slots=True)
class CampaignWays:
    """The ways of a campaign: what went by each, how the gateways of the routes stand, and what is too little."""

    gone: Sequence[WayGone]
    standings: Sequence[GatewayStanding]
    shortages: Sequence[Shortage]


async def ways_of(campaign_id: int, settings: Settings, now: datetime, *, counted: Tally | None = None) -> CampaignWays:
    """The ways of a campaign, as they stand now; `counted` are its messages where they were counted already."""
    tally = counted or await count(campaign_id, now)
    gateways = Routes.read(settings.sms_routes).gateways
    standing = await standings(now)
    shortages = _shortages(tally, settings, standing, now)
    return CampaignWays(_gone(tally, settings), [standing[name] for name in gateways if name in standing], shortages)


async def must_suffice(campaign_id: int, settings: Settings, now: datetime) -> None:
    """Raise TooLittleLeft where a gateway said that it has too little left, and no other is gone over to."""
    for shortage in _shortages(await count(campaign_id, now), settings, await standings(now), now):
        if not shortage.goes_over:
            raise TooLittleLeft(shortage)


def _shortages(
    tally: Tally, settings: Settings, standing: dict[str, GatewayStanding], now: datetime
) -> Sequence[Shortage]:
    routes = Routes.read(settings.sms_routes)
    needed: Counter[str] = Counter()
    cost: Counter[str] = Counter()
    alone: set[str] = set()
    for row in tally.rows:
        if row.state is not MessageState.PLANNED:
            continue
        first, *others = routes.way_of(row.operator)
        needed[first] += row.parts
        cost[first] += ceil(row.parts * route_by(settings, row.operator, first).price_xof)
        if not others:
            alone.add(first)
    known = [(name, standing[name]) for name in needed if name in standing]
    in_sms = [(name, needed[name], _left(each, now), False) for name, each in known]
    in_xof = [(name, cost[name], money_left(each, settings), True) for name, each in known if cost[name]]
    return [
        Shortage(name, asked, left, name not in alone, money)
        for name, asked, left, money in (*in_sms, *in_xof)
        if left is not None and left < asked
    ]


def money_left(standing: GatewayStanding, settings: Settings) -> int | None:
    """The F CFA that are left; None where the gateway counts SMS, or in a currency that no rate is set for."""
    money = money_in(standing.balance or "")
    if standing.messages_left is not None or money is None:
        return None
    rate = {"XOF": 1.0, **settings.sms_currency_rates}.get(money.currency)
    return None if rate is None else int(float(money.amount) * rate)


def _left(standing: GatewayStanding, now: datetime) -> int | None:
    """The SMS that are left, none where they have expired; None where the gateway counts no SMS."""
    if standing.balance_until is not None and standing.balance_until <= now:
        return 0
    return standing.messages_left


def _gone(tally: Tally, settings: Settings) -> Sequence[WayGone]:
    """What went by each way, the most first."""
    messages: Counter[tuple[Operator | None, str]] = Counter()
    parts: Counter[tuple[Operator | None, str]] = Counter()
    for row in tally.sent:
        if row.gateway:
            messages[row.operator, row.gateway] += row.messages
            parts[row.operator, row.gateway] += row.parts
    most_first = sorted(messages, key=lambda way: (-messages[way], way[1], way[0] or ""))
    return [_way_gone(*way, messages[way], parts[way], settings) for way in most_first]


def _way_gone(operator: Operator | None, gateway: str, messages: int, parts: int, settings: Settings) -> WayGone:
    price = route_by(settings, operator, gateway).price_xof
    return WayGone(operator, gateway, messages, parts, round(parts * price) if price else None)
