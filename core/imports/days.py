"""Days as the columns of a file write them: a column that writes the month first is trusted in no cell."""

import re
from dataclasses import dataclass, field
from typing import Final

from core.files.cells import Cell, Kind
from core.imports.values import MonthFirst

_TEXT_DAY: Final = re.compile(r"\s*(\d{1,2})[/.-]\d{1,2}[/.-]\d{2,4}\s*", re.ASCII)
MONTHS: Final = 12


@dataclass(slots=True)
class _Column:
    """What was seen of a column: days that Excel knows as such, and days that stayed text."""

    typed: int = 0
    text: int = 0
    certain: bool = False
    """A day that no exchange of day and month can have made."""
    example: str = ""


@dataclass(slots=True)
class DayColumns:
    """The columns of days of one file, and what speaks against one."""

    month_first: dict[str, str] = field(default_factory=dict)
    """By column, the first cell that writes the month first."""
    _columns: dict[str, _Column] = field(default_factory=dict)

    def refused(self, column: str, place: str, cell: Cell, error: Exception) -> None:
        """Remember a cell that was refused because its month stands first."""
        if isinstance(error, MonthFirst):
            self.month_first.setdefault(column, f"{place}, « {cell.text.strip()} »")

    def see(self, column: str, place: str, cell: Cell) -> None:
        """Look at a cell of a workbook, where typed days and days in text can stand in one column."""
        seen = self._columns.setdefault(column, _Column())
        if cell.kind is Kind.DAY:
            seen.typed += 1
            seen.certain = seen.certain or int(cell.text[8:10]) > MONTHS
        elif match := _TEXT_DAY.fullmatch(cell.text):
            seen.text += 1
            seen.certain = seen.certain or int(match[1]) <= MONTHS
            seen.example = seen.example or f"{place}, « {cell.text.strip()} »"

    def doubt(self) -> str:
        """Why the days of a column cannot be trusted, in French; empty where they can."""
        for column, example in self.month_first.items():
            return (
                f"La colonne {column} écrit le mois d'abord ({example}) : aucun de ses jours n'est sûr. "
                "Écrivez partout 31/12/2026, ou mettez de vraies dates dans Excel."
            )
        for column, seen in self._columns.items():
            if seen.typed and seen.text and not seen.certain:
                return (
                    f"La colonne {column} mêle des dates d'Excel et des dates en texte ({seen.example}) : Excel a sans "
                    "doute pris le mois pour le jour. Refaites-la depuis la liste d'origine, en texte partout."
                )
        return ""
