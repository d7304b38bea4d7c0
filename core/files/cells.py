"""What stands in a table that somebody made: typed cells, rows with their number, and the sheets they stand on.

A cell is empty, holds something, or cannot be read; the three are never taken for each other.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: `text` is what a person sees in it; a day is `2026-12-31`, an hour `08:30`, a number has a point."""

    kind: Kind
    text: str = ""

    @property
    def readable(self) -> bool:
        """Whether it is known what the cell holds."""
        return self.kind not in (Kind.ERROR, Kind.UNCALCULATED)


EMPTY = Cell(Kind.EMPTY)


def text_cell(text: str) -> Cell:
    """The cell of a text; one without letters is empty."""
    return Cell(Kind.TEXT, text) if text and not text.isspace() else EMPTY


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number as an editor or a spreadsheet shows it, its cells, and whether a filter hides it."""

    line: int
    cells: list[Cell]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet of the file; a CSV has one without a name."""

    name: str
    hidden: bool = False


class UnreadableFile(JigiError, ValueError):
    """The file as a whole cannot be read; the message says why, in French, to the person who brought it."""
