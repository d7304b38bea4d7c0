"""`jigi gateways`: which gateways there are and which are switched on, and whether one works."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import typer
from rich.table import Column, Table

from core.numbers.msisdn import BadNumber, can_get_sms, operator, parse_any
from core.platform.settings import Settings, settings
from core.platform.terminal import errors, out
from core.platform.webhooks import callback_path
from sms.outbox import gateways as sms_gateways
from sms.outbox import trying
from sms.outbox.gateway import GatewayTrouble, SmsGateway
from sms.outbox.routes import Routes, every_route, pace_of
from sms.outbox.trying import TrialOrder, sms_kind, ussd_kind
from ussd import gateways as ussd_gateways

app = typer.Typer(help="The gateways.", no_args_is_help=True)


@app.command("list")
def list_all() -> None:
    """Show every gateway: whether it is switched on, where it posts to us, what it lacks and what is left at it."""
    chosen = settings()
    table = Table("Gateway", "Room", "Switched on")
    calling = {gateway.name for gateway in ussd_gateways.switched_on(chosen)}
    lines = []
    for name in ussd_gateways.GATEWAYS:
        table.add_row(name, "USSD", _yes(name in calling))
        lines += [callback_path(ussd_gateways.ROOM, name, each) for each in ussd_kind(name).callback_names]
    sending = sms_gateways.ways_out(chosen)
    left = asyncio.run(_all_left(sending))
    for name in sms_gateways.GATEWAYS:
        table.add_row(name, "SMS", _yes(name in sending))
        lines += [
            callback_path(sms_gateways.ROOM, name, each) for each in sms_gateways.callbacks(sms_kind(name), chosen)
        ]
        lines += [
            f"{name} lacks {lacking}" for lacking in (sms_kind(name)(chosen).missing() if name in sending else ())
        ]
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
    name: Annotated[str, typer.Argument(help="The gateway, as `jigi gateways list` names it, or a number.")],
    to: Annotated[str, typer.Option("--to", help="Also send one SMS to this number, or open one session of it.")] = "",
    ussd: Annotated[bool, typer.Option("--ussd", help="Open a session of the number, and send it no SMS.")] = False,
    at: Annotated[str, typer.Option("--at", help="Where gateways reach us, for a session.")] = "http://127.0.0.1:8000",
    wait: Annotated[int, typer.Option(help="Seconds to wait for the receipt of the SMS; 0: none.")] = 30,
) -> None:
    """Try a gateway: what can be tried without anybody noticing, and one SMS or session of a number, step by step.

    A number alone gets one SMS by its route, or with --ussd one session by each gateway that may call.
    """
    chosen = settings()
    if name in {*ussd_gateways.GATEWAYS, *sms_gateways.GATEWAYS}:
        names: Sequence[str] = (name,)
    else:
        names, to = (chosen.ussd_gateways if ussd else (_route_to(name, chosen),)), to or name
    wanted = [_wanted(each, to, at, wait, opens=ussd or each not in sms_gateways.GATEWAYS) for each in names]
    held = [trying.holds(chosen, each) for each in wanted]
    if not all(held):
        raise typer.Exit(1)


def _route_to(number: str, chosen: Settings) -> str:
    """The gateway that an SMS to a number goes by first; ends with a sentence where it is neither."""
    try:
        return Routes.read(chosen.sms_routes).way_of(operator(parse_any(number)))[0]
    except BadNumber:
        errors.print(f"There is no gateway {number}; `jigi gateways list` names those there are.", highlight=False)
        raise typer.Exit(2) from None


def _wanted(name: str, to: str, at: str, wait: int, *, opens: bool) -> TrialOrder:
    """What is tried of a gateway; what cannot be is refused with a sentence."""
    for why in _refusals(name, to, opens=opens):
        errors.print(why, style="bold red", highlight=False, markup=False)
        raise typer.Exit(2)
    msisdn = parse_any(to) if to else ""
    return TrialOrder(name, "" if opens else msisdn, msisdn if opens else "", at, wait)


def _refusals(name: str, to: str, *, opens: bool) -> Iterator[str]:
    if opens and name not in ussd_gateways.GATEWAYS:
        yield f"{name} opens no session."
    try:
        if to and not opens and not can_get_sms(parse_any(to)):
            yield "That number gets no SMS: it is a fixed line."
        elif to:
            parse_any(to)
    except BadNumber:
        yield "That is no telephone number."


def _yes(on: bool) -> str:
    return "yes" if on else "no"
