"""One import from end to end: read, stage, check, write, all or nothing, and say what it did."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

from core.files.cells import Row
from core.files.opening import opened
from core.imports import communes, events, households, payments
from core.imports.kinds import ImportKind
from core.imports.layout import Column, Layout
from core.imports.rows import Problem, RowReader, Staged, wanted
from core.imports.staging import Remark, Staging
from core.platform import database

BATCH: Final = 5_000
"""Rows read before they are copied: what an import holds of the file at any time."""

Progress = Callable[[int, int | None], None]
"""Called with the rows read so far, and how many there may be (None: not known)."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in rows of the file; `seconds` from the first octet read to the end of the transaction.

    With bad rows and nothing kept, `created`, `changed` and `unchanged` are 0. `errors_file` names every bad row. A row
    of which only a cell is bad that may be is bad too, and yet kept with the good ones.
    `unknown_columns` are columns of the file that nobody read, as its header writes them. `remarks` are what is worth a
    look and refused nothing.
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
    complete: Collection[str] = (),
    progress: Progress = lambda rows, expected: None,
    today: date | None = None,
) -> ImportReport:
    """Import a file in one transaction: all of it, or nothing when any row is bad, or the good rows with `keep_good`.

    An empty cell leaves what is known; in a column of `complete` it takes it away. `today` is the day of the import, by
    default the present one. The bad rows are named in `NAME.errors.csv` beside the file; without any, an old one is
    removed. Raises UnreadableFile when the file as a whole cannot be imported.
    """
    started = perf_counter()
    errors_file = path.with_suffix(".errors.csv")
    today = today or datetime.now(UTC).date()
    layout = _LAYOUTS[ImportKind(kind)](today)
    with opened(path, wanted(layout.columns)) as table:
        async with database.copying() as connection:
            reader = RowReader(layout.columns, table.header, complete)
            staging = Staging(connection, layout, reader.letters)
            await staging.prepare()
            rows = await _stage(table.rows, reader, staging, lambda read: progress(read, table.expected))
            bad = await staging.check()
            remarks = await staging.remarks()
            if bad:
                await staging.write_problems(errors_file)
            else:
                errors_file.unlink(missing_ok=True)
            if bad and not keep_good:
                await connection.rollback()
                created = changed = good = 0
            else:
                good = rows - await staging.set_aside()
                created, changed = await staging.write(today)
                await connection.commit()
    return ImportReport(
        rows=rows,
        created=created,
        changed=changed,
        unchanged=good - created - changed,
        bad=bad,
        seconds=perf_counter() - started,
        errors_file=errors_file if bad else None,
        unknown_columns=reader.unknown,
        remarks=remarks,
    )


async def _stage(rows: Iterator[Row], reader: RowReader, staging: Staging, read_so_far: Callable[[int], None]) -> int:
    count = 0
    for batch in _batches(rows):
        staged: list[Staged] = []
        problems: list[Problem] = []
        for row in batch:
            read_row = reader.read(row)
            problems.extend(read_row.problems)
            if read_row.staged is not None:
                staged.append(read_row.staged)
        await staging.add(staged, problems)
        count += len(batch)
        read_so_far(count)
    return count


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch
