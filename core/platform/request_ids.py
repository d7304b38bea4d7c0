"""One id for a request, from the balancer or ours, in every line of the log that comes of it, here and in the worker.

An id is 32 hexadecimal digits (nginx `$request_id`), with or without the dashes of a UUID (Caddy
`{http.request.uuid}`). It is nobody's number, so that it is the one value of a line that is not masked.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Request-Id"
RAW: Final = HEADER.lower().encode()
LOGGED: Final = "request"
"""The name of the id in a line of the log."""

ID: Final = re.compile(r"(?=.*[a-f])(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)


FIRST: Final = "a"
"""What ours begin with: digits alone are no id."""


def is_id(text: object) -> bool:
    """Whether a text has the form of an id; digits alone have not, they may be somebody's."""
    return isinstance(text, str) and ID.fullmatch(text) is not None


_current: Final[ContextVar[str]] = ContextVar("request_id", default="")


def current_id() -> str:
    """The id of the request that is being answered; '' where none is."""
    return _current.get()


@contextmanager
def under(request_id: str) -> Iterator[None]:
    """Answer a request under its id."""
    before = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(before)


def given_or_new(scope: Scope) -> str:
    """The id that came with a request, or one of ours."""
    for name, value in scope["headers"]:
        if name == RAW:
            given = value.decode("latin-1").lower()
            if is_id(given):
                return str(given)
            break
    return f"{FIRST}{random.getrandbits(124):031x}"


class RequestIds:
    """Gives each request its id, and its answer the same."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer under an id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = given_or_new(scope)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [each for each in message["headers"] if each[0] != RAW]
                message["headers"] = [*others, (RAW, request_id.encode())]
            await send(message)

        with under(request_id):
            await self._app(scope, receive, named)
