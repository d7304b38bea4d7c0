"""Africa's Talking's SMS, by its SDK's own service carried by one pooled httpx client.

The SDK knows endpoints and payloads; we bring connections, time limits and the reading of answers. What each status
code means is as its documentation and `SMSMessageData` answers give it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import httpx
from africastalking.SMS import SMSService

from core.outbox.messages import Reason
from core.platform.settings import Settings
from sms.outbox.gateway import Busy, GatewayRefused, GatewayTrouble, NotReached, Policy, Result, Unanswered

CODES: Final[Mapping[int, tuple[Policy, str]]] = {
    100: (Policy.ACCEPTED, "Processed"),
    101: (Policy.ACCEPTED, "Sent"),
    102: (Policy.ACCEPTED, "Queued"),
    401: (Policy.FINAL, "RiskHold"),
    402: (Policy.STOP, Reason.INVALID_SENDER),
    403: (Policy.FINAL, Reason.INVALID_NUMBER),
    404: (Policy.FINAL, Reason.UNSUPPORTED_NUMBER),
    405: (Policy.STOP, Reason.NO_BALANCE),
    406: (Policy.FINAL, Reason.BLACKLISTED),
    407: (Policy.FINAL, Reason.NO_ROUTE),
    409: (Policy.FINAL, "DoNotDisturbRejection"),
    500: (Policy.AGAIN, "InternalServerError"),
    501: (Policy.AGAIN, "GatewayError"),
    502: (Policy.AGAIN, "RejectedByGateway"),
}
"""A wrong sender is our own setting, not the number's fault: it stops, as an empty balance does."""

KEEP_ALIVE_SECONDS: Final = 4.0
"""Below the 5 s after which common servers close an idle connection, so that a request is not lost in its closing."""

MAY_HAVE_BEEN_TAKEN: Final = (408, 504)
"""Answers of somebody in between who saw our request and waited in vain for what became of it."""

_NO_ID: Final = frozenset({"", "None", "null"})
_TAKEN: Final = re.compile(r"Sent to [1-9]", re.IGNORECASE)
"""How the message of an answer begins when somebody was sent to; with no recipient in it, nobody knows who."""

_COST: Final = re.compile(r"([A-Z]{3})\s*([0-9]+(?:\.[0-9]+)?)")


class _Service(SMSService):  # type: ignore[misc]
    """The SDK's service, whose requests are awaited and given back as they came."""

    def __init__(self, username: str, api_key: str, client: httpx.AsyncClient, base_url: str) -> None:
        super().__init__(username, api_key)
        self._client = client
        if base_url:
            self._baseUrl = f"{base_url.rstrip('/')}/version1"

    async def _make_request(
        self, url: str, method: str, headers: Any, data: Any, params: Any, **_: Any
    ) -> httpx.Response:
        return await self._client.request(method, url, headers=headers, data=data, params=params)


class AfricasTalking:
    """The gateway; one client for all requests."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient | None = None) -> None:
        self._client = client or httpx.AsyncClient(
            timeout=httpx.Timeout(settings.sms_answer_seconds, connect=settings.sms_connect_seconds),
            limits=httpx.Limits(
                max_connections=settings.sms_in_flight,
                max_keepalive_connections=settings.sms_in_flight,
                keepalive_expiry=KEEP_ALIVE_SECONDS,
            ),
            trust_env=not settings.sms_gateway_url,
        )
        self._service = _Service(
            settings.sms_username, settings.sms_api_key.get_secret_value(), self._client, settings.sms_gateway_url
        )
        self._sender_id = settings.sms_sender_id or None

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        """Send one text to many numbers; raises GatewayTrouble."""
        try:
            answer = await self._service.send(body, list(msisdns), sender_id=self._sender_id, enqueue=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise NotReached(type(error).__name__) from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, ValueError) as error:
            raise GatewayRefused(f"our own settings: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise Unanswered(type(error).__name__) from error
        return read_answer(answer, msisdns)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def read_answer(answer: httpx.Response, msisdns: Sequence[str]) -> Sequence[Result]:
    """Read an answer: a result for each number in its order; raises GatewayTrouble."""
    if answer.status_code // 100 != 2:
        raise _trouble(answer)
    try:
        data = json.loads(answer.content)["SMSMessageData"]
        rows = {_digits(row["number"]): row for row in data["Recipients"]}
        message = str(data.get("Message", ""))
    except (ValueError, KeyError, TypeError) as error:
        raise Unanswered("unreadable answer") from error
    if not rows:
        if _TAKEN.match(message):
            raise Unanswered("answer without recipients")
        raise GatewayRefused(f"gateway: {message[:80]}")
    return [_result(msisdn, rows.get(_digits(msisdn))) for msisdn in msisdns]


def _trouble(answer: httpx.Response) -> GatewayTrouble:
    status = answer.status_code
    reason = f"HTTP {status}"
    if status in MAY_HAVE_BEEN_TAKEN:
        return Unanswered(reason)
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Busy(reason, wait=_seconds(answer.headers.get("retry-after", "")))
    return GatewayRefused(f"{reason}: {answer.text[:80]}")


def _result(msisdn: str, row: Any) -> Result:
    """One recipient's result; one that the answer leaves out may have been taken."""
    if not isinstance(row, Mapping):
        return Result(msisdn, Policy.UNCERTAIN, "not in the answer")
    code = row.get("statusCode")
    policy, reason = CODES.get(code, (Policy.UNCERTAIN, f"code {code}")) if isinstance(code, int) else _UNREAD
    if policy is not Policy.ACCEPTED:
        return Result(msisdn, policy, reason)
    provider_id = str(row.get("messageId") or "")
    currency, cost = _cost(str(row.get("cost", "")))
    return Result(msisdn, policy, reason, None if provider_id in _NO_ID else provider_id[:128], cost, currency)


_UNREAD: Final = (Policy.UNCERTAIN, "no code")


def _cost(text: str) -> tuple[str | None, Decimal | None]:
    """`KES 0.8000` as its currency and amount; neither when it is written otherwise."""
    read = _COST.fullmatch(text.strip())
    try:
        return (read[1], Decimal(read[2])) if read else (None, None)
    except InvalidOperation:
        return None, None


def _digits(number: object) -> str:
    return str(number).lstrip("+ ")


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
