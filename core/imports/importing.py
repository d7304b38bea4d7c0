"""One import from end to end: read, stage, check, write, all or nothing, and say what it did."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Final, Protocol

from psycopg import AsyncConnection

from core.files.opening import Table, opened
from core.imports import communes, events, households, payments, traces
from core.imports.corrections import day_in_name
from core.imports.kinds import ImportKind
from core.imports.layout import Column, Layout
from core.imports.losses import Loss, count_of, too_many
from core.imports.passes import Pass, uncollected
from core.imports.refused import MOST, write_workbook
from core.imports.remarks import Remark
from core.imports.rows import RowReader, wanted
from core.imports.runs import NOBODY, Bringer, Forecast, enter
from core.imports.staging import Bad, Staging, WrittenRows
from core.platform import database
from core.text.words import Code


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of an import once all is read and nothing is written."""

    remarks: Sequence[Remark]
    losses: Sequence[Loss]


Announce = Callable[[Outlook], None]
"""Called before anything is written."""

Progress = Callable[[int, int | None], None]
"""Called with the rows read so far, and how many there may be (None: not known)."""


class Hold(Code):
    """Why nothing of a file was written."""

    BAD_ROWS = "bad rows"
    LOSSES = "losses"
    """It takes away so much that it must be confirmed."""
    DIFFERENT = "different"
    """It would do something else than what was confirmed: the registry changed meanwhile."""
    DRY_RUN = "dry run"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in rows of the file; `seconds` from the first octet read to the end of the transaction.

    With nothing kept, `created`, `changed` and `unchanged` are 0; a row that stands twice counts once in them.
    `errors_file` names every bad row. A row of which only a cell is bad that may be is bad too, and yet kept with the
    good ones. `unknown_columns` are columns of the file that nobody read, as its header writes them. `remarks` are what
    is worth a look and refused nothing.
    """

    rows: int
    created: int
    changed: int
    unchanged: int
    bad: int
    seconds: float
    errors_file: Path | None
    unknown_columns: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()
    losses: tuple[Loss, ...] = ()
    """What it takes away, or would."""
    hold: Hold | None = None
    """What holds all of it up: nothing was written then."""
    heavy: bool = False
    """It takes away so much that a second word is needed."""
    workbook: Path | None = None
    """The bad rows as they stood, marked, to be corrected and brought again; None without any."""

    @property
    def lost(self) -> int:
        """How many things it takes away, or would."""
        return count_of(self.losses)

    @property
    def forecast(self) -> Forecast:
        """What it did, or would do, in figures."""
        return Forecast(self.created, self.changed, self.unchanged, self.bad, self.lost)

    @property
    def kept(self) -> bool:
        """Whether anything of the file stands in the database."""
        return self.created + self.changed + self.unchanged > 0


_LAYOUTS: Final[dict[ImportKind, Callable[[date], Layout]]] = {
    ImportKind.COMMUNES: communes.layout,
    ImportKind.HOUSEHOLDS: households.layout,
    ImportKind.PAYMENTS: payments.layout,
    ImportKind.EVENTS: events.layout,
}


def columns(kind: ImportKind) -> tuple[str, ...]:
    """Every column that a file of this kind can have, in the order they are documented."""
    return tuple(dict.fromkeys(column.header for column in columns_of(kind)))


def needed_columns(kind: ImportKind) -> tuple[str, ...]:
    """The columns that no file of this kind can do without."""
    return tuple(dict.fromkeys(column.header for column in columns_of(kind) if column.needed))


def completable_columns(kind: ImportKind) -> Mapping[str, str]:
    """The columns that can be marked as complete, each with what a clerk calls it (French)."""
    return {column.header: column.label for column in columns_of(kind) if column.label}


def columns_of(kind: ImportKind) -> Sequence[Column]:
    """What a file of this kind can say, column by column; two may read the same one."""
    return _LAYOUTS[kind](datetime.now(UTC).date()).columns


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms rows come in; each is told at `run`."""

    keep_good: bool = False
    spare_rows: bool = False
    complete: Collection[str] = ()
    dry_run: bool = False
    confirm_losses: int = 0
    today: date | None = None
    list_day: date | None = None
    forecast: Forecast | None = None
    bringer: Bringer = NOBODY


class Outcomes(Protocol):
    """Where it goes what became of the rows, besides into figures: each door has its own."""

    async def refused(self, staging: Staging, layout: Layout, bad: Bad) -> None:
        """What is wrong with rows, before anything is written."""
        ...

    async def written(self, staging: Staging, connection: AsyncConnection, report: ImportReport) -> None:
        """Rows are written, or would be at a dry run: told in the transaction of the import itself, before its end."""
        ...


def layout_of(kind: ImportKind, today: date) -> Layout:
    """How the rows of a kind are read, checked and written."""
    return _LAYOUTS[kind](today)


