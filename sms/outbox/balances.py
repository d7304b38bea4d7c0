"""What is left at the gateways, as they said it last: asked by the workers, read by whoever starts a campaign."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import structlog

from core.platform import sql
from core.text.formats import number_phrase
from sms.outbox.gateway import Balance, Gateway, GatewayTrouble
from sms.outbox.routes import OTHERS, OVER, pace_of

log = structlog.get_logger(__name__)

NOTE: Final = """
INSERT INTO sms_pace (name, next_free, balance, messages_left, balance_until, balance_at)
VALUES (%(name)s, %(now)s, %(shown)s, %(messages)s, %(until)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET balance = EXCLUDED.balance, messages_left = EXCLUDED.messages_left,
    balance_until = EXCLUDED.balance_until, balance_at = EXCLUDED.balance_at
"""
STANDINGS: Final = f"""
SELECT split_part(name, '{OVER}', 2) AS gateway, balance, messages_left, balance_until, balance_at,
    CASE WHEN hold_until > %(now)s THEN hold_until END AS held_until,
    CASE WHEN hold_until > %(now)s THEN coalesce(why, '') ELSE '' END AS why
FROM sms_pace WHERE name LIKE '{OTHERS}{OVER}%%' ORDER BY name
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class GatewayStanding:
    """How a gateway stands: what it said last that is left, and until when it is left alone, if it is, and why."""

    gateway: str
    balance: str | None
    messages_left: int | None
    balance_until: datetime | None
    balance_at: datetime | None
    held_until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class MoneyLeft:
    """Money as a gateway says it; `currency` is a code of three letters (ISO 4217), '' where it says none."""

    currency: str
    amount: Decimal


MONEY: Final = re.compile(r"(?P<before>[A-Z]{3})?(?P<amount>-?[0-9]+(?:[.,][0-9]+)?)(?P<after>F?CFA|[A-Z]{3})?")
F_CFA: Final = frozenset({"XOF", "CFA", "FCFA"})
NOT_KNOWN: Final = "pas connu"
NO_RATES: Final[Mapping[str, float]] = MappingProxyType({})


def money_in(balance: str) -> MoneyLeft | None:
    """The money in what a gateway says that is left, e.g. `KES 1785.5000`; None where there is no number."""
    said = MONEY.search(re.sub(r"\s", "", balance))
    if said is None:
        return None
    currency = said["before"] or said["after"] or ""
    return MoneyLeft("XOF" if currency in F_CFA else currency, Decimal(said["amount"].replace(",", ".")))


def left_words(standing: GatewayStanding, rates: Mapping[str, float] = NO_RATES) -> str:
    """What is left as staff read it, never a bare number: `900 SMS`, `1 785,50 KES (environ 8 034 F CFA)`.

    `rates` are the F CFA of one unit of other currencies. What holds no number is said as the gateway says it.
    """
    if standing.messages_left is not None:
        return f"{number_phrase(standing.messages_left)} SMS"
    money = money_in(standing.balance or "")
    if money is None:
        return standing.balance or NOT_KNOWN
    if money.currency == "XOF":
        return f"{number_phrase(int(money.amount))} F CFA"
    if not money.currency:
        return f"{_number(money.amount)}, sans dire la monnaie"
    rate = rates.get(money.currency)
    beside = f" (environ {number_phrase(int(money.amount * Decimal(rate)))} F CFA)" if rate else ""
    return f"{_number(money.amount)} {money.currency}{beside}"


def _number(amount: Decimal) -> str:
    whole = f"{amount:,.2f}".replace(",", " ").replace(".", ",")
    return whole.removesuffix(",00")


async def keep(gateway: str, balance: Balance, now: datetime) -> None:
    """Keep what a gateway says that is left."""
    values = {"shown": balance.shown[:80], "messages": balance.messages, "until": balance.until}
    await sql.execute(NOTE, {"name": pace_of(gateway), "now": now, **values})


async def ask_all(gateways: Mapping[str, Gateway], now: datetime) -> None:
    """Ask each gateway that can be asked, and keep what it says; one that does not answer keeps what it said before."""
    for name, gateway in gateways.items():
        if gateway.missing():
            continue
        try:
            balance = await gateway.balance()
        except GatewayTrouble as trouble:
            log.warning("balance_not_told", gateway=name, reason=trouble.reason)
            continue
        if balance is not None:
            await keep(name, balance, now)


async def standings(now: datetime) -> dict[str, GatewayStanding]:
    """How each gateway stands of which something is known, by name."""
    return {each.gateway: each for each in await sql.rows(GatewayStanding, STANDINGS, {"now": now})}
