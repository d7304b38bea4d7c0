"""Cookies over TLS: each has the prefix `__Host-`, so that no other name and no plain connection can set or read it.

Inside the desk cookies have their bare names; the demonstration speaks plain HTTP, where browsers take no such prefix.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX: Final = "__Host-"
MARKS: Final = ("; Secure", "; HttpOnly")
"""What each has: no script of ours reads one."""


class HostCookies:
    """Puts the prefix before the names of what is set, and lets in only what bears it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with prefixed cookies where the connection is encrypted."""
        if scope["type"] != "http" or scope["scheme"] != "https":
            await self._app(scope, receive, send)
            return

        async def prefixed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, _set(value) if name.lower() == b"set-cookie" else value)
                    for name, value in message["headers"]
                ]
            await send(message)

        await self._app({**scope, "headers": _bare(scope)}, receive, prefixed)


def _set(cookie: bytes) -> bytes:
    text = cookie.decode("latin-1")
    missing = "".join(mark for mark in MARKS if mark.lower() not in text.lower())
    return f"{PREFIX}{text}{missing}".encode("latin-1")


def _bare(scope: Scope) -> list[tuple[bytes, bytes]]:
    headers = MutableHeaders(raw=[*scope["headers"]])
    pairs = [pair.strip() for cookie in headers.getlist("cookie") for pair in cookie.split(";")]
    ours = [pair.removeprefix(PREFIX) for pair in pairs if pair.startswith(PREFIX)]
    del headers["cookie"]
    if ours:
        headers["cookie"] = "; ".join(ours)
    return headers.raw
