"""What `jigi gateways test` tries of a gateway, and says step by step."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Final

import httpx
from sqlalchemy.exc import SQLAlchemyError

from core.numbers.msisdn import mask
from core.outbox.messages import MessageState
from core.platform import sql
from core.platform.gateways import Trial, try_tokens
from core.platform.settings import Settings
from core.platform.terminal import out, speaks_french
from core.platform.webhooks import callback_path
from core.schema.ground import at_database
from core.schema.identity import UnfitDatabase
from core.text.words import COMMAND, DESK, label
from sms.outbox import gateways as sms_gateways
from sms.outbox.delivery import key_of
from sms.outbox.gateway import GatewayTrouble, Policy, Result, SmsGateway
from sms.outbox.reasons import reason_label
from ussd import gateways as ussd_gateways
from ussd.gateway import UssdGateway
from ussd.sample_calls import LOOPBACK

TEXT: Final = "Jigisèmèjiri : essai de la passerelle SMS. Il n'y a rien à faire."
LOOK_SECONDS: Final = 0.5
READY_SECONDS: Final = 5.0
MARKS: Final = {True: "[green]yes[/]", False: "[bold red]no[/]", None: "?"}
FRENCH_MARKS: Final = {True: "[green]oui[/]", False: "[bold red]non[/]", None: "?"}


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """What is tried: a gateway, and what is sent (`sms_to`) or opened (`session_of`) of a number, '' for neither.

    `address` is where gateways reach us; the receipt of the SMS is waited for so many seconds.
    """

    gateway: str
    sms_to: str = ""
    session_of: str = ""
    address: str = ""
    receipt_seconds: int = 0


def holds(settings: Settings, wanted: TrialOrder) -> bool:
    """Try all that is wanted, saying each step; whether nothing failed."""
    held, provider_id = asyncio.run(_tried(settings, wanted))
    if provider_id is not None and wanted.receipt_seconds:
        ids = (provider_id, *sms_kind(wanted.gateway)(settings).spellings(provider_id))
        held &= _printed([_receipt(wanted.gateway, ids, wanted.receipt_seconds)])
    return held


def ussd_kind(name: str) -> type[UssdGateway]:
    """The class of a USSD gateway; raises KeyError."""
    kind: type[UssdGateway] = resolve_name(ussd_gateways.GATEWAYS[name])
    return kind


def sms_kind(name: str) -> type[SmsGateway]:
    """The class of an SMS gateway; raises KeyError."""
    kind: type[SmsGateway] = resolve_name(sms_gateways.GATEWAYS[name])
    return kind


async def _tried(settings: Settings, wanted: TrialOrder) -> tuple[bool, str | None]:
    """Whether nothing failed, and the id of an SMS that was taken."""
    held = _printed([try_tokens(settings)])
    provider_id = None
    if wanted.gateway in ussd_gateways.GATEWAYS:
        gateway = ussd_kind(wanted.gateway)(settings)
        held &= _printed([_switched("USSD", wanted.gateway in settings.ussd_gateways), *await gateway.trials()])
        if wanted.session_of:
            async for trial in _session(gateway, settings, wanted):
                held &= _printed([trial])
    if wanted.gateway in sms_gateways.GATEWAYS and not wanted.session_of:
        sending = sms_kind(wanted.gateway)(settings)
        on = wanted.gateway in {each.name for each in sms_gateways.switched_on(settings)}
        try:
            held &= _printed([_switched("SMS", on), *await sending.trials()])
            if wanted.sms_to:
                taken, provider_id = await _sent(sending, wanted.sms_to)
                held &= _printed([taken])
        finally:
            await sending.close()
    return held, provider_id


async def _session(gateway: UssdGateway, settings: Settings, wanted: TrialOrder) -> AsyncIterator[Trial]:
    """One session of a number, over HTTP at our own callback, as the gateway would open it."""
    address = wanted.address.rstrip("/")
    out.print(f"Opening one session of {mask(wanted.session_of)} by {gateway.name}, at {address}.", highlight=False)
    if not gateway.callback_names:
        yield await _standing(address, gateway.name)
    elif not settings.callback_tokens:
        return
    token = settings.callback_tokens[0] if settings.callback_tokens else ""
    path = callback_path(ussd_gateways.ROOM, gateway.name, "").format(token=token)
    async for trial in gateway.session(wanted.session_of, f"{address}{path}"):
        yield trial


async def _standing(address: str, name: str) -> Trial:
    """Whether the line holds its link to a gateway, as its readiness says."""
    try:
        async with httpx.AsyncClient(
            timeout=READY_SECONDS, trust_env=httpx.URL(address).host not in LOOPBACK
        ) as client:
            parts = (await client.get(f"{address}/health/ready")).json()
        standing = str(parts.get(f"ussd {name}", "not held there"))
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        return Trial(
            False,
            f"The line does not say how its link stands: {type(error).__name__}.",
            f"La ligne ne dit pas où en est sa liaison : {type(error).__name__}.",
        )
    return Trial(standing.startswith("ok"), f"The line's link: {standing}.", f"La liaison de la ligne : {standing}.")


async def _sent(gateway: SmsGateway, msisdn: str) -> tuple[Trial, str | None]:
    out.print(f"Sending one SMS to {mask(msisdn)} by {gateway.name}.", highlight=False)
    try:
        (result,) = await gateway.send(TEXT, [msisdn])
    except GatewayTrouble as trouble:
        return _not_taken(trouble.policy, trouble.reason), None
    return _became(result), result.provider_id


RECEIPT: Final = "SELECT state FROM early_report WHERE gateway = %(gateway)s AND provider_id = ANY (%(keys)s)"


def _receipt(gateway: str, ids: Sequence[str], seconds: int) -> Trial:
    out.print(f"Waiting up to {seconds} s for its receipt.", highlight=False)
    try:
        return at_database(receipt_of(gateway, ids, seconds))
    except (SQLAlchemyError, OSError, UnfitDatabase) as error:
        return Trial(
            None,
            f"The receipt cannot be looked for: {type(error).__name__}.",
            f"L'accusé ne peut pas être cherché : {type(error).__name__}.",
        )


async def receipt_of(gateway: str, ids: Sequence[str], seconds: float) -> Trial:
    """Wait for the receipt of any of these ids, which comes to the web application, or to a worker with the link."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = await sql.scalar(RECEIPT, {"gateway": gateway, "keys": [key_of(gateway, each) for each in ids]})
        if state is not None:
            known = MessageState(state)
            return Trial(
                True,
                f"Its receipt came: {label(known, COMMAND)}.",
                f"Son accusé est arrivé : {label(known, DESK)}.",
            )
        await asyncio.sleep(LOOK_SECONDS)
    return Trial(
        None,
        f"No receipt came within {seconds:g} s; it may still, and does not with every gateway.",
        f"Aucun accusé en {seconds:g} s ; il peut encore venir, et toutes les passerelles n'en envoient pas.",
    )


