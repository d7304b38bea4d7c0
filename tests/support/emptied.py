"""A database made empty again between two tests, in a thousandth of a second where little stood in it."""

from collections.abc import Sequence
from typing import Final

import psycopg
from psycopg import Connection, sql

from core.schema import migrations

TABLES: Final = """
SELECT tablename, pg_relation_size(format('%%I', tablename)::regclass) > 262144 AS large FROM pg_tables
WHERE schemaname = 'public' AND tablename <> ALL (%s)
"""
RESTARTED: Final = """
SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL
"""


class Broom:
    """Empties one database by a connection of its own, which knows all tables after the first time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = self._connected()

    def sweep(self) -> None:
        """Make it empty, and nobody's: neither a programme's nor a demonstration's."""
        try:
            self._sweep()
        except psycopg.OperationalError:  # a test ended every connection
            self.close()
            self._connection = self._connected()
            self._sweep()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _connected(self) -> Connection:
        return psycopg.connect(self._url, autocommit=True)

    def _sweep(self) -> None:
        empty(self._connection)
        self._connection.execute("UPDATE database_identity SET kind = NULL")


def empty(connection: Connection) -> None:
    """Take away all rows but those of the migrations, and let numbers begin anew.

    To truncate everything takes fifty times as long as to delete the few rows of a test; a table that grew large is
    truncated, so that what is dead in it is in nobody's way.
    """
    connection.execute("SET session_replication_role = replica")  # the audit trail forbids it
    tables = connection.execute(TABLES, [list(migrations.FILLED)]).fetchall()
    large = [name for name, is_large in tables if is_large]
    if large:
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, large))))
    for name in _with_rows(connection, [name for name, _ in tables]):
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
    connection.execute(RESTARTED)


def _with_rows(connection: Connection, tables: Sequence[str]) -> list[str]:
    """The tables that hold anything."""
    asked = [
        sql.SQL("SELECT {} AS name WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for name in tables
    ]
    if not asked:
        return []
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall()]
