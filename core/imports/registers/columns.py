"""The columns of an export: questions by their headers, and choices that were split into columns of 0 and 1."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final

from core.files.cells import EMPTY, Cell, Kind, Row, UnreadableFile
from core.files.headers import plain
from core.files.letters import seen
from core.files.limits import LIMITS
from core.files.opening import opened
from core.imports.registers.fields import BEGINNINGS, USUAL, RegisterField, plain_names
from core.imports.remarks import column_letters
from core.imports.rows import NONE, Unreadable, unreadable
from core.imports.values import BadValue

MOST_ROWS: Final = 10_000
"""Submissions of one file; an export of more is made for some of the days."""

FORM_LIMITS: Final = replace(LIMITS, columns=1_000)
"""A form whose choices are split has hundreds of columns."""

SPLIT: Final = "/*"
"""Ends the name of a question whose choices stand in columns of their own, `plainte/sujet/*`."""

CHOSEN: Final = frozenset({"1", "true", "vrai"})
NOT_CHOSEN: Final = frozenset({"0", "false", "faux", ""})
NOTHING: Final = NONE | {"n/a"}


REVIEWS: Final = frozenset({"validation_status", "reviewstate"})
"""The column of what a review came to: KoBoToolbox's `_validation_status`, ODK Central's `ReviewState`."""

REJECTED: Final = frozenset(
    {"rejected", "not_approved", "validation_status_not_approved", "non_approuve", "pas_approuve", "rejete"}
)
"""What stands there, by name or by label, where a submission was rejected. One on hold, or with issues, is not."""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A question: the column it stands in, or those of its choices with what each is called."""

    name: str
    indexes: tuple[int, ...]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """A file of submissions: its columns by name, and its rows. `sheet` is the one that is read, '' for a CSV."""

    columns: Mapping[str, FormColumn]
    rows: Sequence[Row]
    sheet: str
    unread_sheets: Sequence[str]

    def has(self, name: str) -> bool:
        """Whether a question stands in this file."""
        return name in self.columns

    def letters(self, name: str) -> str:
        """Where a question stands, as a spreadsheet names it; the first of its columns where it was split."""
        return column_letters(self.columns[name].indexes[0])

    def cell(self, row: Row, name: str) -> str:
        """What a row says to a question, '' for nothing; raises BadValue, in French, where that is not known."""
        column = self.columns[name]
        if not column.choices:
            return _text(_cell(row, column.indexes[0]))
        chosen = [
            choice
            for index, choice in zip(column.indexes, column.choices, strict=True)
            if _is_chosen(_text(_cell(row, index)))
        ]
        if len(chosen) > 1:
            raise BadValue(f"plusieurs choix ({', '.join(chosen)}) : gardez-en un, ou faites-en deux plaintes")
        return "".join(chosen)

    def is_rejected(self, row: Row) -> bool:
        """Whether whoever reviewed the submissions on the server rejected this one."""
        return any(
            plain(_cell(row, column.indexes[0]).text) in REJECTED
            for name, column in self.columns.items()
            if plain(name) in REVIEWS
        )

    def answers_to(self, name: str) -> Sequence[str]:
        """What the rows say to a question, the most frequent first; the choices where they are split."""
        if self.columns[name].choices:
            return self.columns[name].choices
        return [text for text, _ in Counter(self._readable(name)).most_common() if text]

    def _readable(self, name: str) -> Iterator[str]:
        for row in self.rows:
            try:
                yield self.cell(row, name)
            except BadValue:
                continue


def export_in(path: Path) -> Export:
    """Read an export whole; raises UnreadableFile for one that cannot be read, or has more than MOST_ROWS rows.

    It waits for another process: give it a thread.
    """
    with opened(path, limits=FORM_LIMITS) as table:
        rows: list[Row] = []
        shared: dict[Cell, Cell] = {}
        for row in table.rows:
            if len(rows) == MOST_ROWS:
                raise UnreadableFile(
                    f"Plus de {MOST_ROWS} envois : exportez-en une partie, par exemple les derniers mois."
                )
            rows.append(Row(row.line, [shared.setdefault(cell, cell) for cell in row.cells]))
        sheets = [sheet.name for sheet in table.sheets]
        unread = [name for index, name in enumerate(sheets) if index != table.sheet]
        return Export(_columns(table.header, rows), rows, sheets[table.sheet], unread)


def usual_columns(export: Export) -> Mapping[RegisterField, str]:
    """For what a register says the column that most likely says it, each column once: to be confirmed by somebody.

    Of a question that stands both whole and split, the split one: whole, its choices run into each other.
    """
    split_first = sorted(export.columns, key=lambda name: not name.endswith(SPLIT))
    free = {name: plain_names(name) for name in split_first}
    likely: dict[RegisterField, str] = {}
    for field, usual in USUAL.items():
        named = [name for word in usual for name, words in free.items() if word in words]
        begun = [
            name for name, words in free.items() if any(word.startswith(BEGINNINGS.get(field, ())) for word in words)
        ]
        name = next(chain(named, begun), None)
        if name is not None:
            likely[field] = name
            del free[name]
    return likely


def _columns(header: Row, rows: Sequence[Row]) -> Mapping[str, FormColumn]:
    """Every column by its header, the second of two by `header (2)`; then every question that was split."""
    columns: dict[str, FormColumn] = {}
    times: Counter[str] = Counter()
    for index, cell in enumerate(header.cells):
        name = seen(cell.text)
        if name:
            times[name] += 1
            name = f"{name} ({times[name]})" if times[name] > 1 else name
            columns[name] = FormColumn(name, (index,))
    groups: dict[str, list[FormColumn]] = {}
    for column in columns.values():
        question, slash, _ = column.name.rpartition("/")
        if slash:
            groups.setdefault(question, []).append(column)
    for question, parts in groups.items():
        if len(parts) > 1 and all(_is_split(rows, part.indexes[0]) for part in parts):
            choices = tuple(part.name.removeprefix(f"{question}/") for part in parts)
            name = question + SPLIT
            columns[name] = FormColumn(name, tuple(part.indexes[0] for part in parts), choices)
    return columns


def _is_split(rows: Sequence[Row], index: int) -> bool:
    """Whether a column says no more than chosen or not."""
    return all(_cell(row, index).text.strip().casefold() in CHOSEN | NOT_CHOSEN for row in rows)


def _is_chosen(text: str) -> bool:
    return text.casefold() in CHOSEN


def _cell(row: Row, index: int) -> Cell:
    return row.cells[index] if index < len(row.cells) else EMPTY


def _text(cell: Cell) -> str:
    """What a cell says; raises Unreadable where nobody knows it."""
    if not cell.readable:
        raise Unreadable(unreadable(cell))
    text = seen(cell.text) if cell.kind is not Kind.EMPTY else ""
    return "" if text.casefold() in NOTHING else text
