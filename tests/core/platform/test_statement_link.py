"""A connection's statements without cursors: what is sent, what comes back, and what is left when something fails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import errors

from core.platform.statement_link import MOST_PREPARED, StatementLink, in_numbers

PREPARED = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture
async def link(database_url: str) -> AsyncIterator[StatementLink]:
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True, prepare_threshold=2)
    own = StatementLink(connection)
    yield own
    await own.close()


async def scalar(link: StatementLink, statement: str, **values: Any) -> Any:
    return link.rows(await link.run(statement, values))[0][0]


@pytest.mark.parametrize(
    ("statement", "numbered", "names"),
    [
        ("SELECT 1", b"SELECT 1", ()),
        ("SELECT %(a)s, %(b)s, %(a)s", b"SELECT $1, $2, $1", ("a", "b")),
        ("SELECT 7 %% 4 WHERE x LIKE 'a%%'", b"SELECT 7 % 4 WHERE x LIKE 'a%'", ()),
        ("SELECT '%%(a)s', %(é)s", b"SELECT '%(a)s', $1", ("é",)),
    ],
)
def test_parameters_have_numbers(statement: str, numbered: bytes, names: tuple[str, ...]) -> None:
    assert in_numbers(statement) == (numbered, names)


@pytest.mark.parametrize("statement", ["SELECT 7 % 4", "SELECT %s", "SELECT %(a)d", "SELECT 1 %"])
def test_a_percent_sign_alone_is_refused(statement: str) -> None:
    with pytest.raises(psycopg.ProgrammingError):
        in_numbers(statement)


async def test_values_and_columns_are_as_the_driver_has_them(link: StatementLink, database_url: str) -> None:
    values = {
        "text": "dɛmɛ", "number": 7, "many": ["a", None], "none": None, "moment": datetime(2026, 12, 7, tzinfo=UTC),
        "octets": b"\0\xff", "whether": True,
    }  # fmt: skip
    statement = (
        "SELECT %(text)s::text, %(number)s::int, %(many)s::text[], %(none)s::int, %(moment)s::timestamptz, "
        "%(octets)s::bytea, %(whether)s::bool, 1.50::numeric, '{\"a\": 1}'::jsonb, DATE '2026-12-07'"
    )
    async with await psycopg.AsyncConnection.connect(database_url) as driver:
        cursor = await driver.execute(statement, values)
        expected = await cursor.fetchall()
    for _ in range(4):  # by itself, then prepared
        assert link.rows(await link.run(statement, values)) == expected


async def test_what_comes_again_is_prepared_once_and_nothing_behind_a_pooler(link: StatementLink) -> None:
    for n in range(5):
        assert await scalar(link, "SELECT %(n)s::int", n=n) == n
    assert await scalar(link, PREPARED) == 1
    link.connection.prepare_threshold = None
    for n in range(4):
        assert await scalar(link, "SELECT %(n)s::int + 1", n=n) == n + 1
    assert await scalar(link, PREPARED) == 1


async def test_so_many_are_prepared_and_no_more(link: StatementLink) -> None:
    link.connection.prepare_threshold = 0
    for n in range(MOST_PREPARED + 3):
        assert await scalar(link, f"SELECT {n}") == n
    assert await scalar(link, PREPARED) == MOST_PREPARED


async def test_what_is_larger_than_a_socket_holds_is_sent_and_read_whole(link: StatementLink) -> None:
    large = "x" * 6_000_000
    assert await scalar(link, "SELECT %(large)s::text", large=large) == large
    rows = link.rows(await link.run("SELECT n FROM generate_series(1, 50000) AS n", {}))
    assert len(rows) == 50_000


async def test_what_fails_is_the_drivers_error_and_the_next_goes_on(link: StatementLink) -> None:
    for _ in range(4):
        with pytest.raises(errors.DivisionByZero):
            await link.run("SELECT 1 / %(n)s::int", {"n": 0})
        with pytest.raises(errors.UndefinedColumn):
            await link.run("SELECT nothing", {})
        with pytest.raises(psycopg.ProgrammingError, match="no value"):
            await link.run("SELECT %(missing)s", {})
    assert await scalar(link, "SELECT 1") == 1
    assert (await link.run("CREATE TEMP TABLE t (n int); CREATE TEMP TABLE u (n int)", {})).nfields == 0
    assert (await link.run("INSERT INTO t SELECT generate_series(1, 3)", {})).command_tuples == 3


async def test_the_server_leaves_what_nobody_waits_for(link: StatementLink, database_url: str) -> None:
    waiting = asyncio.create_task(link.run("SELECT pg_sleep(60)", {}))
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as other:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"

        async def at_work() -> int:
            cursor = await other.execute(asked)
            ((count,),) = await cursor.fetchall()
            return int(count)

        while not await at_work():  # noqa: ASYNC110 - it is seen in a table
            await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        while await at_work():  # noqa: ASYNC110 - as before
            await asyncio.sleep(0.01)


async def test_a_server_that_goes_away_is_noticed_before_or_during_a_statement(database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as other:
        for statement in ("SELECT 1", "SELECT pg_sleep(60)"):
            link = StatementLink(await psycopg.AsyncConnection.connect(database_url, autocommit=True))
            await scalar(link, "SELECT 1")
            waiting = asyncio.create_task(link.run(statement, {})) if "sleep" in statement else None
            await asyncio.sleep(0)
            await other.execute("SELECT pg_terminate_backend(%s)", [link.connection.info.backend_pid])
            while not link.connection.closed:  # noqa: ASYNC110 - nobody tells it
                await asyncio.sleep(0.01)
            with pytest.raises(psycopg.OperationalError):
                await (waiting or link.run(statement, {}))
            await link.close()


async def test_it_can_be_used_by_the_drivers_own_means_between(link: StatementLink) -> None:
    assert await scalar(link, "SELECT 1") == 1
    link.pause()
    async with link.connection.cursor() as cursor:
        await cursor.execute("SELECT 2")
        assert await cursor.fetchone() == (2,)
    assert await scalar(link, "SELECT 3") == 3
