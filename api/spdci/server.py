"""The doors of a beneficiary registry: `search` and `txn/status`, at once or later, read-only.

A partner has a key as every other system (its scopes, its place) and signs its messages besides. What is answered later
goes where the settings say that this partner takes it, whatever address a request names.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import httpx
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api import limits, problems, serving
from api.problems import ApiProblem, NotDone
from core.platform.outages import is_outage
from core.platform.redis import Client
from core.platform.settings import Settings
from core.platform.webhooks import JSON
from core.spdci import envelope, messages, searches
from core.spdci.envelope import Envelope, Unacceptable, answer_header, new_id, stamp
from core.spdci.key_sets import KeySets
from core.spdci.messages import LaterReply
from core.spdci.ourselves import OwnIdentity
from core.spdci.partners import Partner
from core.spdci.signature import NotSigned, SignatureFault
from core.spdci.vocabulary import AckStatus, HeaderFault, RequestStatus, SpdciAction, TransportFault
from core.staff.acts import Act
from core.systems.holders import KeyHolder, enter, seen_by_system
from core.systems.scopes import KeyScope
from core.text.words import Code

log = structlog.get_logger(__name__)

ROOT: Final = "/spdci/v1"
FAULTS: Final[Mapping[ApiProblem, TransportFault]] = {
    ApiProblem.OTHER_SCOPE: TransportFault.FORBIDDEN,
    ApiProblem.TOO_MANY_REQUESTS: TransportFault.TOO_MANY,
    ApiProblem.NOT_NOW: TransportFault.UNAVAILABLE,
}
"""How the specification calls what is not done; what is not here is a key that opens nothing, or a bad request."""

STATUSES: Final[Mapping[Code, HTTPStatus]] = {
    TransportFault.NO_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    TransportFault.SIGNATURE: HTTPStatus.UNAUTHORIZED,
    TransportFault.SENDER: HTTPStatus.FORBIDDEN,
    TransportFault.SENDER_URI: HTTPStatus.FORBIDDEN,
}
Work = Callable[[Partner, KeyHolder, Envelope, datetime], Awaitable[dict[str, Any]]]


class RegistryServer:
    """What partners ask us."""

    def __init__(
        self,
        settings: Settings,
        own: OwnIdentity,
        partners: Mapping[str, Partner],
        sets: KeySets,
        http: httpx.AsyncClient,
        redis: Client,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._own = own
        self._partners = partners
        self._sets = sets
        self._http = http
        self._redis = redis
        self._clock = clock

    def routes(self) -> list[Route]:
        """Where it answers."""
        asked = {
            "/registry/sync/search": (SpdciAction.SEARCH, self._search_now),
            "/registry/sync/txn/status": (SpdciAction.TXN_STATUS, self._status_now),
            "/registry/search": (SpdciAction.SEARCH, self._search_later),
            "/registry/txn/status": (SpdciAction.TXN_STATUS, self._status_later),
        }
        return [
            Route(f"{ROOT}/jwks.json", self._jwks),
            *(Route(ROOT + path, self._door(*each), methods=["POST"]) for path, each in asked.items()),
        ]

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._own.key.jwk()]}, headers={"Cache-Control": "public, max-age=300"})

    def _door(self, action: SpdciAction, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def door(request: Request) -> Response:
            try:
                return await self._through(request, action, work)
            except NotDone as refused:
                sentences = problems.SENTENCES[refused.problem]
                usual = TransportFault.UNAUTHORIZED if sentences.status == 401 else TransportFault.BAD
                fault = FAULTS.get(refused.problem, usual)
                return self._refusal(fault, sentences.en[1], sentences.status, refused.headers)
            except Unacceptable as refused:
                if isinstance(refused.fault, TransportFault):
                    status = STATUSES.get(refused.fault, HTTPStatus.BAD_REQUEST)
                    return self._refusal(refused.fault, refused.why, status)
                return self._rejection(refused.fault, request)
            except Exception as error:
                if not is_outage(error):
                    log.error("spdci_not_answered", path=request.url.path, error=type(error).__name__)
                return self._refusal(TransportFault.UNAVAILABLE, "", HTTPStatus.SERVICE_UNAVAILABLE)

        return door

    async def _through(self, request: Request, action: SpdciAction, work: Work) -> Response:
        holder = await serving.holder_by(request)
        now = self._clock()
        await limits.count(self._redis, holder.system, self._settings.api_requests_a_minute, now)
        if KeyScope.READ_ENROLMENTS not in holder.scopes:
            raise NotDone(ApiProblem.OTHER_SCOPE)
        partner = self._partners.get(holder.system)
        if partner is None or not partner.jwks:
            raise Unacceptable(TransportFault.SENDER, "no partner has this key")
        came = envelope.read(await serving.body_of(request, self._settings.api_body_bytes))
        request.state.partner = partner
        await known_sender(self._sets, self._http, partner, came, now)
        envelope.check_header(came, [action], self._own.sender_id, now)
        async with seen_by_system(holder):
            whole = await work(partner, holder, came, now)
        return JSONResponse(whole, headers={"Cache-Control": "no-store"})

    async def _search_now(self, partner: Partner, holder: KeyHolder, came: Envelope, now: datetime) -> dict[str, Any]:
        replies = await searches.search_replies(came, now, with_grievances=_may_count(holder))
        correlation_id = await messages.take(partner.name, came, SpdciAction.SEARCH, replies.outcomes, now)
        await enter(holder, Act.READ_BY_SYSTEM, now, of=f"{ROOT}/registry/sync/search", rows=replies.shown)
        count = len(replies.replies)
        return self.signed(partner, SpdciAction.ON_SEARCH, replies.message(came.transaction_id, correlation_id), count)

    async def _search_later(self, partner: Partner, holder: KeyHolder, came: Envelope, now: datetime) -> dict[str, Any]:
        _must_reply_somewhere(partner)
        replies = await searches.search_replies(came, now, with_grievances=_may_count(holder))
        correlation_id = new_id()
        message = replies.message(came.transaction_id, correlation_id)
        later = LaterReply(message, SpdciAction.ON_SEARCH, "/on-search")
        await messages.take(partner.name, came, SpdciAction.SEARCH, replies.outcomes, now, later, correlation_id)
        await enter(holder, Act.READ_BY_SYSTEM, now, of=f"{ROOT}/registry/search", rows=replies.shown)
        return acknowledged(AckStatus.ACK, correlation_id, now)

    async def _status_now(self, partner: Partner, _: KeyHolder, came: Envelope, now: datetime) -> dict[str, Any]:
        correlation_id = await messages.take(partner.name, came, SpdciAction.TXN_STATUS, [], now)
        message = await searches.status_message(partner.name, came, correlation_id, now)
        return self.signed(partner, SpdciAction.TXN_ON_STATUS, message, 1)

    async def _status_later(self, partner: Partner, _: KeyHolder, came: Envelope, now: datetime) -> dict[str, Any]:
        _must_reply_somewhere(partner)
        correlation_id = new_id()
        message = await searches.status_message(partner.name, came, correlation_id, now)
        later = LaterReply(message, SpdciAction.TXN_ON_STATUS, "/txn/on-status")
        await messages.take(partner.name, came, SpdciAction.TXN_STATUS, [], now, later, correlation_id)
        return acknowledged(AckStatus.ACK, correlation_id, now)

    def signed(self, partner: Partner, action: SpdciAction, message: Mapping[str, Any], count: int) -> dict[str, Any]:
        """An answer to a partner as it goes out."""
        now = self._clock()
        header = answer_header(action, self._own.sender_id, partner.sender_id, now, count=count)
        whole: dict[str, Any] = json.loads(self._own.written(header, message, now))
        return whole

    def _rejection(self, fault: HeaderFault, request: Request) -> Response:
        """A message that its header lets not be answered: of what is asked at once, an envelope says so."""
        now = self._clock()
        action = SpdciAction.TXN_ON_STATUS if "txn" in request.url.path else SpdciAction.ON_SEARCH
        header = answer_header(
            action, self._own.sender_id, request.state.partner.sender_id, now, status=RequestStatus.REJECTED,
            fault=fault, completed=0,
        )  # fmt: skip
        if "/sync/" not in request.url.path:
            return self._refusal(TransportFault.BAD, fault.value, HTTPStatus.BAD_REQUEST)
        return Response(self._own.written(header, {}, now), HTTPStatus.BAD_REQUEST, media_type=JSON)

    def _refusal(
        self, fault: TransportFault, why: str, status: int, headers: Mapping[str, str] | None = None
    ) -> Response:
        error = {"code": fault.value, "message": why}
        content = {**acknowledged(AckStatus.ERR, new_id(), self._clock(), error), "errors": [error]}
        return JSONResponse(content, status, {"Cache-Control": "no-store", **(headers or {})})


def acknowledged(
    status: AckStatus, correlation_id: str, now: datetime, error: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Whether a message was taken that is answered later."""
    ack = {"ack_status": status.value, "timestamp": stamp(now), "correlation_id": correlation_id}
    return {"message": {**ack, "error": dict(error)} if error else ack}


async def known_sender(sets: KeySets, http: httpx.AsyncClient, partner: Partner, came: Envelope, now: datetime) -> None:
    """Raises Unacceptable for a message that is not from this partner."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await sets.check(http, partner, came, now)
    except NotSigned as refused:
        log.warning("spdci_not_signed", partner=partner.name, fault=refused.fault.value)
        if refused.fault is SignatureFault.MISSING:
            raise Unacceptable(TransportFault.NO_SIGNATURE) from None
        fault = TransportFault.SENDER if refused.fault is SignatureFault.OTHER_SENDER else TransportFault.SIGNATURE
        raise Unacceptable(fault, refused.fault.value) from None


LONGEST_SECONDS: Final = 10.0


def _may_count(holder: KeyHolder) -> bool:
    return KeyScope.READ_GRIEVANCES in holder.scopes


def _must_reply_somewhere(partner: Partner) -> None:
    if not partner.replies:
        raise Unacceptable(TransportFault.SENDER_URI, "no address is agreed for what is answered later")
