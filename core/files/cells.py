"""What stands in a table that somebody made: typed cells, rows with their number, and the sheets they stand on.

A cell is empty, holds something, or cannot be read; the three are never taken for each other.
"""

import re
from dataclasses import dataclass
from typing import Final

from core.platform.errors import JigiError
from core.text.words import Code


class Kind(Code):
    """What a cell holds."""

    EMPTY = "empty"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    HOUR = "hour"
    ERROR = "error"
    """The spreadsheet shows an error; the text is its name, e.g. `#N/A`."""
    UNCALCULATED = "uncalculated"
    """A formula that no program has calculated; what it would show is not known."""
    CUT = "cut"
    """A number of which a program kept a part: `2,23E+10`, `########`."""


UNREADABLE: Final = frozenset({Kind.ERROR, Kind.UNCALCULATED, Kind.CUT})
"""What a cell was meant to hold is not known."""

_TEXT: Final = Kind.TEXT
_SHOWN_ERROR: Final = re.compile(r"#(?:N/[AD]|[A-ZÉ_/0 -]{2,20}[!?]|GETTING_DATA)|Err:\d{3}")
"""What French and English spreadsheets show instead of a value, also in a CSV they saved."""

_CUT: Final = re.compile(r"#{2,}|[-+]?\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: `text` is what a person sees in it; a day is `2026-12-31`, an hour `08:30`, a number has a point."""

    kind: Kind
    text: str = ""

    @property
    def readable(self) -> bool:
        """Whether it is known what the cell holds."""
        return self.kind not in UNREADABLE


EMPTY = Cell(Kind.EMPTY)


def text_cell(text: str) -> Cell:
    """The cell of a text: one without letters is empty, one that shows an error or a cut-off number is that."""
    if not text or text.isspace():
        return EMPTY
    if "#" in text or "E+" in text or "e+" in text or "Err:" in text:
        return Cell(_kind(text.strip()), text)
    return Cell(_TEXT, text)


def _kind(text: str) -> Kind:
    if _SHOWN_ERROR.fullmatch(text):
        return Kind.ERROR
    return Kind.CUT if _CUT.fullmatch(text) else Kind.TEXT


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number as an editor or a spreadsheet shows it, its cells, and whether a filter hides it."""

    line: int
    cells: list[Cell]
    hidden: bool = False

    @property
    def empty(self) -> bool:
        """Whether no cell holds anything."""
        return all(cell is EMPTY for cell in self.cells)


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet of the file; a CSV has one without a name."""

    name: str
    hidden: bool = False


class UnreadableFile(JigiError, ValueError):
    """The file as a whole cannot be read; the message says why, in French, to the person who brought it."""
