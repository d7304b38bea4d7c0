"""How PostgreSQL would find what a process asked, were every table that grows as large as a nation's."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, NamedTuple

import psycopg
import pytest
from psycopg.rows import tuple_row
from psycopg.sql import Composable

from core.platform.statement_link import StatementLink

IDLE: Final = psycopg.pq.TransactionStatus.IDLE

SMALL: Final = frozenset({
    "agent", "agent_credential", "alarm", "campaign", "campaign_change", "campaign_rule_look", "campaign_rule_off",
    "campaign_tally", "campaign_template", "cercle", "claim_key", "commune", "component", "component_event",
    "daily_use", "database_identity", "desk_session", "focal_alert", "holiday", "import_run", "payment_round",
    "prepared_answer", "programme_setting", "recovery_code", "referral_service", "region", "register_mapping",
    "report_mail", "restoration", "screen_count", "sms_pace", "sms_worker", "task_count",
})  # fmt: skip
"""Tables that grow with places, people who work here, campaigns or days, and not with households."""

ROWS: Final = 3_000
DEAR: Final = "SET LOCAL cpu_tuple_cost = 1; SET LOCAL cpu_index_tuple_cost = 0.5"
"""Looking at a row costs much, so that these are many; of a table without statistics one in two hundred is expected."""

NATION: Final = 100
GROWN: Final = f"""
UPDATE pg_class SET reltuples = {ROWS}, relpages = greatest(1, pg_relation_size(oid) / 8192)
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relname = ANY (%s)
"""  # noqa: S608
FILLED: Final = f"""
UPDATE pg_class SET reltuples = reltuples * {NATION}
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%s)
"""  # noqa: S608
GROWN_INDEXES: Final = f"""
UPDATE pg_class SET reltuples = {ROWS}, relpages = greatest(1, pg_relation_size(pg_class.oid) / 8192)
FROM pg_index, pg_class of WHERE pg_class.oid = indexrelid AND of.oid = indrelid
  AND of.relnamespace = 'public'::regnamespace AND NOT of.relname = ANY (%s)
"""  # noqa: S608
FORGOTTEN: Final = """
DELETE FROM pg_statistic USING pg_class
WHERE pg_class.oid = starelid AND relnamespace = 'public'::regnamespace AND NOT relname = ANY (%s)
"""
"""What the planner believes of each table and each index, until its transaction is undone: so many rows, and of what
stands in them nothing but what is usual."""

TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
PARTIAL: Final = "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
"""Indexes of what is under way, not of all there ever was: to read one whole is to read little."""

Values = Mapping[str, Any]


@contextmanager
def recorded() -> Iterator[dict[str, Values]]:
    """Each statement that is sent to a database from here on, once, with values that it had."""
    heard: dict[str, Values] = {}
    execute, run = psycopg.AsyncCursor.execute, StatementLink.run

    def hear(query: Any, params: Any) -> None:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if text.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            heard.setdefault(text, dict(params) if params else {})

    async def listening(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
        hear(query, params)
        return await execute(cursor, query, params, **more)

    async def by_itself(link: StatementLink, statement: str, values: Values) -> Any:
        hear(statement, values)
        return await run(link, statement, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", listening)
        patch.setattr(StatementLink, "run", by_itself)
        yield heard


def whole_reads(url: str, heard: Mapping[str, Values], filled: Collection[str] = ()) -> dict[str, list[str]]:
    """Of each statement, the growing tables that it would read from one end to the other.

    `filled` are tables that have many rows and are analysed: then they alone are looked for, and the planner believes
    what it sees of them, a hundred times as many. The rows of every other table are given, so that no answer depends on
    what an earlier test or autovacuum left there.
    """
    found: dict[str, list[str]] = {}
    with psycopg.connect(url) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(GROWN, [[*SMALL, *filled]])
        if filled:
            cursor.execute(FILLED, [[*filled]])
        else:
            cursor.execute(DEAR)
            cursor.execute(GROWN_INDEXES, [[*SMALL]])
            cursor.execute(FORGOTTEN, [[*SMALL]])
        bounded = {name for (name,) in cursor.execute(PARTIAL).fetchall()}
        growing = {name for (name,) in cursor.execute(TABLES).fetchall()} - SMALL
        for statement, values in heard.items():
            cursor.execute("SAVEPOINT before")
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
            (row,) = cursor.fetchall()
            cursor.execute("ROLLBACK TO before")
            whole = {each for each in _whole(row[0][0]["Plan"], bounded) if each.table in (filled or growing)}
            if whole:
                found[" ".join(statement.split())] = sorted(map(str, whole))
        connection.rollback()
    return found


READS: Final = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE|CREATE TEMP TABLE [^(]+ AS\s)", re.IGNORECASE)


@contextmanager
def read_whole() -> Iterator[dict[str, list[str]]]:
    """Of each statement sent in transactions from here on, the growing tables that it reads from one end to the other.

    Each is explained where it runs, so that it may ask tables that live no longer than their transaction; none of the
    transactions is kept.
    """
    found: dict[str, list[str]] = {}
    execute = psycopg.AsyncCursor.execute
    bounded: set[str] = set()
    growing: set[str] = set()

    async def listening(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
        connection = cursor.connection
        text = query.as_string(cursor) if isinstance(query, Composable) else str(query)
        if READS.match(text) and not connection.autocommit:
            own = connection.cursor(row_factory=tuple_row)
            ask = partial(execute, own)
            if connection.info.transaction_status is IDLE:
                for belief in (GROWN, GROWN_INDEXES, FORGOTTEN):
                    await ask(belief, [[*SMALL]])
                for names, those in ((bounded, PARTIAL), (growing, TABLES)):
                    await ask(those)
                    names |= {name for (name,) in await own.fetchall()}
            await ask(DEAR)
            await ask(f"EXPLAIN (FORMAT JSON) {text}", params)
            ((plan,),) = await own.fetchall()
            whole = {str(each) for each in _whole(plan[0]["Plan"], bounded) if each.table in growing - SMALL}
            if whole:
                found[" ".join(text.split())] = sorted(whole)
        return await execute(cursor, query, params, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", listening)
        patch.setattr(psycopg.AsyncConnection, "commit", psycopg.AsyncConnection.rollback)
        yield found


class WholeRead(NamedTuple):
    """A table that is read from end to end, and how."""

    kind: str
    table: str

    def __str__(self) -> str:
        return f"{self.kind} of {self.table}"


def _whole(node: Mapping[str, Any], bounded: Collection[str]) -> Iterator[WholeRead]:
    kind, table = node["Node Type"], node.get("Relation Name")
    by_index = kind.startswith("Index") and ("Index Cond" in node or node["Index Name"] in bounded)
    if table and kind.endswith("Scan") and kind != "Bitmap Heap Scan" and not by_index:
        yield WholeRead(kind, table)
    for each in node.get("Plans", ()):
        yield from _whole(each, bounded)
