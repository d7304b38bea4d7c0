"""The process that works on batches, one after the other until none is left: addresses of the database on stdin.

A batch is written, and what became of each of its rows is told, in one transaction: should this process die, nothing
came in and the next one begins anew, or all did.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

import structlog
from psycopg import AsyncConnection, sql
from sqlalchemy.exc import DBAPIError

from core.files.cells import UnreadableFile
from core.imports import batches, importing
from core.imports.batch import IMPORTED_AS, TO_WORK_ON, BatchKind, PushState, RowOutcome, list_day
from core.imports.batches import BatchCard
from core.imports.importing import Hold, ImportReport, Terms, layout_of
from core.imports.layout import Check, Layout
from core.imports.losses import Loss
from core.imports.pushed import Value, table_of
from core.imports.runs import Bringer, Forecast
from core.imports.staging import Bad, RefusedRow, Staging
from core.imports.upload import UploadFault
from core.platform import database, logs
from core.platform import sql as own_sql
from core.platform.columns import listed
from core.platform.database import Addresses, writing
from core.platform.locks import Lock
from core.platform.outages import is_outage
from core.platform.settings import settings
from core.text.words import DESK, label

log = structlog.get_logger(__name__)

STATEMENT_SECONDS: Final = 60.0
REMARKS_KEPT: Final = 50
OF_A_RESULT: Final = (
    Check("round", "payment_id IS NULL", "aucun paiement de ce ménage dans ce tour : un résultat n'en fait pas"),
    Check("amount_xof", "was_amount_xof <> amount_xof", "ce n'est pas la somme de ce paiement"),
)
"""What a result is refused for, beside all that a payment is."""

TRY_LOCK: Final = "SELECT pg_try_advisory_xact_lock(%(lock)s)"
NEXT: Final = f"""
SELECT {batches.COLUMNS} FROM import_batch WHERE state IN {listed(TO_WORK_ON)} ORDER BY id LIMIT 1
"""  # noqa: S608 - our own words
CONTENT: Final = "SELECT content FROM import_batch_content WHERE batch_id = %(id)s"

ENDED: Final = """
UPDATE import_batch SET state = %(state)s, created = %(created)s, changed = %(changed)s, unchanged = %(unchanged)s,
    bad = %(bad)s, lost = %(lost)s, heavy = %(heavy)s, losses = CAST(%(losses)s AS jsonb),
    remarks = CAST(%(remarks)s AS jsonb), unknown_columns = CAST(%(unknown)s AS jsonb), fault = %(fault)s,
    checked_at = coalesce(checked_at, %(now)s), ended_at = %(ended_at)s,
    confirmed_by = CASE WHEN CAST(%(state)s AS varchar) = 'waiting' THEN NULL ELSE confirmed_by END
