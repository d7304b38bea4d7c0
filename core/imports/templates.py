"""A workbook to fill in for each kind of file: French headers, lists to choose from, and a sheet that explains them."""

import io
from collections.abc import Iterator, Sequence
from typing import Final

import xlsxwriter

from core.imports.importing import columns_of
from core.imports.kinds import ImportKind
from core.imports.layout import Column
from core.text.words import DESK, label

ROWS: Final = 5_000
"""Rows in which a cell offers its list."""

WIDTH: Final = 18
ADVICE: Final = (
    "Remplissez la première feuille, une ligne par enregistrement. Gardez la ligne des titres.",
    "Une colonne dont vous n'avez rien peut être enlevée : ce qui est connu reste.",
    "Une case vide ne change rien, sauf dans une colonne que vous cochez comme complète à l'import.",
    "Dates : 31/12/2026. Sommes en francs CFA, sans centimes. Téléphones : 76 00 00 01 ou +223 76 00 00 01.",
    "Les numéros de ménage et les téléphones sont du texte : Excel n'en enlève alors pas de zéro.",
)
EXPLAINED: Final = ("Colonne", "Il la faut", "Exemple", "Ce qui peut y être")


def template(kind: ImportKind) -> bytes:
    """The workbook of a kind; a file that is made of it is imported as it is."""
    return template_of(label(kind, DESK).capitalize(), list(_written(kind)))


def template_of(name: str, columns: Sequence[Column]) -> bytes:
    """The workbook of these columns, called as `name`."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        _sheet_to_fill(book, name, columns)
        _sheet_of_advice(book, columns)
    return content.getvalue()


def _written(kind: ImportKind) -> Iterator[Column]:
    """The columns that a file of this kind can have, each once."""
    seen = set()
    for column in columns_of(kind):
        if column.header not in seen:
            seen.add(column.header)
            yield column


def _name(column: Column) -> str:
    return column.french or column.header


def _sheet_to_fill(book: xlsxwriter.Workbook, name: str, columns: Sequence[Column]) -> None:
    sheet = book.add_worksheet(name[:31])
    needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DDEBF7"})
    other = book.add_format({"bottom": 1})
    as_text = book.add_format({"num_format": "@"})
    for at, column in enumerate(columns):
        is_typed = column.sql in ("date", "int")
        sheet.set_column(at, at, WIDTH, None if is_typed else as_text)
        sheet.write_string(0, at, _name(column), needed if column.needed else other)
        if column.choices:
            sheet.data_validation(1, at, ROWS, at, {"validate": "list", "source": list(column.choices)})
    sheet.freeze_panes(1, 0)


def _sheet_of_advice(book: xlsxwriter.Workbook, columns: Sequence[Column]) -> None:
    """Names stand below each other here: no reader takes it for a table of the kind."""
    sheet = book.add_worksheet("Mode d'emploi")
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.set_column(0, 1, WIDTH)
    sheet.set_column(2, 3, 2 * WIDTH)
    for line, advice in enumerate(ADVICE):
        sheet.write_string(line, 0, advice)
    for at, title in enumerate(EXPLAINED):
        sheet.write_string(len(ADVICE) + 1, at, title, bold)
    for line, column in enumerate(columns, len(ADVICE) + 2):
        cells = (_name(column), "oui" if column.needed else "", column.example, ", ".join(column.choices))
        for at, cell in enumerate(cells):
            sheet.write_string(line, at, cell)
