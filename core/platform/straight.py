"""The straight way to the doors of gateways: what pages need is passed by, what is promised of every answer is not.

A posting of a gateway is looked for by its path in one step, and answered with the headers and the id that every answer
has. What lies in the middle of the application (routes, links, giving way, pages of errors) was a twelfth of a hop.
What is no posting to a door goes on as ever.
"""

from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from core.platform.headers import guarded
from core.platform.hosts import OwnNames
from core.platform.request_ids import RAW, given_or_new, under
from core.platform.webhooks import CallbackDoor


class StraightToDoors:
    """Answers postings to the doors among `routes`, where they are asked for by a name of ours."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute], names: OwnNames) -> None:
        self._app = app
        self._names = names
        doors = [each.endpoint for each in routes if isinstance(each, Route)]
        self._doors = {door.webhook: door for door in doors if isinstance(door, CallbackDoor)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a posting to a door, and pass on everything else."""
        if scope["type"] == "http" and scope["method"] == "POST" and not scope.get("root_path"):
            _, *parts = scope["path"].split("/")
            if len(parts) in (3, 4):
                room, gateway, token, *name = parts
                door = self._doors.get("/".join((room, gateway, *name)))
                if door is not None and token:
                    await self._answer(door, token, scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _answer(self, door: CallbackDoor, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = given_or_new(scope)
        with under(request_id):
            if self._names.include(scope):
                response = await door.answered(token, scope, receive)
            else:
                response = PlainTextResponse("unknown host", status_code=400)
            response.raw_headers = guarded(response.raw_headers, encrypted=scope["scheme"] == "https")
            response.raw_headers.append((RAW, request_id.encode()))
            await response(scope, receive, send)
