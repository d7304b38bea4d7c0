"""CSV as French Excel writes it: its encoding, its delimiter, its rows one at a time, whatever the size of the file."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.files.cells import Row, UnreadableFile, text_cell
from core.files.limits import Limits

BLOCK: Final = 1 << 20
NOT_IN_CP1252: Final = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
DELIMITERS: Final = (";", ",", "\t")


@contextmanager
def delimited(path: Path, limits: Limits) -> Iterator[tuple[Iterator[Row], int]]:
    """The rows of a CSV file, and how many lines it has; raises UnreadableFile, also while it is read on."""
    encoding, lines = _surveyed(path)
    csv.field_size_limit(limits.cell_letters)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file)
        file.seek(0)
        yield _rows(file, delimiter, limits), lines


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
    return max(DELIMITERS, key=header.count) if any(each in header for each in DELIMITERS) else ";"


def _rows(lines: Iterable[str], delimiter: str, limits: Limits) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if len(cells) > limits.columns:
                raise UnreadableFile(f"Ligne {line} : {len(cells)} cellules, {limits.columns} au plus.")
            yield Row(line, [text_cell(cell) for cell in cells])
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"Ligne {line} : guillemets mal fermés ou cellule trop longue.") from error
