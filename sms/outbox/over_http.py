"""What gateways over HTTP share: one pooled client, and what an answer that is no success, or none, means."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import httpx

from core.platform.gateways import Trial
from core.platform.settings import Settings
from sms.outbox.gateway import (
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

MAY_HAVE_BEEN_TAKEN: Final = (408, 504)
"""Answers of somebody in between who saw our request and waited in vain for what became of it."""


def client(settings: Settings, *, on_loopback: bool) -> httpx.AsyncClient:
    """A client for all requests of a worker; a stand-in on loopback is asked past any proxy."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(settings.sms_answer_seconds, connect=settings.sms_connect_seconds),
        limits=httpx.Limits(
            max_connections=settings.sms_in_flight,
            max_keepalive_connections=settings.sms_in_flight,
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
        return Trial(False, f"It does not tell what is left: {trouble.reason}.")
    if balance is None:
        return Trial(None, "What is left cannot be read.")
    until = f", the first until {balance.until:%Y-%m-%d %H:%M}" if balance.until else ""
    return Trial(balance.messages != 0, f"{balance.shown} are left{until}.")


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
    """What an answer that is no success means for the whole request."""
    status = response.status_code
    reason = f"HTTP {status}"
    if status in MAY_HAVE_BEEN_TAKEN:
        return Unanswered(reason)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Throttled(reason, wait=retry_after(response))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Busy(reason, wait=retry_after(response))
    return GatewayRefused(reason)


def retry_after(response: httpx.Response) -> float | None:
    """The seconds after which an answer asks to come again, None where it does not, or by a date."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
