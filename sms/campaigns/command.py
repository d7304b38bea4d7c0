"""`jigi campaign`: plan, look, approve, start, pause, resume, cancel, watch, settle and report."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from sqlmodel import col, select

from core.campaigns.models import CampaignKind
from core.campaigns.notes import NoteCode
from core.campaigns.steps import CampaignError, CampaignStep, must
from core.numbers.msisdn import BadNumber, parse_any
from core.payments.models import PaymentRound
from core.platform.database import reading
from core.platform.errors import JigiError
from core.platform.settings import settings
from core.platform.terminal import errors, out
from core.registry.components import WITH_EVENTS
from core.registry.statuses import Status
from core.scams.guard import NotASafeText
from core.scams.proven import NoSuchPiece
from core.schema.ground import at_database
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor, UnknownAgent, actor_of
from core.text.alphabet import alphabet
from core.text.languages import Language
from core.text.words import COMMAND, label
from sms.campaigns import asking, motion, once_more, readiness, rules, steps, test_send, unreached, ways
from sms.campaigns.audience import Audience, BadAudience
from sms.campaigns.display import print_campaign, print_communes, print_list, print_status
from sms.campaigns.display import watch as watch_campaign
from sms.campaigns.drafts import CannotBeWritten, Draft, draft
from sms.campaigns.planning import plan as make_plan
from sms.campaigns.scope import must_cover, must_run, must_supervise
from sms.campaigns.titles import title as title_of
from sms.campaigns.ways_display import print_ways

app = typer.Typer(help="SMS campaigns.", no_args_is_help=True, add_completion=False)

As = Annotated[str, typer.Option("--as", help="Your login.", envvar="JIGI_LOGIN")]
Id = Annotated[int, typer.Argument(help="The campaign's number.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept on record.")]
Done = TypeVar("Done")
PAUSED_BY_HAND: Final = label(NoteCode.BY_HAND, COMMAND)


class CommandMistake(JigiError, ValueError):
    """What was asked cannot be understood; the message says why."""


def _run(work: Callable[[], Coroutine[Any, Any, Done]]) -> Done:
    """Do the work; what cannot be done is said in words, with exit code 2."""
    refusals = (CampaignError, BadAudience, CannotBeWritten, NotASafeText, NoSuchPiece, CommandMistake)
    try:
        return at_database(work())
    except UnknownAgent as unknown:
        errors.print(f"{unknown} `jigi agents list` shows who does.", style="bold red")
    except refusals as refused:
        errors.print(str(refused), style="bold red", highlight=False, markup=False)
    raise typer.Exit(2)


@app.command()
def plan(
    kind: Annotated[CampaignKind, typer.Argument(help="What it tells.")],
    actor: As,
    round_name: Annotated[str, typer.Option("--round", help="The payment round, e.g. 'T4 2026'.")] = "",
    component: Annotated[str, typer.Option(help="The component of the round, or the one of the households.")] = "",
    event: Annotated[str, typer.Option(help=f"A component with events: {', '.join(sorted(WITH_EVENTS))}.")] = "",
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of events.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of events.")] = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day a reminder speaks of.")] = None,
    place: Annotated[str, typer.Option(help="P-code of a region, cercle or commune.")] = "",
    village: Annotated[str, typer.Option(help="A village of that commune.")] = "",
    status: Annotated[Status | None, typer.Option(help="Households of this status.")] = None,
    language: Annotated[Language | None, typer.Option(parser=Language, help="Phones of this language.")] = None,
    texts: Annotated[
        list[str] | None, typer.Option("--text", help="Free words, once for each language: --text bm='…'.")
    ] = None,
    title: Annotated[str, typer.Option(help="How it is called in lists.")] = "",
) -> None:
    """Plan a campaign: who is told what, and what it costs. Nothing is sent."""

    async def work() -> None:
        person = await _at_shell(actor, "plan")
        await must_cover(person, place or None)
        if kind is CampaignKind.PERSONAL:
            raise CommandMistake("a personal message begins with a spreadsheet, at the desk")
        now = datetime.now(UTC)
        round_id = await _round(component or "TM", round_name) if round_name else None
        audience = Audience(
            round_id=round_id,
            event=event or None,
            first=first.date() if first else None,
            last=last.date() if last else None,
            day=day.date() if day else None,
            place=place or None,
            village=village or None,
            component=None if round_name else component or None,
            status=status,
            language=language,
        )
        about = f"{component or 'TM'} {round_name}" if round_name else None
        new = Draft(kind, audience, title or title_of(kind, audience, about, place or None), _texts(texts), person.id)
        campaign_id = await draft(new, now, alphabet(settings().alphabet))
        with errors.status("planning…"):
            await make_plan(campaign_id, settings(), now, actor=person)
        await print_campaign(campaign_id)

    _run(work)


def _texts(written: list[str] | None) -> dict[str, str] | None:
    """Free words by language code; raises CommandMistake for a language that there is not."""
    texts = {}
    for each in written or ():
        code, given, words = each.partition("=")
        if not given or Language.named(code) is None:
            raise CommandMistake(f"--text takes LANGUAGE=WORDS, with one of {', '.join(Language)}")
        texts[code] = words
    return texts or None


@app.command()
def replan(campaign: Id, actor: As) -> None:
    """Plan a draft, or a plan that nobody approved yet, anew: with the households and payments as they are now."""

    async def work() -> None:
        person = await _supervisor(actor, "replan", campaign)
        with errors.status("planning…"):
            await make_plan(campaign, settings(), datetime.now(UTC), actor=person)
        await print_campaign(campaign)

    _run(work)


async def _round(component: str, name: str) -> int:
    of_component = col(PaymentRound.component) == component
    wanted = select(PaymentRound.id).where(of_component, col(PaymentRound.name) == name)
    last = select(PaymentRound.name).where(of_component).order_by(col(PaymentRound.id).desc()).limit(LAST_ROUNDS)
    async with reading() as session:
        round_id = (await session.exec(wanted)).one_or_none()
        names = (await session.exec(last)).all()
    if round_id is None:
        raise CommandMistake(f"there is no round {name!r} of {component}; there are: {', '.join(names) or 'none'}")
    return round_id


LAST_ROUNDS: Final = 12


@app.command("list")
def list_campaigns() -> None:
    """The campaigns, newest first."""

    _run(print_list)


@app.command()
def show(campaign: Id) -> None:
    """What a campaign holds: recipients, who is left out, texts, and what was decided."""
    _run(lambda: print_campaign(campaign))


@app.command()
def test(campaign: Id, phones: Annotated[list[str], typer.Argument(help="Phones to send to.")], actor: As) -> None:
    """Send the longest text of each language to named phones, and to nobody else."""

    async def work() -> None:
        person = await _supervisor(actor, "test", campaign)
        await must_run(person, campaign)
        try:
            msisdns = [parse_any(phone) for phone in phones]
        except BadNumber as bad:
            raise CommandMistake("one of these is no telephone number") from bad
        count = await test_send.send(campaign, msisdns, person, datetime.now(UTC))
        out.print(f"{count} test SMS queued.")

    _run(work)


@app.command()
def approve(campaign: Id, actor: As) -> None:
    """Approve a plan that somebody else made."""

    async def work() -> None:
        approved = await steps.approve(campaign, await _at_shell(actor, "approve", campaign), datetime.now(UTC))
        out.print("Approved." if approved.complete else "First approval given; it needs a second one.")

    _run(work)


@app.command()
def start(
    campaign: Id,
    actor: As,
    at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"], help="When, in Bamako.")
    ] = None,
) -> None:
    """Start an approved campaign, now or later."""

    async def work() -> None:
        moment = at.replace(tzinfo=UTC) if at else None
        if moment is not None and moment < datetime.now(UTC):
            raise CommandMistake("that moment has passed; without --at it starts now")
        who = await _at_shell(actor, "start", campaign)
        must(CampaignStep.START, await must_run(who, campaign), who)
        asked = await asking.ask(campaign, settings(), datetime.now(UTC))
        await ways.must_suffice(campaign, settings(), datetime.now(UTC))
        await readiness.must_have_a_way(campaign, settings())
        if moment is None:
            asked.must_be_open()
        await steps.start(campaign, who, datetime.now(UTC), moment)
        goes, does = await motion.goes_on(campaign, settings(), datetime.now(UTC), COMMAND)
        out.print("It starts now." if goes else does, highlight=False, markup=False)
        out.print(asked.words(COMMAND), highlight=False, markup=False)
        out.print(f"Watch it: jigi campaign status {campaign} --watch", highlight=False)

    _run(work)


@app.command()
def pause(campaign: Id, actor: As, why: Why = PAUSED_BY_HAND) -> None:
    """Let nothing more of it leave."""

    async def work() -> None:
        await steps.pause(
            campaign, "" if why == PAUSED_BY_HAND else why, datetime.now(UTC), await _at_shell(actor, "pause", campaign)
        )
        out.print("Paused. What left already is still recorded.")

    _run(work)


@app.command()
def resume(campaign: Id, actor: As) -> None:
    """Let it go on from where it stopped."""

    async def work() -> None:
        await steps.resume(campaign, await _at_shell(actor, "resume", campaign), datetime.now(UTC))
        goes, does = await motion.goes_on(campaign, settings(), datetime.now(UTC), COMMAND)
        out.print("It goes on." if goes else does, highlight=False, markup=False)

    _run(work)


@app.command()
def cancel(campaign: Id, actor: As, why: Why) -> None:
    """End it: who was not told yet is not told."""

    async def work() -> None:
        await steps.cancel(campaign, why, await _at_shell(actor, "cancel", campaign), datetime.now(UTC))
        out.print("Cancelled.")

    _run(work)


@app.command()
def settle(
    actor: As,
    campaign: Annotated[int, typer.Argument(help="The campaign's number; 0 for single notices.")],
    again: Annotated[bool, typer.Option("--again/--leave", help="Send them again, or leave them.")],
) -> None:
    """Decide on uncertain messages: the gateway may or may not have taken them."""

    async def work() -> None:
        count = await steps.settle(
            campaign or None, await _at_shell(actor, "settle", campaign), datetime.now(UTC), again=again
        )
        out.print(f"{count} uncertain message(s) {'sent again' if again else 'left as they are'}.")

    _run(work)


@app.command("once-more")
def again_to_who_was_off(campaign: Id, actor: As) -> None:
    """Send an ended campaign once more, next morning, to those whose phone was off."""

    async def work() -> None:
        person = await _at_shell(actor, "once-more", campaign)
        count = await once_more.send(campaign, person, settings(), datetime.now(UTC))
        out.print(f"{count} SMS leave once more, next morning.")

    _run(work)


@app.command("rules")
def rules_of(
    round_name: Annotated[str, typer.Argument(help="The payment round, e.g. 'T4 2026'.")],
    actor: As = "",
    component: Annotated[str, typer.Option(help="The component of the round.")] = "TM",
    off: Annotated[list[CampaignKind] | None, typer.Option(help="Rules to switch off.")] = None,
    on_again: Annotated[list[CampaignKind] | None, typer.Option("--on", help="Rules to switch on again.")] = None,
) -> None:
    """What is told by itself for a round, and switching it off or on."""

    async def work() -> None:
        round_id = await _round(component, round_name)
        for kinds, is_on in ((off or [], False), (on_again or [], True)):
            for kind in kinds:
                person = await _at_shell(actor, "rules")
                await must_cover(person, None)
                await rules.switch(round_id, kind, person.id, datetime.now(UTC), on=is_on)
        switched_off = await rules.switched_off(round_id)
        for kind in rules.BY_RULE:
            out.print(f"{kind.value}: {'off' if kind in switched_off else 'on'}", highlight=False)

    _run(work)


@app.command()
def status(
    campaign: Annotated[int | None, typer.Argument(help="The campaign's number; without it, the list.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay and watch it.")] = False,
) -> None:
    """How far a campaign is, and what went by each gateway."""
    if campaign is None:
        list_campaigns()
        return

    async def work() -> None:
        await (watch_campaign if watch else print_status)(campaign)
        await print_ways(campaign)

    _run(work)


@app.command()
def report(
    campaign: Id,
    folder: Annotated[Path, typer.Option("--out", "-o", help="Where to write the lists.")] = Path(),
) -> None:
    """What became of it by commune, what it cost, and who could not be told, as CSV and xlsx for the villages."""

    async def work() -> None:
        await print_status(campaign)
        await print_communes(campaign)
        files = await unreached.write(campaign, folder)
        out.print(f"{files.households} households were not told: {files.csv}, {files.xlsx}", highlight=False)

    folder.mkdir(parents=True, exist_ok=True)
    _run(work)


async def _supervisor(login: str, command: str, campaign_id: int | None = None) -> Actor:
    person = await _at_shell(login, command, campaign_id)
    must_supervise(person)
    return person


async def _at_shell(login: str, command: str, campaign_id: int | None = None) -> Actor:
    """Who this login is; no password was asked, so the audit trail says that the shell acted in their name."""
    person = await actor_of(login)
    about = f"campaign {campaign_id}" if campaign_id else None
    await audit.record(person.id, Act.AT_THE_SHELL, about, datetime.now(UTC), {"command": command})
    return person
