"""By which ways a campaign goes, as `jigi campaign status` prints it: what the desk's page of it shows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from rich.table import Table

from core.campaigns.models import Campaign, CampaignState
from core.campaigns.steps import ENDED
from core.platform.settings import settings
from core.platform.terminal import out
from core.text.formats import number_phrase
from core.text.words import COMMAND
from sms.campaigns.readiness import ways_ahead
from sms.campaigns.scope import campaign_of
from sms.campaigns.tally import Tally, tally_of
from sms.campaigns.ways import Shortage, WayGone, ways_of
from sms.outbox.balances import GatewayStanding
from sms.outbox.reasons import reason_label


async def print_ways(campaign_id: int) -> None:
    """What went by each way (operators as in the routes), at which cost, how the gateways stand, what is too little."""
    campaign, now = await campaign_of(campaign_id), datetime.now(UTC)
    tally = await tally_of(campaign, now, anew=False)
    ways = await ways_of(campaign_id, settings(), now, counted=tally)
    if campaign.state not in GOING_OR_GONE:
        await _print_ahead(campaign, tally, now)
    if ways.gone:
        out.print(_gone(ways.gone))
    if ways.standings:
        out.print(_standings(ways.standings))
    for shortage in ways.shortages:
        out.print(_too_little(shortage), style="yellow", highlight=False)


async def _print_ahead(campaign: Campaign, tally: Tally, now: datetime) -> None:
    """Each way that what is left takes: whether it has its settings, answers and takes our name, and how SMS fared."""
    ahead = await ways_ahead(campaign, tally, settings(), now)
    if not ahead:
        return
    table = Table("Operator", "Will go by", "Recipients", "Set up", "Answers", "Comes from", "Delivered lately")
    for way in ahead:
        taken = TAKEN[way.takes_sender]
        table.add_row(
            "" if way.turn else way.operator.value if way.operator else "others",
            f"then {way.gateway}" if way.turn else way.gateway,
            "" if way.turn else number_phrase(way.recipients),
            f"lacks {', '.join(way.missing)}" if way.missing else "yes",
            ANSWERS[way.replies],
            f"{way.sender_id or 'its own name'}: {taken}",
            "–" if way.delivered_percent is None else f"{way.delivered_percent} % of {number_phrase(way.sent)}",
        )
    out.print(table)


GOING_OR_GONE: Final = ENDED | {CampaignState.RUNNING}
"""What is to be looked at before a start is past."""

ANSWERS: Final = {True: "yes", False: "no", None: "not known"}
TAKEN: Final = {True: "taken", False: "refused", None: "not tried"}


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
    unit = "F CFA" if shortage.in_xof else "SMS"
    return (
        f"{shortage.gateway} has {number_phrase(shortage.left)} {unit} left, and {number_phrase(shortage.needed)} are "
        f"needed: {then}."
    )
