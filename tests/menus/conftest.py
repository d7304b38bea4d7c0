"""The line as it is, on a small demo world: every demo caller can be dialled."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from asgi import build
from core import database, demo
from core.callers import remember_language
from core.demo_callers import DEMO_CALLERS, DemoCaller, Situation
from core.ground import Ground
from core.languages import Language
from core.servers import OwnRedis
from core.settings import Settings
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


@pytest.fixture
async def town(
    world: None, database_url: str, redis: Redis, redis_server: OwnRedis, tmp_path: Path
) -> AsyncIterator[Town]:
    await database.close_database()
    database.open_database(database_url, statement_seconds=60)
    await demo.build(tmp_path, datetime.now(UTC).date(), count=60)
    await database.close_database()
    settings = Settings(callback_tokens=("demo",), log_level="ERROR")
    app = build(settings, Ground(database_url, redis_server.url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client,
    ):
        yield Town(client)
