"""The desk gives way to callers where one process serves both: a page begins when no hop waits to be answered."""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST_SECONDS: Final = 0.5
"""Nobody at the desk waits longer for callers, however many call."""

LOOK_SECONDS: Final = 0.004


class GivesWay:
    """Holds a request for a path back while `is_busy`, for a moment at the most."""

    def __init__(self, app: ASGIApp, path: str, is_busy: Callable[[], bool]) -> None:
        self._app = app
        self._path = path
        self._is_busy = is_busy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let callers pass first."""
        if scope["type"] == "http" and scope["path"].startswith(self._path):
            loop = asyncio.get_running_loop()
            until = loop.time() + LONGEST_SECONDS
            while self._is_busy() and loop.time() < until:  # noqa: ASYNC110 - an event for each hop would cost each hop
                await asyncio.sleep(LOOK_SECONDS)
        await self._app(scope, receive, send)
