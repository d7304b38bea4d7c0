"""What `jigi campaign` prints: a campaign with its plan and decisions, the list, and how far one is."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from core.campaigns.models import CampaignState
from core.campaigns.steps import ENDED
from core.outbox.messages import AWAITED, MessageState
from core.platform.settings import settings
from core.platform.terminal import out
from core.text.formats import number_phrase
from core.text.words import COMMAND, PAPER, label
from sms.campaigns import motion, preview, steps, templates
from sms.campaigns.budgets import budgets_of
from sms.campaigns.communes import communes_of
from sms.campaigns.cost import CampaignCost, cost_of
from sms.campaigns.notes import note_text
from sms.campaigns.preview import CampaignPreview, Summary
from sms.campaigns.preview import Progress as Counted
from sms.campaigns.scope import campaign_of
from sms.campaigns.tally import Tally, tally_of
from sms.outbox.reasons import reason_label

REFRESH_SECONDS: Final = 1.0
QUIET_LOOKS: Final = 15
"""How often it is still looked for delivery reports once everything is sent."""


async def print_list() -> None:
    """The campaigns, newest first."""
    table = Table("No", "Campaign", "Kind", "State", "Recipients", "Parts", "Planned by", "Approved by")
    for each in await preview.summaries():
        approved = ", ".join(name for name in (each.approved_by, each.second_approved_by) if name)
        table.add_row(
            str(each.id),
            escape(each.title),
            label(each.kind, COMMAND),
            _state(each),
            number_phrase(each.recipients),
            number_phrase(each.parts),
            each.planned_by or "by itself",
            approved,
        )
    out.print(table)


async def print_campaign(campaign_id: int) -> None:
    """What a campaign holds: recipients, who is left out, texts, and what was decided."""
    campaign = await preview.summary(campaign_id)
    now = datetime.now(UTC)
    tally = await tally_of(campaign, now, anew=False)
    held = await preview.preview(campaign_id, settings(), now, counted=tally)
    out.print(f"{_heading(campaign)} ({label(campaign.kind, COMMAND)}), {_state(campaign)}", highlight=False)
    out.print(
        f"{number_phrase(campaign.recipients)} recipients, {held.texts} texts in {held.requests} requests, "
        f"{number_phrase(campaign.parts)} parts, {_cost(campaign)}",
        highlight=False,
    )
    own = await templates.of_campaign(campaign_id)
    if own is not None:
        words = f"In the programme's own words, version {own.id}, by {own.writer}, approved by {own.decider}."
        out.print(words, highlight=False, markup=False)
    await _print_budgets(campaign, now)
    await _print_motion(campaign_id, now)
    out.print(_recipients(held))
    for sample in held.samples:
        out.print(f"[dim]{sample.language}, {sample.size} long, {sample.parts} part(s), {sample.recipients} times[/]")
        out.print(Text(sample.body), "")
    if held.tells_too.people:
        out.print(
            f"[dim]{number_phrase(held.tells_too.people)} people are told of other rounds too, as here[/]",
            highlight=False,
        )
        out.print(Text(held.tells_too.body), "")
    for other, with_it in held.tells_too.told_with.items():
        out.print(f"told together with campaign {other}: {number_phrase(with_it)} people", highlight=False)
    for piece, people in held.no_room.items():
        out.print(f"no room for {label(piece, COMMAND)}: {number_phrase(people)} people", highlight=False)
    for change in await steps.changes(campaign_id):
        what = f"{label(change.to_state, COMMAND)} {note_text(change.note, COMMAND)}".strip()
        out.print(f"{change.at:%Y-%m-%d %H:%M} {change.actor or 'by itself'}: {what}", highlight=False, markup=False)


def _recipients(held: CampaignPreview) -> Table:
    table = Table("Recipients", "", "Left out", "")
    reached = [*held.by_language.items(), *held.by_operator.items(), *held.by_place.items()]
    left = list(held.left_out.items())
    if held.put_off_today:
        left.append(("three_today: told tomorrow", held.put_off_today))
    for number in range(max(len(reached), len(left))):
        cells: list[str] = []
        for column in (reached, left):
            name, count = column[number] if number < len(column) else ("", 0)
            cells += [name, number_phrase(count) if name else ""]
        table.add_row(*cells)
    return table


def _cost(campaign: Summary) -> str:
    if campaign.cost_xof is None:
        return "cost not known (JIGI_SMS_PART_PRICE_XOF is not set)"
    return f"about {number_phrase(campaign.cost_xof)} F CFA"


async def _print_budgets(campaign: Summary, now: datetime) -> None:
    """What may be spent this month, and what is."""
    for budget in await budgets_of(campaign.id, settings(), now):
        over = ": passed with this one" if budget.passes(campaign.cost_xof) else ""
        spent, most = number_phrase(budget.spent_xof), number_phrase(budget.most_xof)
        billed = f" ({number_phrase(budget.billed_xof)} billed)" if budget.spent_xof else ""
        out.print(
            f"Budget of the month for {budget.programme}: {spent} of {most} F CFA{billed}{over}.", highlight=False
        )


def _heading(campaign: Summary) -> str:
    return f"[bold]Campaign {campaign.id}: {escape(campaign.title)}[/]"


def _state(campaign: Summary) -> str:
    match campaign.state:
        case CampaignState.PLANNED if campaign.approved_by:
            return "planned, waits for a second approval"
        case CampaignState.PLANNED:
            return "planned, waits for an approval" + (" (and a second one)" if campaign.needs_second else "")
        case CampaignState.SCHEDULED if campaign.starts_at:
            return f"scheduled for {campaign.starts_at:%Y-%m-%d %H:%M}"
        case CampaignState.PAUSED | CampaignState.CANCELLED if why := note_text(campaign.reason, COMMAND):
            return f"{label(campaign.state, COMMAND)}: {escape(why)}"
    return label(campaign.state, COMMAND)


async def print_status(campaign_id: int) -> None:
    """How far a campaign is."""
    campaign, tally = await _tallied(campaign_id)
    counted = await preview.progress(campaign_id, counted=tally)
    out.print(f"{_heading(campaign)}, {_state(campaign)}", highlight=False)
    await _print_motion(campaign_id, datetime.now(UTC))
    if tally.sent:
        out.print(_true_cost(cost_of(tally, settings())), highlight=False)
    out.print(_states(counted))
    _ask(campaign_id, counted)


async def _print_motion(campaign_id: int, now: datetime) -> None:
    """Say whether it moves, why not, until when, and what is asked of whom."""
    _, does = await motion.goes_on(campaign_id, settings(), now, COMMAND)
    out.print(does, highlight=False, markup=False, soft_wrap=True)


async def _tallied(campaign_id: int) -> tuple[Summary, Tally]:
    campaign = await preview.summary(campaign_id)
    return campaign, await tally_of(campaign, datetime.now(UTC))


def _true_cost(cost: CampaignCost) -> str:
    """What it cost so far, and what of that is not known."""
    lines = [f"Cost: {number_phrase(cost.total_xof)} F CFA"]
    if cost.billed:
        lines.append(f"{number_phrase(cost.billed_xof)} billed for {number_phrase(cost.billed)} SMS")
    if cost.estimated:
        lines.append(
            f"{number_phrase(cost.estimated_xof)} estimated for {number_phrase(cost.estimated)} without a bill"
        )
    lines += [
        f"{amount:.2f} {currency} besides, for which no rate is set" for currency, amount in cost.unconverted.items()
    ]
    if cost.unpriced:
        lines.append(f"the price of {number_phrase(cost.unpriced)} SMS is not known")
    return ", ".join(lines) + "."


async def watch(campaign_id: int) -> None:
    """Show the bar and the states until nothing more moves."""
    columns = (
        BarColumn(40),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    moving = Progress(*columns, console=out)
    task = moving.add_task("", total=None, rate=0.0)
    before, quiet = 0, 0
    with Live(console=out, refresh_per_second=4) as live:
        while True:
            campaign, tally = await _tallied(campaign_id)
            counted = await preview.progress(campaign_id, counted=tally)
            rate = (counted.done - before) / REFRESH_SECONDS if before else 0.0
            before = counted.done
            moving.update(task, completed=counted.done, total=counted.to_send, rate=max(rate, 0.0))
            live.update(Group(Text.from_markup(f"{_heading(campaign)}, {_state(campaign)}"), moving, _states(counted)))
            waiting = sum(counted.states.get(state, 0) for state in AWAITED)
            ended = campaign.state in ENDED
            quiet = quiet + 1 if ended else 0
            if ended and (not waiting or quiet > QUIET_LOOKS):
                break
            await asyncio.sleep(REFRESH_SECONDS)
    _ask(campaign_id, counted)


def _states(counted: Counted) -> Table:
    shown = [state for state in MessageState if counted.states.get(state)]
    table = Table("sent", *(label(state, COMMAND) for state in shown), "under way", "cost")
    cost = ", ".join(f"{currency} {amount:,.2f}" for currency, amount in counted.cost.items())
    cells = (number_phrase(counted.states[state]) for state in shown)
    table.add_row(number_phrase(counted.sent), *cells, str(counted.under_way), cost or "–")
    return table


def _ask(campaign_id: int, counted: Counted) -> None:
    """Put the question that uncertain messages are to a supervisor."""
    if counted.waiting:
        out.print(
            f"{counted.waiting} uncertain: the gateway may or may not have taken them. Decide: "
            f"jigi campaign settle {campaign_id} --again (some may get it twice) or --leave (some may not get it).",
            style="yellow",
            highlight=False,
        )


async def print_communes(campaign_id: int) -> None:
    """What became of a campaign by commune."""
    table = Table("Region", "Commune", "Households", "Not told", "Why")
    for commune in (await communes_of(await campaign_of(campaign_id), datetime.now(UTC))).rows:
        why = ", ".join(f"{reason_label(name, PAPER)}: {n}" for name, n in commune.reasons.items())
        table.add_row(
            commune.region, commune.commune or "of no household", str(commune.households), str(commune.unreached), why
        )
    out.print(table)
