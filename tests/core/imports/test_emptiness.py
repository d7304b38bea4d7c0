"""Three things are three: a column that is absent, a cell that is empty, and a cell that cannot be read."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from core.files.cells import UnreadableFile
from core.imports.importing import ImportReport, columns, run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from tests.core.seed import SAFO, TODAY
from tests.support.database import query, scalar

pytestmark = pytest.mark.usefixtures("safo")

AWA = household_no(1)
WHOLE = {
    "household_no": AWA,
    "head_name": "Awa Keita",
    "birth_year": "1970",
    "phone": "76000001",
    "alt_phone": "66000001",
    "commune_pcode": SAFO,
    "village": "Safo",
    "language": "fr",
    "status": "beneficiary",
    "status_reason": "",
    "components": "TM;MA",
}
NEEDED = ("household_no", "head_name", "commune_pcode", "status")
PAYMENT = {
    "household_no": AWA,
    "component": "TM",
    "round": "T4 2026",
    "due_date": "31/12/2026",
    "last_day": "15/01/2027",
    "place": "Mairie",
    "agency": "Caisse",
    "amount_xof": "30000",
    "state": "announced",
}


async def imported(
    folder: Path,
    cells: dict[str, str],
    *,
    kind: ImportKind = ImportKind.HOUSEHOLDS,
    keep_good: bool = False,
    complete: tuple[str, ...] = (),
    lost: int = 0,
) -> ImportReport:
    """A file with one row of these cells."""
    path = folder / "a.csv"
    path.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n", "utf-8")
    return await run(kind, path, keep_good=keep_good, complete=complete, confirm_losses=lost, today=TODAY)


def reasons(report: ImportReport) -> list[str]:
    assert report.errors_file
    return report.errors_file.read_text("utf-8-sig").splitlines()[1:]


async def phones() -> list[str]:
    return [row.msisdn for row in await query("SELECT msisdn FROM household_phone ORDER BY position")]


async def components() -> list[str]:
    return [row.component for row in await query("SELECT component FROM enrolment WHERE ended IS NULL ORDER BY 1")]


@pytest.mark.parametrize("left_out", [name for name in WHOLE if name not in NEEDED])
@pytest.mark.parametrize("how", ["absent", "empty"])
async def test_an_absent_column_and_an_empty_cell_leave_what_is_known(tmp_path: Path, left_out: str, how: str) -> None:
    await imported(tmp_path, WHOLE)
    cells = {name: cell for name, cell in WHOLE.items() if name != left_out} | (
        {left_out: ""} if how == "empty" else {}
    )
    assert (await imported(tmp_path, cells)).unchanged == 1


async def test_the_needed_columns_alone_are_a_file(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    report = await imported(tmp_path, {name: WHOLE[name] for name in NEEDED} | {"head_name": "Awa Keïta"})
    assert report.changed == 1
    assert await phones() == ["+22376000001", "+22366000001"]
    assert await components() == ["MA", "TM"]


async def test_an_empty_cell_of_a_complete_column_takes_away_what_is_known(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    emptied = WHOLE | dict.fromkeys(("birth_year", "phone", "alt_phone", "language", "components"), "")
    assert (await imported(tmp_path, emptied, complete=("alt_phone", "birth_year", "components"), lost=3)).changed == 1
    assert await phones() == ["+22376000001"]
    assert await components() == []
    assert await query("SELECT birth_year, language FROM household") == [(None, "fr")]


@pytest.mark.parametrize(
    ("complete", "words"),
    [("head_name", "Ne peut être marquée complète : head_name"), ("phone", "absente du fichier : phone")],
)
async def test_what_cannot_be_complete_is_refused(tmp_path: Path, complete: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        await imported(tmp_path, {name: WHOLE[name] for name in NEEDED}, complete=(complete,))


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#DIV/0!", "#NOM?", "#VALEUR!", "#N/D", "Err:502"])
async def test_an_error_refuses_the_row_and_names_the_cell_even_where_the_good_rows_are_kept(
    tmp_path: Path, cell: str
) -> None:
    await imported(tmp_path, WHOLE)
    report = await imported(tmp_path, WHOLE | {"phone": cell, "alt_phone": ""}, keep_good=True)
    assert (report.bad, report.changed) == (1, 0)
    assert reasons(report) == [f"2;D2;phone;{cell};la cellule montre {cell}"]
    assert await phones() == ["+22376000001", "+22366000001"]


@pytest.mark.parametrize("cell", ["2.2376E+10", "2e+10", "########", "##"])
async def test_a_cut_off_number_refuses_the_row(tmp_path: Path, cell: str) -> None:
    report = await imported(tmp_path, WHOLE | {"phone": cell}, keep_good=True)
    assert (report.bad, report.created) == (1, 0)
    assert "nombre coupé" in reasons(report)[0]


async def test_a_formula_that_was_never_calculated_refuses_the_row(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*WHOLE])
    sheet.append([*(WHOLE | {"phone": '=CONCATENATE("76","000002")'}).values()])
    book.save(tmp_path / "a.xlsx")
    report = await run(ImportKind.HOUSEHOLDS, tmp_path / "a.xlsx", keep_good=True, today=TODAY)
    assert reasons(report) == [
        "2;D2;phone;;formule non calculée : ouvrez le fichier dans Excel et enregistrez-le à nouveau"
    ]
    assert await phones() == ["+22376000001", "+22366000001"]


@pytest.mark.parametrize(("column", "cell"), [("phone", "12 34"), ("alt_phone", "deux"), ("birth_year", "1800")])
async def test_a_wrong_cell_is_no_empty_one_not_even_in_a_complete_column(
    tmp_path: Path, column: str, cell: str
) -> None:
    await imported(tmp_path, WHOLE)
    wrong = WHOLE | {column: cell, "village": "Kolà"}
    assert (await imported(tmp_path, wrong, complete=(column,))).kept is False
    report = await imported(tmp_path, wrong, keep_good=True, complete=(column,))
    assert (report.bad, report.changed) == (1, 1)
    assert await phones() == ["+22376000001", "+22366000001"]
    assert await query("SELECT birth_year, village FROM household") == [(1970, "Kolà")]


async def test_who_waits_is_in_no_component_whether_the_file_says_so_or_not(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    await imported(tmp_path, WHOLE | {"status": "waiting", "components": ""}, lost=2)
    assert await components() == []


async def test_a_reason_goes_with_its_status(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE | {"status": "suspended", "status_reason": "check"}, lost=1)
    await imported(tmp_path, WHOLE | {"status": "suspended"})
    assert await scalar("SELECT status_reason FROM household") == "check"
    await imported(tmp_path, WHOLE)
    assert await scalar("SELECT status_reason FROM household") is None


async def test_a_payment_keeps_its_day_and_place_when_the_file_does_not_say_them(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    await imported(tmp_path, PAYMENT, kind=ImportKind.PAYMENTS)
    fewer = {name: PAYMENT[name] for name in ("household_no", "component", "round", "amount_xof", "state")}
    assert (await imported(tmp_path, fewer, kind=ImportKind.PAYMENTS)).unchanged == 1
    empty = PAYMENT | {"due_date": "", "place": "", "state": "planned"}
    assert (await imported(tmp_path, empty, kind=ImportKind.PAYMENTS)).changed == 1
    assert await query("SELECT due_date, place, state FROM payment") == [(date(2026, 12, 31), "Mairie", "planned")]
    assert not await query("SELECT FROM payment_move")


async def test_a_day_is_withdrawn_only_where_the_column_is_complete(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    await imported(tmp_path, PAYMENT, kind=ImportKind.PAYMENTS)
    empty = PAYMENT | {"due_date": "", "last_day": "", "state": "planned"}
    await imported(tmp_path, empty, kind=ImportKind.PAYMENTS, complete=("due_date", "last_day"), lost=2)
    assert await query("SELECT due_date, last_day FROM payment") == [(None, None)]
    assert await query("SELECT old_day, new_day FROM payment_move") == [(date(2026, 12, 31), None)]


async def test_what_a_paid_payment_needs_may_be_known_already(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    paid = PAYMENT | {"state": "paid", "paid_on": "01/11/2026"}
    await imported(tmp_path, paid, kind=ImportKind.PAYMENTS)
    assert (await imported(tmp_path, paid | {"paid_on": ""}, kind=ImportKind.PAYMENTS)).unchanged == 1
    failed = PAYMENT | {"state": "failed", "reason": "phone", "paid_on": ""}
    assert (await imported(tmp_path, failed, kind=ImportKind.PAYMENTS)).changed == 1
    assert await query("SELECT paid_on, reason FROM payment") == [(None, "phone")]
    report = await imported(tmp_path, PAYMENT | {"state": "paid"}, kind=ImportKind.PAYMENTS)
    assert "a besoin du jour où il fut fait" in reasons(report)[0]


def test_every_kind_names_its_columns_in_their_documented_order() -> None:
    assert columns(ImportKind.HOUSEHOLDS) == (*WHOLE, "list_day")
