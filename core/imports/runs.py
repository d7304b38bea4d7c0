"""Imports that wrote something: who brought what, what it did, and what undoing the last of them needs.

A run stands in the transaction of its import, so that whoever asks later whether a file came in is told what is so,
whatever became of the process that brought it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col, select

from core.imports import traces
from core.imports.kinds import ImportKind
from core.platform.columns import TableRow, one_of
from core.platform.database import reading
from core.staff import audit
from core.staff.acts import Act


class ImportRun(TableRow, table=True):
    """A file that came in. `upload` is its number at the desk, None of one that a command brought.

    `confirmed_by` is who said so once it was known what it would do. `writer` is the transaction that wrote it
    (PostgreSQL's xid), `written` how many rows of each table are its own, `traces` how many it changed or took away.
    """

    __tablename__ = "import_run"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    upload: str | None = Field(default=None, unique=True)
    kind: ImportKind = Field(sa_type=one_of(ImportKind))
    file: str
    brought_by: int | None = Field(default=None, foreign_key="agent.id")
    confirmed_by: int | None = Field(default=None, foreign_key="agent.id")
    at: datetime
    rows: int
    created: int
    changed: int
    unchanged: int
    bad: int
    lost: int
    writer: str
    written: dict[str, int] = Field(sa_type=JSONB)
    traces: int
    undone_at: datetime | None = None
    undone_by: int | None = Field(default=None, foreign_key="agent.id")


class ImportTrace(TableRow, table=True):
    """A row of `relation` as it was before the import changed it or took it away; those of the last import stay."""

    __tablename__ = "import_trace"
    __table_args__ = (Index("ix_import_trace_household_id", "household_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    run_id: int = Field(sa_type=BigInteger, foreign_key="import_run.id", ondelete="CASCADE", index=True)
    relation: str
    household_id: int | None = None
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


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
