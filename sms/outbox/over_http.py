"""What gateways over HTTP share: one pooled client, and what an answer means that says nothing of each recipient.

answer                                      taken?   what follows
no connection                               no       the same request waits
429, 503 with Retry-After                   no       the same request waits as long as it asks
4xx that names a number or the text         no       that one has failed, the rest goes again (the gateway's file)
408; any other 5xx; a cut; a time-out       may be   uncertain: a report or a person settles it
any other 4xx                               no       the campaign pauses, and somebody is told
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from core.platform.gateways import Trial
from core.platform.settings import Settings
from sms.outbox.gateway import (
    NOTICE_REQUESTS,
    Busy,
    Gateway,
    GatewayRefused,
    GatewayTrouble,
    NotReached,
    Policy,
    Result,
    Throttled,
    Unanswered,
)

KEEP_ALIVE_SECONDS: Final = 4.0
"""Below the 5 s after which common servers close an idle connection, so that a request is not lost in its closing."""

OF_THE_ACCOUNT: Final = frozenset({401, 402, 403})
"""Refusals of us, whoever was to get the message."""

LONGEST_REFUSAL: Final = 16_384
"""So much of a refusal is read, in characters."""

LONGEST_WAIT: Final = 86_400.0
"""No gateway is waited for longer than a day, whatever it asks."""


def client(settings: Settings, *, on_loopback: bool) -> httpx.AsyncClient:
    """A client for all requests of a worker; a stand-in on loopback is asked past any proxy."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(settings.sms_answer_seconds, connect=settings.sms_connect_seconds),
        limits=httpx.Limits(
            max_connections=settings.sms_in_flight + NOTICE_REQUESTS,
            max_keepalive_connections=settings.sms_in_flight + NOTICE_REQUESTS,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
        ),
        trust_env=not on_loopback,
    )


async def one_by_one(msisdns: Sequence[str], send: Callable[[str], Awaitable[Result]]) -> Sequence[Result]:
    """Send to each number by itself; those behind a trouble keep their place. Raises one that came at the first."""
    results: list[Result] = []
    for msisdn in msisdns:
        try:
            results.append(await send(msisdn))
        except GatewayTrouble as trouble:
            if not results:
                raise
            results.append(Result(msisdn, trouble.policy, trouble.reason))
            break
    return [*results, *(Result(each, Policy.KEEP) for each in msisdns[len(results) :])]


async def left_at(gateway: Gateway) -> Trial:
    """What a gateway says that is left."""
    try:
        balance = await gateway.balance()
    except GatewayTrouble as trouble:
        return Trial(
            False,
            f"It does not tell what is left: {trouble.reason}.",
            f"Elle ne dit pas ce qui reste : {trouble.reason}.",
        )
    if balance is None:
        return Trial(None, "What is left cannot be read.", "Ce qui reste ne se lit pas.")
    until = f", the first until {balance.until:%Y-%m-%d %H:%M}" if balance.until else ""
    ends = f", dont les premiers jusqu'au {balance.until:%d/%m/%Y %H:%M}" if balance.until else ""
    return Trial(balance.messages != 0, f"{balance.shown} are left{until}.", f"Il reste {balance.shown}{ends}.")


async def answered(asking: Awaitable[httpx.Response]) -> httpx.Response:
    """The answer to a request, whatever its status; raises GatewayTrouble when there is none."""
    try:
        return await asking
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise NotReached(type(error).__name__) from error
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, ValueError) as error:
        raise GatewayRefused(f"our own settings: {type(error).__name__}") from error
    except httpx.HTTPError as error:
        raise Unanswered(type(error).__name__) from error


def trouble(response: httpx.Response) -> GatewayTrouble:
    """What an answer that is no success means for the whole request.

    A server that fails, or somebody in front of it, may have passed the request on before; only one that says when to
    come again says that it did not.
    """
    status = response.status_code
    reason = f"HTTP {status}"
    wait = retry_after(response)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Throttled(reason, wait=wait)
    if status == httpx.codes.SERVICE_UNAVAILABLE and wait is not None:
        return Busy(reason, wait=wait)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        return Unanswered(reason)
    return GatewayRefused(reason)


def retry_after(response: httpx.Response) -> float | None:
    """The seconds after which an answer asks to come again, up to LONGEST_WAIT; None where it does not ask.

    In seconds or as a date (RFC 9110, 10.2.3), which is held against the server's own clock where it gives it.
    """
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT)
    moment, now = _moment(text), _moment(response.headers.get("date", "")) or datetime.now(UTC)
    return None if moment is None else min(max((moment - now).total_seconds(), 0.0), LONGEST_WAIT)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def named(response: httpx.Response, msisdns: Sequence[str]) -> Sequence[str]:
    """The numbers (E.164) that a refusal speaks of; none where it only repeats all that were asked for.

    A request for one number speaks of it as soon as it names it.
    """
    digits = re.sub(r"(?<=[0-9])[ .-](?=[0-9])", "", response.text[:LONGEST_REFUSAL])
    numbers = set(re.findall(r"[0-9]{6,15}", digits))
    spoken_of = [msisdn for msisdn in msisdns if msisdn.lstrip("+") in numbers]
    return spoken_of if len(msisdns) == 1 or len(spoken_of) < len(msisdns) else ()
