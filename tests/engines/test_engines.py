"""The line on engines as people run them: every act once, and no apology once a fail-over is over.

Run by `make engines`, which installs them; the table at the end is what was seen.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import psycopg
import pytest
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from asgi import build
from core.platform import database
from core.platform.database import DatabaseTask
from core.platform.redis import connect
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.schema.ground import Ground
from core.staff.agents import actor_of
from core.staff.sign_in import give_password
from demo.campaigns import campaign as demo_campaign
from sms.campaigns import steps
from sms.worker.process import work
from tests.desk.browser import PASSWORD, Browser
from tests.engines.callers import Callers, Tally, apologies, filed
from tests.engines.conftest import LineOn, built, line_settings
from tests.engines.machines import (
    LOGINS,
    Postgres,
    cluster,
    encrypted,
    pgbouncer,
    postgres,
    promote,
    signed_in,
    watched,
)
from tests.sms.scripted_gateway import ScriptedGateway, alone

pytestmark = pytest.mark.engines

CALLS = 40
FAILING_OVER = 8.0
"""Seconds of calls around a fail-over, which is to be over by then."""


async def complained(callers: Callers, url: str, engine: str, sms: int = 0) -> Tally:
    """People complain on an engine that stands; nothing is lost, nothing twice, nobody is put off."""
    before = apologies()
    await callers.complain(CALLS)
    tally = Tally(engine, callers.hops, filed(url), callers.numbered, 0, apologies() - before, sms)
    assert (tally.filed, tally.numbered, tally.later) == (CALLS, CALLS, 0)
    return tally


async def sent(settings: Settings, pooled: str, direct: str, *, by: str = "") -> int:
    """A small campaign goes out through the worker, which signs in `by` another URL where one is given.

    How many were told, each once.
    """
    now = datetime.now(UTC)
    gateway = ScriptedGateway()
    database.open_database(pooled, direct=direct, statement_seconds=30)
    campaign = await demo_campaign(now, settings)
    assert campaign is not None
    await steps.start(campaign, await actor_of("awa"), now)
    await database.close_database()
    until = asyncio.Event()
    worker = asyncio.create_task(work(settings, by or pooled, ways=alone(gateway), until=until))
    with psycopg.connect(direct, autocommit=True) as connection:
        for _ in range(200):
            await asyncio.sleep(0.1)
            row = connection.execute("SELECT count(*) FROM message WHERE state = 'planned'").fetchone()
            if row == (0,):
                break
    until.set()
    await worker
    assert set(gateway.took.values()) == {1}
    return len(gateway.took)


async def sent_plainly(server: Postgres) -> int:
    """The same beside an engine that workers do not need: no SMS waits for Redis."""
    return await sent(worker_settings(server.url()), server.url(), server.url())


def worker_settings(direct: str) -> Settings:
    return Settings(  # type: ignore[call-arg]
        _env_file=None, simulator=True, database_direct_url=direct, sms_window=(time(0), time(23, 59)), sms_rate=0
    )


@pytest.mark.parametrize("mode", ["transaction", "session"])
async def test_behind_pgbouncer(
    tmp_path: Path, primary: Postgres, redis_server: OwnRedis, line_on: LineOn, table: list[Tally], mode: str
) -> None:
    await built(primary, tmp_path / "world")
    with pgbouncer(tmp_path / "pgbouncer", primary, mode) as pooled:
        sms = await sent(worker_settings(primary.url()), pooled, primary.url())
        async with line_on(Ground(pooled, redis_server.url, primary.url())) as callers:
            table.append(await complained(callers, primary.url(), f"PgBouncer 1.18, {mode} mode", sms))


@pytest.mark.parametrize("mode", ["transaction", "session"])
async def test_each_task_signs_in_as_itself_behind_pgbouncer(
    tmp_path: Path, primary: Postgres, redis_server: OwnRedis, table: list[Tally], mode: str
) -> None:
    """Line, worker, desk and sign-in have each a login with its role alone; nobody in it is the owner."""
    await built(primary, tmp_path / "world")
    primary.log_in_by_task()
    with pgbouncer(tmp_path / "pgbouncer", primary, mode) as pooled:
        of = {task: signed_in(pooled, task) for task in DatabaseTask}
        direct = signed_in(primary.url(), DatabaseTask.LINE)  # the worker goes there by its own name all the same
        with capture_logs() as lines:
            sms = await sent(worker_settings(direct), pooled, primary.url(), by=of[DatabaseTask.WORKER])
        assert [line for line in lines if line["log_level"] in {"warning", "error"}] == []
        database.open_database(primary.url())
        await give_password((await actor_of("awa")).id, datetime.now(UTC), password=PASSWORD)
        await database.close_database()
        app = build(line_settings(desk_totp=False), Ground(of[DatabaseTask.LINE], redis_server.url, direct, by_task=of))
        async with app.router.lifespan_context(app), Browser(app) as awa:
            tally = await complained(Callers(awa.http), primary.url(), f"PgBouncer, {mode} mode, a login a task", sms)
            assert (await awa.submit("/desk/login", login="awa", password=PASSWORD)).status_code == 303
            for page in ("queue", "grievances", "households", "campaigns", "dashboard", "reports", "call-requests"):
                assert (await awa.open(f"/desk/{page}")).status_code == 200, page
    table.append(tally)
    with psycopg.connect(primary.url()) as owner:
        busy = owner.execute("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'jigi'").fetchall()
    assert {name for (name,) in busy} <= {"jigi", *LOGINS.values()}


async def test_on_a_cluster_of_redis(tmp_path: Path, primary: Postgres, line_on: LineOn, table: list[Tally]) -> None:
    await built(primary, tmp_path / "world")
    with cluster(tmp_path / "cluster") as redis_url:
        async with line_on(Ground(primary.url(), redis_url)) as callers:
            tally = await complained(callers, primary.url(), "Redis cluster of three")
    table.append(replace(tally, sms=await sent_plainly(primary)))


async def test_on_a_redis_that_speaks_tls_under_an_authority_of_its_own(
    tmp_path: Path, primary: Postgres, line_on: LineOn, table: list[Tally]
) -> None:
    await built(primary, tmp_path / "world")
    with encrypted(tmp_path / "tls") as redis_url:
        async with line_on(Ground(primary.url(), redis_url)) as callers:
            tally = await complained(callers, primary.url(), "Redis by TLS, own authority")
        async with connect(redis_url) as client:
            assert [key async for key in client.scan_iter("jigi:*:call")], "the calls went through it"
        with pytest.raises(RedisError):
            async with connect(redis_url.partition("?")[0]) as stranger:
                await stranger.ping()
    table.append(replace(tally, sms=await sent_plainly(primary)))


async def test_on_a_redis_that_sentinels_fail_over(
    tmp_path: Path, primary: Postgres, line_on: LineOn, table: list[Tally]
) -> None:
    await built(primary, tmp_path / "world")
    with watched(tmp_path / "sentinel") as redis:
        async with line_on(Ground(primary.url(), redis.url)) as callers:
            before = apologies()
            calling = asyncio.create_task(callers.complain_for(FAILING_OVER))
            await asyncio.sleep(1)
            redis.master.kill()
            await calling
            during = apologies() - before
            assert redis.master_port() == redis.ports[1], "the replica is the master now"
            until = callers.numbered
            await callers.complain(CALLS)
            later = apologies() - before - during
            tally = Tally(
                "Redis failed over by Sentinel", callers.hops, filed(primary.url()), callers.numbered, during, later
            )
    table.append(replace(tally, sms=await sent_plainly(primary)))
    assert tally.numbered - until == CALLS
    assert tally.later == 0
    assert tally.filed == tally.numbered, "every complaint in the database was told, and none is there twice"


async def test_a_promoted_standby_is_followed(
    tmp_path: Path, redis_server: OwnRedis, line_on: LineOn, table: list[Tally]
) -> None:
    with postgres(tmp_path / "first") as (first, process):
        await built(first, tmp_path / "world")
        with postgres(tmp_path / "second", of=first) as (second, _):
            hosts = f"127.0.0.1:{first.port},127.0.0.1:{second.port}"
            url = f"postgresql://jigi@{hosts}/jigi?target_session_attrs=read-write"
            read = f"postgresql://jigi@{hosts}/jigi?target_session_attrs=prefer-standby"
            with psycopg.connect(first.url(), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
                connection.execute("SELECT pg_reload_conf()")
            async with line_on(Ground(url, redis_server.url, "", read)) as callers:
                before = apologies()
                calling = asyncio.create_task(callers.complain_for(FAILING_OVER))
                await asyncio.sleep(1)
                process.kill()
                await asyncio.to_thread(promote, second)
                await calling
                during = apologies() - before
                until = callers.numbered
                await callers.complain(CALLS)
                later = apologies() - before - during
            sms = await sent(worker_settings(second.url()), url, second.url())
            tally = Tally(
                "PostgreSQL, standby promoted under load",
                callers.hops,
                filed(second.url()),
                callers.numbered,
                during,
                later,
                sms,
            )
    table.append(tally)
    assert tally.numbered - until == CALLS
    assert tally.later == 0
    assert tally.filed >= tally.numbered, "what somebody was told is there"
