"""The desk of the tests: the whole application on real servers, and browsers that somebody signed in with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

import asgi
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.schema.ground import Ground
from core.staff.agents import Role, Scope, actor_of, add_agent
from core.staff.sign_in import give_password
from tests.desk.browser import PASSWORD, Browser


@pytest.fixture
def desk_settings() -> Settings:
    """Settings of the desk under test; a test may override what it is about."""
    return Settings(  # type: ignore[call-arg]
        _env_file=None,
        desk_totp=False,
        simulator=True,
        callback_tokens=("demo",),
        sms_gateway_url="http://127.0.0.1:1",
        count_seconds=0,
    )


@pytest.fixture
def app(world: None, database_url: str, redis_server: OwnRedis, redis: Redis, desk_settings: Settings) -> Starlette:
    """The application."""
    return asgi.build(desk_settings, Ground(database_url, redis_server.url))


@pytest.fixture
async def browser(app: Starlette) -> AsyncIterator[Browser]:
    """A browser that nobody signed in with."""
    async with Browser(app) as fresh:
        yield fresh


SignIn = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def sign_in(app: Starlette) -> AsyncIterator[SignIn]:
    """Adds somebody to the people who work here, and gives a browser they signed in with."""
    async with AsyncExitStack() as stack:

        async def as_(
            login: str,
            role: Role = Role.AGENT,
            scope: Scope = Scope.NATIONAL,
            scope_code: str | None = None,
        ) -> Browser:
            agent_id = await add_agent(login, login.capitalize(), role, scope, scope_code)
            await give_password(agent_id, datetime.now(UTC), password=PASSWORD)
            own = await stack.enter_async_context(Browser(app))
            answer = await own.submit("/desk/login", login=login, password=PASSWORD)
            assert answer.status_code == 303, answer.text
            own.actor = await actor_of(login)
            return own

        yield as_
