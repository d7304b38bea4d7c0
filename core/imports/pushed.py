"""The rows of a batch as a table, as the reader of files has them: one reader, two doors."""

from collections.abc import Mapping, Sequence
from typing import Final

from core.files.cells import EMPTY, Cell, Row, SheetName, text_cell
from core.files.encodings import Encoding
from core.files.opening import Table

Value = str | int | Sequence[str] | None
"""What a cell is in a batch; nothing, or no such field, is an empty cell."""

LISTED: Final = ";"


def table_of(rows: Sequence[Mapping[str, Value]]) -> Table:
    """A table whose columns are the fields that any row has, and whose lines are the rows, the first is 1."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return Table(
        header=Row(0, [text_cell(name) for name in names]),
        rows=iter([Row(line, [_cell(row.get(name)) for name in names]) for line, row in enumerate(rows, 1)]),
        expected=len(rows),
        sheets=(SheetName(""),),
        sheet=0,
        hidden_columns=(),
        encoding=Encoding("utf-8", ""),
    )


def _cell(value: Value) -> Cell:
    if value is None:
        return EMPTY
    if isinstance(value, str | int):
        return text_cell(str(value))
    return text_cell(LISTED.join(value))