async def run(
    kind: ImportKind | str,
    path: Path,
    *,
    keep_good: bool = False,
    spare_rows: bool = False,
    complete: Collection[str] = (),
    dry_run: bool = False,
    confirm_losses: int = 0,
    announce: Announce = lambda outlook: None,
    progress: Progress = lambda rows, expected: None,
    today: date | None = None,
    list_day: date | None = None,
    forecast: Forecast | None = None,
    bringer: Bringer = NOBODY,
    name: str = "",
) -> ImportReport:
    """Import a file in one transaction: all of it, or nothing when any row is bad, or the good rows with `keep_good`.

    With `spare_rows` a row with nothing but a wrong cell that may be wrong is taken without it, and holds nothing up.
    An empty cell leaves what is known; in a column of `complete` it takes it away. `announce` gets what is worth a look
    before anything is written. What takes away more than the share of `import_loss_share` holds it up unless
    `confirm_losses` says exactly how much that is; `dry_run` writes nothing and tells what would be. With a `forecast`
    it does that and nothing else. `today` is the day of the import, by default the present one; `list_day` the day that
    the list is of, by default the one in the file's name, for what was corrected since. The bad rows are named in
    `NAME.errors.csv` beside the file, and stand in `NAME.errors.xlsx` as they were, to be corrected; without any, old
    ones are removed. `bringer` is on whose behalf it comes in, `name` what they call the file.

    Raises UnreadableFile when the file as a whole cannot be imported.
    """
    kind = ImportKind(kind)
    today = today or datetime.now(UTC).date()
    layout = layout_of(kind, today)
    terms = Terms(
        keep_good=keep_good, spare_rows=spare_rows, complete=complete, dry_run=dry_run, confirm_losses=confirm_losses,
        today=today, list_day=list_day or day_in_name(path.stem), forecast=forecast, bringer=bringer,
    )  # fmt: skip
    beside = _BesideFile(path)
    with opened(path, wanted(layout.columns)) as table:
        report = await take_in(
            kind, layout, table, terms, outcomes=beside, name=name or path.name, announce=announce, progress=progress
        )
    if not report.bad:
        return report
    return replace(report, errors_file=beside.errors_file, workbook=beside.workbook)


class _BesideFile:
    """What is wrong with the rows of a file, in files beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.errors_file, self.workbook = path.with_suffix(".errors.csv"), path.with_suffix(".errors.xlsx")

    async def refused(self, staging: Staging, layout: Layout, bad: Bad) -> None:
        _forget(self.errors_file)
        _forget(self.workbook)
        if bad.any:
            await staging.write_problems(self.errors_file)
            write_workbook(self._path, layout.columns, await staging.problems(MOST), self.workbook)

    async def written(self, staging: Staging, connection: AsyncConnection, report: ImportReport) -> None:
        """A file knows no more than its figures."""


async def take_in(
    kind: ImportKind,
    layout: Layout,
    table: Table,
    terms: Terms,
    *,
    outcomes: Outcomes,
    name: str,
    announce: Announce = lambda outlook: None,
    progress: Progress = lambda rows, expected: None,
) -> ImportReport:
    """Import the rows of a table, whatever door they came by: `run` says how."""
    started, now = perf_counter(), datetime.now(UTC)
    today = terms.today or now.date()
    async with database.copying() as connection:
        reader = RowReader(layout.columns, table.header, terms.complete, workbook=table.workbook)
        single_pass = Pass(table, reader)
        staging = Staging(connection, layout, reader.letters, terms.list_day)
        await staging.prepare()
        with uncollected():
            for staged, problems in single_pass.batches():
                await staging.add(staged, problems)
                progress(single_pass.rows, table.expected)
        bad = await staging.check()
        seen = [*single_pass.remarks(), *await staging.remarks(today, single_pass.total(layout.summed))]
        remarks = tuple(sorted(seen, key=lambda remark: remark.line))
        losses = await staging.losses()
        announce(Outlook(remarks, losses))
        await outcomes.refused(staging, layout, bad)
        heavy = too_many(losses, single_pass.rows)
        hold = _held_by(bad, keep_good=terms.keep_good, spare_rows=terms.spare_rows)
        if not (hold or terms.dry_run) and heavy and terms.confirm_losses != count_of(losses):
            hold = Hold.LOSSES
        written = WrittenRows()
        if hold is None:
            if not terms.dry_run:
                await traces.remember(connection, kind)
            written = await staging.write(today, now)
        done = Forecast(written.created, written.changed, written.unchanged, bad.any, count_of(losses))
        if not hold and terms.forecast not in (None, done):
            hold = Hold.DIFFERENT
        if hold is not None:
            written = WrittenRows()
        report = ImportReport(
            rows=single_pass.rows,
            created=written.created,
            changed=written.changed,
            unchanged=written.unchanged,
            bad=bad.any,
            seconds=perf_counter() - started,
            errors_file=None,
            unknown_columns=reader.unknown,
            remarks=remarks,
            losses=losses,
            hold=hold or (Hold.DRY_RUN if terms.dry_run else None),
            heavy=heavy,
        )
        if hold is None:
            await outcomes.written(staging, connection, report)
        if hold or terms.dry_run:
            await connection.rollback()
        else:
            await enter(connection, kind, name, terms.bringer, single_pass.rows, done, now)
            await connection.commit()
    return replace(report, seconds=perf_counter() - started)


def _held_by(bad: Bad, *, keep_good: bool, spare_rows: bool) -> Hold | None:
    """Whether bad rows hold the import up."""
    return Hold.BAD_ROWS if not keep_good and (bad.rows if spare_rows else bad.any) else None


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
