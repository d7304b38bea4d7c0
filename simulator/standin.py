"""A stand-in for an SMS gateway, Africa's Talking or Orange, on loopback: the same HTTP, with faults to order.

It takes messages and tells the balance as the gateway does, remembers what each phone received, and posts delivery
reports, incoming messages and opt-outs to the application's callbacks. Start it with ``python -m simulator.standin``.
"""

import argparse
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Final
from uuid import uuid4

import httpx
import uvicorn
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.account import StandInAccount
from simulator.connections import CuttableProtocol
from simulator.delivery import Delivery, NoCallbacks, as_form
from simulator.faults import FaultOrder, Faults, ReportOrder
from simulator.gateway import NETWORK
from simulator.inbox import InboxMessage, Taken
from simulator.messaging import Messaging
from simulator.orange import OrangeApi, as_json
from simulator.phones import MSISDN
from simulator.speech import Speech

HOST: Final = "127.0.0.1"
MOST_TWICE: Final = 50
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than clients keep a connection, so that only ordered cuts are seen."""

Msisdn = Annotated[str, Field(pattern=f"^{MSISDN.pattern}$")]


class StandInWords(BaseModel):
    """What a phone writes to a short code."""

    model_config = ConfigDict(extra="forbid")

    sender: Msisdn = Field(alias="from")
    to: Annotated[str, Field(min_length=1)]
    text: str


class OptOut(BaseModel):
    """A phone that wants no more messages: of ``sender_id``, or of the sender of its newest one."""

    model_config = ConfigDict(extra="forbid")

    phone: Msisdn
    sender_id: str = Field(default="", alias="senderId")


def build(
    speech: Speech = Speech.AFRICASTALKING,
    *,
    callbacks: str | None = None,
    delay_ms: float = 0,
    reports: bool = True,
    reports_after_ms: float = 800,
) -> Starlette:
    """The stand-in, healthy.

    ``callbacks`` is where the application takes what the gateway posts, without `/delivery`: nothing is posted without
    it. Raises ValueError for what is no http address.
    """
    healthy = FaultOrder(delay_ms=delay_ms, reports=ReportOrder(on=reports, after_ms=reports_after_ms))
    return _Standin(speech, healthy, callbacks).app()


def server(app: Starlette, port: int) -> uvicorn.Server:
    """A server of the stand-in on loopback, whose connections can be cut."""
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        loop="uvloop",
        http=CuttableProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


class _Standin:
    def __init__(self, speech: Speech, healthy: FaultOrder, callbacks: str | None) -> None:
        self._speech = speech
        self._taken = Taken()
        self._faults = Faults(healthy)
        self._delivery = Delivery(callbacks, as_json if speech is Speech.ORANGE else as_form)

    def _spoken(self) -> list[Route]:
        """Where the gateway itself is asked."""
        messaging = Messaging(self._taken, self._faults, self._delivery)
        if self._speech is Speech.ORANGE:
            return OrangeApi(messaging, self._faults).routes()
        return [
            Route("/version1/messaging", messaging.send, methods=["POST"]),
            Route("/version1/messaging/bulk", messaging.send, methods=["POST"]),
            Route("/version1/user", StandInAccount(self._faults).show),
        ]

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                *self._spoken(),
                Route("/inbox/{msisdn}", self._inbox),
                Route("/taken", self._counts),
                Route("/taken", self._forget, methods=["DELETE"]),
                Route("/taken/{msisdn}", self._raw),
                Route("/faults", self._shown),
                Route("/faults", self._order, methods=["POST"]),
                Route("/faults", self._heal, methods=["DELETE"]),
                Route("/reports", self._reported),
                Route("/reports/flush", self._flush, methods=["POST"]),
                Route("/write", self._write, methods=["POST"]),
                Route("/optout", self._opt_out, methods=["POST"]),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._delivery.running():
            yield

    async def _inbox(self, request: Request) -> Response:
        return JSONResponse([_shown(message) for message in self._taken.received(request.path_params["msisdn"])])

    async def _raw(self, request: Request) -> Response:
        return JSONResponse([_raw(message) for message in self._taken.received(request.path_params["msisdn"])])

    async def _counts(self, _: Request) -> Response:
        twice = self._taken.twice()
        return JSONResponse(
            {
                "requests": self._taken.requests,
                "messages": self._taken.messages,
                "numbers": self._taken.numbers,
                "twice": [[*message, count] for message, count in islice(twice.items(), MOST_TWICE)],
                "twice_count": len(twice),
            }
        )

    async def _forget(self, _: Request) -> Response:
        self._taken.forget()
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _shown(self, _: Request) -> Response:
        return JSONResponse(self._faults.order.model_dump())

    async def _order(self, request: Request) -> Response:
        try:
            self._faults.change(json.loads(await request.body()))
        except ValueError as wrong:
            return _wrong(wrong)
        return await self._shown(request)

    async def _heal(self, request: Request) -> Response:
        self._faults.heal()
        return await self._shown(request)

    async def _reported(self, _: Request) -> Response:
        delivery = self._delivery
        return JSONResponse({"waiting": delivery.waiting, "sent": delivery.sent, "refused": delivery.refused})

    async def _flush(self, request: Request) -> Response:
        await self._delivery.flush()
        return await self._reported(request)

    async def _write(self, request: Request) -> Response:
        try:
            words = StandInWords.model_validate_json(await request.body())
        except ValidationError as wrong:
            return _wrong(wrong)
        form = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "from": words.sender,
            "id": str(uuid4()),
            "linkId": "",
            "text": words.text,
            "to": words.to,
            "cost": "0",
            "networkCode": NETWORK,
        }
        return await self._posted("inbound", form)

    async def _opt_out(self, request: Request) -> Response:
        try:
            optout = OptOut.model_validate_json(await request.body())
        except ValidationError as wrong:
            return _wrong(wrong)
        newest = self._taken.received(optout.phone)[-1:]
        sender_id = optout.sender_id or "".join(message.sending.sender for message in newest)
        return await self._posted("optout", {"senderId": sender_id, "phoneNumber": optout.phone})

    async def _posted(self, path: str, form: dict[str, str]) -> Response:
        """Post to the application, and say what it answered: 502 when that was no success."""
        try:
            status = await self._delivery.tell(path, form)
        except NoCallbacks as nowhere:
            return JSONResponse({"error": str(nowhere)}, HTTPStatus.CONFLICT)
        except httpx.HTTPError as error:
            return JSONResponse({"error": f"no answer: {type(error).__name__}"}, HTTPStatus.BAD_GATEWAY)
        answered = HTTPStatus.OK if httpx.codes.is_success(status) else HTTPStatus.BAD_GATEWAY
        return JSONResponse({"status": status, "form": form}, answered)


def _shown(message: InboxMessage) -> dict[str, object]:
    sending = message.sending
    return {
        "id": message.message_id,
        "from": sending.sender,
        "text": sending.text,
        "at": sending.at.isoformat(timespec="milliseconds"),
        "parts": sending.parts,
    }


def _raw(message: InboxMessage) -> dict[str, object]:
    sending = message.sending
    return {**_shown(message), "username": sending.username, "enqueue": sending.enqueue}


def _wrong(why: ValueError) -> Response:
    return JSONResponse({"error": str(why)}, HTTPStatus.BAD_REQUEST)


def main() -> None:
    """Run the stand-in until it is stopped."""
    command = argparse.ArgumentParser(prog="python -m simulator.standin", description="A gateway on loopback.")
    command.add_argument("--port", type=int, required=True)
    command.add_argument("--speech", type=Speech, default=Speech.AFRICASTALKING, help="the gateway it stands for")
    command.add_argument("--callbacks", help="e.g. http://127.0.0.1:8000/sms/africastalking/demo")
    command.add_argument("--delay-ms", type=float, default=0, help="before each answer")
    command.add_argument("--reports-after-ms", type=float, default=800)
    command.add_argument("--no-reports", action="store_true", help="post no delivery report")
    asked = command.parse_args()
    app = build(
        asked.speech,
        callbacks=asked.callbacks,
        delay_ms=asked.delay_ms,
        reports=not asked.no_reports,
        reports_after_ms=asked.reports_after_ms,
    )
    with suppress(KeyboardInterrupt):
        server(app, asked.port).run()


if __name__ == "__main__":
    main()