def _became(result: Result) -> Trial:
    if result.policy is Policy.ACCEPTED:
        return Trial(
            True,
            "The SMS was taken; whether it arrives is seen on the phone.",
            "Le SMS a été accepté ; s'il arrive, le téléphone le montre.",
        )
    return _not_taken(result.policy, result.reason)


def _not_taken(policy: Policy, reason: str) -> Trial:
    is_open = policy is Policy.UNCERTAIN
    what = "Whether the SMS was taken is uncertain" if is_open else "The SMS was not taken"
    french = "On ne sait pas si le SMS a été accepté" if is_open else "Le SMS n'a pas été accepté"
    return Trial(False, f"{what}: {reason_label(reason, COMMAND)}.", f"{french} : {reason_label(reason, DESK)}.")


def mark_of(trial: Trial) -> str:
    """Whether it holds, in a word."""
    return (FRENCH_MARKS if speaks_french() else MARKS)[trial.holds]


def sentence_of(trial: Trial) -> str:
    """What came of it, in the language of the terminal."""
    return trial.french if speaks_french() else trial.sentence


def _printed(trials: Sequence[Trial]) -> bool:
    """Print what came of each; whether none failed."""
    for trial in trials:
        out.print(f"{mark_of(trial)}  ", end="")
        out.print(sentence_of(trial), highlight=False, markup=False, soft_wrap=True)
    return all(trial.holds is not False for trial in trials)


def _switched(room: str, on: bool) -> Trial:
    if on:
        return Trial(True, f"{room}: switched on.", f"{room} : en service.")
    return Trial(
        None,
        f"{room}: not switched on; tried all the same.",
        f"{room} : pas en service ; essayé tout de même.",
    )
