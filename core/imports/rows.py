"""From a row of text to a row that can be staged, or to the reasons why not."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from core.files.cells import EMPTY, Cell, Kind, Row, UnreadableFile
from core.imports.layout import Column
from core.imports.values import BadValue

LONGEST_ECHO: Final = 80
"""Characters of a refused cell repeated in the errors file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row: its line, the column to blame, the cell when it may be repeated, the reason in French.

    It costs the row, or where `cell_only` no more than the cell.
    """

    line: int
    column: str
    value: str | None
    reason: str
    cell_only: bool = False


Staged = tuple[object, ...]
"""The line number, then the columns' values in the order of the layout."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a row holds (None: it is refused), and every problem found in its cells."""

    staged: Staged | None
    problems: Sequence[Problem]


class RowReader:
    """Reads the rows of one file, whose header decides where each column stands.

    Raises UnreadableFile when a column is missing or stands twice. `unknown` names the columns nobody reads, `absent`
    the optional ones that the file lacks.
    """

    def __init__(self, columns: Sequence[Column], header: Row) -> None:
        french = {column.french: column.header for column in columns if column.french}
        written = [_plain(cell.text) for cell in header.cells]
        names = [french.get(name, name) for name in written]
        expected = list(dict.fromkeys(column.header for column in columns))
        optional = {column.header for column in columns if column.optional}
        lacking = [name for name in expected if name not in names]
        self.absent = tuple(name for name in lacking if name in optional)
        missing = [name for name in lacking if name not in optional]
        if missing:
            raise UnreadableFile(f"Colonnes absentes : {', '.join(missing)}. Ajoutez-les, vides au besoin.")
        twice = [name for name, count in Counter(names).items() if count > 1 and name in expected]
        if twice:
            raise UnreadableFile(f"Colonnes en double : {', '.join(twice)}.")
        self.unknown = tuple(
            cell.text.strip() for cell, name in zip(header.cells, names, strict=True) if name not in expected if name
        )
        self._width = len(header.cells)
        self._plan = [(column, names.index(column.header) if column.header in names else None) for column in columns]

    def read(self, row: Row) -> ReadRow:
        """The row's values and every problem found in its cells."""
        cells = row.cells
        if len(cells) < self._width:
            cells = [cell for cell, _ in zip_longest(cells, range(self._width), fillvalue=EMPTY)]
        values: list[object] = [row.line]
        problems: list[Problem] = []
        for column, index in self._plan:
            cell = EMPTY if index is None else cells[index]
            try:
                values.append(_value(column, cell))
            except BadValue as error:
                values.append(None)
                problems.append(Problem(row.line, column.header, _echo(column, cell), str(error), column.optional))
        if any(cell is not EMPTY for cell in cells[self._width :]):
            problems.append(
                Problem(row.line, "", None, "cellules de trop à la fin de la ligne : un séparateur en trop ?")
            )
        refused = any(not problem.cell_only for problem in problems)
        return ReadRow(None if refused else tuple(values), problems)


def _value(column: Column, cell: Cell) -> object:
    """The value of a cell; one that cannot be read is never taken for an empty one. Raises BadValue."""
    if cell.kind is Kind.ERROR:
        raise BadValue(f"la cellule montre {cell.text}")
    if cell.kind is Kind.UNCALCULATED:
        raise BadValue("formule non calculée : ouvrez le fichier dans Excel et enregistrez-le à nouveau")
    text = _trimmed(cell.text)
    if text:
        return column.read(text)
    if column.needed:
        raise BadValue("cellule vide")
    return None


def _echo(column: Column, cell: Cell) -> str | None:
    text = _trimmed(cell.text)
    return None if column.private or not text else text[:LONGEST_ECHO]


def _trimmed(cell: str) -> str:
    text = " ".join(cell.split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _plain(cell: str) -> str:
    letters = unicodedata.normalize("NFKD", cell).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
