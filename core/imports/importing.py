"""One import from end to end: read, stage, check, write, all or nothing, and say what it did."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from core.files.opening import opened
from core.imports import communes, events, households, payments
from core.imports.kinds import ImportKind
from core.imports.layout import Column, Layout
from core.imports.passes import Pass
from core.imports.remarks import Remark
from core.imports.rows import RowReader, wanted
from core.imports.staging import Staging, WrittenRows
from core.platform import database

Announce = Callable[[Sequence[Remark]], None]
"""Called with what is worth a look, once all is read and nothing is written."""

Progress = Callable[[int, int | None], None]
"""Called with the rows read so far, and how many there may be (None: not known)."""


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
    entered: bool = True
    """Whether what can be taken was taken; else bad rows held all of it up."""

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
    return tuple(dict.fromkeys(column.header for column in _columns(kind)))


def needed_columns(kind: ImportKind) -> tuple[str, ...]:
    """The columns that no file of this kind can do without."""
    return tuple(dict.fromkeys(column.header for column in _columns(kind) if column.needed))


def completable_columns(kind: ImportKind) -> Mapping[str, str]:
    """The columns that can be marked as complete, each with what a clerk calls it (French)."""
    return {column.header: column.label for column in _columns(kind) if column.label}


def _columns(kind: ImportKind) -> Sequence[Column]:
    return _LAYOUTS[kind](datetime.now(UTC).date()).columns


async def run(
    kind: ImportKind | str,
    path: Path,
    *,
    keep_good: bool = False,
    spare_rows: bool = False,
    complete: Collection[str] = (),
    announce: Announce = lambda remarks: None,
    progress: Progress = lambda rows, expected: None,
    today: date | None = None,
) -> ImportReport:
    """Import a file in one transaction: all of it, or nothing when any row is bad, or the good rows with `keep_good`.

    With `spare_rows` a row with nothing but a wrong cell that may be wrong is taken without it, and holds nothing up.
    An empty cell leaves what is known; in a column of `complete` it takes it away. `announce` gets what is worth a look
    before anything is written. `today` is the day of the import, by default the present one. The bad rows are named in
    `NAME.errors.csv` beside the file; without any, an old one is removed. Raises UnreadableFile when the file as a
    whole cannot be imported.
    """
    started = perf_counter()
    errors_file = path.with_suffix(".errors.csv")
    today = today or datetime.now(UTC).date()
    layout = _LAYOUTS[ImportKind(kind)](today)
    with opened(path, wanted(layout.columns)) as table:
        async with database.copying() as connection:
            reader = RowReader(layout.columns, table.header, complete, workbook=table.workbook)
            single_pass = Pass(table, reader)
            staging = Staging(connection, layout, reader.letters)
            await staging.prepare()
            for staged, problems in single_pass.batches():
                await staging.add(staged, problems)
                progress(single_pass.rows, table.expected)
            bad = await staging.check()
            seen = [*single_pass.remarks(), *await staging.remarks(today, single_pass.total(layout.summed))]
            remarks = tuple(sorted(seen, key=lambda remark: remark.line))
            announce(remarks)
            _forget(errors_file)
            if bad.any:
                await staging.write_problems(errors_file)
            written = WrittenRows()
            entered = keep_good or not (bad.rows if spare_rows else bad.any)
            if entered:
                written = await staging.write(today)
                await connection.commit()
            else:
                await connection.rollback()
    return ImportReport(
        rows=single_pass.rows,
        created=written.created,
        changed=written.changed,
        unchanged=written.unchanged,
        bad=bad.any,
        seconds=perf_counter() - started,
        errors_file=errors_file if bad.any else None,
        unknown_columns=reader.unknown,
        remarks=remarks,
        entered=entered,
    )


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
