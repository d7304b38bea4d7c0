"""Tables for spreadsheets."""

import io

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
