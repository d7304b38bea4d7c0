"""The demo world on each engine, callers who complain, and a table of what became of it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

import demo.world
from asgi import build
from core.platform import database
from core.platform.settings import Settings
from core.schema import migrations
from core.schema.ground import Ground
from tests.engines.callers import Callers, Tally
from tests.engines.machines import Postgres, postgres

HOUSEHOLDS = 60


@pytest.fixture(scope="session")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with postgres(tmp_path_factory.mktemp("primary")) as (server, _):
        yield server


async def built(server: Postgres, folder: Path) -> None:
    """The demo world in the database `jigi` of a server, made anew."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS jigi WITH (FORCE)")
        connection.execute("CREATE DATABASE jigi")
    migrations.upgrade(server.url())
    database.open_database(server.url(), statement_seconds=60)
    await demo.world.build(folder, datetime.now(UTC).date(), count=HOUSEHOLDS)
    await database.close_database()


def line_settings(**more: object) -> Settings:
    """What the application is built with."""
    return Settings(_env_file=None, simulator=True, callback_tokens=("demo",), **more)  # type: ignore[call-arg, arg-type]


LineOn = Callable[[Ground], AbstractAsyncContextManager[Callers]]


@pytest.fixture
def line_on() -> LineOn:
    """The application on this ground, and callers before it."""

    @asynccontextmanager
    async def opened(ground: Ground) -> AsyncIterator[Callers]:
        app = build(line_settings(), ground)
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://line") as client,
        ):
            yield Callers(client)

    return opened


@pytest.fixture(scope="session")
def table() -> Iterator[list[Tally]]:
    """What each engine bore, printed at the end."""
    tallies: list[Tally] = []
    yield tallies
    print("\n" + Tally.HEADER)  # noqa: T201 - the table that the target prints
    for tally in tallies:
        print(tally.row())  # noqa: T201
