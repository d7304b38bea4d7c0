"""The desk of the tests: the whole application on real servers, and browsers that somebody signed in with."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Final

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

import asgi
from core.imports import shelf, uploads
from core.numbers.identifiers import household_no
from core.platform import sql
from core.platform.database import DatabaseTask, close_database, signed_in_for
from core.platform.redis import connect
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.schema.ground import Ground
from core.staff.agents import Actor, Role, Scope, actor_of, add_agent
from core.staff.sign_in import give_password
from desk.site import pages
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.browser import PASSWORD, Browser
from tests.sms.campaign_world import Watch

DIAGO: Final = "ML030303"
"""A commune of another region than Safo's."""

AWA: Final = household_no(1_000_001)
FIRST, SECOND = "+22376123456", "+22366123456"
"""The household of Awa, and its phones."""


@pytest.fixture(autouse=True)
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """The clock of the desk: it stands at `seed.NOW` until a test turns it."""
    watch = Watch()
    clock = SimpleNamespace(now=lambda zone: watch.now.astimezone(zone), fromisoformat=datetime.fromisoformat)
    for module in (pages, shelf, uploads):
        monkeypatch.setattr(module, "datetime", clock)
    return watch


@pytest.fixture(scope="session")
def plain_settings() -> Settings:
    """What a desk of the tests is set to, read once: to read them takes as long as to open a page."""
    return Settings(  # type: ignore[call-arg]
        _env_file=None,
        desk_totp=False,
        simulator=True,
        callback_tokens=("demo",),
        sms_gateway_url="http://127.0.0.1:1",
        sms_api_key=SecretStr("key"),
        count_seconds=0,
    )


@pytest.fixture
def desk_settings(plain_settings: Settings) -> Settings:
    """Settings of the desk under test; a test may override what it is about."""
    return plain_settings


class ByTheLine:
    """Answers as a process does whose own sign-in is the line's; what a test plants goes by the owner's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer with no more of the database than production has."""
        with signed_in_for(DatabaseTask.LINE):
            await self._app(scope, receive, send)


@pytest.fixture
async def app(
    world: None,
    database_url: str,
    by_task: Mapping[DatabaseTask, str],
    redis_server: OwnRedis,
    redis: Redis,
    desk_settings: Settings,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Starlette]:
    """The application; it opens the database for itself, each task by a sign-in of that role and no other."""
    await close_database()
    own = connect(redis_server.url)
    monkeypatch.setattr(asgi, "connect", lambda _: own)
    app = asgi.build(desk_settings, Ground(database_url, redis_server.url, by_task=by_task), lambda: watch.now)
    app.add_middleware(ByTheLine)
    yield app
    await own.aclose()


@pytest.fixture
async def browser(app: Starlette) -> AsyncIterator[Browser]:
    """A browser that nobody signed in with."""
    async with Browser(app) as fresh:
        yield fresh


async def claiming(actor: Actor) -> Actor:
    """The same with the word of the database that this is who acts, which the desk's own sign-in cannot give."""
    words = {"id": actor.id, "role": actor.role.value, "scope": actor.scope_code or ""}
    return replace(actor, claim=await sql.scalar("SELECT desk_claim(%(id)s, %(role)s, %(scope)s)", words))


SignIn = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def sign_in(app: Starlette, watch: Watch) -> AsyncIterator[SignIn]:
    """Adds somebody to the people who work here, and gives a browser they signed in with."""
    async with AsyncExitStack() as stack:

        async def as_(
            login: str,
            role: Role = Role.AGENT,
            scope: Scope = Scope.NATIONAL,
            scope_code: str | None = None,
        ) -> Browser:
            agent_id = await add_agent(login, login.capitalize(), role, scope, scope_code)
            await give_password(agent_id, watch.now, password=PASSWORD)
            own = await stack.enter_async_context(Browser(app))
            answer = await own.submit("/desk/login", login=login, password=PASSWORD)
            assert answer.status_code == 303, answer.text
            own.actor = await claiming(await actor_of(login))
            return own

        yield as_


@pytest.fixture
async def two_communes(world: None) -> None:
    """Safo, and Diago in another region; nobody lives there yet."""
    await seed.places((SAFO, "Safo"), (DIAGO, "Diago"))


@pytest.fixture
async def household_of_awa(two_communes: None) -> int:
    """Awa's household in Safo, with two phones and enrolled in money transfers; its id."""
    return await seed.household(AWA, phones=(FIRST, SECOND), components=("TM",))


@pytest.fixture
def page_of_awa(household_of_awa: int) -> str:
    """Where the page of Awa's household is."""
    return f"/desk/households/of/{household_of_awa}"


@pytest.fixture
async def awa(sign_in: SignIn) -> Browser:
    """The browser of Awa, a supervisor of the whole country."""
    return await sign_in("awa", Role.SUPERVISOR)


@pytest.fixture
async def mariam(two_communes: None, sign_in: SignIn) -> Browser:
    """The browser of Mariam, an agent of Safo."""
    return await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
