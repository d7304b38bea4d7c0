"""A line over the small menu: a real Redis, a real PostgreSQL, and the gateway's HTTP on top."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import count as counting

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from core.calls import gateway_sessions
from core.calls.journal import Journal
from core.calls.session_end import SessionEnd, Unsaid
from core.platform.redis import Client
from core.platform.settings import Settings
from core.text.alphabet import GSM7
from simulator.gateway import UssdCall
from tests.support.database import count
from tests.support.dialling import pressed
from tests.ussd.small_menu import SmallMenu, small_menu
from ussd import gateways
from ussd.engine import Engine
from ussd.gateway import EngineLine
from ussd.menu import Menu
from ussd.sessions import LOCK_SHARE, Sessions

TOKEN = "an-unguessable-word"
CALLBACK = f"/ussd/africastalking/{TOKEN}"
_NUMBERS = counting(1)


@dataclass
class Line:
    """One application and the small menu behind it."""

    client: httpx.AsyncClient
    engine: Engine
    small: SmallMenu

    def phone(self, msisdn: str | None = None) -> UssdCall:
        """A phone that has not called yet, unless its number is given."""
        return UssdCall(self.client, CALLBACK, msisdn or f"+2237{next(_NUMBERS):07}")

    async def keyed(self, call: UssdCall, *keys: str) -> str:
        """Dial and press keys; the text of the last page."""
        return await pressed(call, *keys)


def an_engine(menu: Menu, redis: Client, *, step_seconds: float = 3.0, session_seconds: int = 600) -> Engine:
    sessions = Sessions(redis, seconds=session_seconds, lock_seconds=step_seconds * LOCK_SHARE)
    return Engine(
        menu, sessions=sessions, journal=Journal(), alphabet=GSM7, step_seconds=step_seconds, typed_inputs=120
    )


async def _recorded(end: SessionEnd, _: Unsaid | None) -> None:
    await gateway_sessions.record(end)


def a_client(engine: Engine, *, body_bytes: int = 16 * 1024) -> httpx.AsyncClient:
    settings = Settings(callback_tokens=(TOKEN,), body_bytes=body_bytes)
    routes = gateways.routes(gateways.switched_on(settings), EngineLine(engine, _recorded), settings)
    transport = httpx.ASGITransport(app=Starlette(routes=routes))
    return httpx.AsyncClient(transport=transport, base_url="http://line")


async def calls_asked() -> int:
    """How many times the act was really done, in the database."""
    return await count("callback_request")


OpenLine = Callable[[Client], Line]


@pytest.fixture
async def open_line(world: None) -> AsyncIterator[OpenLine]:
    """Makes lines on a Redis of the test's choice."""
    opened: list[Line] = []

    def open_on(redis: Client) -> Line:
        small = small_menu()
        engine = an_engine(small.menu, redis)
        opened.append(Line(a_client(engine), engine, small))
        return opened[-1]

    yield open_on
    for line in opened:
        await line.client.aclose()
        await line.engine.close()


@pytest.fixture
def line(open_line: OpenLine, redis: Redis) -> Line:
    return open_line(redis)
