"""Tables of imports: those that came in, what undoing the last one needs, batches pushed, and forms of registers.

They stand apart from what reads files, which no process of the line has a use for.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.imports.batch import TO_WORK_ON, BatchKind, PushState, RowOutcome
from core.imports.kinds import ImportKind
from core.platform.columns import TableRow, listed, one_of


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


class ImportBatch(TableRow, table=True):
    """Rows that another system pushed, once for each of its idempotency keys; `digest` is that of what it sent.

    `options` are the terms it asked for. Of one that is not done the figures are what it would do; `losses` and
    `remarks` are as a file's are shown, `fault` says in French what is wrong with it as a whole. `confirmed_by` is the
    second person, of one that takes much away.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        UniqueConstraint("system", "idempotency_key"),
        Index("ix_import_batch_to_work_on", "id", postgresql_where=text(f"state IN {listed(TO_WORK_ON)}")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    system: str = Field(max_length=32)
    key_id: int = Field(foreign_key="api_key.id")
    kind: BatchKind = Field(sa_type=one_of(BatchKind))
    idempotency_key: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    options: dict[str, Any] = Field(sa_type=JSONB)
    state: PushState = Field(sa_type=one_of(PushState))
    rows: int
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    lost: int = 0
    heavy: bool = False
    losses: list[dict[str, Any]] = Field(sa_type=JSONB)
    remarks: list[str] = Field(sa_type=JSONB)
    unknown_columns: list[str] = Field(sa_type=JSONB)
    fault: str | None = None
    received_at: datetime
    checked_at: datetime | None = None
    ended_at: datetime | None = None
    confirmed_by: int | None = Field(default=None, foreign_key="agent.id")


class BatchContent(TableRow, table=True):
    """The rows of a batch as they were pushed, while they wait: a day at the most."""

    __tablename__ = "import_batch_content"

    batch_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="import_batch.id", ondelete="CASCADE")
    content: str = Field(sa_type=Text)


class BatchRow(TableRow, table=True):
    """What became of a row of a batch, the first is 1; `problems` are columns and reasons, and repeat no cell."""

    __tablename__ = "import_batch_row"

    batch_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="import_batch.id", ondelete="CASCADE")
    row: int = Field(primary_key=True)
    outcome: RowOutcome = Field(sa_type=one_of(RowOutcome))
    problems: list[dict[str, Any]] = Field(sa_type=JSONB)
