"""A database that is put back as it was, in some thousandths of a second, instead of copied for each test."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import psycopg
from psycopg import Connection, sql

TOWN: Final = "jigi_town"
DIALOGUES: Final = "jigi_dialogues"
"""The databases that are kept."""

KEPT: Final = "kept"
"""The schema in which the rows stand as they were."""

TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
COLUMNS: Final = """
SELECT attname FROM pg_attribute
WHERE attrelid = CAST(%s AS regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
NUMBERED: Final = """
SELECT format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value), last_value IS NOT NULL
FROM pg_sequences WHERE schemaname = 'public'
"""
OTHERS_AT_WORK: Final = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


@dataclass(frozen=True, slots=True)
class _Rows:
    """How many rows a table has and which transaction wrote the last: no change leaves both as they are."""

    count: int
    written_by: int


class KeptWorld:
    """The rows of a database as they are when it is made, which every test may change."""

    def __init__(self, url: str) -> None:
        self.url = url
        with self._connection as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(KEPT)))
            for name in self._tables:
                copy = sql.SQL("CREATE TABLE {} AS TABLE {}")
                connection.execute(copy.format(sql.Identifier(KEPT, name), sql.Identifier("public", name)))
            self._numbers = connection.execute(NUMBERED).fetchall()
            self._rows = self._counted(connection)

    def put_back(self) -> None:
        """Make every row and every number as it was; whoever is still at work there is cut off."""
        with self._connection as connection:
            connection.execute(OTHERS_AT_WORK)
            connection.execute("SET LOCAL session_replication_role = replica")  # the audit trail forbids it
            now = self._counted(connection)
            changed = [name for name in self._tables if now[name] != self._rows[name]]
            for name in changed:
                self._fill(connection, name)
            for name, value, is_called in self._numbers:
                connection.execute("SELECT setval(CAST(%s AS regclass), %s, %s)", [name, value, is_called])
            self._rows = self._counted(connection) if changed else now

    @property
    def _connection(self) -> Connection:
        return psycopg.connect(self.url)

    @cached_property
    def _tables(self) -> list[str]:
        with self._connection as connection:
            return [name for (name,) in connection.execute(TABLES).fetchall()]

    def _counted(self, connection: Connection) -> dict[str, _Rows]:
        each = [
            sql.SQL("SELECT {}, count(*), coalesce(max(CAST(CAST(xmin AS text) AS bigint)), 0) FROM {}").format(
                sql.Literal(name), sql.Identifier("public", name)
            )
            for name in self._tables
        ]
        return {name: _Rows(count, by) for name, count, by in connection.execute(sql.SQL(" UNION ALL ").join(each))}

    def _fill(self, connection: Connection, name: str) -> None:
        whole = sql.Identifier("public", name)
        columns = [sql.Identifier(column) for (column,) in connection.execute(COLUMNS, [f'public."{name}"']).fetchall()]
        connection.execute(sql.SQL("DELETE FROM {}").format(whole))
        connection.execute(
            sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
                whole, sql.SQL(", ").join(columns), sql.SQL(", ").join(columns), sql.Identifier(KEPT, name)
            )
        )
