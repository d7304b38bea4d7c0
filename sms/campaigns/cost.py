"""What a campaign truly cost, in F CFA: what gateways billed, what is estimated of the rest, and what is not known."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from core.numbers.msisdn import Operator
from core.outbox.messages import MessageState
from core.platform.settings import Settings
from sms.campaigns.tally import Tally, TallyRow
from sms.outbox.routes import Routes, route_by

XOF: Final = "XOF"
Way = tuple[str, Operator | None]
"""A gateway, and the operator of the numbers that went by it."""


@dataclass(frozen=True, slots=True)
class CampaignCost:
    """`billed_xof` by gateways for `billed` SMS; `estimated_xof` of `estimated` SMS that no bill stands beside.

    Such are SMS whose answer was lost and that a report settled. `unpriced` SMS have neither a bill nor a price, and
    `unconverted` are bills in currencies that no rate is set for (`JIGI_SMS_CURRENCY_RATES`).
    """

    billed_xof: int
    billed: int
    estimated_xof: int
    estimated: int
    unpriced: int
    unconverted: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def total_xof(self) -> int:
        """What it cost as far as it is known."""
        return self.billed_xof + self.estimated_xof


def cost_of(tally: Tally, settings: Settings) -> CampaignCost:
    """What a campaign cost so far, by its messages as they were counted."""
    rates = {XOF: 1.0, **settings.sms_currency_rates}
    billed_xof = Decimal(0)
    unconverted: dict[str, Decimal] = {}
    billed = sum(row.priced for row in tally.sent if row.currency in rates)
    for currency, amount in tally.cost.items():
        if currency in rates:
            billed_xof += amount * Decimal(str(rates[currency]))
        elif amount:
            unconverted[currency] = amount
    by_part = _billed_by_part(tally, rates)
    estimated_xof, estimated, unpriced = 0.0, 0, 0
    for row in tally.sent:
        messages = row.messages - row.priced
        if not messages or row.state is MessageState.FAILED:
            continue
        price = by_part.get(_way(row)) or route_by(settings, row.operator, row.gateway or "").price_xof
        if price:
            estimated += messages
            estimated_xof += price * row.parts * messages / row.messages
        else:
            unpriced += messages
    return CampaignCost(round(billed_xof), billed, round(estimated_xof), estimated, unpriced, unconverted)


def cost_to_come(tally: Tally, settings: Settings) -> int:
    """What is estimated, in F CFA, of what is still to leave: at what the gateway of its way billed, else its price."""
    rates = {XOF: 1.0, **settings.sms_currency_rates}
    by_part, routes = _billed_by_part(tally, rates), Routes.read(settings.sms_routes)
    estimated = 0.0
    for row in tally.rows:
        if row.state is MessageState.PLANNED:
            gateway = routes.way_of(row.operator)[0]
            price = by_part.get((gateway, row.operator)) or route_by(settings, row.operator, gateway).price_xof
            estimated += price * row.parts
    return round(estimated)


def _way(row: TallyRow) -> Way:
    return row.gateway or "", row.operator


def _billed_by_part(tally: Tally, rates: Mapping[str, float]) -> dict[Way, float]:
    """What a gateway billed in F CFA for a part to an operator, where it billed any."""
    amounts: dict[Way, float] = {}
    parts: Counter[Way] = Counter()
    for row in tally.sent:
        if row.cost and row.currency in rates and row.priced == row.messages:
            amounts[_way(row)] = amounts.get(_way(row), 0.0) + float(row.cost) * rates[row.currency or XOF]
            parts[_way(row)] += row.parts
    return {way: amounts[way] / parts[way] for way in amounts if parts[way]}
