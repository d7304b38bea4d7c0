"""By which ways a campaign goes, as `jigi campaign status` prints it: what the desk's page of it shows."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table

from core.platform.settings import settings
from core.platform.terminal import out
from core.text.formats import number_phrase
from core.text.words import COMMAND
from sms.campaigns.ways import Shortage, WayGone, ways_of
from sms.outbox.balances import GatewayStanding
from sms.outbox.reasons import reason_label


async def print_ways(campaign_id: int) -> None:
    """What went by each way (operators as in the routes), at which cost, how the gateways stand, what is too little."""
    ways = await ways_of(campaign_id, settings(), datetime.now(UTC))
    if ways.gone:
        out.print(_gone(ways.gone))
    if ways.standings:
        out.print(_standings(ways.standings))
    for shortage in ways.shortages:
        out.print(_too_little(shortage), style="yellow", highlight=False)


def _gone(gone: Sequence[WayGone]) -> Table:
    table = Table("Operator", "Gone by", "SMS", "Parts", "Cost by route")
    for way in gone:
        table.add_row(
            way.operator.value if way.operator else "others",
            way.gateway,
            number_phrase(way.messages),
            number_phrase(way.parts),
            "not known" if way.cost_xof is None else f"{number_phrase(way.cost_xof)} F CFA",
        )
    return table


def _standings(standings: Sequence[GatewayStanding]) -> Table:
    table = Table("Gateway", "Left", "Until", "Now")
    for each in standings:
        left = f"{each.balance} ({each.balance_at:%Y-%m-%d %H:%M})" if each.balance else "not known"
        held = f"left alone until {each.held_until:%H:%M}: {reason_label(each.why, COMMAND)}" if each.held_until else ""
        until = f"{each.balance_until:%Y-%m-%d %H:%M}" if each.balance_until else ""
        table.add_row(each.gateway, left, until, held or "takes SMS")
    return table


def _too_little(shortage: Shortage) -> str:
    then = "the rest goes by the next gateway" if shortage.goes_over else "top up before it goes on"
    return (
        f"{shortage.gateway} has {number_phrase(shortage.left)} SMS left, and {number_phrase(shortage.needed)} are "
        f"needed: {then}."
    )
