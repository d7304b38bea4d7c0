"""Files from the programme come in whole or not at all, twice without harm, and every bad row is named."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from core.files.cells import UnreadableFile
from core.imports.importing import ImportReport, columns, needed_columns, run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("world")

TODAY = date(2026, 11, 23)
COMMUNES = "region,region_pcode,cercle,cercle_pcode,commune,commune_pcode\nKoulikoro,ML02,Kati,ML0205,Safo,ML020527\n"
FIRST, SECOND = household_no(1), household_no(2)


async def imported(kind: ImportKind, path: Path, content: str | bytes, *, keep_good: bool = False) -> ImportReport:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return await run(kind, path, keep_good=keep_good, today=TODAY)


def households(*lines: str) -> str:
    head = (
        "Household_No;HEAD NAME;birth_year;phone;alt_phone;commune_pcode;village;language;status;status_reason;"
        "components"
    )
    return "\r\n".join([head, *lines, ""])


def household(number: str, name: str = "Awa Keita", **other: str) -> str:
    cells = {
        "year": "1970",
        "phone": "76 12 34 56",
        "commune": "ML020527",
        "status": "beneficiary",
        "components": "TM;MA",
        **other,
    }
    return (
        f"{number};{name};{cells['year']};{cells['phone']};;{cells['commune']};Safo;bm;{cells['status']};;"
        f'"{cells["components"]}"'
    )


def payments(day: str) -> str:
    return (
        "household_no,component,round,due_date,last_day,place,agency,amount_xof,state,paid_on,reason\n"
        f"{FIRST},TM,T4 2026,{day},,Mairie de Safo,Caisse,30 000,planned,,\n"
    )


@pytest.fixture
async def safo(tmp_path: Path) -> Path:
    await imported(ImportKind.COMMUNES, tmp_path / "communes.csv", COMMUNES)
    return tmp_path


async def test_a_windows_file_with_semicolons_and_the_same_again(safo: Path) -> None:
    content = households(household(FIRST, "Maïmouna Traoré"), household(SECOND)).encode("cp1252")
    first = await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", content)
    assert (first.rows, first.created, first.bad) == (2, 2, 0)
    again = await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", content)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    assert await query("SELECT head_name FROM household ORDER BY household_no") == [
        ("Maïmouna Traoré",),
        ("Awa Keita",),
    ]
    assert await query("SELECT msisdn FROM household_phone") == [("+22376123456",), ("+22376123456",)]
    assert await query("SELECT DISTINCT component FROM enrolment ORDER BY 1") == [("MA",), ("TM",)]


async def test_bad_rows_are_named_and_nothing_comes_in(safo: Path) -> None:
    wrong = "KT/02/" + "0" * 35
    content = households(
        household(FIRST), household(wrong, year="1880", phone="12"), household(SECOND, commune="ML999999")
    )
    report = await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", content)
    assert (report.bad, report.created, report.kept) == (2, 0, False)
    assert await query("SELECT count(*) FROM household") == [(0,)]
    assert report.errors_file == safo / "h.errors.csv"
    errors = report.errors_file.read_text("utf-8-sig")
    for column in ("household_no", "birth_year", "phone", "commune_pcode"):
        assert column in errors
    assert "1880" not in errors
    assert all(f"{line}" in errors for line in (3, 4))


async def test_components_are_stored_by_their_codes(safo: Path) -> None:
    every = households(household(FIRST, components="tm, Cash+ PNR"))
    assert (await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", every)).created == 1
    enrolled = await query("SELECT component FROM enrolment ORDER BY component")
    assert enrolled == [("CASH+",), ("PNR",), ("TM",)]


async def test_a_household_that_waits_is_in_no_component(safo: Path) -> None:
    waiting = households(household(FIRST, status="waiting"))
    report = await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", waiting)
    assert (report.bad, report.errors_file) == (1, safo / "h.errors.csv")


async def test_the_good_rows_come_in_when_asked(safo: Path) -> None:
    content = households(household(FIRST), household(SECOND, commune="ML999999"))
    report = await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", content, keep_good=True)
    assert (report.created, report.bad) == (1, 1)


async def test_a_household_twice_in_a_file_that_says_different_things_is_an_error(safo: Path) -> None:
    twice = households(household(FIRST), household(FIRST, "Awa Keïta"))
    report = await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", twice)
    assert report.bad == 2
    assert await query("SELECT count(*) FROM household") == [(0,)]


async def test_a_moved_day_is_kept_as_old_and_new(safo: Path) -> None:
    await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", households(household(FIRST)))
    await imported(ImportKind.PAYMENTS, safo / "p.csv", payments("30/11/2026"))
    moved = await imported(ImportKind.PAYMENTS, safo / "p.csv", payments("2026-12-07"))
    assert (moved.created, moved.changed) == (0, 1)
    again = await imported(ImportKind.PAYMENTS, safo / "p.csv", payments("07/12/2026"))
    assert again.unchanged == 1
    assert await query("SELECT old_day, new_day FROM payment_move") == [(date(2026, 11, 30), date(2026, 12, 7))]
    assert await query("SELECT amount_xof FROM payment") == [(30000,)]


async def test_excel_is_read_as_it_is(safo: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["component", "commune_pcode", "village", "date", "time", "place", "what_fr", "what_bm"])
    sheet.append(["MA", "ML020527", None, date(2026, 12, 1), "9:00", "Ecole", "Séance", "Ɲɔgɔnye"])
    book.save(safo / "events.xlsx")
    for created in (1, 0):
        report = await run(ImportKind.EVENTS, safo / "events.xlsx", today=TODAY)
        assert (report.created, report.bad) == (created, 0)


async def test_a_file_that_is_no_such_file_is_refused_in_words(safo: Path) -> None:
    with pytest.raises(UnreadableFile):
        await imported(ImportKind.HOUSEHOLDS, safo / "h.csv", "a;b\r\n1;2\r\n")
    with pytest.raises(UnreadableFile):
        await imported(ImportKind.HOUSEHOLDS, safo / "h.xlsx", b"PK not a workbook")


def test_the_columns_of_a_file_are_those_that_are_read() -> None:
    assert needed_columns(ImportKind.COMMUNES) == (
        "region", "region_pcode", "cercle", "cercle_pcode", "commune", "commune_pcode",
    )  # fmt: skip
    assert columns(ImportKind.EVENTS) == (
        "component", "commune_pcode", "village", "date", "time", "place", "what_fr", "what_bm", "end_time", "wage_xof",
    )  # fmt: skip


async def test_a_cell_that_cannot_be_read_is_not_an_empty_one(safo: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["component", "commune_pcode", "village", "date", "time", "place", "what_fr", "what_bm"])
    sheet.append(["MA", "ML020527", "#N/A", date(2026, 12, 1), "=A1", "Ecole", "Séance", "Ɲɔgɔnye"])
    sheet["C2"].data_type = "e"
    book.save(safo / "events.xlsx")
    report = await run(ImportKind.EVENTS, safo / "events.xlsx", today=TODAY)
    assert (report.created, report.bad) == (0, 1)
    assert report.errors_file is not None
    reasons = report.errors_file.read_text("utf-8-sig")
    assert "2;C2;village;#N/A;la cellule montre #N/A" in reasons
    assert "formule non calculée" in reasons
