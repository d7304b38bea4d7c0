"""Applications served on loopback, for what only real connections show."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.connections import loopback_client
from simulator.standin import HOST, server
from tests.support.patience import LONGEST_SECONDS


@asynccontextmanager
async def on_loopback(app: Starlette) -> AsyncIterator[str]:
    """Serve it with the connections that `server` gives it, but without its slow goodbye; gives the address."""
    uvicorn = server(app, 0)
    uvicorn.config.load()
    protocol = uvicorn.config.http_protocol_class
    state = uvicorn.server_state
    loop = asyncio.get_running_loop()
    async with app.router.lifespan_context(app):
        listener = await loop.create_server(
            lambda: protocol(config=uvicorn.config, server_state=state, app_state={}),  # type: ignore[call-arg]
            HOST,
            0,
        )
        try:
            yield f"http://{HOST}:{listener.sockets[0].getsockname()[1]}"
        finally:
            listener.close()
            for connection in [*state.connections]:
                assert connection.transport is not None
                connection.transport.abort()
            for task in [*state.tasks]:
                task.cancel()
            await asyncio.gather(*state.tasks, return_exceptions=True)


def a_sender(gateway: str) -> httpx.AsyncClient:
    """A client of the gateway at this address, with a key."""
    client = loopback_client(gateway, timeout=httpx.Timeout(LONGEST_SECONDS))
    client.headers["apiKey"] = "any"
    return client


@dataclass
class Application:
    """What stands behind the gateway's callbacks: remembers every form, answers ``answers`` in turn and then 200."""

    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/sms/africastalking/demo/{what}", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        self.posted.append((request.path_params["what"], form))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def reports(self) -> list[dict[str, str]]:
        """The delivery reports, as they came."""
        return [form for what, form in self.posted if what == "delivery"]
