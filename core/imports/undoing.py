"""The last import undone: what it made is taken away, what it changed is as it was, while nothing was built on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg import AsyncConnection, IsolationLevel, sql
from psycopg.errors import IntegrityError, SerializationFailure

from core.campaigns.models import CampaignState
from core.imports.kinds import ImportKind
from core.imports.models import ImportRun
from core.imports.runs import last_run
from core.imports.traces import RELATIONS, Relation, same_key, still_written
from core.platform import database
from core.platform.columns import listed
from core.platform.errors import JigiError
from core.platform.locks import WAIT, Lock
from core.platform.settings import settings
from core.platform.sql import row_factory
from core.staff import audit
from core.staff.acts import Act
from core.text.words import COMMAND, DESK, Word, called


class Obstacle(Word):
    """Why the last import stays."""

    NONE = "none"
    NOT_LAST = "not last"
    OLD = "old"
    CHANGED = "changed"
    BUILT_ON = "built on"
    CAMPAIGN = "campaign"


called(
    Obstacle,
    DESK,
    {
        Obstacle.NONE: "Il n'y a aucun import à annuler.",
        Obstacle.NOT_LAST: "Un autre import est entré depuis : seul le dernier peut être annulé.",
        Obstacle.OLD: "Cet import est trop ancien pour être annulé.",
        Obstacle.CHANGED: "Ce que cet import a écrit a changé depuis : il ne peut plus être annulé.",
        Obstacle.BUILT_ON: "Quelque chose tient déjà à ce que cet import a écrit : il ne peut plus être annulé.",
        Obstacle.CAMPAIGN: "Une campagne de SMS a été préparée depuis : annulez-la d'abord, si aucun SMS n'est parti.",
    },
)
called(
    Obstacle,
    COMMAND,
    {
        Obstacle.NONE: "There is no import to undo.",
        Obstacle.NOT_LAST: "Another import came in since: only the last one can be undone.",
        Obstacle.OLD: "This import is too old to be undone.",
        Obstacle.CHANGED: "What this import wrote was changed since: it cannot be undone any more.",
        Obstacle.BUILT_ON: "Something rests on what this import wrote: it cannot be undone any more.",
        Obstacle.CAMPAIGN: "A campaign of SMS was prepared since: cancel it first, if no SMS has left.",
    },
)


class NotUndone(JigiError):
    """The import stays as it is, for the reason that `obstacle` gives."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle


IDLE: Final = frozenset({CampaignState.DRAFT, CampaignState.CANCELLED})
"""States of a campaign that told nobody anything and will not."""

_PREPARED: Final = f"SELECT FROM campaign WHERE created_at >= %(at)s AND state NOT IN {listed(IDLE)}"
_OF_ITS_ROUNDS: Final = """
    AND (round_id IS NULL OR round_id IN (SELECT round_id FROM payment WHERE xmin = CAST(%(writer)s AS xid)))
"""
_CHILDREN: Final = """
SELECT child.relname AS child, own.attname AS reference, other.attname AS referred
FROM pg_constraint
JOIN pg_class AS child ON child.oid = conrelid
JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = conkey[1]
JOIN pg_attribute AS other ON other.attrelid = confrelid AND other.attnum = confkey[1]
WHERE contype = 'f' AND confrelid = CAST(%(relation)s AS regclass) AND cardinality(conkey) = 1
    AND confdeltype IN ('c', 'n') AND has_table_privilege(child.oid, 'SELECT')
"""
"""Tables whose rows would go, or lose what they refer to, with a row that is taken away."""

_COLUMNS: Final = """
SELECT attname AS name FROM pg_attribute
WHERE attrelid = CAST(%(relation)s AS regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
ORDER BY attnum
"""


@dataclass(frozen=True, slots=True)
class _Child:
    child: str
    reference: str
    referred: str


@dataclass(frozen=True, slots=True)
class _Column:
    name: str


async def undo(run_id: int | None, agent_id: int | None, now: datetime) -> ImportRun:
    """Undo the last import, in one transaction, and give it; `run_id` is the one that was seen (None: whichever).

    Raises NotUndone, with nothing changed: it is no longer the last, too old, changed since or built on.
    """
    async with database.copying() as connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        await connection.execute(WAIT, {"lock": Lock.IMPORT})
        run = await last_run()
        if run is None or run.id is None:
            raise NotUndone(Obstacle.NONE)
        if run_id not in (None, run.id):
            raise NotUndone(Obstacle.NOT_LAST)
        if too_old(run, now):
            raise NotUndone(Obstacle.OLD)
        try:
            await _taken_back(connection, run)
        except IntegrityError:
            raise NotUndone(Obstacle.BUILT_ON) from None
        except SerializationFailure:
            raise NotUndone(Obstacle.CHANGED) from None
        await _close(connection, run, agent_id, now)
        await connection.commit()
    return run


def too_old(run: ImportRun, now: datetime) -> bool:
    """Whether what undoing it needs is not kept any more."""
    return now - run.at > timedelta(days=settings().import_undo_days)


