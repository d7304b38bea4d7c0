"""Where registries post what they answer later: an address with a token, and a signature of whom was asked."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

import httpx
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.problems import NotDone
from api.serving import body_of
from api.spdci.server import ROOT, STATUSES, acknowledged, known_sender
from core.platform.database import DatabaseTask, signed_in_for, writing
from core.platform.outages import is_outage
from core.platform.settings import Settings
from core.platform.webhooks import strangers
from core.spdci import arriving, askings, envelope
from core.spdci.envelope import Unacceptable, new_id
from core.spdci.key_sets import KeySets
from core.spdci.partners import Partner
from core.spdci.vocabulary import AckStatus, TransportFault
from core.text.words import Code

log = structlog.get_logger(__name__)

LONGEST_TOKEN: Final = 100
OTHER_STATUSES: Final[Mapping[Code, HTTPStatus]] = {
    **STATUSES,
    TransportFault.NOT_FOUND: HTTPStatus.NOT_FOUND,
    TransportFault.FORBIDDEN: HTTPStatus.FORBIDDEN,
}


class ReplyDoor:
    """Takes what registries answer later."""

    def __init__(
        self,
        settings: Settings,
        partners: Mapping[str, Partner],
        sets: KeySets,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._partners = partners
        self._sets = sets
        self._http = http
        self._clock = clock
        self._wake = wake

    def route(self) -> Route:
        """Where it is."""
        return Route(f"{ROOT}/callback/{{token}}/{{rest:path}}", self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        """Take a message, or tell why not; whoever has no token learns nothing."""
        try:
            with signed_in_for(DatabaseTask.WORKER):
                return await self._taken(request)
        except NotDone:
            return self._refusal(TransportFault.BAD, "", HTTPStatus.BAD_REQUEST)
        except Unacceptable as refused:
            return self._refusal(refused.fault, refused.why, OTHER_STATUSES.get(refused.fault, HTTPStatus.BAD_REQUEST))
        except Exception as error:
            if not is_outage(error):
                log.error("spdci_reply_not_taken", error=type(error).__name__)
            return self._refusal(TransportFault.UNAVAILABLE, "", HTTPStatus.SERVICE_UNAVAILABLE)

    async def _taken(self, request: Request) -> Response:
        token = request.path_params["token"]
        asked = await askings.by_token(token) if len(token) <= LONGEST_TOKEN else None
        partner = self._partners.get(asked.partner) if asked else None
        if asked is None or partner is None:
            strangers.count(request.client.host if request.client else "")
            return PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)
        now = self._clock()
        came = envelope.read(await body_of(request, self._settings.api_body_bytes))
        await known_sender(self._sets, self._http, partner, came, now)
        action = envelope.check_header(came, arriving.WANTED[asked.action], self._settings.spdci_id, now)
        async with writing():
            is_new = await arriving.arrive(asked, action, came, now)
        if is_new:
            self._wake()
        return JSONResponse(acknowledged(AckStatus.ACK, came.correlation_id or new_id(), now))

    def _refusal(self, fault: object, why: str, status: int) -> Response:
        error = {"code": str(fault), "message": why}
        return JSONResponse({**acknowledged(AckStatus.ERR, new_id(), self._clock(), error), "errors": [error]}, status)
