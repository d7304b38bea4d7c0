"""A spreadsheet with a telephone in each row, for a personal message: read at once, checked cell by cell, not kept.

What a cell holds is what a person sees in it; a day is said as the language says days. A cell that cannot be read, an
empty one that the words name, a number that is none or stands twice: each is named by line, column and reason.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.files.cells import EMPTY, Cell, Kind, Row, UnreadableFile
from core.files.headers import WantedColumns
from core.files.letters import seen
from core.files.opening import opened
from core.imports.remarks import column_letters
from core.imports.rows import Problem, Unreadable, unreadable
from core.imports.values import BadValue, day_of, hour, phone, words
from sms.outbox.personal_words import CellValue

PHONE: Final = "phone"
PHONE_NAMES: Final = ("telephone", "tel", "numero", "numero_de_telephone", "portable", "mobile", "phone_number", "gsm")
"""What people call the column of telephones."""

LONGEST_VALUE: Final = 100
MOST_ROWS: Final = 5_000
"""They are said one by one in a thread of the process that answers the line: about half a second a thousand."""
MOST_PROBLEMS: Final = 200

_shown = words(LONGEST_VALUE)


class TooManyRows(UnreadableFile):
    """The file has more rows than a personal message is for."""

    def __init__(self) -> None:
        super().__init__(f"Ce fichier a plus de {MOST_ROWS} lignes : faites-en plusieurs.")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its line in the file, its number (E.164), and by the plain name of each column what the words may name.

    A value has the kind of its cell, so that a day is said in each language: `["day", "2026-12-31"]`.
    """

    line: int
    msisdn: str
    values: Mapping[str, CellValue]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: its columns by plain name as they are written, its good rows, and what is wrong."""

    columns: Mapping[str, str]
    rows: Sequence[SheetRow]
    problems: Sequence[Problem]


def read_sheet(path: Path, named: Collection[str]) -> Sheet:
    """Read a `.csv` or `.xlsx` file; `named` are the plain names of the columns that the words name.

    It takes as long as the file is long: call it in a thread. Raises UnreadableFile for a file that cannot be read, has
    no column of telephones, or has more than MOST_ROWS rows.
    """
    with opened(path, WantedColumns((PHONE,), dict.fromkeys(PHONE_NAMES, PHONE))) as table:
        names = WantedColumns((), dict.fromkeys(PHONE_NAMES, PHONE)).columns(table.header)
        written = {name: cell.text.strip() for name, cell in zip(names, table.header.cells, strict=True) if name}
        twice = sorted({written[name] for name in names if name and names.count(name) > 1})
        if twice:
            raise UnreadableFile(f"Colonnes en double : {', '.join(twice)}.")
        taken = _Reading(names, written, named)
        for count, row in enumerate(table.rows):
            if count >= MOST_ROWS:
                raise TooManyRows
            taken.read(row)
    return Sheet(written, taken.rows, taken.problems[:MOST_PROBLEMS])


class _Reading:
    """The rows of one file, as they are read."""

    def __init__(self, names: Sequence[str], written: Mapping[str, str], named: Collection[str]) -> None:
        self.rows: list[SheetRow] = []
        self.problems: list[Problem] = []
        self._names = names
        self._written = written
        self._named = frozenset(named)
        self._lines: dict[str, int] = {}

    def read(self, row: Row) -> None:
        """Take a row, or note what is wrong with it."""
        before = len(self.problems)
        cells = {
            name: cell for name, cell in zip(self._names, _padded(row.cells, len(self._names)), strict=True) if name
        }
        values = dict(self._values(row, cells))
        number = self._number(row, cells[PHONE])
        if number and len(self.problems) == before:
            self.rows.append(SheetRow(row.line, number, values))

    def _values(self, row: Row, cells: Mapping[str, Cell]) -> Iterator[tuple[str, CellValue]]:
        for name in sorted(self._named - {PHONE}):
            if name not in cells:
                continue
            try:
                yield name, _value(cells[name])
            except BadValue as error:
                self._wrong(row, name, cells[name], error)

    def _number(self, row: Row, cell: Cell) -> str | None:
        """The number of a row; None where it is none, or stands in a row above."""
        try:
            if not cell.readable:
                raise Unreadable(unreadable(cell))
            text = seen(cell.text)
            if not text:
                raise BadValue("cellule vide")
            number = phone(text.removesuffix(".0"))
            if number in self._lines:
                raise BadValue(f"le même numéro qu'à la ligne {self._lines[number]}")
        except BadValue as error:
            self._wrong(row, PHONE, cell, error)
            return None
        self._lines[number] = row.line
        return number

    def _wrong(self, row: Row, name: str, cell: Cell, error: BadValue) -> None:
        """A number is not repeated: it is somebody's."""
        echo = None if name == PHONE or cell is EMPTY else seen(cell.text)[:80]
        place = f"{column_letters(self._names.index(name))}{row.line}"
        self.problems.append(Problem(row.line, self._written[name], echo, str(error), place=place))


def _padded(cells: Sequence[Cell], width: int) -> Sequence[Cell]:
    return [*cells[:width], *[EMPTY] * (width - len(cells))]


def _value(cell: Cell) -> CellValue:
    """What a cell holds, and what kind of value it is; raises BadValue for one that cannot be said."""
    if not cell.readable:
        raise Unreadable(unreadable(cell))
    text = seen(cell.text)
    if not text:
        raise BadValue("cellule vide, et le texte la nomme")
    if cell.kind in (Kind.DAY, Kind.HOUR):
        return cell.kind.value, text
    for kind, read in ((Kind.DAY, day_of), (Kind.HOUR, hour)):
        try:
            return kind.value, str(read(text).isoformat())
        except BadValue:
            continue
    return Kind.TEXT.value, str(_shown(text.removesuffix(".0") if cell.kind is Kind.NUMBER else text))
