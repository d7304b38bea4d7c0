"""The world of the tests: a real PostgreSQL and a real Redis of their own, one database for each worker."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TextIO

import psycopg
import pytest
import starlette_admin.base
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from jinja2 import Environment
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

import demo.world
from core.imports import children
from core.platform import database
from core.platform.database import DatabaseTask
from core.platform.servers import OwnRedis, end_own_postgres, own_postgres, own_redis
from core.schema import migrations
from core.staff import passwords
from tests.core import seed
from tests.support import unending
from tests.support.emptied import Broom
from tests.support.kept_connections import KeptConnections
from tests.support.kept_templates import KeptTemplates
from tests.support.kept_world import DIALOGUES, TOWN, KeptWorld
from tests.support.small_catalogues import SmallCatalogues

DATABASE = "jigi_tests"
"""The database of each worker, on a PostgreSQL of its own."""

QUICKER = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")
"""What a PostgreSQL need not do whose data nobody keeps; and what it knows of its tables changes in no test's midst."""


hypothesis_settings.register_profile(
    "drawn", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis_settings.register_profile("same", hypothesis_settings.get_profile("drawn"), derandomize=True)
hypothesis_settings.load_profile("same")
"""The same examples for the same code, and no clock in the verdict; `--hypothesis-profile=drawn` looks for others."""


aloud = pytest.StashKey[TextIO]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[aloud] = unending.terminal()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test that never ends fails by name, where the whole run would be cut without a word."""
    with unending.told(item.nodeid, item.config.stash[aloud]):
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: at the end one process would be alone with it, and the others wait."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/faults/"))


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jigi-tests-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(servers_folder: Path) -> Iterator[str]:
    """A migrated database of this worker's own PostgreSQL."""
    server = own_postgres(servers_folder)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())
        for quicker in QUICKER:
            connection.execute(f"ALTER SYSTEM SET {quicker}".encode())
        connection.execute("SELECT pg_reload_conf()")
    url = make_url(server).set(database=DATABASE).render_as_string(hide_password=False)
    migrations.upgrade(url)
    yield url
    end_own_postgres(servers_folder)


ROLES = {
    DatabaseTask.LINE: "jigi_line",
    DatabaseTask.DESK: "jigi_desk",
    DatabaseTask.SIGN_IN: "jigi_sign_in",
    DatabaseTask.WORKER: "jigi_worker",
    DatabaseTask.API: "jigi_api",
}


@pytest.fixture(scope="session")
def by_task(database_url: str) -> Mapping[DatabaseTask, str]:
    """The URL of the tests' database for each task, signed in with a login that has its role and no other."""
    urls = {}
    with psycopg.connect(database_url, autocommit=True) as connection:
        for task, role in ROLES.items():
            login = f"a_{role}"
            connection.execute(f"CREATE ROLE {login} LOGIN IN ROLE {role}".encode())
            urls[task] = make_url(database_url).set(username=login).render_as_string(hide_password=False)
    return urls


@pytest.fixture(scope="session", autouse=True)
def dear_hashes() -> Iterator[Callable[[], PasswordHash]]:
    """What production hashes passwords with; the tests do it with no more than argon2 can do with.

    A dear hash takes a fifth of a second of a processor, and whoever signs in at the desk of the tests takes two. No
    setting makes them cheap, so production has none to get wrong.
    """
    with pytest.MonkeyPatch.context() as patch:
        dear, cheap = passwords._hasher, PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
        patch.setattr(passwords, "_hasher", lambda: cheap)
        yield dear


@pytest.fixture(scope="session")
def broom(database_url: str) -> Iterator[Broom]:
    """What empties the database of this worker."""
    own = Broom(database_url)
    yield own
    own.close()


@pytest.fixture(scope="session", autouse=True)
def kept_connections() -> Iterator[KeptConnections]:
    """Connections to the databases of this worker that wait for the next test."""
    kept = KeptConnections({DATABASE, TOWN, DIALOGUES})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.AsyncConnection, "connect", kept.connect)
        yield kept
    kept.end()


@pytest.fixture(scope="session", autouse=True)
def kept_templates() -> Iterator[None]:
    """Templates of the desk that are compiled once in this worker, and not by each desk that a test builds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(starlette_admin.base, "Environment", partial(Environment, bytecode_cache=KeptTemplates()))
        yield


@pytest.fixture
def emptied(broom: Broom) -> None:
    """The database, empty but for what the migrations put there, and closed: for what opens it by itself."""
    broom.sweep()


@pytest.fixture
async def world(database_url: str, emptied: None) -> AsyncIterator[None]:
    """The database, opened and empty but for what the migrations put there."""
    database.open_database(database_url, pool=10)
    yield
    await children.settled()  # a process that goes on would do the work of another test
    await database.break_off()
    assert database.in_use() == 0, "a connection that nobody gave back would be found in another test"
    await database.close_database()
    assert not database.is_open(), "a database that nobody closed would be the one of another test"


@pytest.fixture
async def safo(world: None) -> None:
    """The commune of Safo, and nobody in it."""
    await seed.safo()


@pytest.fixture(scope="session")
def redis_server(servers_folder: Path) -> Iterator[OwnRedis]:
    server = own_redis(servers_folder)
    yield server
    server.close()


@pytest.fixture
async def redis(redis_server: OwnRedis) -> AsyncIterator[Redis]:
    """A client of an empty Redis."""
    client = Redis.from_url(redis_server.url)
    await client.flushall()
    yield client
    await client.aclose()


DEMO_HOUSEHOLDS = 100


async def _settled(url: str, folder: Path) -> None:
    database.open_database(url, statement_seconds=60)
    await demo.world.build(folder, seed.TODAY, count=DEMO_HOUSEHOLDS)
    await database.close_database()


@pytest.fixture(scope="session")
def demo_world(database_url: str, servers_folder: Path) -> KeptWorld:
    """A database with the demo world of `TODAY`."""
    url = make_url(database_url).set(database=TOWN).render_as_string(hide_password=False)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TOWN}".encode())
    migrations.upgrade(url)
    asyncio.run(_settled(url, servers_folder / "demo"))
    return KeptWorld(url)


@pytest.fixture
def town_database(demo_world: KeptWorld) -> str:
    """The demo world as it was built, for one test."""
    demo_world.put_back()
    return demo_world.url


@pytest.fixture
def catalogues(tmp_path: Path) -> SmallCatalogues:
    """Catalogues of two texts and the room that uses them, for a test to spoil."""
    return SmallCatalogues(tmp_path)
