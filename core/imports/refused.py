"""The rows of a file that were refused, as a workbook: as they stood, the bad cells marked, with the reason.

Whoever brought the file corrects it there and brings it again: our own columns are read by nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from core.files.cells import EMPTY, Kind, Row
from core.files.cells import Cell as ReadCell
from core.files.opening import opened
from core.imports.layout import Column
from core.imports.rows import LINE, REASON, wanted
from core.imports.staging import LineProblems
from core.platform.spreadsheets import Cell, Workbook

MOST: Final = 20_000
"""Rows that a workbook of refused rows holds; more are corrected where the file comes from."""

SHEET: Final = "À corriger"
EXACT: Final = 15
"""Digits of a whole number that spreadsheets keep."""

NOT_KNOWN: Final = "#N/A"
"""Stands for a formula that was not calculated, so that it is refused again until somebody writes a value."""

WIDTH, REASON_WIDTH = 18, 80


def write_workbook(path: Path, columns: Sequence[Column], problems: Sequence[LineProblems], to: Path) -> None:
    """Write the refused rows of the file at `path` as the workbook `to`; `problems` go by their lines."""
    by_line = {problem.line: problem for problem in problems}
    names = wanted(columns)
    with opened(path, names) as table:
        titles = [cell.text.strip() for cell in table.header.cells]
        places = {name: index for index, name in enumerate(names.columns(table.header))}
        header = [*titles, LINE, REASON]
        widths = [*(WIDTH for _ in titles), WIDTH, REASON_WIDTH]
        with Workbook(to, SHEET, header, widths) as book:
            for row, problem in _refused(table.rows, by_line):
                marked = {places[name] for name in _blamed(problem) if name in places}
                cells = _padded(row, len(titles))
                book.write([*cells, row.line, _reasons(problem, places, titles)], {*marked, len(titles) + 1})


def _refused(rows: Iterator[Row], by_line: Mapping[int, LineProblems]) -> Iterator[tuple[Row, LineProblems]]:
    remaining = len(by_line)
    for row in rows:
        if not remaining:
            return
        if problem := by_line.get(row.line):
            remaining -= 1
            yield row, problem


def _padded(row: Row, width: int) -> list[Cell]:
    """The cells of a row as far as its header goes: what stands beyond is none of a column's."""
    cells = [*row.cells[:width], *(EMPTY for _ in range(width - len(row.cells)))]
    return [*map(_written, cells)]


def _written(cell: ReadCell) -> Cell:
    if cell is EMPTY:
        return None
    if cell.kind is Kind.UNCALCULATED:
        return NOT_KNOWN
    if cell.kind is Kind.DAY and len(cell.text) == len("2026-12-31"):
        return date.fromisoformat(cell.text)
    if cell.kind is Kind.NUMBER and cell.text.removeprefix("-").isdigit() and len(cell.text) <= EXACT:
        return int(cell.text)
    return cell.text


def _blamed(problem: LineProblems) -> Iterator[str]:
    """The columns to blame; a key of several is blamed as `one + other`."""
    for column in problem.columns:
        yield from column.split(" + ")


def _reasons(problem: LineProblems, places: Mapping[str, int], titles: Sequence[str]) -> str:
    """Each reason behind the column as the file calls it."""
    words = []
    for column, reason in zip(problem.columns, problem.reasons, strict=True):
        named = " + ".join(titles[places[name]] if name in places else name for name in column.split(" + ") if name)
        words.append(f"{named} : {reason}" if named else reason)
    return " ; ".join(dict.fromkeys(words))
