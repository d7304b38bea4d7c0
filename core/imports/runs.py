"""Imports that wrote something: who brought what, what it did, and what undoing the last of them needs.

A run stands in the transaction of its import, so that whoever asks later whether a file came in is told what is so,
whatever became of the process that brought it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb
from sqlmodel import col, select

from core.imports import traces
from core.imports.kinds import ImportKind
from core.imports.models import ImportRun
from core.platform.database import reading
from core.staff import audit
from core.staff.acts import Act


@dataclass(frozen=True, slots=True)
class Bringer:
    """On whose behalf a file comes in: its number at the desk, who brought it and who confirmed it.

    All None for a command, and for what nobody had to confirm.
    """

    upload: str | None = None
    brought_by: int | None = None
    confirmed_by: int | None = None


NOBODY: Final = Bringer()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an import does, or would do, in rows, and how much it takes away."""

    created: int
    changed: int
    unchanged: int
    bad: int
    lost: int


async def run_of(upload: str) -> ImportRun | None:
    """The run that a file brought to the desk became; None where it did not come in."""
    async with reading() as session:
        return (await session.exec(select(ImportRun).where(col(ImportRun.upload) == upload))).first()


async def last_run() -> ImportRun | None:
    """The last import that changed anything and is not undone."""
    changed = (col(ImportRun.created) + col(ImportRun.changed)) > 0
    standing = select(ImportRun).where(changed, col(ImportRun.undone_at).is_(None))
    async with reading() as session:
        return (await session.exec(standing.order_by(col(ImportRun.id).desc()).limit(1))).first()


_ENTERED: Final = """
INSERT INTO import_run (upload, kind, file, brought_by, confirmed_by, at, rows, created, changed, unchanged, bad, lost,
    writer, written, traces)
VALUES (%(upload)s, %(kind)s, %(file)s, %(brought_by)s, %(confirmed_by)s, %(at)s, %(rows)s, %(created)s, %(changed)s,
    %(unchanged)s, %(bad)s, %(lost)s, CAST(pg_current_xact_id() AS xid), '{}', 0)
RETURNING id, writer
"""
_TRACED: Final = "UPDATE import_run SET written = %(written)s, traces = %(traces)s WHERE id = %(id)s"


async def enter(
    connection: AsyncConnection, kind: ImportKind, file: str, bringer: Bringer, rows: int, done: Forecast, at: datetime
) -> None:
    """Enter an import that was written, in its own transaction: the run, what undoing it needs, and the trail.

    One that changed nothing leaves what the import before it needs to be undone.
    """
    values = {"kind": kind.value, "file": file, "at": at, "rows": rows, **asdict(bringer), **asdict(done)}
    cursor = await connection.execute(_ENTERED, values)
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("a run that was entered has its number")
    run_id, writer = int(row[0]), str(row[1])
    if done.created + done.changed:
        kept = await traces.keep(connection, kind, run_id)
        written = await traces.written(connection, kind, writer)
        await connection.execute(_TRACED, {"id": run_id, "written": Jsonb(written), "traces": kept})
    detail = {"kind": kind.value, "file": file, "rows": rows, **asdict(done)}
    about = f"import {bringer.upload or run_id}"
    who = bringer.confirmed_by or bringer.brought_by
    await connection.execute(sql.SQL(audit.RECORD), audit.entry(who, Act.IMPORT_ENDED, about, at, detail))
