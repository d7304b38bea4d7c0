"""Orange's SMS API: one recipient a request, over one pooled client, with a token that all workers share.

What each code and status means stands in the tables here. Its callbacks are not signed.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from functools import cached_property, partial
from typing import Any, ClassVar, Final
from urllib.parse import quote

import httpx

from core.outbox.messages import MessageState, Reason
from core.platform.gateways import Trial
from core.platform.webhooks import Posting
from core.text.words import COMMAND, DESK, Word, called
from sms.outbox import oneapi, over_http
from sms.outbox.bearer import BearerRequests
from sms.outbox.bundles import read_bundles
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import (
    Balance,
    Callback,
    GatewayRefused,
    GatewayTrouble,
    Incoming,
    Policy,
    Result,
    SmsGateway,
    Throttled,
    Unanswered,
)

NAME: Final = "orange"
KEY: Final = "JIGI_ORANGE_AUTHORIZATION"
HOST: Final = "https://api.orange.com"


class OrangeReason(Word):
    """Why it did not take a message, where no other gateway has such a reason."""

    FAULT = f"{NAME}:SVC0001"
    VALUE = f"{NAME}:SVC0002"
    CORRELATOR = f"{NAME}:SVC0005"
    TOO_LONG = f"{NAME}:POL0005"
    POLICY = f"{NAME}:POL0001"
    QUOTA = f"{NAME}:POL0009"
    TOO_FAST = f"{NAME}:POL0013"
    NOT_SUBSCRIBED = f"{NAME}:POL1009"


_OWN = OrangeReason
called(
    OrangeReason,
    DESK,
    {
        _OWN.FAULT: "erreur chez la passerelle Orange",
        _OWN.VALUE: "numéro, expéditeur ou texte refusé par la passerelle Orange",
        _OWN.CORRELATOR: "déjà demandé à la passerelle Orange",
        _OWN.TOO_LONG: "texte trop long pour la passerelle Orange",
        _OWN.POLICY: "refusé par une règle de la passerelle Orange",
        _OWN.QUOTA: "quota épuisé ou service non ouvert chez Orange",
        _OWN.TOO_FAST: "la passerelle Orange demande d'envoyer moins vite",
        _OWN.NOT_SUBSCRIBED: "notre application n'est pas abonnée à l'envoi de SMS chez Orange",
    },
)
called(OrangeReason, COMMAND, {reason: reason.value.partition(":")[2] for reason in OrangeReason})

CODES: Final[Mapping[str, tuple[Policy, str]]] = {
    "SVC0001": (Policy.AGAIN, _OWN.FAULT),
    "SVC0002": (Policy.AGAIN, _OWN.VALUE),
    "SVC0003": (Policy.AGAIN, _OWN.VALUE),
    "SVC0004": (Policy.FINAL, Reason.INVALID_NUMBER),
    "SVC0005": (Policy.UNCERTAIN, _OWN.CORRELATOR),
    "SVC0006": (Policy.AGAIN, _OWN.VALUE),
    "SVC0007": (Policy.AGAIN, _OWN.VALUE),
    "SVC0270": (Policy.AGAIN, _OWN.VALUE),
    "SVC0280": (Policy.FINAL, _OWN.TOO_LONG),
    "POL0001": (Policy.AGAIN, _OWN.POLICY),
    "POL0005": (Policy.FINAL, _OWN.TOO_LONG),
    "POL0009": (Policy.STOP, _OWN.QUOTA),
    "POL0013": (Policy.KEEP, _OWN.TOO_FAST),
    "POL0050": (Policy.STOP, Reason.NO_BALANCE),
    "POL1009": (Policy.STOP, _OWN.NOT_SUBSCRIBED),
}
"""A value that is refused may be the number's or our own sender: it costs attempts, and is final in the end."""

STATES: Final = {
    "DeliveredToTerminal": MessageState.DELIVERED,
    "DeliveredToNetwork": MessageState.ON_ITS_WAY,
    "DeliveryUncertain": MessageState.ON_ITS_WAY,
    "MessageWaiting": MessageState.ON_ITS_WAY,
    "DeliveryImpossible": MessageState.FAILED,
}
"""The statuses of a receipt; of a message that another network took, it may never say more than uncertain."""

FAILURES: Final = {"DeliveryImpossible": Reason.NOT_DELIVERED}
REFUSALS: Final[Mapping[str, Reason]] = {}
"""It refuses message by message."""


