"""The line as it is, on a small demo world: every demo caller can be dialled."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, time

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url
from starlette.types import Receive, Scope, Send

from asgi import build
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.platform.settings.types import Part
from core.registry.callers import remember_language
from core.schema.ground import Ground
from core.text.languages import Language
from demo.callers import DEMO_CALLERS, DemoCaller, Situation
from simulator.gateway import UssdCall
from tests.core.seed import TODAY
from tests.menus.dialogues import World
from tests.support.kept_world import TOWN

CALLBACK = "/ussd/africastalking/demo"
NOW = datetime.combine(TODAY, time(10), UTC)
"""The moment of every call, on the day that the demo world was built for."""


@pytest.fixture(scope="session")
def dialogue_world(database_url: str, redis_server: OwnRedis) -> World:
    """The demonstration of the day of the dialogues, on the servers of the tests."""
    return World.built(database_url, redis_server.url)


def caller(situation: Situation) -> DemoCaller:
    """The demo caller who is in this situation."""
    return next(each for each in DEMO_CALLERS if each.situation is situation)


class Town:
    """The demo world and its phones."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def speaking(self, situation: Situation, language: Language) -> UssdCall:
        """A caller who called before and chose this language."""
        msisdn = caller(situation).msisdn
        await remember_language(msisdn, language)
        return self.phone(msisdn)

    def phone(self, msisdn: str) -> UssdCall:
        return UssdCall(self.client, CALLBACK, msisdn)


@pytest.fixture(scope="session")
def line_settings() -> Settings:
    """What the line of the town is set to; the desk, which nobody opens there, is not built each time."""
    return Settings(callback_tokens=("demo",), log_level="DEBUG", only=(Part.LINE, Part.SMS))


@pytest.fixture
async def town(
    town_database: str,
    by_task: Mapping[DatabaseTask, str],
    redis: Redis,
    redis_server: OwnRedis,
    line_settings: Settings,
) -> AsyncIterator[Town]:
    """The town; the line signs in with its own role and no other."""
    line = make_url(by_task[DatabaseTask.LINE]).set(database=TOWN).render_as_string(hide_password=False)
    on = Ground(town_database, redis_server.url, by_task={DatabaseTask.LINE: line})
    app = build(line_settings, on, lambda: NOW)

    async def as_the_line(scope: Scope, receive: Receive, send: Send) -> None:
        with signed_in_for(DatabaseTask.LINE):
            await app(scope, receive, send)

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=as_the_line), base_url="http://line") as client,
    ):
        yield Town(client)