async def _taken_back(connection: AsyncConnection, run: ImportRun) -> None:
    values = {"run": run.id, "writer": run.writer, "at": run.at}
    for relation in RELATIONS[run.kind]:
        await connection.execute(_as_it_was(relation), values)
    if await still_written(connection, run.kind, run.writer) != run.written or await _traces(connection) != run.traces:
        raise NotUndone(Obstacle.CHANGED)
    rounds = _OF_ITS_ROUNDS if run.kind is ImportKind.PAYMENTS else ""
    if await _any(connection, sql.SQL(_PREPARED + rounds), values):
        raise NotUndone(Obstacle.CAMPAIGN)
    for relation in RELATIONS[run.kind]:
        await _refuse_built_on(connection, relation, run)
    for relation in reversed(RELATIONS[run.kind]):
        await connection.execute(_unmade(relation), values)
    for relation in RELATIONS[run.kind]:
        await connection.execute(_restored(relation, await _columns(connection, relation)))


async def _close(connection: AsyncConnection, run: ImportRun, agent_id: int | None, now: datetime) -> None:
    await connection.execute(
        "UPDATE import_run SET undone_at = %(now)s, undone_by = %(by)s WHERE id = %(run)s",
        {"now": now, "by": agent_id, "run": run.id},
    )
    await connection.execute("DELETE FROM import_trace")
    about = f"import {run.upload or run.id}"
    detail = {"kind": run.kind.value, "file": run.file, "created": run.created, "changed": run.changed}
    await connection.execute(sql.SQL(audit.RECORD), audit.entry(agent_id, Act.IMPORT_UNDONE, about, now, detail))


async def _refuse_built_on(connection: AsyncConnection, relation: Relation, run: ImportRun) -> None:
    """What the import made must not be what somebody else's row refers to, and would go with."""
    async with connection.cursor(row_factory=row_factory(_Child)) as cursor:
        await cursor.execute(_CHILDREN, {"relation": relation.name})
        children = await cursor.fetchall()
    for child in children:
        if await _any(connection, _built_on(relation, child), {"writer": run.writer}):
            raise NotUndone(Obstacle.BUILT_ON)


async def _any(connection: AsyncConnection, statement: sql.Composable, values: Mapping[str, object]) -> bool:
    cursor = await connection.execute(sql.SQL("SELECT EXISTS ({})").format(statement), values)
    row = await cursor.fetchone()
    return bool(row and row[0])


async def _traces(connection: AsyncConnection) -> int:
    cursor = await connection.execute("SELECT count(*) FROM import_trace")
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def _columns(connection: AsyncConnection, relation: Relation) -> Sequence[str]:
    async with connection.cursor(row_factory=row_factory(_Column)) as cursor:
        await cursor.execute(_COLUMNS, {"relation": relation.name})
        return [column.name for column in await cursor.fetchall()]


def _as_it_was(relation: Relation) -> sql.Composed:
    """The rows of a table as they were, whole, in a table of their own."""
    return sql.SQL(
        "CREATE TEMP TABLE {was} ON COMMIT DROP AS SELECT one.* FROM import_trace, "
        "jsonb_populate_record(CAST(NULL AS {name}), before) AS one WHERE run_id = %(run)s AND relation = {named}"
    ).format(was=_was(relation), name=sql.Identifier(relation.name), named=sql.Literal(relation.name))


def _made(relation: Relation) -> sql.Composed:
    """SQL of what the import made: it wrote the row, and nothing of it was there before."""
    name = sql.Identifier(relation.name)
    return sql.SQL("{name}.xmin = CAST(%(writer)s AS xid) AND NOT EXISTS (SELECT FROM {was} WHERE {same})").format(
        name=name, was=_was(relation), same=same_key(relation, _was(relation), name)
    )


def _built_on(relation: Relation, child: _Child) -> sql.Composed:
    name, other = sql.Identifier(relation.name), sql.Identifier(child.child)
    return sql.SQL(
        "SELECT FROM {name} JOIN {other} ON {other}.{reference} = {name}.{referred} "
        "WHERE {made} AND {other}.xmin <> CAST(%(writer)s AS xid)"
    ).format(
        name=name,
        other=other,
        reference=sql.Identifier(child.reference),
        referred=sql.Identifier(child.referred),
        made=_made(relation),
    )


def _unmade(relation: Relation) -> sql.Composed:
    return sql.SQL("DELETE FROM {name} WHERE {made}").format(name=sql.Identifier(relation.name), made=_made(relation))


def _restored(relation: Relation, columns: Sequence[str]) -> sql.Composed:
    names = [sql.Identifier(name) for name in columns]
    others = [sql.Identifier(name) for name in columns if name not in relation.key]
    return sql.SQL(
        "INSERT INTO {name} ({columns}) SELECT {columns} FROM {was} ON CONFLICT ({key}) DO UPDATE SET {changes}"
    ).format(
        name=sql.Identifier(relation.name),
        columns=sql.SQL(", ").join(names),
        was=_was(relation),
        key=sql.SQL(", ").join(map(sql.Identifier, relation.key)),
        changes=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in others),
    )


def _was(relation: Relation) -> sql.Identifier:
    return sql.Identifier(f"was_{relation.name}")
