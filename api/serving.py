"""Serves doors: knows the key, counts, asks the scope, reads what is sent, answers in one transaction of the holder.

Whoever asks gets JSON whatever happens: a problem in words where it is not done.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import structlog
from prometheus_client import Counter
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from api import limits, problems
from api.doors import ROOT, Door, DoorCall, DoorReply
from api.problems import ApiProblem, InvalidField, NotDone
from core.platform.outages import is_outage
from core.platform.redis import Client
from core.platform.settings import Settings
from core.platform.webhooks import BODY_SECONDS, JSON, strangers
from core.staff import audit
from core.staff.acts import Act
from core.systems.holders import KeyFault, KeyHolder, enter, holder_of, seen_by_system

log = structlog.get_logger(__name__)

ASKED: Final = Counter("jigi_api_requests_total", "What other systems asked for.", ["door", "status"])
FAULTS: Final[Mapping[KeyFault, ApiProblem]] = {
    KeyFault.UNKNOWN: ApiProblem.UNKNOWN_KEY,
    KeyFault.EXPIRED: ApiProblem.EXPIRED_KEY,
    KeyFault.WITHDRAWN: ApiProblem.WITHDRAWN_KEY,
}
LONGEST_KEY: Final = 100
MOST_ERRORS: Final = 50
LARGEST_NUMBER: Final = 2**62


class Serving:
    """What doors stand on."""

    def __init__(self, settings: Settings, redis: Client, clock: Callable[[], datetime], wake: Callable[[], None]):
        self._settings = settings
        self._redis = redis
        self._clock = clock
        self._wake = wake

    def routes(self, doors: Sequence[Door]) -> list[BaseRoute]:
        """A route for each path, and one for every other path beneath."""
        by_path: dict[str, dict[str, Door]] = {}
        for door in doors:
            by_path.setdefault(door.path, {})[door.method] = door
        own: list[BaseRoute] = [Route(ROOT + path, _Path(self, methods)) for path, methods in by_path.items()]
        return [*own, Route(f"{ROOT}/{{rest:path}}", _Path(self, {}))]

    async def respond(self, request: Request, methods: Mapping[str, Door]) -> Response:
        """What a request gets."""
        language = problems.language_of(request.headers.get("accept-language", ""))
        door = methods.get(request.method)
        try:
            response = await self._through(request, methods, door)
        except NotDone as refused:
            response = problems.response_of(refused, language)
        except Exception as error:
            if not is_outage(error):
                log.error("api_not_answered", door=door.name if door else "", error=type(error).__name__)
            response = problems.response_of(NotDone(ApiProblem.NOT_NOW, headers={"Retry-After": "5"}), language)
        ASKED.labels(door.name if door else "", response.status_code).inc()
        return response

    async def _through(self, request: Request, methods: Mapping[str, Door], door: Door | None) -> Response:
        holder = await holder_by(request, by_basic=door is not None and door.by_basic)
        now = self._clock()
        await limits.count(self._redis, holder.system, self._settings.api_requests_a_minute, now)
        if not methods:
            raise NotDone(ApiProblem.NOT_FOUND)
        if door is None:
            raise NotDone(ApiProblem.NO_SUCH_METHOD, headers={"Allow": ", ".join(methods)})
        if door.scopes and not door.scopes.intersection(holder.scopes):
            raise NotDone(ApiProblem.OTHER_SCOPE)
        asked = DoorCall(
            holder=holder,
            now=now,
            number=_number(request),
            query=_valid(door.query, _query(request)),
            body=_valid_json(door.takes, await body_of(request, self._settings.api_body_bytes)) if door.takes else None,
            headers=request.headers,
            path=request.url.path,
        )
        response = await _done(door, asked)
        if door.method != "GET":
            self._wake()
        return response


class _Path:
    """One path as Starlette serves it, with whatever method."""

    def __init__(self, serving: Serving, methods: Mapping[str, Door]) -> None:
        self._serving = serving
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with where it came from known to the trail."""
        request = Request(scope, receive)
        mark = audit.SOURCE.set(request.client.host if request.client else None)
        try:
            response = await self._serving.respond(request, self._methods)
        finally:
            audit.SOURCE.reset(mark)
        await response(scope, receive, send)


async def body_of(request: Request, most: int) -> bytes:
    """The JSON that came with a request, so many octets at the most; raises NotDone."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
        raise NotDone(ApiProblem.OTHER_TYPE)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise NotDone(ApiProblem.TOO_LARGE)
    except (ClientDisconnect, TimeoutError):
        raise NotDone(ApiProblem.NO_JSON) from None
    return bytes(body)


async def holder_by(request: Request, *, by_basic: bool = False) -> KeyHolder:
    """Whose key came with the request; raises NotDone."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if by_basic and kind.lower() == "basic":
        key = _password(key)
    elif kind.lower() != "bearer":
        key = ""
    if not key.strip():
        raise NotDone(ApiProblem.NO_KEY)
    holder = KeyFault.UNKNOWN if len(key) > LONGEST_KEY else await holder_of(key.strip())
    if isinstance(holder, KeyFault):
        strangers.count(request.client.host if request.client else "")
        raise NotDone(FAULTS[holder])
    return holder


def _password(given: str) -> str:
    """The password of basic authentication (RFC 7617), '' for what is none."""
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _number(request: Request) -> int:
    """The number in the path; raises NotDone for what is none."""
    given = request.path_params.get("number", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 20 and int(given) < LARGEST_NUMBER):
        raise NotDone(ApiProblem.NOT_FOUND)
    return int(given)


def _query(request: Request) -> dict[str, str]:
    """The query; raises NotDone for a name that stands twice."""
    pairs = request.query_params.multi_items()
    query = dict(pairs)
    if len(query) != len(pairs):
        raise NotDone(ApiProblem.INVALID, [InvalidField(where="query", why="a name stands twice")])
    return query


def _valid(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _invalid(error) from None


def _valid_json(model: type[BaseModel], body: bytes) -> BaseModel:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in error.errors(include_input=False)):
            raise NotDone(ApiProblem.NO_JSON) from None
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> NotDone:
    """Where and why, without repeating what was sent."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    fields = [InvalidField(where=".".join(map(str, each["loc"])), why=each["msg"]) for each in errors[:MOST_ERRORS]]
    return NotDone(ApiProblem.INVALID, fields)


async def _done(door: Door, asked: DoorCall) -> Response:
    """Do it in one transaction of the holder's; what is read of persons is entered in the trail with it."""
    if door.by_itself:
        reply = await door.do(asked)
        return Response(
            reply.content.model_dump_json().encode(), reply.status, _headers(door, reply, ""), media_type=JSON
        )
    async with seen_by_system(asked.holder):
        reply = await door.do(asked)
        body = reply.content.model_dump_json().encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if door.method == "GET" and _has(asked.headers.get("if-none-match", ""), tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=_headers(door, reply, tag))
        if reply.shown:
            await enter(asked.holder, Act.READ_BY_SYSTEM, asked.now, of=asked.path, rows=reply.shown)
    return Response(body, reply.status, _headers(door, reply, tag), media_type=JSON)


def _headers(door: Door, reply: DoorReply, tag: str) -> dict[str, str]:
    kept = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    return {**(kept if door.method == "GET" else {"Cache-Control": "no-store"}), **reply.headers}


def _has(wanted: str, tag: str) -> bool:
    """Whether what whoever asks has already is this (RFC 9110, 13.1.2)."""
    tags = {each.strip().removeprefix("W/") for each in wanted.split(",")}
    return tag in tags or "*" in tags
