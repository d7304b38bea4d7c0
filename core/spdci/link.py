"""Questions to registries over HTTP: signed, with a token, tried again for a while, and believed only when signed.

what comes back                                 what follows
no connection, a time-out, 429, 502, 503, 504   tried again after a pause, as a new message; then away
401                                             a new token, once; then refused
403                                             refused
anything that is no envelope                    unreadable
an envelope not signed, or not by its registry  not believed
an envelope of another question                 not taken
status rjct                                     rejected, with its code
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import httpx
import structlog

from core.spdci import envelope, fields
from core.spdci.envelope import Envelope, Unacceptable, request_header
from core.spdci.faults import RegistryFailed
from core.spdci.key_sets import KeySets
from core.spdci.ourselves import OwnIdentity
from core.spdci.partners import Partner
from core.spdci.signature import NotSigned, SignatureFault
from core.spdci.tokens import PartnerTokens
from core.spdci.vocabulary import AckStatus, RegistryFault, RequestStatus, SearchFault, SpdciAction

log = structlog.get_logger(__name__)

PAUSES: Final = (0.5, 1.5)
"""Seconds before the second and the third try."""

AGAIN: Final = frozenset({429, 502, 503, 504})
MOST_OCTETS: Final = 4 * 1024 * 1024
FAULTS: Final[Mapping[SignatureFault, RegistryFault]] = {
    SignatureFault.MISSING: RegistryFault.UNSIGNED,
    SignatureFault.UNKNOWN_KEY: RegistryFault.UNKNOWN_SIGNER,
}
"""Of signatures that do not hold; every other is forged."""


@dataclass(frozen=True, slots=True)
class RegistryAnswer:
    """A response as it came: its status and its octets."""

    status: int
    octets: bytes


class RegistryLinks:
    """Asks any registry; the tokens and keys of this process are kept in it."""

    def __init__(
        self,
        own: OwnIdentity,
        seconds: float,
        clock: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.own = own
        self.sets = KeySets()
        self._tokens = PartnerTokens(clock)
        self._seconds = seconds
        self._clock = clock
        self._pause = pause
        self._transport = transport

    async def ask(
        self, partner: Partner, path: str, action: SpdciAction, message: Mapping[str, Any], wanted: SpdciAction
    ) -> Envelope:
        """What a registry answers at once; raises RegistryFailed."""
        came = _envelope(await self._post_to(partner, path, action, message, ""))
        async with self._client() as http:
            await self._believe(http, partner, came, wanted)
        transaction = str(message.get("transaction_id", ""))
        if came.transaction_id != transaction:
            raise RegistryFailed(RegistryFault.OTHER, "transaction_id")
        return came

    async def ask_plainly(
        self, partner: Partner, path: str, action: SpdciAction, message: Mapping[str, Any], wanted: SpdciAction
    ) -> Mapping[str, Any]:
        """The message that a registry answers, which the specification has here without envelope and signature.

        One that comes in an envelope is believed as every other, or not. Raises RegistryFailed.
        """
        response = await self._post_to(partner, path, action, message, "")
        whole = _object(response)
        if "header" in whole:
            async with self._client() as http:
                came = _envelope(response)
                await self._believe(http, partner, came, wanted)
            whole = dict(came.message)
        if fields.text(whole, "transaction_id") != message["transaction_id"]:
            raise RegistryFailed(RegistryFault.OTHER, "transaction_id")
        return whole

    async def send(
        self, partner: Partner, path: str, action: SpdciAction, message: Mapping[str, Any], sender_uri: str
    ) -> str:
        """Ask for what is answered later, at `sender_uri`; gives the registry's id of it. Raises RegistryFailed."""
        whole = _object(await self._post_to(partner, path, action, message, sender_uri))
        ack = fields.field(whole, "message") or whole
        status = fields.text(ack, "ack_status").upper()
        if status == AckStatus.ACK:
            return fields.text(ack, "correlation_id")
        code = fields.text(fields.field(ack, "error"), "code") or status
        raise RegistryFailed(RegistryFault.REJECTED if status in set(AckStatus) else RegistryFault.UNREADABLE, code)

    async def deliver(self, partner: Partner, path: str, header: Mapping[str, Any], message: Mapping[str, Any]) -> None:
        """Bring an answer of ours to where a partner takes it, once; raises RegistryFailed."""
        octets = self.own.written(header, message, self._clock())
        try:
            async with asyncio.timeout(self._seconds), self._client() as http:
                response = await self._authorized(http, partner, partner.replies + path, octets)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise RegistryFailed(RegistryFault.AWAY, type(error).__name__) from None
        if not 200 <= response.status < 300:
            raise RegistryFailed(RegistryFault.AWAY, str(response.status))

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(timeout=self._seconds / 2, transport=self._transport) as http:
            yield http

    async def _post_to(
        self, partner: Partner, path: str, action: SpdciAction, message: Mapping[str, Any], sender_uri: str
    ) -> RegistryAnswer:
        """The response to a request; raises RegistryFailed without one, and for one that says no."""
        if not partner.registry:
            raise RegistryFailed(RegistryFault.NOT_SET_UP)
        try:
            async with asyncio.timeout(self._seconds), self._client() as http:
                response = await self._tried(http, partner, path, action, message, sender_uri)
        except TimeoutError:
            raise RegistryFailed(RegistryFault.AWAY, "timeout") from None
        if response.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise RegistryFailed(RegistryFault.REFUSED, str(response.status))
        return response

    async def _tried(
        self,
        http: httpx.AsyncClient,
        partner: Partner,
        path: str,
        action: SpdciAction,
        message: Mapping[str, Any],
        sender_uri: str,
    ) -> RegistryAnswer:
        why = ""
        for pause in (0.0, *PAUSES):
            await self._pause(pause)
            now = self._clock()
            count = max((len(each) for each in message.values() if isinstance(each, list)), default=1)
            header = request_header(
                action, self.own.sender_id, partner.sender_id, now, count=count, sender_uri=sender_uri
            )
            octets = self.own.written(header, message, now)
            try:
                response = await self._authorized(http, partner, partner.registry + path, octets)
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                why = type(error).__name__
            else:
                if response.status not in AGAIN:
                    return response
                why = str(response.status)
            log.warning("spdci_tried", partner=partner.name, path=path, why=why)
        raise RegistryFailed(RegistryFault.AWAY, why)

    async def _authorized(self, http: httpx.AsyncClient, partner: Partner, url: str, octets: bytes) -> RegistryAnswer:
        """A response to a request with a token; one that is refused is asked for anew, once."""
        token = await self._tokens.token(http, partner)
        response = await _posted(http, url, octets, token)
        if response.status != HTTPStatus.UNAUTHORIZED or not token:
            return response
        return await _posted(http, url, octets, await self._tokens.token(http, partner, refused=token))

    async def _believe(self, http: httpx.AsyncClient, partner: Partner, came: Envelope, wanted: SpdciAction) -> None:
        """Raises RegistryFailed for a response that is not from this registry, or none to this question."""
        now = self._clock()
        try:
            await self.sets.check(http, partner, came, now)
            envelope.check_header(came, [wanted], self.own.sender_id, now)
        except NotSigned as refused:
            fault = FAULTS.get(refused.fault, RegistryFault.FORGED)
            raise RegistryFailed(fault, refused.fault.value) from None
        except Unacceptable as refused:
            raise RegistryFailed(RegistryFault.OTHER, refused.fault.value) from None
        if fields.text(came.header, "status").lower() == RequestStatus.REJECTED:
            raise rejected(fields.text(came.header, "status_reason_code"))