class Orange(SmsGateway):
    """The gateway; one client for all requests, opened with the first."""

    name: ClassVar[str] = NAME
    callback_names: ClassVar[Set[Callback]] = frozenset({Callback.DELIVERY, Callback.INBOUND})
    reasons: ClassVar[type[Word] | None] = OrangeReason
    batch_size: ClassVar[int | None] = 1

    @property
    def rate(self) -> float:
        """What was agreed with Orange."""
        return self._settings.orange_rate

    def missing(self) -> Sequence[str]:
        """The header."""
        return () if self._settings.orange_authorization.get_secret_value() else (KEY,)

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        return over_http.client(self._settings, on_loopback=bool(self._settings.orange_url))

    @cached_property
    def _requests(self) -> BearerRequests:
        return BearerRequests(
            self._client,
            self._settings.orange_url or HOST,
            "/oauth/v3/token",
            authorization=self._settings.orange_authorization.get_secret_value(),
            redis_url=self._settings.redis_url,
            name=NAME,
        )

    async def close(self) -> None:
        """Close the connections."""
        if "_requests" in self.__dict__:
            await self._requests.close()
            await self._client.aclose()

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        """Send one text to each number; raises GatewayTrouble where it came at the first of them."""
        return await over_http.one_by_one(msisdns, partial(self._sent, body))

    async def _sent(self, body: str, msisdn: str) -> Result:
        if self.missing():
            raise GatewayRefused(f"{KEY} is not set")
        sender = self._settings.orange_sender_address
        message: dict[str, Any] = {
            "address": f"tel:{msisdn}",
            "senderAddress": sender,
            "outboundSMSTextMessage": {"message": body},
        }
        sender_id = self.sender_id([msisdn])
        if sender_id:
            message["senderName"] = sender_id
        path = f"/smsmessaging/v1/outbound/{quote(sender, safe='')}/requests"
        response = await self._requests.answered("POST", path, {"outboundSMSMessageRequest": message})
        return _result(msisdn, response)

    async def balance(self) -> Balance | None:
        """The SMS left in the bundles, and when the first of these ends; raises GatewayTrouble."""
        response = await self._requests.answered("GET", "/sms/admin/v1/contracts")
        if not response.is_success:
            raise over_http.trouble(response)
        return read_bundles(response.content, self._settings.orange_country)

    async def trials(self) -> Sequence[Trial]:
        """Whether it gives a token, and what is left, which nobody notices."""
        if self.missing():
            return (
                Trial(
                    False,
                    f"{KEY} is not set: Orange takes no SMS.",
                    f"{KEY} n'est pas réglé : Orange ne prend aucun SMS.",
                ),
            )
        try:
            await self._requests.token.value()
        except GatewayTrouble as trouble:
            return (
                Trial(
                    False,
                    f"Orange gives no token: {trouble.reason}.",
                    f"Orange ne donne pas de jeton : {trouble.reason}.",
                ),
            )
        return Trial(True, "Orange gives a token.", "Orange donne un jeton."), await over_http.left_at(self)

    def delivery(self, posting: Posting, now: datetime) -> DeliveryReport | None:
        """The receipt; raises WebhookRefused without an id."""
        receipt = oneapi.receipt(posting)
        state = STATES.get(receipt.status)
        if state is None:
            return None
        reason = FAILURES.get(receipt.status, "")
        return DeliveryReport(NAME, receipt.message_id, receipt.msisdn, state, reason, now)

    def inbound(self, posting: Posting) -> Incoming:
        """The message; raises WebhookRefused without an id."""
        message = oneapi.message(posting)
        return Incoming(NAME, f"{NAME}:{message.message_id}", message.sender, message.words)


def _result(msisdn: str, response: httpx.Response) -> Result:
    """What became of a number; raises GatewayTrouble."""
    status = response.status_code
    if response.is_success:
        try:
            return Result(msisdn, Policy.ACCEPTED, provider_id=oneapi.request_id(response.content))
        except ValueError as error:
            raise Unanswered("unreadable answer") from error
    code = oneapi.error_code(response.content)
    if code not in CODES or status == httpx.codes.UNAUTHORIZED or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise over_http.trouble(response)
    policy, reason = CODES[code]
    if policy is Policy.KEEP:
        raise Throttled(f"HTTP {status} {code}", wait=over_http.retry_after(response))
    return Result(msisdn, policy, reason)
