"""One import from end to end: read, stage, check, write, all or nothing, and say what it did."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

from psycopg import AsyncConnection

from core.imports import communes, events, households, payments
from core.imports.reading import Problem, RowReader, Staged
from core.imports.sheets import Row, opened
from core.imports.staging import Staging
from core.imports.subject import Known, Subject
from core.platform import database

BATCH: Final = 5_000
"""Rows read before they are copied: what an import holds of the file at any time."""

Progress = Callable[[int, int | None], None]
"""Called with the rows read so far, and how many there may be (None: not known)."""

Item = TypeVar("Item")


class Kind(StrEnum):
    """What a file is about."""

    COMMUNES = "communes"
    HOUSEHOLDS = "households"
    PAYMENTS = "payments"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, in rows of the file; `seconds` from the first octet read to the end of the transaction.

    With bad rows and nothing kept, `created`, `changed` and `unchanged` are 0. `errors_file` names every bad row.
    `unknown_columns` are columns of the file that nobody read, as its header writes them.
    """

    rows: int
    created: int
    changed: int
    unchanged: int
    bad: int
    seconds: float
    errors_file: Path | None
    unknown_columns: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Whether anything of the file stands in the database."""
        return self.created + self.changed + self.unchanged > 0


_SUBJECTS: Final[dict[Kind, Callable[[Known], Subject]]] = {
    Kind.COMMUNES: communes.subject,
    Kind.HOUSEHOLDS: households.subject,
    Kind.PAYMENTS: payments.subject,
    Kind.EVENTS: events.subject,
}


async def run(
    kind: Kind | str,
    path: Path,
    *,
    keep_good: bool = False,
    progress: Progress = lambda rows, expected: None,
    today: date | None = None,
) -> Report:
    """Import a file in one transaction: all of it, or nothing when any row is bad, or the good rows with `keep_good`.

    `today` is the day of the import, by default the present one. The bad rows are named in `NAME.errors.csv` beside the
    file; without any, an old one is removed. Raises UnreadableFile when the file as a whole cannot be imported.
    """
    started = perf_counter()
    errors_file = path.with_suffix(".errors.csv")
    today = today or datetime.now(UTC).date()
    with opened(path) as sheet:
        async with database.copying() as connection:
            subject = _SUBJECTS[Kind(kind)](Known(today, await _components(connection)))
            reader = RowReader(subject.columns, sheet.header)
            staging = Staging(connection, subject)
            await staging.prepare()
            rows = await _stage(sheet.rows, reader, staging, lambda read: progress(read, sheet.expected))
            bad = await staging.check()
            if bad:
                await staging.write_problems(errors_file)
            else:
                errors_file.unlink(missing_ok=True)
            if bad and not keep_good:
                await connection.rollback()
                created = changed = good = 0
            else:
                await staging.set_aside()
                created, changed = await staging.write(today)
                await connection.commit()
                good = rows - bad
    return Report(
        rows=rows,
        created=created,
        changed=changed,
        unchanged=good - created - changed,
        bad=bad,
        seconds=perf_counter() - started,
        errors_file=errors_file if bad else None,
        unknown_columns=reader.unknown,
    )


async def _components(connection: AsyncConnection) -> list[str]:
    cursor = await connection.execute("SELECT code FROM component ORDER BY code")
    return [code for (code,) in await cursor.fetchall()]


async def _stage(rows: Iterator[Row], reader: RowReader, staging: Staging, read_so_far: Callable[[int], None]) -> int:
    count = 0
    for batch in _batches(rows):
        staged: list[Staged] = []
        problems: list[Problem] = []
        for row in batch:
            outcome = reader.read(row)
            if isinstance(outcome, tuple):
                staged.append(outcome)
            else:
                problems.extend(outcome)
        await staging.add(staged, problems)
        count += len(batch)
        read_so_far(count)
    return count


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch
