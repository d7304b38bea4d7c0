"""Tables for spreadsheets."""

import io
from datetime import date

import openpyxl
import pytest

from core.platform.spreadsheets import csv_bytes, harmless, in_csv, xlsx_bytes

HEADER = ("Nom", "Plaintes", "Jours")
ROWS = (("=1+1", 3, 1.5), ("Awa", None, 0))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_takes_for_a_formula_is_quoted(start: str) -> None:
    assert harmless(f"{start}1") == f"'{start}1"
    assert harmless(f"1{start}") == f"1{start}"


def test_a_number_below_nothing_stays_a_number() -> None:
    assert in_csv(-1.5) == "-1,5"


async def test_french_excel_opens_the_csv() -> None:
    assert (await csv_bytes(HEADER, ROWS)).decode() == "\ufeffNom;Plaintes;Jours\r\n'=1+1;3;1,5\r\nAwa;;0\r\n"


async def test_a_workbook_holds_numbers_as_numbers_and_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(await xlsx_bytes("Plaintes", HEADER, ROWS, (20, 10, 10)))).active
    assert sheet is not None
    assert list(sheet.iter_rows(values_only=True)) == [HEADER, *ROWS]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n"]


async def test_a_day_is_a_day_that_can_be_sorted_and_filtered() -> None:
    rows = (("Awa", date(2026, 12, 31), 30_000),)
    header = ("Nom", "Jour", "Montant")
    assert (await csv_bytes(header, rows)).decode().endswith("Awa;31/12/2026;30000\r\n")
    sheet = openpyxl.load_workbook(io.BytesIO(await xlsx_bytes("Jours", header, rows, (20, 10, 10)))).active
    assert sheet is not None
    assert sheet["B2"].is_date
    assert (sheet["B2"].value.date(), sheet["B2"].number_format) == (date(2026, 12, 31), "dd/mm/yyyy")
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:C2", "A2")
