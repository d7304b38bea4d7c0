"""Which sheet of a workbook is the table: the one that people see and that has the columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice

from core.files.cells import SheetName, UnreadableFile
from core.files.headers import Lacking, Located, WantedColumns, located, refusal
from core.files.xlsx import OpenWorkbook, SheetRows


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The table on a sheet, and the sheet as a whole."""

    sheet: int
    table: Located
    all: SheetRows


def the_table(book: OpenWorkbook, wanted: WantedColumns | None) -> SheetTable:
    """The one table of a workbook; a header with nothing under it gives way to one with rows.

    Hidden sheets are not read. Raises UnreadableFile, with what stands where, when there is none or more than one.
    """
    tables: list[SheetTable] = []
    filled: list[SheetTable] = []
    lacking: dict[str, Lacking] = {}
    for index, sheet in enumerate(book.sheets):
        if sheet.hidden:
            continue
        rows = book.read(index)
        place = located(rows, wanted)
        if isinstance(place, Lacking):
            lacking[sheet.name] = place
            continue
        first = list(islice(place.rows, 1))
        tables.append(SheetTable(index, Located(place.header, chain(first, place.rows)), rows))
        if first:
            filled.append(tables[-1])
        if wanted is None:
            break
    chosen = filled or tables
    if not chosen:
        raise _none(book.sheets, lacking)
    if len(chosen) > 1:
        raise UnreadableFile(
            f"Plusieurs feuilles ont ces colonnes : {_quoted(book.sheets[each.sheet] for each in chosen)}. "
            "Gardez celle à importer, supprimez ou masquez les autres."
        )
    return chosen[0]


def _none(sheets: tuple[SheetName, ...], lacking: dict[str, Lacking]) -> UnreadableFile:
    hidden = [sheet for sheet in sheets if sheet.hidden]
    more = f" Une feuille masquée n'est pas lue : {_quoted(hidden)}." if hidden else ""
    rows = {name: place for name, place in lacking.items() if place.nearest is not None}
    if not rows:
        return UnreadableFile(f"Le fichier est vide.{more}")
    name, nearest = min(rows.items(), key=lambda item: len(item[1].missing))
    others = "".join(f" Feuille « {other} » : {place}." for other, place in rows.items() if other != name)
    return UnreadableFile(f"{refusal(nearest, f'Feuille « {name} »')}{others}{more}")


def _quoted(sheets: Iterable[SheetName]) -> str:
    return ", ".join(f"« {sheet.name} »" for sheet in sheets)
