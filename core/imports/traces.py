"""What an import changes, kept as it was, so that the last import can be undone.

Rows that it made are told by the transaction that wrote them (`xmin`), which every row of PostgreSQL bears until it is
written anew: nothing is kept of them. Of rows that it changed or took away, what they were before is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import AsyncConnection, sql

from core.imports.kinds import ImportKind

ALL: Final = "true"
NEVER: Final = "false"
"""Its rows are only made."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table that a kind of file writes to, its key, and SQL of its rows that planned ones can change or take away.

    `written` is SQL of its rows among which all are that the planned ones wrote, once they are. `household` is the
    column that says whose row it is, '' where it is no household's.
    """

    name: str
    key: Sequence[str]
    touched: str
    written: str = ALL
    household: str = ""


_OF_PLANNED: Final = "household_id IN (SELECT household_id FROM planned WHERE household_id IS NOT NULL)"
_OF_WRITTEN: Final = "household_id IN (SELECT household_id FROM planned_household)"
_PAID: Final = """(household_id, round_id) IN (
    SELECT planned.household_id, payment_round.id FROM planned JOIN payment_round USING (component)
    WHERE payment_round.name = planned.round
)"""
_OWN = "household_id"

RELATIONS: Final[Mapping[ImportKind, Sequence[Relation]]] = {
    ImportKind.COMMUNES: (
        Relation("region", ("pcode",), ALL),
        Relation("cercle", ("pcode",), ALL),
        Relation("commune", ("pcode",), ALL),
    ),
    ImportKind.HOUSEHOLDS: (
        Relation(
            "household",
            ("id",),
            "id IN (SELECT household_id FROM planned WHERE household_id IS NOT NULL)",
            "id IN (SELECT household_id FROM planned_household)",
            "id",
        ),
        Relation("household_phone", (_OWN, "position"), _OF_PLANNED, _OF_WRITTEN, _OWN),
        Relation("enrolment", (_OWN, "component"), _OF_PLANNED, _OF_WRITTEN, _OWN),
        Relation("correction", ("id",), _OF_PLANNED, _OF_WRITTEN, _OWN),
    ),
    ImportKind.PAYMENTS: (
        Relation("payment_round", ("id",), NEVER),
        Relation(
            "payment", ("id",), "id IN (SELECT payment_id FROM planned WHERE payment_id IS NOT NULL)", _PAID, _OWN
        ),
        Relation(
            "payment_move",
            ("payment_id", "moved_at"),
            NEVER,
            "payment_id IN (SELECT payment_id FROM planned WHERE payment_id IS NOT NULL)",
        ),
    ),
    ImportKind.EVENTS: (Relation("component_event", ("id",), ALL),),
}
"""In the order of writing: what refers to a row comes after it."""


async def remember(connection: AsyncConnection, kind: ImportKind) -> None:
    """Before anything is written: keep aside what may be changed, for as long as the transaction lasts."""
    for relation in _changeable(kind):
        await connection.execute(
            sql.SQL("CREATE TEMP TABLE {was} ON COMMIT DROP AS SELECT * FROM {name} WHERE {touched}").format(
                was=_was(relation), name=sql.Identifier(relation.name), touched=sql.SQL(relation.touched)
            )
        )


async def keep(connection: AsyncConnection, kind: ImportKind, run_id: int) -> int:
    """After it is written: keep what is no longer as it was, and of no earlier import anything; how many rows."""
    await connection.execute("DELETE FROM import_trace")
    kept = 0
    for relation in _changeable(kind):
        cursor = await connection.execute(_kept(relation), {"run": run_id})
        kept += cursor.rowcount
    return kept


async def written(connection: AsyncConnection, kind: ImportKind, writer: str) -> dict[str, int]:
    """How many rows of each table the transaction of an import wrote, before it ends."""
    return {each.name: await _written(connection, each.name, each.written, writer) for each in RELATIONS[kind]}


async def still_written(connection: AsyncConnection, kind: ImportKind, writer: str) -> dict[str, int]:
    """How many rows of each table a transaction wrote, and nobody since: the tables are read from end to end."""
    return {each.name: await _written(connection, each.name, ALL, writer) for each in RELATIONS[kind]}


async def _written(connection: AsyncConnection, table: str, among: str, writer: str) -> int:
    counted = sql.SQL("SELECT count(*) FROM {} WHERE xmin = CAST(%(writer)s AS xid) AND {}")
    cursor = await connection.execute(counted.format(sql.Identifier(table), sql.SQL(among)), {"writer": writer})
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


def same_key(relation: Relation, left: sql.Composable, right: sql.Composable) -> sql.Composed:
    """SQL of two rows that are the same one."""
    return sql.SQL(" AND ").join(
        sql.SQL("{}.{} = {}.{}").format(left, sql.Identifier(name), right, sql.Identifier(name))
        for name in relation.key
    )


def _changeable(kind: ImportKind) -> list[Relation]:
    return [relation for relation in RELATIONS[kind] if relation.touched != NEVER]


def _kept(relation: Relation) -> sql.Composed:
    now, was = sql.Identifier(relation.name), _was(relation)
    household = sql.Identifier(relation.household) if relation.household else None
    return sql.SQL(
        "INSERT INTO import_trace (run_id, relation, household_id, before) "
        "SELECT %(run)s, {named}, {household}, to_jsonb({was}) FROM {was} LEFT JOIN {now} ON {same} "
        "WHERE {now}.{first} IS NULL OR {now}.xmin = CAST(pg_current_xact_id() AS xid)"
    ).format(
        named=sql.Literal(relation.name),
        household=sql.SQL("{}.{}").format(was, household) if household else sql.SQL("NULL"),
        was=was,
        now=now,
        same=same_key(relation, was, now),
        first=sql.Identifier(relation.key[0]),
    )


def _was(relation: Relation) -> sql.Identifier:
    return sql.Identifier(f"was_{relation.name}")
