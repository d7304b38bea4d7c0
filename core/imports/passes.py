"""The rows of a file, read and judged one by one: what can be staged, and what was seen on the way."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, TypeVar

from core.files.cells import Row, UnreadableFile
from core.files.opening import Table
from core.imports.remarks import LISTED, Remark, of_hidden_rows, of_table
from core.imports.rows import Problem, RowReader, Staged, is_total

BATCH: Final = 5_000
"""Rows read before they are copied: what an import holds of the file at any time."""

Item = TypeVar("Item")


class Pass:
    """One pass over the rows of a table. `rows` are those read so far, without lines that only sum up others."""

    def __init__(self, table: Table, reader: RowReader) -> None:
        self.rows = 0
        self._table = table
        self._reader = reader
        self._hidden: list[int] = []
        self._hidden_count = 0
        self._totals: list[Row] = []

    def batches(self) -> Iterator[tuple[list[Staged], list[Problem]]]:
        """What can be staged and what is wrong, some thousand rows at a time.

        Raises UnreadableFile for a file that cannot be read to its end, or whose days are written month first.
        """
        for batch in _batches(self._table.rows):
            staged: list[Staged] = []
            problems: list[Problem] = []
            for row in batch:
                self._read(row, staged, problems)
            yield staged, problems
        if doubt := self._reader.days.doubt():
            raise UnreadableFile(doubt)

    def _read(self, row: Row, staged: list[Staged], problems: list[Problem]) -> None:
        read_row = self._reader.read(row)
        if read_row.problems and is_total(row):
            self._totals.append(row)
            return
        self.rows += 1
        problems.extend(read_row.problems)
        if read_row.staged is not None:
            staged.append(read_row.staged)
        if row.hidden:
            self._hidden_count += 1
            if len(self._hidden) <= LISTED:
                self._hidden.append(row.line)

    def remarks(self) -> list[Remark]:
        """What was seen of the file as a whole."""
        totals = [Remark(row.line, "", "", "ligne de total, non lue") for row in self._totals[:LISTED]]
        return [
            *of_table(self._table, self._reader.letters),
            *of_hidden_rows(self._hidden, self._hidden_count),
            *totals,
        ]

    def total(self, column: str) -> int | None:
        """The sum that the one line of totals writes in a column; None without one, or where it is no whole number."""
        return self._reader.number(self._totals[0], column) if len(self._totals) == 1 else None


@contextmanager
def uncollected() -> Iterator[None]:
    """Read without a search for circles, which takes a third of the time: rows have none, and go as they are read."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch
