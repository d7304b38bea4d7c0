"""Africa's Talking's SMS, by its SDK's own services carried by one pooled httpx client.

The SDK knows endpoints and payloads; we bring connections, time limits and the reading of answers. What each code and
status means is as its documentation and `SMSMessageData` answers give it. None of its callbacks is signed.
"""

import json
import re
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, ClassVar, Final

import httpx
from africastalking.Application import ApplicationService
from africastalking.SMS import SMSService

from core.numbers.msisdn import BadNumber, calling
from core.outbox.messages import MessageState, Reason
from core.platform.gateways import Trial
from core.platform.settings import Settings
from core.platform.webhooks import Posting, WebhookRefused
from core.text.words import COMMAND, DESK, Word, called
from sms.outbox import over_http
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import (
    PLACE_KEPT,
    Balance,
    Callback,
    GatewayRefused,
    GatewayTrouble,
    Incoming,
    Policy,
    Result,
    SmsGateway,
    Unanswered,
)

NAME: Final = "africastalking"
KEY: Final = "JIGI_SMS_API_KEY"


class AfricasTalkingReason(Word):
    """Why it did not take or deliver a message, where no other gateway has such a reason."""

    RISK_HOLD = f"{NAME}:RiskHold"
    NO_CREDIT = f"{NAME}:InsufficientCredit"
    NOBODY = f"{NAME}:NoRecipients"
    NO_LINK = f"{NAME}:InvalidLinkId"
    NOT_SUBSCRIBED = f"{NAME}:UserNotSubscribedToProduct"


_OWN = AfricasTalkingReason
called(
    AfricasTalkingReason,
    DESK,
    {
        _OWN.RISK_HOLD: "retenu par la passerelle pour contrôle",
        _OWN.NO_CREDIT: "l'abonné n'a pas le crédit que ce service demande",
        _OWN.NOBODY: "refusé par la passerelle, sans destinataire dans sa réponse",
        _OWN.NO_LINK: "réponse à un service payant, sans son lien",
        _OWN.NOT_SUBSCRIBED: "numéro non abonné à ce service",
    },
)
called(AfricasTalkingReason, COMMAND, {reason: reason.value.partition(":")[2] for reason in AfricasTalkingReason})

CODES: Final[Mapping[int, tuple[Policy, str]]] = {
    100: (Policy.ACCEPTED, ""),
    101: (Policy.ACCEPTED, ""),
    102: (Policy.ACCEPTED, ""),
    401: (Policy.FINAL, _OWN.RISK_HOLD),
    402: (Policy.STOP, Reason.INVALID_SENDER),
    403: (Policy.FINAL, Reason.INVALID_NUMBER),
    404: (Policy.FINAL, Reason.UNSUPPORTED_NUMBER),
    405: (Policy.STOP, Reason.NO_BALANCE),
    406: (Policy.FINAL, Reason.BLACKLISTED),
    407: (Policy.FINAL, Reason.NO_ROUTE),
    409: (Policy.FINAL, Reason.DO_NOT_DISTURB),
    500: (Policy.AGAIN, Reason.GATEWAY_FAILED),
    501: (Policy.AGAIN, Reason.GATEWAY_FAILED),
    502: (Policy.AGAIN, Reason.REFUSED),
}
"""A wrong sender is our own setting, not the number's fault: it stops, as an empty balance does."""

WORDS: Final[Mapping[str, int]] = {
    "Processed": 100,
    "Sent": 101,
    "Success": 101,
    "Queued": 102,
    "RiskHold": 401,
    "InvalidSenderId": 402,
    "InvalidPhoneNumber": 403,
    "UnsupportedNumberType": 404,
    "InsufficientBalance": 405,
    "UserInBlacklist": 406,
    "CouldNotRoute": 407,
    "DoNotDisturbRejection": 409,
    "InternalServerError": 500,
    "GatewayError": 501,
    "RejectedByGateway": 502,
}
"""The codes by their words, where a row gives the word in the code's place, or no code."""

REFUSALS: Final = {"InvalidSenderId": Reason.INVALID_SENDER, "InsufficientBalance": Reason.NO_BALANCE}
"""Messages of an answer in which nobody was sent to."""

STATES: Final = {
    "Sent": MessageState.ON_ITS_WAY,
    "Submitted": MessageState.ON_ITS_WAY,
    "Buffered": MessageState.ON_ITS_WAY,
    "Success": MessageState.DELIVERED,
    "Rejected": MessageState.FAILED,
    "Failed": MessageState.FAILED,
    "AbsentSubscriber": MessageState.ON_ITS_WAY,
    "Expired": MessageState.FAILED,
}
"""The statuses of a delivery report. Of a phone that is off, the operator's last word is still to come."""

FAILURES: Final[Mapping[str, Word]] = {
    "Rejected": Reason.REFUSED,
    "Failed": Reason.NOT_DELIVERED,
    "Expired": Reason.EXPIRED,
    "InsufficientCredit": _OWN.NO_CREDIT,
    "InvalidLinkId": _OWN.NO_LINK,
    "UserIsInactive": Reason.INACTIVE,
    "UserInBlackList": Reason.BLACKLISTED,
    "UserAccountSuspended": Reason.LINE_SUSPENDED,
    "NotNetworkSubscriber": Reason.OTHER_NETWORK,
    "NotNetworkSubcriber": Reason.OTHER_NETWORK,
    "UserNotSubscribedToProduct": _OWN.NOT_SUBSCRIBED,
    "UserDoesNotExist": Reason.NO_SUCH_NUMBER,
    "DeliveryFailure": Reason.NOT_DELIVERED,
    "DoNotDisturbRejection": Reason.DO_NOT_DISTURB,
}
"""Why a message failed: the reasons of a delivery report, and its status where it gives none."""

DELAYS: Final[Mapping[str, Word]] = {"AbsentSubscriber": Reason.ABSENT}
"""Why a message is still on its way."""

_NO_ID: Final = frozenset({"", "None", "null"})
_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_FAILURE: Final = re.compile(r"[A-Za-z]{1,40}")
_NOTHING_SENT: Final = re.compile(
    r"Sent to 0\b|(?:could|can)(?: ?not|n't) (?:be sent|send)|\b(?:not|nothing) sent\b", re.IGNORECASE
)
"""The message of an answer without recipients that says that nobody was sent to; of any other, nobody knows."""

_TEXT_NAMED: Final = "'message'"
"""How a refusal names the field of the text."""

_COST: Final = re.compile(r"([A-Z]{3})\s*([0-9]+(?:\.[0-9]+)?)")


