"""A template, filled in with its own examples, is imported as it is; and French headers and words are read."""

import io
from pathlib import Path

import openpyxl
import pytest

from core.imports.importing import columns_of, run
from core.imports.kinds import ImportKind
from core.imports.templates import template
from core.text.languages import Language
from tests.core import seed
from tests.core.seed import SAFO
from tests.support.database import query, scalar


def filled(kind: ImportKind, folder: Path) -> Path:
    """The template of a kind with one row: the examples of its advice."""
    book = openpyxl.load_workbook(io.BytesIO(template(kind)))
    sheet, advice = book.worksheets
    examples = {row[0].value: row[2].value for row in advice.iter_rows() if row[0].value}
    sheet.append([examples.get(cell.value) for cell in sheet[1]])
    path = folder / f"{kind}.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("kind", ImportKind)
async def test_a_template_filled_in_with_its_examples_is_imported(
    world: None, tmp_path: Path, kind: ImportKind
) -> None:
    for before in (ImportKind.COMMUNES, ImportKind.HOUSEHOLDS):
        if kind is not ImportKind.COMMUNES and kind is not before:
            await run(before, filled(before, tmp_path))
    report = await run(kind, filled(kind, tmp_path))
    assert (report.rows, report.created, report.bad) == (1, 1, 0), report
    assert report.unknown_columns == ()


@pytest.mark.parametrize("kind", ImportKind)
def test_cells_offer_the_words_that_they_take(kind: ImportKind) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(kind)))
    offered = {
        str(each.sqref).split(":")[0]: each.formula1 for each in book.worksheets[0].data_validations.dataValidation
    }
    assert len(offered) == len({column.header for column in columns_of(kind) if column.choices})
    assert all(len(words) < 255 for words in offered.values()), "Excel takes no longer list"


async def test_french_headers_and_words_are_read(safo: None, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(
        "N° ménage;Nom et prénom;Année de naissance;Téléphone;Code commune;Langue;Situation;Motif;Volets\n"
        f"10000012;Awa Traoré;1975;76 00 00 01;{SAFO};Français;Bénéficiaire;;TM\n"
        f"10000020;Moussa Koné;;;{SAFO};bambara;NON RETENU;area;\n",
        "utf-8",
    )
    report = await run(ImportKind.HOUSEHOLDS, file)
    assert (report.created, report.bad, report.unknown_columns) == (2, 0, ())
    rows = await query("SELECT status, language, birth_year FROM household ORDER BY household_no")
    assert [tuple(row) for row in rows] == [
        ("beneficiary", Language.staff(), 1975),
        ("not_eligible", Language("bm"), None),
    ]


async def test_french_payments_are_read(safo: None, tmp_path: Path) -> None:
    await seed.household("10000012")
    file = tmp_path / "paiements.csv"
    file.write_text(
        "Numéro ménage;Composante;Tranche;Date de paiement;Site de paiement;Montant FCFA;Statut paiement\n"
        "10000012;TM;T3 2026;10/12/2026;Mairie de Safo;30 000 F;Annoncé\n",
        "utf-8",
    )
    report = await run(ImportKind.PAYMENTS, file)
    assert (report.created, report.bad, report.unknown_columns) == (1, 0, ()), report
    assert await scalar("SELECT state FROM payment") == "announced"


def test_no_two_columns_of_a_kind_are_called_alike() -> None:
    for kind in ImportKind:
        names: dict[str, str] = {}
        for column in columns_of(kind):
            for name in {column.header, column.french, *column.others} - {""}:
                assert names.setdefault(name, column.header) == column.header, (kind, name)
