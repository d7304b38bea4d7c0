"""A file that somebody brought, opened: in a process of its own, with limits, so that no file can end ours."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final

from core.files.cells import EMPTY, Cell, Kind, Row, SheetName, UnreadableFile
from core.files.child import TOO_LARGE, WORKBOOKS
from core.files.encodings import Encoding
from core.files.headers import WantedColumns
from core.files.limits import LIMITS, Limits

DIED: Final = "La lecture de ce fichier s'est arrêtée sans dire pourquoi. Réessayez, ou demandez à l'administrateur."
_TEXT: Final = Kind.TEXT
REMEMBERED: Final = 1 << 13
"""Texts of a file that are kept, because places, words and years stand in it again and again."""

SUFFIXES: Final = frozenset({".csv", ".txt", *WORKBOOKS})

__all__ = ["SUFFIXES", "WORKBOOKS", "Table", "opened"]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its header, the rows under it (without the empty ones), and where it was found.

    `expected` is how many rows there may be at most, None where it is not known. `sheets` are all of the file, `sheet`
    the index of the one that is read; `hidden_columns` are indexes.
    """

    header: Row
    rows: Iterator[Row]
    expected: int | None
    sheets: tuple[SheetName, ...]
    sheet: int
    hidden_columns: tuple[int, ...]
    encoding: Encoding

    @property
    def workbook(self) -> bool:
        """Whether the cells have types of their own."""
        return bool(self.sheets[self.sheet].name)


@contextmanager
def opened(path: Path, wanted: WantedColumns | None = None, limits: Limits = LIMITS) -> Iterator[Table]:
    """Open a `.csv` or `.xlsx` file at its header: the row that has the columns that are wanted, else its first.

    Raises UnreadableFile when it cannot be opened, has no header, or is in no known encoding; reading on may raise it.
    """
    if path.is_dir():
        raise UnreadableFile(f"{path.name} est un dossier, non un fichier.")
    if not path.is_file():
        raise UnreadableFile(f"Le fichier {path.name} n'existe pas.")
    with _child(path, wanted, limits) as child, child.stdout as out:  # type: ignore[union-attr]  # a pipe is asked for
        lines = _lines(child, out)
        head = next(lines)
        header = _Rows().row(next(lines))
        rows = map(_Rows().row, chain.from_iterable(lines))
        expected = head["expected"]
        yield Table(
            header=header,
            rows=rows,
            expected=None if expected is None else max(0, expected - header.line),
            sheets=tuple(SheetName(name, hidden) for name, hidden in head["sheets"]),
            sheet=head["sheet"],
            hidden_columns=tuple(head["hidden_columns"]),
            encoding=Encoding(**head["encoding"]),
        )


@contextmanager
def _child(path: Path, wanted: WantedColumns | None, limits: Limits) -> Iterator[subprocess.Popen[bytes]]:
    """The process that reads, ended with us: it gets no setting and no secret of ours."""
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
    asked = (json.dumps(wanted and asdict(wanted)), json.dumps(asdict(limits)))
    command = [sys.executable, "-m", "core.files.child", str(path.absolute()), *asked]
    child = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def _lines(child: subprocess.Popen[bytes], out: IO[bytes]) -> Iterator[Any]:
    """What the child found, line by line; raises UnreadableFile with its words, or ours when it died."""
    whole = False
    for line in out:
        item = json.loads(line)
        if isinstance(item, dict) and "refused" in item:
            raise UnreadableFile(item["refused"])
        whole = True
        yield item
    if child.wait() or not whole:
        raise UnreadableFile(TOO_LARGE if child.returncode < 0 else DIED)


class _Rows:
    """Makes rows of what the child wrote; a text that stands in many cells is one cell, made once."""

    def __init__(self) -> None:
        self._cells: dict[str, Cell] = {}

    def row(self, item: list[Any]) -> Row:
        """A row of the child's."""
        line, hidden, items = item
        known, made = self._cells, []
        for each in items:
            if isinstance(each, str):
                made.append(known.get(each) or self._text(each))
            else:
                made.append(Cell(Kind(each[0]), each[1]) if each else EMPTY)
        return Row(line, made, hidden)

    def _text(self, text: str) -> Cell:
        cell = Cell(_TEXT, text)
        if len(self._cells) < REMEMBERED:
            self._cells[text] = cell
        return cell