class _Carried:
    """A service of the SDK whose requests are awaited and given back as they came: a private method of it is ours."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        super().__init__(settings.sms_username, settings.sms_api_key.get_secret_value())  # type: ignore[call-arg]
        self._client = client
        if settings.sms_gateway_url:
            self._baseUrl = f"{settings.sms_gateway_url.rstrip('/')}/version1"

    async def _make_request(
        self, url: str, method: str, headers: Any, data: Any, params: Any, **_: Any
    ) -> httpx.Response:
        return await self._client.request(method, url, headers=headers, data=data, params=params)


class _Messaging(_Carried, SMSService):  # type: ignore[misc]
    """Sending SMS."""

    async def send_bulk(self, body: str, msisdns: Sequence[str], sender_id: str) -> httpx.Response:
        """Send by the newer endpoint, which the SDK does not know; it asks for a sender."""
        content = {
            "username": self._username,
            "message": body,
            "senderId": sender_id,
            "phoneNumbers": list(msisdns),
            "enqueue": 1,
        }
        return await self._client.post(self._make_url("/messaging/bulk"), json=content, headers=self._headers)


class _Account(_Carried, ApplicationService):  # type: ignore[misc]
    """What becomes of the account."""


class AfricasTalking(SmsGateway):
    """The gateway; one client for all requests, opened with the first."""

    name: ClassVar[str] = NAME
    callback_names: ClassVar[Set[Callback]] = frozenset(Callback)
    reasons: ClassVar[type[Word] | None] = AfricasTalkingReason

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        return over_http.client(self._settings, on_loopback=bool(self._settings.sms_gateway_url))

    @cached_property
    def _messaging(self) -> _Messaging:
        return _Messaging(self._settings, self._client)

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        """Send one text to many numbers; raises GatewayTrouble."""
        sender_id = self.sender_id(msisdns) or None
        return read_response(
            await over_http.answered(self._sent(body, list(msisdns), sender_id)),
            msisdns,
        )

    async def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            await self._client.aclose()

    def missing(self) -> Sequence[str]:
        """The key."""
        return () if self._settings.sms_api_key.get_secret_value() else (KEY,)

    async def balance(self) -> Balance | None:
        """The money left, as it writes it; raises GatewayTrouble."""
        response = await over_http.answered(_Account(self._settings, self._client).fetch_application_data())
        if not response.is_success:
            raise over_http.trouble(response)
        shown = _money(response)
        return None if shown is None else Balance(shown)

    async def trials(self) -> Sequence[Trial]:
        """Whether it is reached, and whether the key opens the account: its balance is asked, which nobody notices."""
        if self.missing():
            return (
                Trial(
                    False,
                    f"{KEY} is not set: Africa's Talking will refuse every SMS.",
                    f"{KEY} n'est pas réglé : Africa's Talking refusera chaque SMS.",
                ),
            )
        try:
            response = await over_http.answered(_Account(self._settings, self._client).fetch_application_data())
        except GatewayTrouble as trouble:
            return (
                Trial(
                    False,
                    f"Africa's Talking does not answer: {trouble.reason}.",
                    f"Africa's Talking ne répond pas : {trouble.reason}.",
                ),
            )
        host = response.request.url.host
        reached = Trial(True, f"Africa's Talking answers at {host}.", f"Africa's Talking répond à {host}.")
        return reached, _balance(response, self._settings.sms_username)

    async def _sent(self, body: str, msisdns: list[str], sender_id: str | None) -> httpx.Response:
        if self._settings.sms_bulk_endpoint and sender_id:
            return await self._messaging.send_bulk(body, msisdns, sender_id)
        response: httpx.Response = await self._messaging.send(body, msisdns, sender_id=sender_id, enqueue=True)
        return response

    def delivery(self, posting: Posting, now: datetime) -> DeliveryReport | None:
        """The report in a form; raises WebhookRefused without an id."""
        form = posting.form()
        provider_id, status = _id(form), form.get("status", "")
        state = STATES.get(status)
        if state is None:
            return None
        reason = (
            _failure(form.get("failureReason", ""), status) if state is MessageState.FAILED else DELAYS.get(status, "")
        )
        return DeliveryReport(NAME, provider_id, _number_or_none(form), state, reason, now)

    def inbound(self, posting: Posting) -> Incoming:
        """The message in a form; raises WebhookRefused without an id."""
        form = posting.form()
        return Incoming(NAME, _id(form), form.get("from", "")[:40], form.get("text", ""))

    def optout(self, posting: Posting) -> str:
        """Whose number wants no more; raises WebhookRefused."""
        try:
            return calling(posting.form().get("phoneNumber", ""))
        except BadNumber:
            raise WebhookRefused(400, "phoneNumber: + and the digits of an E.164 number") from None


def read_response(response: httpx.Response, msisdns: Sequence[str]) -> Sequence[Result]:
    """Read a response: a result for each number in its order; raises GatewayTrouble."""
    rows, message = _rows(response)
    if rows:
        return [_result(msisdn, rows.get(_digits(msisdn))) for msisdn in msisdns]
    if not response.is_success:
        return _refused(response, msisdns)
    if message in REFUSALS:
        raise GatewayRefused(REFUSALS[message])
    if message is None:
        raise Unanswered("unreadable answer")
    if not _NOTHING_SENT.search(message):
        raise Unanswered("answer without recipients")
    return [Result(msisdn, Policy.AGAIN, _OWN.NOBODY) for msisdn in msisdns]


def _rows(response: httpx.Response) -> tuple[dict[str, Any], str | None]:
    """The rows of an answer by the digits of their number, and its message; None for one that cannot be read."""
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return {}, None
    try:
        data = json.loads(response.content)["SMSMessageData"]
        given = data.get("Recipients") or []
        rows = {_digits(row["number"]): row for row in given if isinstance(row, Mapping) and "number" in row}
        return rows, None if given and not rows else str(data.get("Message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, None


def _refused(response: httpx.Response, msisdns: Sequence[str]) -> Sequence[Result]:
    """What a refusal means that names a number or the text; raises GatewayTrouble for any other."""
    trouble = over_http.trouble(response)
    if type(trouble) is not GatewayRefused or response.status_code in over_http.OF_THE_ACCOUNT:
        raise trouble
    if _TEXT_NAMED in response.text[: over_http.LONGEST_REFUSAL]:
        return [Result(msisdn, Policy.FINAL, Reason.TEXT_REFUSED) for msisdn in msisdns]
    bad = over_http.named(response, msisdns)
    if not bad:
        raise trouble
    refused = [Result(msisdn, Policy.FINAL, Reason.INVALID_NUMBER) if msisdn in bad else None for msisdn in msisdns]
    return [result or Result(msisdn, Policy.KEEP) for result, msisdn in zip(refused, msisdns, strict=True)]


def _result(msisdn: str, row: Any) -> Result:
    """One recipient's result; one that the answer leaves out may have been taken, and an id that was given is kept."""
    if not isinstance(row, Mapping):
        return Result(msisdn, Policy.UNCERTAIN, Reason.NO_ANSWER)
    code = _code(row)
    policy, reason = CODES.get(code, (Policy.UNCERTAIN, f"{NAME}:{code}" if code else Reason.NO_ANSWER))
    given = str(row.get("messageId") or "")
    provider_id = given if given not in _NO_ID and _ID.fullmatch(given) else None
    if provider_id is not None and policy in PLACE_KEPT:
        policy = Policy.UNCERTAIN  # refused for now, and yet under an id: it may go out
    if policy is not Policy.ACCEPTED:
        return Result(msisdn, policy, reason, provider_id)
    currency, cost = _cost(str(row.get("cost", "")))
    return Result(msisdn, policy, reason, provider_id, cost, currency)


