"""What every answer of ours tells a browser that came to it: to take it for what it says it is, and to run nothing.

The pages of the desk have headers of their own (`desk.site.headers`), which stay as they are.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HSTS: Final = "max-age=31536000; includeSubDomains"
"""A year; over TLS only, as browsers have it (RFC 6797, 7.2)."""

NOTHING_RUNS: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE: Final = b"text/html"

RawHeader = tuple[bytes, bytes]
"""A name in small letters, as ASGI has it, and its value."""

GUARDS: Final[tuple[RawHeader, ...]] = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))
GUARDS_OF_DATA: Final = (*GUARDS, (b"content-security-policy", NOTHING_RUNS.encode()))
STRICT: Final[RawHeader] = (b"strict-transport-security", HSTS.encode())


class GuardedAnswers:
    """Gives each answer the headers that it lacks; a page says itself what runs in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with its headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_guards(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = guarded(message["headers"], encrypted=scope["scheme"] == "https")
            await send(message)

        await self._app(scope, receive, with_guards)


def guarded(headers: Iterable[RawHeader], *, encrypted: bool) -> list[RawHeader]:
    """The headers of an answer as the server sends them, with those that it lacks."""
    given = dict(headers)
    lacking = GUARDS if given.get(b"content-type", b"").startswith(PAGE) else GUARDS_OF_DATA
    return [*headers, *(each for each in lacking if each[0] not in given), *_over_tls(given, encrypted=encrypted)]


def _over_tls(given: Mapping[bytes, bytes], *, encrypted: bool) -> tuple[RawHeader, ...]:
    return (STRICT,) if encrypted and STRICT[0] not in given else ()
