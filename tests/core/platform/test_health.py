"""Ready is who can answer callers, in every language, and would after a restart."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from core.platform import database_metrics, health, sql
from core.platform.database import close_database, open_database
from core.schema import identity
from core.schema.identity import DatabaseKind
from core.text.catalogue import unspoken


@pytest.fixture
async def site(world: None, redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=health.routes(redis, unspoken, partial(identity.serves, DatabaseKind.PRODUCTION)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client:
        yield client


async def test_who_has_everything_is_ready(site: httpx.AsyncClient) -> None:
    answer = await site.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"postgresql": "ok", "redis": "ok", "languages": "ok"}


async def test_who_lacks_a_catalogue_is_not_ready(site: httpx.AsyncClient, locales: Path) -> None:
    assert (await site.get("/health/ready")).status_code == 200
    path = locales / "bm" / "LC_MESSAGES" / "jigi.po"
    path.unlink()
    answer = await site.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["languages"] == f"{path} is missing"
    assert (await site.get("/health/live")).status_code == 200


async def test_a_full_disk_is_said_and_calls_are_answered_as_far_as_they_read(
    site: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_metrics.failed(psycopg.errors.DiskFull())
    answer = await site.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["postgresql"].startswith("takes nothing: its disk is full")
    monkeypatch.setattr(database_metrics, "NO_ROOM_SECONDS", 0.0)
    assert (await site.get("/health/ready")).json()["postgresql"] == "ok"


async def test_who_stands_on_a_demonstration_and_shall_serve_a_programme_is_not_ready(site: httpx.AsyncClient) -> None:
    await identity.become(DatabaseKind.DEMO)
    answer = await site.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["postgresql"].startswith("unfit: This database is a demonstration")


async def test_who_is_too_old_for_the_tables_of_an_upgrade_is_ready_no_longer(site: httpx.AsyncClient) -> None:
    assert (await site.get("/health/ready")).status_code == 200
    await sql.execute("UPDATE database_identity SET oldest_program = '99.0.0'")
    try:
        answer = await site.get("/health/ready")
    finally:
        await sql.execute("UPDATE database_identity SET oldest_program = '0.3.0'")
    assert answer.status_code == 503
    assert answer.json()["postgresql"].startswith("unfit: The database serves Jigi 99.0.0 and later")


async def test_who_stands_on_a_database_that_only_reads_is_not_ready(
    site: httpx.AsyncClient, database_url: str
) -> None:
    """As a standby does, or a primary that was told so."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE only_reads LOGIN SUPERUSER")
        connection.execute("ALTER ROLE only_reads SET default_transaction_read_only = on")
        try:
            await close_database()
            url = make_url(database_url).set(username="only_reads").render_as_string(hide_password=False)
            open_database(url, pool=2)
            answer = await site.get("/health/ready")
            await close_database()
        finally:
            connection.execute("DROP ROLE only_reads")
    assert answer.status_code == 503
    assert answer.json()["postgresql"].startswith("unfit: PostgreSQL only reads here")


@pytest.mark.parametrize(
    ("stands", "status"), [("ok", 200), ("ok, another process holds it", 200), ("down: no bind stands", 503)]
)
async def test_a_link_of_a_gateways_own_that_is_lost_makes_it_unready(
    world: None, redis: Redis, stands: str, status: int
) -> None:
    fits = partial(identity.fits, DatabaseKind.PRODUCTION)
    app = Starlette(routes=health.routes(redis, unspoken, fits, lambda: {"ussd smpp": stands}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client:
        ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["ussd smpp"]) == (status, stands)
