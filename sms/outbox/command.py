"""`jigi gateways`: which gateways there are and which are switched on, and whether one works."""

import asyncio
from collections.abc import Iterator, Sequence
from pkgutil import resolve_name
from typing import Annotated, Final

import typer
from rich.table import Table

from core.numbers.msisdn import BadNumber, can_get_sms, mask, parse_any
from core.platform.gateways import Trial, try_tokens
from core.platform.settings import Settings, settings
from core.platform.terminal import errors, out
from core.platform.webhooks import callback_path
from core.text.words import COMMAND
from sms.outbox import gateways as sms_gateways
from sms.outbox.gateway import GatewayTrouble, Policy, Result, SmsGateway
from sms.outbox.reasons import reason_label
from ussd import gateways as ussd_gateways
from ussd.gateway import UssdGateway

app = typer.Typer(help="The gateways.", no_args_is_help=True)

TEXT: Final = "Jigisèmèjiri : essai de la passerelle SMS. Il n'y a rien à faire."
MARKS: Final = {True: "[green]yes[/]", False: "[bold red]no[/]", None: "?"}


@app.command("list")
def list_all() -> None:
    """Show every gateway: its room, whether it is switched on, and where it posts to us."""
    chosen = settings()
    table = Table("Gateway", "Room", "Switched on", "Its callbacks")
    calling = {gateway.name for gateway in ussd_gateways.switched_on(chosen)}
    for name in ussd_gateways.GATEWAYS:
        paths = [callback_path(ussd_gateways.ROOM, name, each) for each in _ussd(name).callback_names]
        table.add_row(name, "USSD", _yes(name in calling), "\n".join(paths))
    sending = {gateway.name for gateway in sms_gateways.switched_on(chosen)}
    for name in sms_gateways.GATEWAYS:
        paths = [callback_path(sms_gateways.ROOM, name, each) for each in sms_gateways.callbacks(_sms(name), chosen)]
        table.add_row(name, "SMS", _yes(name in sending), "\n".join(paths))
    out.print(table)
    out.print(f"{{token}} is a word of JIGI_CALLBACK_TOKENS ({len(chosen.callback_tokens)} are set).", highlight=False)


@app.command("test")
def try_one(
    name: Annotated[str, typer.Argument(help="The gateway, as `jigi gateways list` names it.")],
    to: Annotated[str, typer.Option("--to", help="Also send one SMS to this number.")] = "",
) -> None:
    """Try a gateway: what can be tried without anybody noticing, and one SMS where a number is given."""
    chosen = settings()
    if name not in {*ussd_gateways.GATEWAYS, *sms_gateways.GATEWAYS}:
        errors.print(f"There is no gateway {name}; `jigi gateways list` names those there are.", highlight=False)
        raise typer.Exit(2)
    msisdn = _number(to, name)
    holds = asyncio.run(_tried(chosen, name, msisdn))
    if not holds:
        raise typer.Exit(1)


async def _tried(chosen: Settings, name: str, msisdn: str | None) -> bool:
    """Try all that there is to try; whether nothing of it failed."""
    holds = _printed([try_tokens(chosen)])
    if name in ussd_gateways.GATEWAYS:
        on = name in chosen.ussd_gateways
        holds &= _printed([_switched("USSD", on), *await _ussd(name)(chosen).trials()])
    if name in sms_gateways.GATEWAYS:
        gateway = _sms(name)(chosen)
        on = name in {each.name for each in sms_gateways.switched_on(chosen)}
        try:
            holds &= _printed([_switched("SMS", on), *await gateway.trials()])
            if msisdn is not None:
                holds &= _printed([await _sent(gateway, msisdn)])
        finally:
            await gateway.close()
    return holds


async def _sent(gateway: SmsGateway, msisdn: str) -> Trial:
    out.print(f"Sending one SMS to {mask(msisdn)} by {gateway.name}.", highlight=False)
    try:
        (result,) = await gateway.send(TEXT, [msisdn])
    except GatewayTrouble as trouble:
        return Trial(False, f"The SMS was not taken: {reason_label(trouble.reason, COMMAND)}.")
    return _became(result)


def _became(result: Result) -> Trial:
    if result.policy is Policy.ACCEPTED:
        return Trial(True, "The SMS was taken; whether it arrives is seen on the phone.")
    what = "Whether the SMS was taken is uncertain" if result.policy is Policy.UNCERTAIN else "The SMS was not taken"
    return Trial(False, f"{what}: {reason_label(result.reason, COMMAND)}.")


def _printed(trials: Sequence[Trial]) -> bool:
    """Print what came of each; whether none failed."""
    for trial in trials:
        out.print(f"{MARKS[trial.holds]}  ", end="")
        out.print(trial.sentence, highlight=False, markup=False, soft_wrap=True)
    return all(trial.holds is not False for trial in trials)


def _switched(room: str, on: bool) -> Trial:
    return Trial(True, f"{room}: switched on.") if on else Trial(None, f"{room}: not switched on; tried all the same.")


def _number(to: str, name: str) -> str | None:
    """The number to send to, refused with a sentence where no SMS can go there; None when none was given."""
    if not to:
        return None
    for why in _refusals(to, name):
        errors.print(why, style="bold red", highlight=False, markup=False)
        raise typer.Exit(2)
    return parse_any(to)


def _refusals(to: str, name: str) -> Iterator[str]:
    if name not in sms_gateways.GATEWAYS:
        yield f"{name} sends no SMS."
    try:
        if not can_get_sms(parse_any(to)):
            yield "That number gets no SMS: it is a fixed line."
    except BadNumber:
        yield "That is no telephone number."


def _ussd(name: str) -> type[UssdGateway]:
    kind: type[UssdGateway] = resolve_name(ussd_gateways.GATEWAYS[name])
    return kind


def _sms(name: str) -> type[SmsGateway]:
    kind: type[SmsGateway] = resolve_name(sms_gateways.GATEWAYS[name])
    return kind


def _yes(on: bool) -> str:
    return "yes" if on else "no"
