"""The SMS of the telephone in the browser: what it received and what it writes, by way of the stand-in gateway."""

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.connections import loopback_client
from simulator.phones import MSISDN

PATIENCE: Final = httpx.Timeout(2)
NEWEST: Final = 50
"""Messages shown; older ones stay at the gateway."""

NO_STORE: Final = {"Cache-Control": "no-store"}
LONGEST_TEXT: Final = 1530
LARGEST_BODY: Final = 16_384


class _Refused(Exception):
    """What was asked makes no sense; the message says why."""


def routes(gateways: Mapping[str, str], short_code: str) -> list[Route]:
    """Build `GET /simulator/inbox` and `POST /simulator/write` for stand-ins by their addresses.

    ``short_code`` is where the phone's messages go, by the first of them. Where none answers, the inbox is empty and
    the header ``Jigi-Gateway`` says that it is silent.
    """
    first = next(iter(gateways.values()))

    async def inbox(request: Request) -> Response:
        try:
            msisdn = _msisdn(request.query_params.get("msisdn", ""))
        except _Refused as refused:
            return _refusal(refused)
        inboxes = await asyncio.gather(*(_received(url, msisdn) for url in gateways.values()))
        answered = [messages for messages in inboxes if messages is not None]
        if not answered:
            return JSONResponse([], headers={**NO_STORE, "Jigi-Gateway": "silent"})
        messages = sorted((each for messages in answered for each in messages), key=_moment)
        return JSONResponse(messages[-NEWEST:], headers=NO_STORE)

    async def write(request: Request) -> Response:
        try:
            msisdn, text = _words(await _fields(request))
        except _Refused as refused:
            return _refusal(refused)
        sent = await _written(first, {"from": msisdn, "to": short_code, "text": text})
        return JSONResponse({"sent": sent}, HTTPStatus.OK if sent else HTTPStatus.BAD_GATEWAY)

    return [
        Route("/simulator/inbox", inbox, name="simulator-inbox"),
        Route("/simulator/write", write, methods=["POST"], name="simulator-write"),
    ]


def _moment(message: object) -> str:
    """When a message was taken, to put those of several gateways in order."""
    return str(message.get("at", "")) if isinstance(message, dict) else ""


async def _received(gateway_url: str, msisdn: str) -> list[object] | None:
    try:
        async with loopback_client(gateway_url, timeout=PATIENCE) as gateway:
            messages = (await gateway.get(f"/inbox/{msisdn}")).raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return None
    return messages if isinstance(messages, list) else None


async def _written(gateway_url: str, words: dict[str, str]) -> bool:
    try:
        async with loopback_client(gateway_url, timeout=PATIENCE) as gateway:
            return (await gateway.post("/write", json=words)).is_success
    except httpx.HTTPError:
        return False


async def _fields(request: Request) -> dict[str, object]:
    """The fields of a form or of a JSON object."""
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BODY:
                raise _Refused("too long")
        if not request.headers.get("content-type", "").startswith("application/json"):
            return dict(parse_qsl(body.decode(), keep_blank_values=True))
        fields = json.loads(body)
    except ClientDisconnect as left:
        raise _Refused("nobody waits for the answer") from left
    except ValueError as unreadable:
        raise _Refused("neither a form nor JSON") from unreadable
    if not isinstance(fields, dict):
        raise _Refused("no JSON object")
    return fields


def _words(fields: dict[str, object]) -> tuple[str, str]:
    msisdn, text = fields.get("msisdn"), fields.get("text")
    if not isinstance(msisdn, str) or not isinstance(text, str):
        raise _Refused("msisdn and text are needed")
    text = text.strip()
    if not 0 < len(text) <= LONGEST_TEXT:
        raise _Refused(f"1 to {LONGEST_TEXT} characters")
    return _msisdn(msisdn), text


def _msisdn(asked: str) -> str:
    """The number in E.164. In an address, a plus sign that nobody escaped comes as a space."""
    msisdn = f"+{asked[1:]}" if asked.startswith(" ") else asked
    if not MSISDN.fullmatch(msisdn):
        raise _Refused("msisdn: +22376123456")
    return msisdn


def _refusal(refused: _Refused) -> Response:
    return JSONResponse({"error": str(refused)}, HTTPStatus.BAD_REQUEST)
