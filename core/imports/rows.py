"""From a row of cells to a row that can be staged, or to the reasons why not."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from core.files.cells import EMPTY, UNREADABLE, Cell, Kind, Row, UnreadableFile
from core.files.headers import WantedColumns, plain
from core.files.letters import seen
from core.imports.days import DayColumns
from core.imports.layout import Column
from core.imports.remarks import column_letters
from core.imports.values import BadValue

LONGEST_ECHO: Final = 80
"""Characters of a refused cell repeated in the errors file."""

PICTURES: Final = {code: 0x2400 + code for code in range(32)}
"""How a control character is shown, which nobody sees and no database takes."""

NONE: Final = frozenset({"-", "--", "–", "—", "/", "néant", "neant", "aucun", "aucune"})
"""How people write that there is nothing; like an empty cell, and no more."""

LONGEST_NONE: Final = max(map(len, NONE))

_TEXT: Final = Kind.TEXT
"""Nearly every cell, and an enum's members are slow to look up by the million."""

_TOTAL: Final = re.compile(r"(?:grand |sous[- ])?(?:total|totaux)\b.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row: its line, the column to blame, the cell when it may be repeated, the reason in French.

    It costs the row, or where `cell_only` no more than the cell. `place` is the cell as a spreadsheet names it, `F4`.
    """

    line: int
    column: str
    value: str | None
    reason: str
    cell_only: bool = False
    place: str = ""


REMEMBERED: Final = 1 << 12
"""Texts of a column whose value is kept, because they stand in many rows: read once, they say the same again."""

_UNREAD: Final = object()


class Unreadable(BadValue):
    """It is not known what the cell was meant to hold."""


Staged = tuple[object, ...]
"""The line number, the columns that are said to hold nothing, then the columns' values in the order of the layout."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a row holds (None: it is refused), and every problem found in its cells."""

    staged: Staged | None
    problems: Sequence[Problem]


LINE: Final = "Ligne du fichier"
REASON: Final = "À corriger"
OURS: Final = frozenset({plain(LINE), plain(REASON)})
"""Columns that we add to refused rows, which come back with them."""


class RowReader:
    """Reads the rows of one file, whose header decides where each column stands.

    In a column of `complete` an empty cell says that there is nothing. Of a `workbook` the days are looked at more
    closely. Raises UnreadableFile when a column stands twice, or one of `complete` is none of the file's that can be
    empty. `unknown` names the columns that nobody reads, `letters` where each column stands, `days` what its days are.
    """

    def __init__(
        self, columns: Sequence[Column], header: Row, complete: Collection[str] = (), *, workbook: bool = False
    ) -> None:
        names = wanted(columns).columns(header)
        expected = list(dict.fromkeys(column.header for column in columns))
        twice = [name for name, count in Counter(names).items() if count > 1 and name in expected]
        if twice:
            raise UnreadableFile(f"Colonnes en double : {', '.join(twice)}.")
        self.unknown = tuple(
            cell.text.strip()
            for cell, name in zip(header.cells, names, strict=True)
            if name and name not in expected and name not in OURS
        )
        self.letters: Mapping[str, str] = {
            name: column_letters(index) for index, name in enumerate(names) if name in expected
        }
        self.days = DayColumns()
        self._names = names
        self._width = len(header.cells)
        self._plan: list[tuple[Column, int | None, dict[str, object]]] = [
            (column, names.index(column.header) if column.header in names else None, {}) for column in columns
        ]
        self._complete = _complete(columns, complete, names)
        self._days = [
            (column.header, index) for column, index, _ in self._plan if column.sql == "date" and index is not None
        ]
        self._workbook = workbook

    def read(self, row: Row) -> ReadRow:
        """The row's values and every problem found in its cells."""
        cells = self._padded(row.cells)
        values: list[object] = [row.line, None]
        emptied: list[str] = []
        problems: list[Problem] = []
        for column, index, known in self._plan:
            cell = EMPTY if index is None else cells[index]
            if cell is EMPTY and not column.needed:
                value = None
            else:
                value = known.get(cell.text, _UNREAD) if cell.kind is _TEXT else _UNREAD
                if value is _UNREAD:
                    try:
                        value = _read_first(column, cell, known)
                    except BadValue as error:
                        values.append(None)
                        if not column.source:
                            problems.append(self._problem(row, column, cell, error))
                        continue
            if value is None and column.name in self._complete:
                emptied.append(column.name)
            values.append(value)
        if emptied:
            values[1] = emptied
        if len(cells) > self._width:
            problems.extend(_beyond(row, self._width))
        if self._workbook:
            self._look_at_days(row, cells)
        refused = any(not problem.cell_only for problem in problems)
        return ReadRow(None if refused else tuple(values), problems)

    def _padded(self, cells: Sequence[Cell]) -> Sequence[Cell]:
        """As many cells as the header has, or more."""
        if len(cells) >= self._width:
            return cells
        return [cell for cell, _ in zip_longest(cells, range(self._width), fillvalue=EMPTY)]

    def number(self, row: Row, column: str) -> int | None:
        """The whole number in a cell of a row that is none of the table's; None where there is none."""
        index = self._names.index(column) if column in self._names else self._width
        digits = re.sub(r"[\s.,]|F ?CFA|F", "", row.cells[index].text) if index < len(row.cells) else ""
        return int(digits) if digits.isascii() and digits.isdigit() else None

    def _look_at_days(self, row: Row, cells: Sequence[Cell]) -> None:
        for header, index in self._days:
            if cells[index] is not EMPTY:
                self.days.see(header, f"{self.letters[header]}{row.line}", cells[index])

    def _problem(self, row: Row, column: Column, cell: Cell, error: BadValue) -> Problem:
        """What an unreadable cell was meant to say nobody knows: it costs the row wherever it stands."""
        cell_only = column.forgiving and not isinstance(error, Unreadable)
        place = f"{self.letters.get(column.header, '')}{row.line}"
        self.days.refused(column.header, place, cell, error)
        return Problem(row.line, column.header, _echo(column, cell), str(error).translate(PICTURES), cell_only, place)


def wanted(columns: Sequence[Column]) -> WantedColumns:
    """What a header must have, and how its columns may be written."""
    names = {name: column.header for column in columns for name in (column.french, *column.others) if name}
    return WantedColumns(tuple(dict.fromkeys(column.header for column in columns if column.needed)), names)


def is_total(row: Row) -> bool:
    """Whether a row only sums up others: its first word is "total"."""
    first = next((cell.text for cell in row.cells if cell is not EMPTY), "")
    return _TOTAL.fullmatch(first.strip()) is not None


def _complete(columns: Sequence[Column], marked: Collection[str], names: Collection[str]) -> frozenset[str]:
    """The columns, by name, in which an empty cell says that there is nothing."""
    by_name = wanted(columns).names
    complete = {by_name.get(plain(name), plain(name)) for name in marked}
    can_be = dict.fromkeys(column.header for column in columns if column.label)
    if wrong := sorted(complete - set(can_be)):
        raise UnreadableFile(f"Ne peut être marquée complète : {', '.join(wrong)}. Possible : {', '.join(can_be)}.")
    if absent := sorted(complete - set(names)):
        raise UnreadableFile(f"Marquée complète, mais absente du fichier : {', '.join(absent)}.")
    return frozenset(column.name for column in columns if column.header in complete)


def _beyond(row: Row, width: int) -> Sequence[Problem]:
    """What stands further right than the header goes."""
    if all(cell is EMPTY for cell in row.cells[width:]):
        return ()
    return (Problem(row.line, "", None, "cellules de trop à la fin de la ligne : un séparateur en trop ?"),)


def _read_first(column: Column, cell: Cell, known: dict[str, object]) -> object:
    """The value of a cell that nobody read before; it is kept for the next one that says the same."""
    value = _value(column, cell)
    if cell.kind is _TEXT and len(known) < REMEMBERED:
        known[cell.text] = value
    return value


def _value(column: Column, cell: Cell) -> object:
    """The value of a cell; one that cannot be read is never taken for an empty one. Raises BadValue."""
    if cell.kind is not _TEXT and cell.kind in UNREADABLE:
        raise Unreadable(unreadable(cell))
    text = seen(cell.text)
    if text and (len(text) > LONGEST_NONE or text.casefold() not in NONE):
        return column.read(text)
    if column.needed:
        raise BadValue("cellule vide")
    return None


def unreadable(cell: Cell) -> str:
    """Why nobody knows what a cell was meant to hold, in French."""
    if cell.kind is Kind.ERROR:
        return f"la cellule montre {cell.text.strip()}"
    if cell.kind is Kind.CUT:
        return "nombre coupé : élargissez la colonne, mettez-la en texte, puis enregistrez à nouveau"
    return "formule non calculée : ouvrez le fichier dans Excel et enregistrez-le à nouveau"


def _echo(column: Column, cell: Cell) -> str | None:
    text = seen(cell.text)
    return None if column.private or not text else text[:LONGEST_ECHO].translate(PICTURES)
