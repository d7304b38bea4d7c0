"""Where a table begins: the row that names its columns, which may stand under titles and be written in two rows."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Final

from core.files.cells import EMPTY, Cell, Row, UnreadableFile

LOOKED_AT: Final = 30
"""Rows in which a header is looked for."""

NAMED: Final = 12
"""Cells of a row that a refusal repeats."""


@dataclass(frozen=True, slots=True)
class WantedColumns:
    """The columns a table must have, and how any column may be written: plain name to column."""

    needed: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    def columns(self, row: Row) -> list[str]:
        """What the cells of a header are called, in plain names where a cell names no column."""
        written = [plain(cell.text) for cell in row.cells]
        return [self.names.get(name, name) for name in written]

    def missing(self, row: Row) -> list[str]:
        """The needed columns that a header lacks."""
        columns = self.columns(row)
        return [name for name in self.needed if name not in columns]


@dataclass(frozen=True, slots=True)
class Located:
    """The header, and the rows under it."""

    header: Row
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True)
class Lacking:
    """No header: the row that looks most like one and what it lacks; None where there is no row at all."""

    nearest: Row | None
    missing: Sequence[str]

    def __str__(self) -> str:
        if self.nearest is None:
            return "elle est vide"
        cells = [cell.text.strip() for cell in self.nearest.cells if cell is not EMPTY]
        more = ", …" if len(cells) > NAMED else ""
        return f"à la ligne {self.nearest.line} il y a {', '.join(f'« {cell[:40]} »' for cell in cells[:NAMED])}{more}"


def plain(text: str) -> str:
    """A column's name without accents, capitals, spaces and signs."""
    return _plain(text[:200])


@lru_cache(maxsize=1 << 10)
def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def located(rows: Iterable[Row], wanted: WantedColumns | None) -> Located | Lacking:
    """Find the header among the first rows: alone or with the row above it, whose cells stand where it has none.

    Where nothing is wanted it is the first row.
    """
    remaining = iter(rows)
    above: Row | None = None
    nearest, least = None, wanted.needed if wanted else ()
    for row, _ in zip(remaining, range(LOOKED_AT), strict=False):
        for header in filter(None, (row, _joined(above, row))):
            missing = wanted.missing(header) if wanted else []
            if not missing:
                return Located(header, remaining)
            if nearest is None or len(missing) < len(least):
                nearest, least = header, tuple(missing)
        above = row
    return Lacking(nearest, least)


def refusal(lacking: Lacking, where: str = "") -> UnreadableFile:
    """What to tell who brought a table without its header."""
    if lacking.nearest is None:
        return UnreadableFile("Le fichier est vide.")
    return UnreadableFile(f"Colonnes absentes : {', '.join(lacking.missing)}. {where or 'Trouvé'} : {lacking}.")


def _joined(above: Row | None, row: Row) -> Row | None:
    """Two rows as one header: of merged cells only the first row holds the text."""
    if above is None:
        return None
    lower = chain(row.cells, [EMPTY] * (len(above.cells) - len(row.cells)))
    upper: Iterator[Cell] = chain(above.cells, [EMPTY] * (len(row.cells) - len(above.cells)))
    return Row(row.line, [mine if mine is not EMPTY else over for mine, over in zip(lower, upper, strict=True)])