def rejected(code: str) -> RegistryFailed:
    """What a registry rejected for a reason of its own."""
    fault = RegistryFault.TOO_MANY if code == SearchFault.TOO_MANY else RegistryFault.REJECTED
    return RegistryFailed(fault, code)


async def _posted(http: httpx.AsyncClient, url: str, octets: bytes, token: str) -> RegistryAnswer:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    body = bytearray()
    async with http.stream("POST", url, content=octets, headers=headers) as response:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST_OCTETS:
                raise RegistryFailed(RegistryFault.UNREADABLE, "too large")
        return RegistryAnswer(response.status_code, bytes(body))


def _envelope(response: RegistryAnswer) -> Envelope:
    try:
        return envelope.read(response.octets)
    except Unacceptable:
        whole = _object(response)
        error = fields.field(fields.field(whole, "message"), "error") or next(iter(fields.parts(whole, "errors")), None)
        code = fields.text(error, "code")
        raise RegistryFailed(RegistryFault.REJECTED if code else RegistryFault.UNREADABLE, code) from None


def _object(response: RegistryAnswer) -> Mapping[str, Any]:
    """What an acknowledgement is, signed or not; raises RegistryFailed for what is no JSON."""
    try:
        return envelope.object_in(response.octets)
    except Unacceptable:
        raise RegistryFailed(RegistryFault.UNREADABLE, str(response.status)) from None
