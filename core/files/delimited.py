"""CSV as French Excel writes it: its encoding, its delimiter, its rows one at a time, whatever the size of the file."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.files.cells import Cell, Row, UnreadableFile, text_cell
from core.files.encodings import Encoding, mended, old_encoding, written_twice
from core.files.headers import Lacking, Located, WantedColumns, located, refusal
from core.files.limits import Limits

BLOCK: Final = 1 << 20
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
MOST_NULS: Final = 20
"""One octet in so many that is NUL makes no text."""

TWICE: Final = "accents abîmés (écrits deux fois en UTF-8), réparés"
DELIMITERS: Final = (";", ",", "\t")
BEGINNING: Final = 1 << 18
"""Letters in which the delimiter is looked for."""

NAMED_DELIMITER: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""What Excel itself writes into the first line."""


REMEMBERED: Final = 1 << 13
"""Texts of a file that are kept as cells: places, words and years stand in it again and again."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """The table of a CSV file, how many lines the file has, and how its letters are written."""

    table: Located
    lines: int
    encoding: Encoding


@contextmanager
def delimited(path: Path, wanted: WantedColumns | None, limits: Limits) -> Iterator[Delimited]:
    """Open a CSV file; raises UnreadableFile, also while its rows are read on."""
    encoding, lines = _surveyed(path)
    csv.field_size_limit(limits.cell_letters)
    with path.open(encoding=encoding.name, newline="") as file:
        beginning = file.read(BEGINNING).splitlines(keepends=True)
        named = NAMED_DELIMITER.fullmatch(beginning[0]) if beginning else None
        delimiter = named[1] if named else _delimiter(beginning, wanted)
        file.seek(0)
        if named:
            file.readline()
        rows = (row for row in _rows(map(mended, file), delimiter, 2 if named else 1, limits) if not row.empty)
        table = located(rows, wanted)
        if isinstance(table, Lacking):
            raise refusal(table)
        yield Delimited(table, lines, encoding)


def _surveyed(path: Path) -> tuple[Encoding, int]:
    """Read the file through: how its letters are written, and its number of lines."""
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    twice = False
    lines = 0
    for block in _blocks(path):
        if block.startswith(UTF_16) or block.count(b"\0") * MOST_NULS > len(block):
            raise UnreadableFile("Ce n'est pas un fichier CSV en UTF-8 ou CP1252. Enregistrez-le en « CSV UTF-8 ».")
        lines += block.count(b"\n")
        utf8 = _still_decoding(utf8, block)
        twice = twice or written_twice(block)
    if _still_decoding(utf8, b"", final=True) is None:
        return old_encoding(_blocks(path)), lines + 1
    return Encoding("utf-8-sig", TWICE if twice else ""), lines + 1


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


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


def _delimiter(lines: Sequence[str], wanted: WantedColumns | None) -> str:
    """The delimiter with which the header is there, else the most frequent of the first line that has one."""
    if wanted is not None:
        for delimiter in DELIMITERS:
            if _has_header(lines, delimiter, wanted):
                return delimiter
    for line in lines:
        if any(each in line for each in DELIMITERS):
            return max(DELIMITERS, key=line.count)
    return DELIMITERS[0]


def _has_header(lines: Sequence[str], delimiter: str, wanted: WantedColumns) -> bool:
    try:
        rows = [Row(0, [text_cell(cell) for cell in cells]) for cells in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return False
    return isinstance(located((row for row in rows if not row.empty), wanted), Located)


def _remembered(text: str, known: dict[str, Cell]) -> Cell:
    """A cell that is made once, however often its text comes."""
    cell = text_cell(text)
    if len(known) < REMEMBERED:
        known[text] = cell
    return cell


def _rows(lines: Iterable[str], delimiter: str, line: int, limits: Limits) -> Iterator[Row]:
    """The rows of lines, of which the first has the number `line`."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    first = line
    known: dict[str, Cell] = {}
    try:
        for cells in reader:
            if len(cells) > limits.columns:
                raise UnreadableFile(f"Ligne {line} : {len(cells)} cellules, {limits.columns} au plus.")
            yield Row(line, [known.get(text) or _remembered(text, known) for text in cells])
            line = reader.line_num + first
    except csv.Error as error:
        raise UnreadableFile(f"Ligne {line} : guillemets mal fermés ou cellule trop longue.") from error
