"""Tables for spreadsheets: CSV as French Excel reads it (`;`, UTF-8 with its mark) and workbooks, without formulas."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TextIO

import xlsxwriter

Cell = str | int | float | date | None

A4: Final = 9
"""The paper, as workbooks name it."""

MARKED: Final = "#FFC7CE"
"""The colour of a cell that is to be corrected, as spreadsheets mark a bad value."""

DAY_WRITTEN: Final = "%d/%m/%Y"
DAY_SHOWN: Final = "dd/mm/yyyy"
"""A day, as a French CSV writes it and as a workbook shows it."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARK: Final = "\ufeff"
TURN: Final = 50
"""Rows that are written before somebody else has a turn: some thousandths of a second."""


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def in_csv(cell: Cell) -> str:
    """A cell of a CSV: nothing is empty, a number has its comma, a day its slashes, a text is no formula."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.strftime(DAY_WRITTEN)
    return harmless(cell) if isinstance(cell, str) else str(cell).replace(".", ",")


class CsvTable:
    """Rows of a CSV, written to a file or to text."""

    def __init__(self, to: TextIO) -> None:
        self._writer = csv.writer(to, delimiter=";")

    def write(self, row: Sequence[Cell]) -> None:
        """Add a row."""
        self._writer.writerow([in_csv(cell) for cell in row])


class Workbook:
    """A workbook of one sheet, written row by row: a header that stays and filters, landscape on A4, one page wide."""

    def __init__(self, to: Path | io.BytesIO, sheet: str, header: Sequence[str], widths: Sequence[int]) -> None:
        self._book = xlsxwriter.Workbook(to, {"constant_memory": True, "strings_to_formulas": False})
        self._sheet = self._book.add_worksheet(sheet)
        bold = self._book.add_format({"bold": True, "bottom": 1})
        for column, (title, width) in enumerate(zip(header, widths, strict=True)):
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, title, bold)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_landscape()
        self._sheet.set_paper(A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        self._plain = None
        self._day = self._book.add_format({"num_format": DAY_SHOWN})
        self._marked = self._book.add_format({"bg_color": MARKED})
        self._marked_day = self._book.add_format({"bg_color": MARKED, "num_format": DAY_SHOWN})
        self._last = len(header) - 1
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Pack it; nothing is written any more."""
        self._sheet.autofilter(0, 0, self.rows, self._last)
        self._book.close()

    def write(self, row: Sequence[Cell], marked: Collection[int] = ()) -> None:
        """Add a row: numbers as numbers, days as days, texts as texts whatever they begin with; `marked` are coloured.

        A marked cell is coloured even where it is empty.
        """
        self.rows += 1
        for column, cell in enumerate(row):
            shape, day = (self._marked, self._marked_day) if column in marked else (self._plain, self._day)
            if isinstance(cell, str):
                self._sheet.write_string(self.rows, column, cell, shape)
            elif isinstance(cell, date):
                self._sheet.write_datetime(self.rows, column, cell, day)
            elif cell is not None:
                self._sheet.write_number(self.rows, column, cell, shape)
            elif shape is not None:
                self._sheet.write_blank(self.rows, column, None, shape)


async def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A whole CSV, written in turns with whoever else waits for this process."""
    text = io.StringIO(newline="")
    table = CsvTable(text)
    table.write(header)
    async for row in _in_turns(rows):
        table.write(row)
    return (MARK + text.getvalue()).encode()


async def xlsx_bytes(sheet: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> bytes:
    """A whole workbook, written in turns; it is packed beside them."""
    held = io.BytesIO()
    book = Workbook(held, sheet, header, widths)
    async for row in _in_turns(rows):
        book.write(row)
    await asyncio.to_thread(book.close)
    return held.getvalue()


async def _in_turns(rows: Iterable[Sequence[Cell]]) -> AsyncIterator[Sequence[Cell]]:
    for number, row in enumerate(rows):
        if number % TURN == 0:
            await asyncio.sleep(0)
        yield row
