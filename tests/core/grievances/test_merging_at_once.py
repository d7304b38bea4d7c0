"""Two people who join the same two complaints at once, each to the other's: one of them does, the other is told."""

import asyncio

import psycopg
import pytest
from psycopg import AsyncConnection

from core.grievances import merging
from core.grievances.locked import Stale
from core.grievances.steps import take
from core.staff.row_security import seen_by
from tests.core.grievances.handling import filed, somebody, visit
from tests.support.database import query, scalar

pytestmark = pytest.mark.usefixtures("safo")

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_one_joins_and_the_other_is_told_that_it_changed(database_url: str) -> None:
    mariam = await somebody("mariam")
    pair = [await filed("a"), await filed("b")]
    async with seen_by(mariam):
        for each in pair:
            await take(await visit(mariam, each))
    rows = {row.reference: row.id for row in await query("SELECT reference, id FROM grievance")}

    async def join(one: str, other: str) -> None:
        page = await visit(mariam, one)
        async with seen_by(mariam):
            await merging.merge(page, rows[other])

    async with await AsyncConnection.connect(database_url) as busy:
        await busy.execute("SELECT FROM grievance WHERE reference = %s FOR UPDATE", (pair[0],))
        tasks = []
        for one, other in (pair, reversed(pair)):
            tasks.append(asyncio.create_task(join(one, other)))
            await waiting(database_url, len(tasks))
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in ended] == [type(None), Stale]
    assert await scalar("SELECT count(*) FROM grievance WHERE lead_id IS NOT NULL") == 1


async def waiting(url: str, many: int) -> None:
    """Until so many wait for what somebody else holds."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(1000):
            if (connection.execute(WAITING).fetchone() or (0,))[0] >= many:
                return
            await asyncio.sleep(0.01)
    pytest.fail(f"{many} do not wait")
