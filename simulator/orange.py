"""The gateway's side of Orange's SMS API: tokens, one SMS a request, receipts as JSON, and the bundles that are left.

Facts: `POST /oauth/v3/token` with the application's header gives a token for an hour; an SMS goes by
`POST /smsmessaging/v1/outbound/{senderAddress}/requests`, answered 201 with its address, whose last part is its id;
errors are a `requestError` with a code.
"""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from simulator.faults import Faults, GatewayFault
from simulator.inbox import Sending
from simulator.messaging import ACCEPTED, Messaging, refusal, switched_off, taken_and_broken

ENDLESS: Final = 1_000_000
CODES: Final = {
    401: (HTTPStatus.FORBIDDEN, "POL0001"),
    402: (HTTPStatus.FORBIDDEN, "POL1009"),
    403: (HTTPStatus.BAD_REQUEST, "SVC0004"),
    404: (HTTPStatus.BAD_REQUEST, "SVC0004"),
    405: (HTTPStatus.FORBIDDEN, "POL0050"),
    406: (HTTPStatus.FORBIDDEN, "POL0005"),
    407: (HTTPStatus.BAD_REQUEST, "SVC0002"),
    409: (HTTPStatus.BAD_REQUEST, "SVC0280"),
    500: (HTTPStatus.BAD_REQUEST, "SVC0001"),
    501: (HTTPStatus.BAD_REQUEST, "SVC0001"),
    502: (HTTPStatus.FORBIDDEN, "POL0013"),
}
"""Its error for each code of the order; another code is one of tomorrow."""

STATUSES: Final = {
    "Sent": "DeliveredToNetwork",
    "Submitted": "MessageWaiting",
    "Buffered": "DeliveryUncertain",
    "AbsentSubscriber": "MessageWaiting",
    "Success": "DeliveredToTerminal",
}
"""What a receipt says for each status of the order; any other is that it cannot be delivered."""


class OrangeApi:
    """Gives tokens, and takes SMS one by one with the faults on order."""

    def __init__(self, messaging: Messaging, faults: Faults) -> None:
        self._messaging = messaging
        self._faults = faults
        self._token = ""

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route("/oauth/v3/token", self._give_token, methods=["POST"]),
            Route("/smsmessaging/v1/outbound/{sender}/requests", self._send, methods=["POST"]),
            Route("/sms/admin/v1/contracts", self._contracts),
        ]

    async def _give_token(self, request: Request) -> Response:
        if self._faults.order.off:
            return switched_off()
        if not request.headers.get("authorization", "").startswith("Basic "):
            return JSONResponse({"error": "invalid_client", "error_description": "unknown"}, HTTPStatus.UNAUTHORIZED)
        self._token = self._token or token_urlsafe(24)
        return JSONResponse({"token_type": "Bearer", "access_token": self._token, "expires_in": "3600"})

    async def _send(self, request: Request) -> Response:
        if self._faults.order.off:
            self._token = ""
        if not self._knows(request):
            return _error(HTTPStatus.UNAUTHORIZED, "POL0001")
        fault = self._faults.draw()
        body = await request.body()
        if self._faults.order.delay_ms:
            await asyncio.sleep(self._faults.order.delay_ms / 1000)
        if fault is not None and (refused := self._refusal(fault)) is not None:
            return refused
        try:
            sending, number = _read(body)
        except (ValueError, KeyError, TypeError):
            return _error(HTTPStatus.BAD_REQUEST, "SVC0002")
        return self._messaging.poison([number]) or await self._take(sending, number, fault, request)

    def _refusal(self, fault: GatewayFault) -> Response | None:
        """The answer, when the fault lets nothing be taken."""
        if fault.kind == "401":
            self._token = ""
            return _error(HTTPStatus.UNAUTHORIZED, "POL0001")
        if fault.kind in ("empty", "could_not_send"):
            return _error(HTTPStatus.FORBIDDEN, "POL1009")
        return refusal(fault)

    async def _take(self, sending: Sending, number: str, fault: GatewayFault | None, request: Request) -> Response:
        (code,), ids = await self._messaging.take(sending, [number], fault)
        kind = fault.kind if fault else None
        if fault and kind == "slow":
            await asyncio.sleep(fault.slow_ms / 1000)
        if fault and (broken := taken_and_broken(fault)) is not None:
            return broken
        if code not in ACCEPTED:
            return _error(*CODES.get(code, (HTTPStatus.BAD_REQUEST, "SVC9999")))
        if kind in ("short", "garbage_after"):
            return PlainTextResponse('{"outboundSMSMess', HTTPStatus.CREATED)
        resource = {} if kind == "no_ids" else {"resourceURL": f"{request.url}/{quote(ids[0])}"}
        message = {"address": [f"tel:{number}"], "outboundSMSTextMessage": {"message": sending.text}, **resource}
        return JSONResponse({"outboundSMSMessageRequest": message}, HTTPStatus.CREATED)

    async def _contracts(self, request: Request) -> Response:
        if self._faults.order.off:
            return switched_off()
        if not self._knows(request):
            return _error(HTTPStatus.UNAUTHORIZED, "POL0001")
        left = self._faults.order.balance
        until = datetime.now(UTC) + timedelta(days=30)
        bundle = {
            "country": "MLI",
            "status": "ACTIVE",
            "availableUnits": ENDLESS if left is None else left,
            "expirationDate": until.isoformat(timespec="seconds"),
        }
        return JSONResponse([bundle])

    def _knows(self, request: Request) -> bool:
        return bool(self._token) and request.headers.get("authorization") == f"Bearer {self._token}"


def as_json(path: str, form: dict[str, str]) -> dict[str, Any]:
    """What is posted to the application, as Orange writes it: the arguments of a request of httpx."""
    if path == "inbound":
        message = {
            "dateTime": form["date"],
            "destinationAddress": form["to"],
            "messageId": form["id"],
            "message": form["text"],
            "senderAddress": f"tel:{form['from']}",
        }
        return {"json": {"inboundSMSMessageNotification": {"callbackData": "", "inboundSMSMessage": message}}}
    info = {
        "address": f"tel:{form.get('phoneNumber', '')}",
        "deliveryStatus": STATUSES.get(form["status"], "DeliveryImpossible"),
    }
    return {"json": {"deliveryInfoNotification": {"callbackData": form["id"], "deliveryInfo": info}}}


def _read(body: bytes) -> tuple[Sending, str]:
    request = json.loads(body)["outboundSMSMessageRequest"]
    sending = Sending(
        username="orange",
        sender=request.get("senderName") or request["senderAddress"],
        text=request["outboundSMSTextMessage"]["message"],
        enqueue=True,
        at=datetime.now(UTC),
    )
    return sending, request["address"].removeprefix("tel:")


def _error(status: int, code: str) -> Response:
    kind = "policyException" if code.startswith("POL") else "serviceException"
    error = {"messageId": code, "text": "A policy or service error occurred", "variables": []}
    return JSONResponse({"requestError": {kind: error}}, status)
