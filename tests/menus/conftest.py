"""The line as it is, on a small demo world: every demo caller can be dialled."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from asgi import build
from core.platform import database
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.registry.callers import remember_language
from core.schema import migrations
from core.schema.ground import Ground
from core.text.languages import Language
from demo import world
from demo.callers import DEMO_CALLERS, DemoCaller, Situation
from simulator.gateway import UssdCall

CALLBACK = "/ussd/africastalking/demo"


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


async def pressed(call: UssdCall, *keys: str) -> str:
    """Dial and press keys; the text of the last page."""
    screen = await call.dial()
    for key in keys:
        screen = await call.reply(key)
    return screen.text


HOUSEHOLDS = 100


async def _settled(url: str, folder: Path) -> None:
    database.open_database(url, statement_seconds=60)
    await world.build(folder, datetime.now(UTC).date(), count=HOUSEHOLDS)
    await database.close_database()


@pytest.fixture(scope="session")
def demo_world(database_url: str, servers_folder: Path) -> str:
    """A database with the demo world, to be copied and never called into."""
    url = make_url(database_url).set(database="jigi_demo").render_as_string(hide_password=False)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE jigi_demo")
    migrations.upgrade(url)
    asyncio.run(_settled(url, servers_folder / "demo"))
    return "jigi_demo"


@pytest.fixture
def town_database(database_url: str, demo_world: str) -> str:
    """The demo world as it was built, for one test."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS jigi_town WITH (FORCE)")
        connection.execute(f"CREATE DATABASE jigi_town TEMPLATE {demo_world}".encode())
    return make_url(database_url).set(database="jigi_town").render_as_string(hide_password=False)


@pytest.fixture
async def town(town_database: str, redis: Redis, redis_server: OwnRedis) -> AsyncIterator[Town]:
    app = build(Settings(callback_tokens=("demo",), log_level="DEBUG"), Ground(town_database, redis_server.url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client,
    ):
        yield Town(client)