def _code(row: Mapping[str, object]) -> int:
    """The code of a row, in digits or by its word; 0 for none that can be read."""
    for given in (row.get("statusCode"), row.get("status")):
        text = "" if isinstance(given, bool) else str(given).strip()
        if text.isascii() and text.isdigit() and len(text) < 6:
            return int(text)
        if text in WORDS:
            return WORDS[text]
    return 0


def _balance(response: httpx.Response, username: str) -> Trial:
    """What the account says of itself; nothing of the answer to a wrong key is repeated."""
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return Trial(
            False,
            f"It does not accept {KEY} for the user {username}.",
            f"Elle refuse {KEY} pour l'utilisateur {username}.",
        )
    shown = _money(response)
    if shown is None:
        return Trial(
            False,
            f"It gave no balance: HTTP {response.status_code}.",
            f"Elle n'a pas donné de solde : HTTP {response.status_code}.",
        )
    return Trial(
        True,
        f"It accepts the key of {username}; the balance is {shown}.",
        f"Elle accepte la clé de {username} ; le solde est de {shown}.",
    )


def _money(response: httpx.Response) -> str | None:
    """The balance as it is written, None where none can be read."""
    try:
        return str(json.loads(response.content)["UserData"]["balance"])[:32]
    except (ValueError, KeyError, TypeError):
        return None


def _failure(reason: str, status: str) -> str:
    """Why it failed; a word of tomorrow is kept as the gateway's own."""
    if reason in FAILURES or not _FAILURE.fullmatch(reason):
        return FAILURES.get(reason, FAILURES[status])
    return f"{NAME}:{reason}"


def _id(form: Mapping[str, str]) -> str:
    if not _ID.fullmatch(form.get("id", "")):
        raise WebhookRefused(400, "id: 1 to 128 printable ASCII characters")
    return form["id"]


def _number_or_none(form: Mapping[str, str]) -> str:
    """Whose message a report is of, '' where that cannot be read: its id finds it."""
    try:
        return calling(form.get("phoneNumber", ""))
    except BadNumber:
        return ""


def _cost(text: str) -> tuple[str | None, Decimal | None]:
    """`KES 0.8000` as its currency and amount; neither when it is written otherwise."""
    read = _COST.fullmatch(text.strip())
    try:
        return (read[1], Decimal(read[2])) if read else (None, None)
    except InvalidOperation:
        return None, None


def _digits(number: object) -> str:
    return str(number).lstrip("+ ")
