"""An import file read as rows of text, one at a time: CSV as French Excel writes it, or an Excel workbook.

A CSV file is streamed, whatever its size. A workbook is held in memory by its reader while it is read.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, load_workbook

from core.platform.errors import JigiError

WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
BLOCK: Final = 1 << 20
NOT_IN_CP1252: Final = (0x81, 0x8D, 0x8F, 0x90, 0x9D)

Cell = int | float | str | bool | time | date | datetime | timedelta


class UnreadableFile(JigiError, ValueError):
    """The file as a whole cannot be imported; the message says why, in French, to the person who brought it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: its number as an editor or Excel shows it, and its cells as text."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The header's cells, the rows under it (without the empty ones), and how many there may be at most."""

    header: list[str]
    rows: Iterator[Row]
    expected: int


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """Open a `.csv` or `.xlsx` file at its header, its first line that is not empty.

    Raises UnreadableFile when it cannot be opened, has no header, or is in no known encoding; reading on may raise it.
    """
    if not path.is_file():
        raise UnreadableFile(f"Le fichier {path.name} n'existe pas.")
    if path.suffix.lower() in WORKBOOKS:
        with _workbook(path) as (rows, expected):
            yield _sheet(rows, expected)
        return
    with _text(path) as (rows, expected):
        yield _sheet(rows, expected)


def _sheet(rows: Iterable[Row], expected: int) -> Sheet:
    filled = (row for row in rows if any(cell and not cell.isspace() for cell in row.cells))
    header = next(filled, None)
    if header is None:
        raise UnreadableFile("Le fichier est vide.")
    return Sheet(header.cells, filled, max(0, expected - header.line))


@contextmanager
def _text(path: Path) -> Iterator[tuple[Iterator[Row], int]]:
    encoding, lines = _surveyed(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file)
        file.seek(0)
        yield _csv_rows(file, delimiter), lines


def _surveyed(path: Path) -> tuple[str, int]:
    """Read the file through once: its encoding, and its number of lines."""
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    cp1252 = True
    lines = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if b"\0" in block:
                raise UnreadableFile("Ce n'est pas un fichier CSV en UTF-8 ou CP1252. Enregistrez-le en « CSV UTF-8 ».")
            lines += block.count(b"\n")
            utf8 = _still_decoding(utf8, block)
            cp1252 = cp1252 and not any(octet in block for octet in NOT_IN_CP1252)
    if _still_decoding(utf8, b"", final=True) is not None:
        return "utf-8-sig", lines + 1
    if not cp1252:
        raise UnreadableFile("Le fichier n'est ni en UTF-8 ni en CP1252. Enregistrez-le en « CSV UTF-8 ».")
    return "cp1252", lines + 1


def _still_decoding(
    decoder: codecs.IncrementalDecoder | None, block: bytes, *, final: bool = False
) -> codecs.IncrementalDecoder | None:
    if decoder is None:
        return None
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return None
    return decoder


def _delimiter(lines: Iterable[str]) -> str:
    header = next((line for line in lines if line.strip()), "")
    return ";" if header.count(";") > header.count(",") else ","


def _csv_rows(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"Ligne {line} : guillemets mal fermés ou cellule trop longue.") from error


@contextmanager
def _workbook(path: Path) -> Iterator[tuple[Iterator[Row], int]]:
    try:
        with load_workbook(path) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            rows = (Row(line, [_as_text(cell) for cell in cells]) for line, cells in enumerate(sheet.iter_rows(), 1))
            yield rows, sheet.total_height
    except CalamineError as error:
        raise UnreadableFile("Ce n'est pas un classeur Excel lisible (.xlsx, sans mot de passe).") from error


def _as_text(cell: Cell) -> str:
    """What the person sees in the cell, with days and hours in one form."""
    match cell:
        case str():
            return cell
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time.min:
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case time():
            return cell.strftime("%H:%M")
        case timedelta():
            minutes = int(cell.total_seconds()) // 60
            return f"{minutes // 60:02}:{minutes % 60:02}"
        case _:
            return str(cell)
