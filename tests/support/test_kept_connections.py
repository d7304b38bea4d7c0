"""What a test closes is as good as new for the next one, and nobody is given what has ended."""

from typing import Any

import psycopg
import pytest

from tests.support.kept_connections import KeptConnections

pytestmark = pytest.mark.usefixtures("world")

LEFT = """
SELECT current_setting('statement_timeout'), current_user::text, to_regclass('leftover') IS NOT NULL,
    (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
    (SELECT count(*) FROM pg_listening_channels()), (SELECT count(*) FROM pg_prepared_statements),
    (SELECT count(*) FROM phone)
"""


async def left(connection: psycopg.AsyncConnection[Any]) -> Any:
    return await (await connection.execute(LEFT, prepare=False)).fetchone()


async def test_nothing_is_left_of_whoever_had_it(database_url: str) -> None:
    kept = KeptConnections("jigi_tests")
    first = await kept.connect(database_url, autocommit=True)
    clean, process = await left(first), first.info.backend_pid
    for spoiling in (
        "SET statement_timeout = 7", "SET ROLE jigi_line", "RESET ROLE", "CREATE TEMP TABLE leftover ()",
        "SELECT pg_advisory_lock(7)", "LISTEN somebody", "PREPARE leftover AS SELECT 1", "BEGIN",
        "INSERT INTO phone (msisdn) VALUES ('+22376000000')", "SET ROLE jigi_line",
    ):  # fmt: skip
        await first.execute(spoiling, prepare=False)
    await first.close()
    assert first.closed
    second = await kept.connect(database_url, autocommit=True)
    assert (second.info.backend_pid, await left(second)) == (process, clean)
    await second.close()
    kept.end()


async def test_what_has_ended_or_has_other_options_is_given_to_nobody(database_url: str) -> None:
    kept = KeptConnections("jigi_tests")
    async with await kept.connect(database_url) as first:
        process = first.info.backend_pid
    async with await kept.connect(database_url, options="-c statement_timeout=60000") as other:
        assert other.info.backend_pid != process
        await other.execute("SELECT pg_terminate_backend(%s, 2000)", [process])
    async with await kept.connect(database_url) as third:
        assert await (await third.execute("SELECT 1")).fetchone() == (1,)
    kept.end()
