"""The API of the tests: the whole application on real servers, and systems that hold keys."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

import asgi
from core.imports import batch_errand
from core.platform.database import DatabaseTask, close_database, signed_in_for
from core.platform.redis import connect
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.platform.settings.types import Part
from core.schema.ground import Ground
from core.staff.agents import Scope
from core.systems import keys
from core.systems.keys import KeyGrant
from core.systems.scopes import KeyScope
from tests.core import seed
from tests.core.seed import SAFO

DIAGO = "ML030303"
"""A commune of another region than Safo's."""


@pytest.fixture
def more_settings() -> Mapping[str, Any]:
    """What is set besides, for the tests of a module that says so."""
    return {}


@pytest.fixture
async def app(
    world: None,
    more_settings: Mapping[str, Any],
    database_url: str,
    by_task: Mapping[DatabaseTask, str],
    redis_server: OwnRedis,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Starlette]:
    """The application with the API alone, each task by a sign-in of its own role and no other."""
    await seed.places((SAFO, "Safo"), (DIAGO, "Diago"))
    await close_database()
    own = connect(redis_server.url)
    monkeypatch.setattr(asgi, "connect", lambda _: own)
    given = {"only": (Part.API,), "api_requests_a_minute": 1000, **more_settings}
    settings = Settings(_env_file=None, **given)  # type: ignore[call-arg]
    yield asgi.build(settings, Ground(database_url, redis_server.url, by_task=by_task))
    await own.aclose()


class System:
    """Another system: it asks with its key."""

    def __init__(self, app: Starlette, key: str) -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://api.test/api/v1",
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )

    async def get(self, path: str, status: int = 200, **query: str | int) -> Any:
        """The content of an answer that has this status."""
        answer = await self.http.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def push(
        self, path: str, *rows: Mapping[str, object], key: str = "k", status: int = 202, **terms: Any
    ) -> Any:
        """Push a batch, and give what was answered."""
        content = {"rows": rows, "apply": True, **terms}
        answer = await self.http.post(path, json=content, headers={"Idempotency-Key": key})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def every(self, path: str, limit: int = 1, **query: str | int) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        asked: dict[str, Any] = {"limit": limit, **query}
        page = await self.get(path, **asked)
        while True:
            items += page["items"]
            if page["next"] is None:
                return items
            page = await self.get(path, **asked, cursor=page["next"])


Hold = Callable[..., Awaitable[System]]


@pytest.fixture
async def hold(app: Starlette) -> AsyncIterator[Hold]:
    """Makes a system that holds a key with these scopes, for the whole country or a region."""
    async with AsyncExitStack() as stack:

        async def holding(*scopes: KeyScope, region: str | None = None, system: str = "rsu") -> System:
            kind = Scope.REGION if region else Scope.NATIONAL
            now = datetime.now(UTC)
            grant = KeyGrant(frozenset(scopes), now + timedelta(days=9), kind, region)
            own = System(app, await keys.make(system, grant, now))
            await stack.enter_async_context(own.http)
            return own

        yield holding


async def work_on_batches() -> None:
    """What the process that works on batches does."""
    with signed_in_for(DatabaseTask.WORKER):
        await batch_errand.work()


def listed(items: Iterable[Mapping[str, Any]], name: str) -> list[Any]:
    """One field of every item."""
    return [item[name] for item in items]
