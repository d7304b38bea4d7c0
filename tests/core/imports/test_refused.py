"""Refused rows come back as a workbook: as they stood, the bad cells marked, with the reason, to be corrected."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from core.imports.importing import run
from core.imports.kinds import ImportKind
from core.imports.refused import NOT_KNOWN
from core.imports.rows import LINE, REASON
from core.numbers.identifiers import household_no
from core.platform.spreadsheets import MARKED
from tests.core.seed import SAFO, TODAY
from tests.support.database import count

pytestmark = pytest.mark.usefixtures("safo")

HEAD = ("N° ménage", "Nom du chef", "Téléphone", "Année de naissance", "Code commune", "Statut")
GOOD = (household_no(1), "Awa Keita", "76000001", "1975", SAFO, "bénéficiaire")
BAD = (household_no(2), "Binta Diarra", "7600", "1275", SAFO, "bénéficiaire")


def csv(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "menages.csv"
    path.write_text("\n".join(";".join(row) for row in ((HEAD), *rows)), "utf-8")
    return path


def sheet_of(path: Path | None) -> Worksheet:
    assert path
    sheet = openpyxl.load_workbook(path).active
    assert isinstance(sheet, Worksheet)
    return sheet


def marked(sheet: Worksheet, line: int) -> set[str]:
    """The titles of the marked cells of a row."""
    titles = [str(cell.value) for cell in sheet[1]]
    return {
        title
        for title, cell in zip(titles, sheet[line], strict=True)
        if cell.fill.fgColor.rgb == f"FF{MARKED.removeprefix('#')}"
    }


async def test_the_row_stands_as_it_was_with_its_bad_cells_marked_and_the_reason(tmp_path: Path) -> None:
    report = await run(ImportKind.HOUSEHOLDS, csv(tmp_path, GOOD, BAD), today=TODAY)
    sheet = sheet_of(report.workbook)
    titles, row = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert titles == [*HEAD, LINE, REASON]
    assert row[:7] == [*BAD, 3]
    assert row[7].startswith("Année de naissance : ")
    assert "Téléphone : " in row[7]
    assert marked(sheet, 2) == {"Téléphone", "Année de naissance", REASON}


async def test_it_is_corrected_and_brought_again_and_our_columns_are_nobodys(tmp_path: Path) -> None:
    first = await run(ImportKind.HOUSEHOLDS, csv(tmp_path, GOOD, BAD), keep_good=True, today=TODAY)
    assert first.workbook
    book = openpyxl.load_workbook(first.workbook)
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet["C2"], sheet["D2"] = "76000002", 1980
    corrected = tmp_path / "corrected.xlsx"
    book.save(corrected)
    second = await run(ImportKind.HOUSEHOLDS, corrected, today=TODAY)
    assert (second.changed, second.bad, second.unknown_columns) == (1, 0, ())
    assert await count("household_phone") == 2


async def test_days_and_numbers_keep_their_type_and_what_is_not_known_is_refused_again(tmp_path: Path) -> None:
    path = tmp_path / "paiements.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("household_no", "component", "round", "due_date", "amount_xof", "state", "place"))
        sheet.write_row(1, 0, (int(household_no(1)), "TM", "T1"))
        sheet.write_datetime(1, 3, date(2026, 12, 31), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(1, 4, 30_000)
        sheet.write_string(1, 5, "nonsense")
        sheet.write_formula(1, 6, '=IF(A1="x";"y";"z")', value="")
    report = await run(ImportKind.PAYMENTS, path, today=TODAY)
    values = [cell.value for cell in sheet_of(report.workbook)[2]]
    assert values[0] == int(household_no(1))
    assert getattr(values[3], "date", lambda: None)() == date(2026, 12, 31)
    assert (values[4], values[6]) == (30_000, NOT_KNOWN)
    again = await run(ImportKind.PAYMENTS, Path(str(report.workbook)), today=TODAY)
    assert again.bad == 1


async def test_rows_that_contradict_each_other_blame_their_key(tmp_path: Path) -> None:
    report = await run(ImportKind.HOUSEHOLDS, csv(tmp_path, GOOD, (GOOD[0], "Somebody Else", *GOOD[2:])), today=TODAY)
    sheet = sheet_of(report.workbook)
    assert sheet.max_row == 3
    assert marked(sheet, 2) == {"N° ménage", REASON}


async def test_without_a_bad_row_there_is_none_and_an_old_one_goes(tmp_path: Path) -> None:
    first = await run(ImportKind.HOUSEHOLDS, csv(tmp_path, GOOD, BAD), today=TODAY)
    assert first.workbook
    assert first.workbook.is_file()
    second = await run(ImportKind.HOUSEHOLDS, csv(tmp_path, GOOD), today=TODAY)
    assert second.workbook is None
    assert not first.workbook.exists()
