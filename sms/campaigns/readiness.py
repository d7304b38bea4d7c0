"""Whether a campaign can go: each way that its SMS take, how its gateway stands, and how the last SMS fared by it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select

from core.campaigns.models import Campaign
from core.campaigns.steps import CampaignError
from core.numbers.msisdn import Operator
from core.outbox.messages import BatchState, MessageState, Reason
from core.platform import sql
from core.platform.database import reading
from core.platform.settings import Settings
from sms.campaigns.tally import Tally, last_tally_of
from sms.outbox.balances import GatewayStanding, standings
from sms.outbox.gateways import ways_out
from sms.outbox.routes import OTHERS, OVER, Route, Routes, every_route

ASKED_EVERY: Final = timedelta(minutes=15)
"""Workers ask gateways every five minutes what is left: one that last said it longer ago does not answer."""

LAST: Final = 3
"""So many campaigns before this one tell how SMS fared lately."""


class NoWayOut(CampaignError):
    """A gateway that a campaign needs lacks settings, and no other one takes its SMS; the message names them."""

    def __init__(self, gateway: str, missing: Sequence[str]) -> None:
        super().__init__(f"{gateway} lacks {', '.join(missing)}, and no other gateway takes these SMS")
        self.gateway, self.missing = gateway, tuple(missing)


@dataclass(frozen=True, slots=True)
class WayAhead:
    """A way that SMS of a campaign take: an operator (None: others), a gateway, its turn, and who they come from.

    `recipients` go by it first. `missing` are settings that it lacks; `replies` tells whether the gateway answered
    lately (None: it never tells what is left), `takes_sender` whether it took SMS under this name from this operator's
    numbers lately (None: none went). Of `sent` SMS by it lately `delivered` arrived.
    """

    operator: Operator | None
    gateway: str
    turn: int
    sender_id: str
    recipients: int
    missing: tuple[str, ...]
    replies: bool | None
    replied_at: datetime | None
    takes_sender: bool | None
    sent: int
    delivered: int

    @property
    def delivered_percent(self) -> int | None:
        """Of a hundred SMS by it lately, how many arrived; None where too few went to tell."""
        return self.delivered * 100 // self.sent if self.sent else None


async def ways_ahead(campaign: Campaign, tally: Tally, settings: Settings, now: datetime) -> tuple[WayAhead, ...]:
    """Every way that what is left of a campaign may take, operator by operator, the first way first.

    It is no part of a transaction around it.
    """
    to_send = Counter[Operator | None]()
    for row in tally.rows:
        if row.state is MessageState.PLANNED:
            to_send[row.operator] += row.messages
    lately = [await last_tally_of(each, now) for each in await _last(campaign.id)]
    fares = _Fares.of(lately)
    refused = await refused_senders(now)
    standing, gateways = await standings(now), ways_out(settings)
    return tuple(
        _way(route, to_send[route.operator], gateways[route.gateway].missing(), standing, fares, refused, now)
        for route in every_route(settings)
        if to_send[route.operator]
    )


OPERATORS: Final = f"""
SELECT DISTINCT operator FROM sms_batch WHERE campaign_id = %(id)s AND state = '{BatchState.READY}'
"""  # noqa: S608 - our own words


async def must_have_a_way(campaign_id: int, settings: Settings) -> None:
    """Raise NoWayOut where SMS are to go to an operator none of whose gateways has its settings."""
    gateways, routes = ways_out(settings), Routes.read(settings.sms_routes)
    for operator in await sql.scalars(OPERATORS, {"id": campaign_id}):
        way = routes.way_of(operator and Operator(operator))
        missing = [gateways[name].missing() for name in way]
        if all(missing):
            raise NoWayOut(way[0], missing[0])


@dataclass(frozen=True, slots=True)
class _Fares:
    """How many SMS went by each way lately, and how many arrived."""

    sent: Counter[tuple[Operator | None, str]]
    delivered: Counter[tuple[Operator | None, str]]

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> "_Fares":
        fares = cls(Counter(), Counter())
        for tally in tallies:
            for row in tally.sent:
                fares.sent[row.operator, row.gateway or ""] += row.messages
                if row.state is MessageState.DELIVERED:
                    fares.delivered[row.operator, row.gateway or ""] += row.messages
        return fares


async def _last(campaign_id: int | None) -> Sequence[Campaign]:
    """The campaigns that started last, but for one."""
    started = col(Campaign.started_at)
    last = select(Campaign).where(started.is_not(None), col(Campaign.id) != campaign_id).order_by(started.desc())
    async with reading() as session:
        return (await session.exec(last.limit(LAST))).all()


REFUSED_SENDERS: Final = f"""
SELECT split_part(name, '{OVER}', 2) FROM sms_pace WHERE name LIKE '{OTHERS}{OVER}%%'
  AND why LIKE '%%{Reason.INVALID_SENDER}%%' AND hold_until > %(now)s
"""  # noqa: S608 - our own words


async def refused_senders(now: datetime) -> frozenset[str]:
    """Gateways that are held because they do not know our name."""
    return frozenset(await sql.scalars(REFUSED_SENDERS, {"now": now}))


def _way(
    route: Route,
    recipients: int,
    missing: Sequence[str],
    standing: dict[str, GatewayStanding],
    fares: _Fares,
    refused: frozenset[str],
    now: datetime,
) -> WayAhead:
    own = standing.get(route.gateway)
    sent = fares.sent[route.operator, route.gateway]
    return WayAhead(
        operator=route.operator,
        gateway=route.gateway,
        turn=route.turn,
        sender_id=route.sender_id,
        recipients=recipients if route.turn == 0 else 0,
        missing=tuple(missing),
        replies=_replies(own, now),
        replied_at=own.balance_at if own else None,
        takes_sender=False if route.gateway in refused else True if sent else None,
        sent=sent,
        delivered=fares.delivered[route.operator, route.gateway],
    )


def _replies(standing: GatewayStanding | None, now: datetime) -> bool | None:
    """Whether a gateway answered lately: what is held is not answering."""
    if standing is None:
        return None
    if standing.held_until is not None:
        return False
    return None if standing.balance_at is None else now - standing.balance_at <= ASKED_EVERY
