"""What is worth a look in a file and refuses nothing: said before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.files.opening import Table

LISTED: Final = 8
"""Lines that one remark names."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is worth a look, in French: the first line it is in (0: the file as a whole), where, and why."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        where = [f"ligne {self.line}" if self.line else "", self.column, self.value]
        place = ", ".join(filter(None, where))
        return f"{place} : {self.reason}" if place else self.reason


def whole(words: str) -> Remark:
    """A remark on the file as a whole."""
    return Remark(0, "", "", words)


def of_table(table: Table, letters: Mapping[str, str]) -> list[Remark]:
    """Which sheet is read, which are not, and which columns that are read nobody sees."""
    remarks = []
    others = [sheet for index, sheet in enumerate(table.sheets) if index != table.sheet]
    if others:
        unread = ", ".join(f"« {sheet.name} »{' (masquée)' if sheet.hidden else ''}" for sheet in others)
        remarks.append(whole(f"feuille lue : « {table.sheets[table.sheet].name} » ; non lues : {unread}"))
    names = {letter: column for column, letter in letters.items()}
    hidden = [column_letters(index) for index in table.hidden_columns]
    if read := [f"{letter} ({names[letter]})" for letter in hidden if letter in names]:
        remarks.append(whole(f"colonnes masquées, lues comme les autres : {', '.join(read)}"))
    if table.encoding.remark:
        remarks.append(whole(table.encoding.remark))
    return remarks


def of_hidden_rows(lines: Sequence[int], count: int) -> list[Remark]:
    """That rows which a filter hides are read too; `lines` are the first of them."""
    if not count:
        return []
    named = ", ".join(map(str, lines[:LISTED])) + (", …" if count > LISTED else "")
    words = "1 ligne masquée, lue comme les autres" if count == 1 else f"{count} lignes masquées, lues comme les autres"
    return [whole(f"{words} : {named}. Affichez tout dans Excel pour les voir, ou supprimez-les.")]


def column_letters(index: int) -> str:
    """The letters of a column as a spreadsheet names it; the first, 0, is A."""
    name = ""
    rest = index + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(65 + letter) + name
    return name
