"""Rows of our own SQL come as dataclasses, mapped by name."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import psycopg
import pytest
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from core.platform import sql
from core.platform.database import undone, writing
from core.platform.outages import is_outage
from core.platform.sql import WrongColumns
from core.platform.statements import Statements


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Lamp:
    name: str
    colour: Colour
    seen: tuple[Colour, ...]
    faded: Colour | None = None


LAMPS = """
SELECT faded, 'red' AS colour, name, ARRAY['green', 'red'] AS seen
FROM (VALUES ('left', NULL), ('right', 'green')) AS lamp (name, faded) WHERE name = %(name)s OR %(name)s = 'all'
"""


@pytest.mark.usefixtures("world")
async def test_columns_find_their_fields_whatever_their_order() -> None:
    left, right = await sql.rows(Lamp, LAMPS, {"name": "all"})
    assert left == Lamp("left", Colour.RED, (Colour.GREEN, Colour.RED))
    assert right.faded is Colour.GREEN


@pytest.mark.usefixtures("world")
async def test_one_row_or_none() -> None:
    assert await sql.row(Lamp, LAMPS, {"name": "left"}) == Lamp("left", Colour.RED, (Colour.GREEN, Colour.RED))
    assert await sql.row(Lamp, LAMPS, {"name": "middle"}) is None


@pytest.mark.usefixtures("world")
async def test_a_statement_that_gives_other_columns_is_refused() -> None:
    with pytest.raises(WrongColumns, match="name, colour, seen, faded; the statement gives name"):
        await sql.rows(Lamp, "SELECT 'left' AS name")


@pytest.mark.usefixtures("world")
async def test_a_value_outside_the_enum_is_refused() -> None:
    with pytest.raises(ValueError, match="blue"):
        await sql.rows(Lamp, "SELECT 'l' AS name, 'blue' AS colour, ARRAY['red'] AS seen, NULL AS faded")


@pytest.mark.usefixtures("world")
async def test_it_runs_in_the_transaction_under_way_or_by_itself() -> None:
    add = "INSERT INTO region (pcode, name) VALUES (%(pcode)s, %(name)s)"
    count = "SELECT count(*) FROM region"
    async with undone():
        assert await sql.execute(add, {"pcode": "ML02", "name": "Koulikoro"}) == 1
        assert await sql.scalar(count) == 1
    assert await sql.scalar(count) == 0
    await sql.execute(add, {"pcode": "ML02", "name": "Koulikoro"})
    async with writing():
        assert await sql.scalars("SELECT name FROM region") == ["Koulikoro"]


@pytest.mark.usefixtures("world")
async def test_what_fails_by_itself_is_the_same_error_as_in_a_transaction_and_the_connection_goes_on() -> None:
    for statement, error in {"SELECT 1 / 0": DataError, "SELECT nothing": ProgrammingError}.items():
        with pytest.raises(error):
            await sql.scalar(statement)
        with pytest.raises(error):
            async with writing():
                await sql.scalar(statement)
    assert await sql.scalar("SELECT 1") == 1


async def test_what_waits_for_a_connection_has_one_in_turn_or_gives_up(database_url: str) -> None:
    opened: list[psycopg.AsyncConnection] = []

    async def connect() -> psycopg.AsyncConnection:
        opened.append(await psycopg.AsyncConnection.connect(database_url, autocommit=True))
        return opened[-1]

    pool = Statements(connect, name="tried", size=2, wait_seconds=0.2)
    outcomes = await asyncio.gather(*(pool.run("SELECT %(n)s::int", {"n": n}) for n in range(9)))
    assert [row for outcome in outcomes for row in outcome.rows] == [(n,) for n in range(9)]
    assert len(opened) == 2
    async with pool.connection(), pool.connection():
        with pytest.raises(NoConnectionFree):
            await pool.run("SELECT 1", {})
    left = asyncio.create_task(pool.run("SELECT pg_sleep(9)", {}))
    await asyncio.sleep(0.05)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    assert (await pool.run("SELECT 1", {})).rows == [(1,)]
    await pool.close()
    assert all(connection.closed for connection in opened)


async def test_connections_to_a_server_that_ends_are_all_left(database_url: str) -> None:
    pool = Statements(
        lambda: psycopg.AsyncConnection.connect(database_url, autocommit=True), name="tried", size=3, wait_seconds=1
    )
    async with pool.connection(), pool.connection(), pool.connection():
        pass
    with pytest.raises(OperationalError) as refusal:
        await pool.run("SELECT pg_terminate_backend(pg_backend_pid())", {})
    assert refusal.value.connection_invalidated
    assert is_outage(refusal.value)
    assert [(await pool.run("SELECT 1", {})).rows for _ in range(3)] == [[(1,)]] * 3
    await pool.close()
