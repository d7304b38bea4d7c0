"""Two people who join the same two complaints at once, each to the other's: one of them does, the other is told."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from core.grievances import merging
from core.grievances.cases import id_of
from core.grievances.locked import ShownVersion, Stale
from core.grievances.steps import decide, take
from core.grievances.vocabulary import GrievanceState
from core.staff.agents import Actor
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


async def led(mariam: Actor) -> tuple[str, str]:
    """Two complaints of Mariam's, the first of which follows the second."""
    follower, lead = await filed("a"), await filed("b")
    first = await id_of(follower)
    assert first
    async with seen_by(mariam):
        for each in (follower, lead):
            await take(await visit(mariam, each))
        await merging.merge(await visit(mariam, lead), first)
    return follower, lead


async def in_turn(url: str, row: str, *acts: Coroutine[Any, Any, None]) -> list[BaseException | None]:
    """What came of acts that wait for one row, one behind the other, until somebody else lets go of it."""
    async with await AsyncConnection.connect(url) as busy:
        await busy.execute("SELECT FROM grievance WHERE reference = %s FOR UPDATE", (row,))
        tasks = []
        for act in acts:
            tasks.append(asyncio.create_task(act))
            await waiting(url, len(tasks))
    return list(await asyncio.gather(*tasks, return_exceptions=True))


async def as_seen(who: Actor, act: Coroutine[Any, Any, None]) -> None:
    async with seen_by(who):
        await act


async def test_joined_from_an_old_page_while_the_other_is_decided(database_url: str) -> None:
    mariam = await somebody("mariam")
    follower, lead = await led(mariam)
    of_lead = await id_of(lead)
    assert of_lead
    old = replace(await visit(mariam, follower), shown=ShownVersion(0, 0))
    decided = decide(await visit(mariam, lead), GrievanceState.RESOLVED, "Payé lundi.")
    joined = merging.merge(old, of_lead)
    ended = await in_turn(database_url, follower, as_seen(mariam, joined), as_seen(mariam, decided))
    assert [type(each) for each in ended] == [Stale, type(None)], "neither waits for ever for the other"
    assert await scalar("SELECT count(*) FROM grievance WHERE state = 'resolved'") == 2


@pytest.mark.parametrize("parted_first", [True, False])
async def test_parted_while_the_other_is_decided(database_url: str, *, parted_first: bool) -> None:
    mariam = await somebody("mariam")
    follower, lead = await led(mariam)
    acts = [
        as_seen(mariam, merging.part(await visit(mariam, follower))),
        as_seen(mariam, decide(await visit(mariam, lead), GrievanceState.RESOLVED, "Payé lundi.")),
    ]
    ended = await in_turn(database_url, follower, *(acts if parted_first else reversed(acts)))
    assert [type(each) for each in ended] == [type(None), type(None) if parted_first else Stale]
    states = {row.reference: row.state for row in await query("SELECT reference, state FROM grievance")}
    assert (states[lead], states[follower] == "resolved") == ("resolved", not parted_first), (
        "what stands alone is not answered"
    )


async def waiting(url: str, many: int) -> None:
    """Until so many wait for what somebody else holds."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(1000):
            if (connection.execute(WAITING).fetchone() or (0,))[0] >= many:
                return
            await asyncio.sleep(0.01)
    pytest.fail(f"{many} do not wait")
