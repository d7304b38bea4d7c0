"""What every answer of ours tells a browser that came to it: to take it for what it says it is, and to run nothing.

The pages of the desk have headers of their own (`desk.site.headers`), which stay as they are.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HSTS: Final = "max-age=31536000; includeSubDomains"
"""A year; over TLS only, as browsers have it (RFC 6797, 7.2)."""

NOTHING_RUNS: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE: Final = "text/html"


class GuardedAnswers:
    """Gives each answer the headers that it lacks; a page says itself what runs in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with its headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(scope=message), encrypted=scope["scheme"] == "https")
            await send(message)

        await self._app(scope, receive, guarded)


def _guard(headers: MutableHeaders, *, encrypted: bool) -> None:
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if not headers.get("content-type", "").startswith(PAGE):
        headers.setdefault("Content-Security-Policy", NOTHING_RUNS)
    if encrypted:
        headers.setdefault("Strict-Transport-Security", HSTS)