WHERE id = %(id)s
"""
FORGET_ROWS: Final = "DELETE FROM import_batch_row WHERE batch_id = %(id)s"
ADD_ROWS: Final = """
INSERT INTO import_batch_row (batch_id, row, outcome, problems)
SELECT %(id)s, each.row, each.outcome, CAST(each.problems AS jsonb)
FROM unnest(%(rows)s::int[], %(outcomes)s::text[], %(problems)s::text[]) AS each (row, outcome, problems)
"""
BROKEN: Final = f"""
WITH gone AS (DELETE FROM import_batch_content WHERE batch_id = %(id)s)
UPDATE import_batch SET state = '{PushState.FAILED}', fault = %(fault)s, ended_at = %(now)s
WHERE id = %(id)s AND state IN {listed(TO_WORK_ON)}
"""  # noqa: S608
"""Of one whose end could not be written: it holds up none of those behind it."""

FORGET_CONTENT: Final = "DELETE FROM import_batch_content WHERE batch_id = %(id)s"


@dataclass(slots=True)
class _Told:
    """What became of the rows of a batch; `done` writes it in the transaction of the import itself."""

    batch: BatchCard
    now: datetime
    refused_rows: Sequence[RefusedRow] = ()
    outcomes: dict[int, RowOutcome] | None = None

    async def refused(self, staging: Staging, layout: Layout, bad: Bad) -> None:
        """What is wrong, row by row."""
        self.refused_rows = await staging.refused_rows() if bad.any else ()

    async def written(self, staging: Staging, connection: AsyncConnection, report: ImportReport) -> None:
        """What was written, row by row; where it stays, it is told with it."""
        self.outcomes = {
            line.line: _outcome(created=line.created, changed=line.changed) for line in await staging.written_lines()
        }
        if report.hold is None:
            for statement, values in self.statements(PushState.DONE, report):
                await connection.execute(sql.SQL(statement), values)

    def statements(
        self, state: PushState, report: ImportReport | None, fault: str | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        """What is written of a batch that is in this state now."""
        own = {"id": self.batch.id}
        waits = state is PushState.WAITING
        rows = self._rows()
        columns = {
            "rows": [row for row, _, _ in rows],
            "outcomes": [outcome.value for _, outcome, _ in rows],
            "problems": [json.dumps(problems, ensure_ascii=False) for _, _, problems in rows],
        }
        steps: list[tuple[str, dict[str, Any]]] = [
            (ENDED, {**own, **_figures(report), "state": state.value, "fault": fault, "now": self.now,
                     "ended_at": None if waits else self.now}),
            (FORGET_ROWS, own),
            (ADD_ROWS, {**own, **columns}),
        ]  # fmt: skip
        return steps if waits else [*steps, (FORGET_CONTENT, own)]

    def _rows(self) -> list[tuple[int, RowOutcome, list[dict[str, str]]]]:
        wrong = {each.line: each for each in self.refused_rows}
        return [
            (row, self._outcome_of(row, wrong.get(row)), _problems(wrong.get(row)))
            for row in range(1, self.batch.rows + 1)
        ]

    def _outcome_of(self, row: int, wrong: RefusedRow | None) -> RowOutcome:
        if wrong is not None and (wrong.whole or self.outcomes is None):
            return RowOutcome.REFUSED
        if self.outcomes is None:
            return RowOutcome.HELD
        return self.outcomes.get(row, RowOutcome.REPEATED)


def _outcome(*, created: bool, changed: bool) -> RowOutcome:
    if created:
        return RowOutcome.CREATED
    return RowOutcome.CHANGED if changed else RowOutcome.UNCHANGED


def _problems(wrong: RefusedRow | None) -> list[dict[str, str]]:
    if wrong is None:
        return []
    return [{"column": column, "reason": reason} for column, reason in zip(wrong.columns, wrong.reasons, strict=True)]


def _figures(report: ImportReport | None) -> dict[str, Any]:
    if report is None:
        nothing = dict.fromkeys(("created", "changed", "unchanged", "bad", "lost"), 0)
        return {**nothing, "heavy": False, "losses": "[]", "remarks": "[]", "unknown": "[]"}
    return {
        "created": report.created,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "bad": report.bad,
        "lost": report.lost,
        "heavy": report.heavy,
        "losses": json.dumps([_loss(loss) for loss in report.losses], ensure_ascii=False),
        "remarks": json.dumps([str(remark) for remark in report.remarks[:REMARKS_KEPT]], ensure_ascii=False),
        "unknown": json.dumps(list(report.unknown_columns), ensure_ascii=False),
    }


def _loss(loss: Loss) -> dict[str, Any]:
    return {"kind": loss.kind.value, "count": loss.count, "samples": list(loss.samples)}


def _layout(kind: BatchKind, today: date) -> Layout:
    layout = layout_of(IMPORTED_AS[kind], today)
    if kind is BatchKind.RESULTS:
        return replace(layout, checks=(*layout.checks, *OF_A_RESULT))
    return layout


async def work_on_next(now: datetime) -> bool:
    """Work on the batch that came first of those that are to be; False where there is none, or another does."""
    batch: BatchCard | None = None
    try:
        async with writing():
            batch = await _next(now)
            if batch is None:
                return False
            content = await own_sql.scalar(CONTENT, {"id": batch.id})
            await _work(batch, json.loads(content or "[]"), now)
    except DBAPIError as error:
        if batch is None or is_outage(error):
            raise
        log.error("batch_failed", batch=batch.id, kind=batch.kind, error=type(error).__name__)
        await own_sql.execute(BROKEN, {"id": batch.id, "fault": label(UploadFault.BROKEN, DESK), "now": now})
    return True


async def _next(now: datetime) -> BatchCard | None:
    """The batch that is next, and nobody else's till the transaction ends; None for none."""
    if not await own_sql.scalar(TRY_LOCK, {"lock": int(Lock.BATCH)}):
        return None
    await batches.expire(now)
    return await own_sql.row(BatchCard, NEXT)


