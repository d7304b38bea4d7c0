"""The line as it is, on a small demo world: every demo caller can be dialled."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time

import httpx
import pytest
from redis.asyncio import Redis

from asgi import build
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.registry.callers import remember_language
from core.schema.ground import Ground
from core.text.languages import Language
from demo.callers import DEMO_CALLERS, DemoCaller, Situation
from simulator.gateway import UssdCall
from tests.core.seed import TODAY

CALLBACK = "/ussd/africastalking/demo"
NOW = datetime.combine(TODAY, time(10), UTC)
"""The moment of every call, on the day that the demo world was built for."""


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


@pytest.fixture
async def town(town_database: str, redis: Redis, redis_server: OwnRedis) -> AsyncIterator[Town]:
    app = build(
        Settings(callback_tokens=("demo",), log_level="DEBUG"), Ground(town_database, redis_server.url), lambda: NOW
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client,
    ):
        yield Town(client)
