"""Tables of imports: those that came in, what undoing the last one needs, and forms of village registers.

They stand apart from what reads files, which no process of the line has a use for.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.imports.kinds import ImportKind
from core.platform.columns import TableRow, one_of


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


class RegisterMapping(TableRow, table=True):
    """A mapping as it is kept, by its name; `columns` by field, `meanings` of their words by field."""

    __tablename__ = "register_mapping"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    columns: dict[str, str] = Field(sa_type=JSONB)
    meanings: dict[str, dict[str, str]] = Field(sa_type=JSONB)
    made_by: int | None = Field(default=None, foreign_key="agent.id")
    changed_at: datetime


class KnownSubmission(TableRow, table=True):
    """A submission that was filed, by its key."""

    __tablename__ = "register_submission"

    key: str = Field(primary_key=True, max_length=64)
    filed_at: datetime