async def _work(batch: BatchCard, rows: Sequence[Mapping[str, Value]], now: datetime) -> None:
    becoming = _Told(batch, now)
    try:
        state, report = await _taken(batch, rows, now, becoming)
        fault = None
    except UnreadableFile as problem:
        state, report, fault = PushState.REFUSED, None, str(problem)
    except Exception as error:
        log.exception("batch_failed", batch=batch.id, kind=batch.kind, error=type(error).__name__)
        state, report, fault = PushState.FAILED, None, label(UploadFault.BROKEN, DESK)
    if state is not PushState.DONE:
        for statement, values in becoming.statements(state, report, fault):
            await own_sql.execute(statement, values)


async def _taken(
    batch: BatchCard, rows: Sequence[Mapping[str, Value]], now: datetime, becoming: _Told
) -> tuple[PushState, ImportReport]:
    """Check a batch, or let it come in; what may not is checked instead, and waits."""
    confirmed = batch.state is PushState.CONFIRMED
    if confirmed or batch.options.get("apply"):
        report = await _run(batch, rows, now, becoming, confirmed=confirmed)
        if report.hold is None:
            return PushState.DONE, report
        if report.hold is Hold.BAD_ROWS:
            return PushState.REFUSED, report
    report = await _run(batch, rows, now, becoming, dry_run=True)
    refused = report.hold is Hold.BAD_ROWS or not report.created + report.changed + report.unchanged
    return (PushState.REFUSED if refused else PushState.WAITING), report


async def _run(
    batch: BatchCard,
    rows: Sequence[Mapping[str, Value]],
    now: datetime,
    becoming: _Told,
    *,
    dry_run: bool = False,
    confirmed: bool = False,
) -> ImportReport:
    today, options = now.date(), batch.options
    layout = _layout(batch.kind, today)
    terms = Terms(
        keep_good=bool(options.get("keep_good")),
        spare_rows=bool(options.get("spare_rows")),
        complete=tuple(options.get("complete") or ()),
        dry_run=dry_run,
        confirm_losses=batch.lost if confirmed else 0,
        today=today,
        list_day=list_day(options),
        forecast=Forecast(batch.created, batch.changed, batch.unchanged, batch.bad, batch.lost) if confirmed else None,
        bringer=Bringer(f"batch {batch.id}", None, batch.confirmed_by),
    )
    name = f"{batch.system} {batch.kind} {batch.id}"
    return await importing.take_in(IMPORTED_AS[batch.kind], layout, table_of(rows), terms, outcomes=becoming, name=name)


async def work() -> None:
    """Work on batches until none is left."""
    while await work_on_next(datetime.now(UTC)):
        pass


async def _main(sign_in: dict[str, str]) -> None:
    logs.set_up(settings().log_level)
    addresses = Addresses(**sign_in)
    database.open_database(
        addresses.pooled, direct=addresses.direct, read=addresses.read, pool=2, statement_seconds=STATEMENT_SECONDS
    )
    try:
        await work()
    finally:
        await database.close_database()


if __name__ == "__main__":
    asyncio.run(_main(json.load(sys.stdin)))
