"""What a gateway posts to us: only with a word of ours in the path, only so large, read whatever it holds.

Gateways sign none of their callbacks: an unguessable word in the path is what proves the sender. A gateway that is not
switched on, or that there is none of, has no path: whoever asks for it gets the same 404 as with a wrong word.
"""

import asyncio
import hmac
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final
from urllib.parse import unquote_to_bytes

import structlog
from prometheus_client import Counter as Metric
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from core.platform.connections import accepted
from core.platform.errors import JigiError

log = structlog.get_logger(__name__)

STRANGERS: Final = Metric(
    "jigi_callback_strangers_total", "Postings with a wrong word in the path, or from elsewhere.", ["webhook"]
)
STRANGER_SECONDS: Final = 0.5
"""How long who has no token waits for the 404."""

MOST_WAITING: Final = 50
MOST_FIELDS: Final = 40
MOST_SOURCES: Final = 1_000
BODY_SECONDS: Final = 10.0
"""A posting is small: one that takes longer to come is not a gateway's."""

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
KINDS: Final = frozenset({FORM, JSON})


class WebhookRefused(JigiError):
    """A call that cannot be taken: the status of the answer and why, in words."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Posting:
    """What somebody who knows a token posted; `kind` is the media type it claims, '' for none.

    `accepted` is when it began to come (`time.monotonic`).
    """

    kind: str
    body: bytes
    accepted: float = field(default_factory=time.monotonic, compare=False)

    def form(self) -> dict[str, str]:
        """The fields of a form, the first of each name; raises WebhookRefused."""
        if self.kind not in (FORM, ""):
            raise WebhookRefused(415, f"send {FORM}")
        fields = self.body.replace(b"+", b" ").split(b"&")
        if len(fields) > MOST_FIELDS:
            raise WebhookRefused(400, "too many fields")
        form: dict[str, str] = {}
        for field_ in fields:
            if not field_:
                continue
            name, _, value = field_.partition(b"=")
            if b"%" in name:
                name = unquote_to_bytes(name)
            if b"%" in value:
                value = unquote_to_bytes(value)
            form.setdefault(name.decode("latin-1"), value.decode() if value.isascii() else _decoded(value))
        return form

    def json(self) -> dict[str, object]:
        """The members of a JSON object; raises WebhookRefused."""
        if self.kind not in (JSON, ""):
            raise WebhookRefused(415, f"send {JSON}")
        try:
            whole = json.loads(self.body)
        except (ValueError, RecursionError):
            raise WebhookRefused(400, "no JSON") from None
        if not isinstance(whole, dict):
            raise WebhookRefused(400, "no JSON object")
        return whole


Network = IPv4Network | IPv6Network
Take = Callable[[Posting], Awaitable[Response]]
"""Does what a posting asks and answers it. It may raise WebhookRefused for what cannot be read."""


class Strangers:
    """How often each source was wrong since somebody took the count."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()

    def count(self, source: str) -> None:
        """One more of a source; sources beyond a thousand are one."""
        known = source in self._counted or len(self._counted) < MOST_SOURCES
        self._counted[source if known else ""] += 1

    def take(self) -> Counter[str]:
        """The count, which begins anew."""
        counted, self._counted = self._counted, Counter()
        return counted

    def give_back(self, counted: Counter[str]) -> None:
        """Count what could not be kept with the next."""
        self._counted += counted


strangers: Final = Strangers()


class Doors:
    """The callbacks of gateways, for callers who know a token, up to so many octets."""

    def __init__(self, tokens: Sequence[str], body_bytes: int, networks: Sequence[Network] = ()) -> None:
        self._tokens = [token.encode() for token in tokens]
        self._body_bytes = body_bytes
        self._networks = networks
        self._strangers = 0

    def route(self, room: str, gateway: str, name: str, take: Take) -> Route:
        """`/{room}/{gateway}/{token}`, and behind it `/{name}` where there is one, with its door as the endpoint."""
        door = CallbackDoor(self, "/".join(filter(None, (room, gateway, name))), take)
        return Route(callback_path(room, gateway, name), door, methods=["POST"])

    def knows(self, given: str, scope: Scope) -> bool:
        """Whether a caller has a token, and calls from where gateways do."""
        octets = given.encode(errors="surrogatepass")
        return any(hmac.compare_digest(octets, token) for token in self._tokens) and self._is_near(scope)

    def _is_near(self, scope: Scope) -> bool:
        if not self._networks:
            return True
        try:
            address = ip_address(host_of(scope))
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    async def slowed(self, webhook: str) -> None:
        """Count a stranger, and let them wait; not all of them at once, so that they hold nobody else up."""
        STRANGERS.labels(webhook).inc()
        if self._strangers >= MOST_WAITING:
            return
        self._strangers += 1
        try:
            await asyncio.sleep(STRANGER_SECONDS)
        finally:
            self._strangers -= 1

    async def body(self, receive: Receive) -> bytes:
        """The body, refused as soon as it is too large, or too slow; raises WebhookRefused."""
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise WebhookRefused(400, "cut off")
                    body += message.get("body", b"")
                    if len(body) > self._body_bytes:
                        raise WebhookRefused(413, "too large")
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise WebhookRefused(408, "too slow") from None


class CallbackDoor:
    """One callback: an ASGI application behind a path with a token; `webhook` names it without the token.

    4xx for what cannot be read; 503, to be posted again, when it could not be taken for another reason.
    """

    def __init__(self, doors: Doors, webhook: str, take: Take) -> None:
        self.webhook = webhook
        self.take = take
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a posting that came by the routes."""
        response = await self.answered(scope["path_params"]["token"], scope, receive)
        await response(scope, receive, send)

    async def answered(self, token: str, scope: Scope, receive: Receive) -> Response:
        """What is answered to a posting that brought this token."""
        try:
            if not self._doors.knows(token, scope):
                strangers.count(host_of(scope))
                await self._doors.slowed(self.webhook)
                raise WebhookRefused(404, "Not Found")
            body = await self._doors.body(receive)
            return await self.take(Posting(_kind(scope), body, accepted(scope)))
        except WebhookRefused as refused:
            return PlainTextResponse(str(refused), status_code=refused.status)
        except Exception as error:
            log.error("webhook_not_taken", webhook=self.webhook, error=type(error).__name__)
            return PlainTextResponse("not now", status_code=503)


def host_of(scope: Scope) -> str:
    """The address of who asks; '' where the server does not know it."""
    client = scope.get("client")
    return client[0] if client else ""


def callback_path(room: str, gateway: str, name: str) -> str:
    """Where a gateway posts, `{token}` standing for the unguessable word."""
    return "/".join(filter(None, (f"/{room}/{gateway}/{{token}}", name)))


def _kind(scope: Scope) -> str:
    """The media type that a body claims, without what is said of it."""
    for name, value in scope["headers"]:
        if name == b"content-type":
            claimed: str = value.decode("latin-1")
            return claimed if claimed in KINDS else claimed.split(";")[0].strip().lower()
    return ""


def _decoded(octets: bytes) -> str:
    """The octets of a field as UTF-8 or, where they are not, as Windows wrote them (CP1252)."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "ignore")
