"""`jigi gateways`: which gateways there are and which are switched on, and whether one works."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Annotated, Final

import typer
from rich.table import Column, Table
from sqlalchemy.exc import SQLAlchemyError

from core.numbers.msisdn import BadNumber, can_get_sms, mask, operator, parse_any
from core.outbox.messages import MessageState
from core.platform import sql
from core.platform.gateways import Trial, try_tokens
from core.platform.settings import Settings, settings
from core.platform.terminal import errors, out
from core.platform.webhooks import callback_path
from core.schema.ground import at_database
from core.schema.identity import UnfitDatabase
from core.text.words import COMMAND, label
from sms.outbox import gateways as sms_gateways
from sms.outbox.delivery import key_of
from sms.outbox.gateway import GatewayTrouble, Policy, Result, SmsGateway
from sms.outbox.reasons import reason_label
from sms.outbox.routes import Routes, every_route, pace_of
from ussd import gateways as ussd_gateways
from ussd.gateway import UssdGateway

app = typer.Typer(help="The gateways.", no_args_is_help=True)

TEXT: Final = "Jigisèmèjiri : essai de la passerelle SMS. Il n'y a rien à faire."
LOOK_SECONDS: Final = 0.5
MARKS: Final = {True: "[green]yes[/]", False: "[bold red]no[/]", None: "?"}


@app.command("list")
def list_all() -> None:
    """Show every gateway: whether it is switched on, where it posts to us, what it lacks and what is left at it."""
    chosen = settings()
    table = Table("Gateway", "Room", "Switched on")
    calling = {gateway.name for gateway in ussd_gateways.switched_on(chosen)}
    lines = []
    for name in ussd_gateways.GATEWAYS:
        table.add_row(name, "USSD", _yes(name in calling))
        lines += [callback_path(ussd_gateways.ROOM, name, each) for each in _ussd(name).callback_names]
    sending = sms_gateways.ways_out(chosen)
    left = asyncio.run(_all_left(sending))
    for name in sms_gateways.GATEWAYS:
        table.add_row(name, "SMS", _yes(name in sending))
        lines += [callback_path(sms_gateways.ROOM, name, each) for each in sms_gateways.callbacks(_sms(name), chosen)]
        lines += [f"{name} lacks {lacking}" for lacking in (_sms(name)(chosen).missing() if name in sending else ())]
        if left.get(name):
            lines.append(f"{name}: {left[name]}")
    out.print(table)
    for line in lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    out.print(_routes(chosen))
    out.print(f"{{token}} is a word of JIGI_CALLBACK_TOKENS ({len(chosen.callback_tokens)} are set).", highlight=False)


def _routes(chosen: Settings) -> Table:
    """By which gateways the SMS of each operator go, and on which terms."""
    way = Column("SMS go by", no_wrap=True)
    table = Table("Operator", way, "Come from", "A second", "Hours", "A part", title="The routes of SMS")
    for route in every_route(chosen):
        paces = (pace_of(route.gateway, route.operator), pace_of(route.gateway))
        rate = next((f"{chosen.sms_route_rates[pace]:g}" for pace in paces if pace in chosen.sms_route_rates), "")
        table.add_row(
            "" if route.turn else route.operator or "others",
            f"then {route.gateway}" if route.turn else route.gateway,
            route.sender_id,
            rate,
            f"{route.window.opens:%H:%M}-{route.window.closes:%H:%M}",
            f"{route.price_xof:g} F CFA" if route.price_xof else "not known",
        )
    return table


async def _all_left(gateways: Mapping[str, SmsGateway]) -> dict[str, str]:
    """What each gateway says that is left; '' for one that lacks settings or does not tell."""
    return {name: await _left(gateway) for name, gateway in gateways.items() if not gateway.missing()}


async def _left(gateway: SmsGateway) -> str:
    try:
        balance = await gateway.balance()
    except GatewayTrouble as trouble:
        return f"not told: {trouble.reason}"
    finally:
        await gateway.close()
    if balance is None:
        return ""
    return f"{balance.shown} until {balance.until:%Y-%m-%d %H:%M}" if balance.until else balance.shown


@app.command("test")
def try_one(
    name: Annotated[str, typer.Argument(help="The gateway, as `jigi gateways list` names it, or a number: its route.")],
    to: Annotated[str, typer.Option("--to", help="Also send one SMS to this number.")] = "",
    wait: Annotated[int, typer.Option(help="Seconds to wait for the receipt of the SMS; 0: none.")] = 30,
) -> None:
    """Try a gateway: what can be tried without anybody noticing, and one SMS where a number is given, step by step."""
    chosen = settings()
    if name not in {*ussd_gateways.GATEWAYS, *sms_gateways.GATEWAYS}:
        name, to = _route_to(name, chosen), to or name
    msisdn = _number(to, name)
    tried = asyncio.run(_tried(chosen, name, msisdn))
    holds = tried.holds
    if tried.provider_id is not None and wait:
        holds &= _printed([_receipt(name, (tried.provider_id, *_sms(name)(chosen).spellings(tried.provider_id)), wait)])
    if not holds:
        raise typer.Exit(1)


def _route_to(number: str, chosen: Settings) -> str:
    """The gateway that an SMS to a number goes by first; ends with a sentence where it is neither."""
    try:
        return Routes.read(chosen.sms_routes).way_of(operator(parse_any(number)))[0]
    except BadNumber:
        errors.print(f"There is no gateway {number}; `jigi gateways list` names those there are.", highlight=False)
        raise typer.Exit(2) from None


@dataclass
class _Tried:
    """Whether nothing failed, and the id of an SMS that was taken."""

    holds: bool
    provider_id: str | None = None


async def _tried(chosen: Settings, name: str, msisdn: str | None) -> _Tried:
    """Try all that there is to try."""
    holds = _printed([try_tokens(chosen)])
    provider_id = None
    if name in ussd_gateways.GATEWAYS:
        on = name in chosen.ussd_gateways
        holds &= _printed([_switched("USSD", on), *await _ussd(name)(chosen).trials()])
    if name in sms_gateways.GATEWAYS:
        gateway = _sms(name)(chosen)
        on = name in {each.name for each in sms_gateways.switched_on(chosen)}
        try:
            holds &= _printed([_switched("SMS", on), *await gateway.trials()])
            if msisdn is not None:
                taken, provider_id = await _sent(gateway, msisdn)
                holds &= _printed([taken])
        finally:
            await gateway.close()
    return _Tried(holds, provider_id)


async def _sent(gateway: SmsGateway, msisdn: str) -> tuple[Trial, str | None]:
    out.print(f"Sending one SMS to {mask(msisdn)} by {gateway.name}.", highlight=False)
    try:
        (result,) = await gateway.send(TEXT, [msisdn])
    except GatewayTrouble as trouble:
        became = "Whether it was taken is uncertain" if trouble.policy is Policy.UNCERTAIN else "The SMS was not taken"
        return Trial(False, f"{became}: {reason_label(trouble.reason, COMMAND)}."), None
    return _became(result), result.provider_id


RECEIPT: Final = "SELECT state FROM early_report WHERE gateway = %(gateway)s AND provider_id = ANY (%(keys)s)"


def _receipt(gateway: str, ids: Sequence[str], seconds: int) -> Trial:
    out.print(f"Waiting up to {seconds} s for its receipt.", highlight=False)
    try:
        return at_database(receipt_of(gateway, ids, seconds))
    except (SQLAlchemyError, OSError, UnfitDatabase) as error:
        return Trial(None, f"The receipt cannot be looked for: {type(error).__name__}.")


async def receipt_of(gateway: str, ids: Sequence[str], seconds: float) -> Trial:
    """Wait for the receipt of any of these ids, which comes to the web application, or to a worker with the link."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = await sql.scalar(RECEIPT, {"gateway": gateway, "keys": [key_of(gateway, each) for each in ids]})
        if state is not None:
            return Trial(True, f"Its receipt came: {label(MessageState(state), COMMAND)}.")
        await asyncio.sleep(LOOK_SECONDS)
    return Trial(None, f"No receipt came within {seconds:g} s; it may still, and does not with every gateway.")


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
