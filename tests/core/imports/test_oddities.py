"""Values that are right alone and odd together are said before anything is written; small faults cost a cell."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.files.cells import UnreadableFile
from core.imports.importing import Hold, ImportReport, Outlook, run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from core.registry.components import ComponentCode
from tests.core import seed
from tests.core.seed import SAFO, TODAY
from tests.support.database import count, query, scalar

pytestmark = pytest.mark.usefixtures("safo")

HOUSEHOLDS = ("household_no", "head_name", "birth_year", "phone", "alt_phone", "commune_pcode", "village", "status")
PAYMENTS = ("household_no", "component", "round", "due_date", "amount_xof", "state")


def household(number: int, phone: str = "", village: str = "", **cells: str) -> dict[str, str]:
    """Cells of a household's row."""
    row = dict(
        zip(
            HOUSEHOLDS,
            (household_no(number), "Awa Keita", "1970", phone, "", SAFO, village, "beneficiary"),
            strict=True,
        )
    )
    return row | cells


def payment(number: int, round_: str = "T4 2026", **cells: str) -> dict[str, str]:
    """Cells of a payment's row."""
    row = dict(zip(PAYMENTS, (household_no(number), "TM", round_, "31/12/2026", "30000", "announced"), strict=True))
    return row | cells


async def imported(folder: Path, *rows: dict[str, str], **how: Any) -> ImportReport:
    """A file of these rows."""
    kind = ImportKind.PAYMENTS if "round" in rows[0] else ImportKind.HOUSEHOLDS
    path = folder / "a.csv"
    path.write_text("\n".join([";".join(rows[0]), *(";".join(row.values()) for row in rows), ""]), "utf-8")
    return await run(kind, path, today=TODAY, **how)


def said(report: ImportReport) -> list[str]:
    return [str(remark) for remark in report.remarks]


@pytest.fixture
async def households(safo: None, tmp_path: Path) -> None:
    await imported(tmp_path, *(household(number) for number in range(1, 9)))


async def test_one_number_for_very_many_households_is_said_once(tmp_path: Path) -> None:
    few = [household(number, "76000001") for number in range(1, 21)]
    assert not [words for words in said(await imported(tmp_path, *few)) if "ménages" in words]
    more = household(21, "66000001", alt_phone="76000001")
    (words,) = said(await imported(tmp_path, more))
    assert words.startswith("ligne 2, phone, +22376000001 : ce numéro est celui de 21 ménages")


async def test_the_same_list_again_counts_no_household_twice(tmp_path: Path) -> None:
    many = [household(number, "76000001") for number in range(1, 22)]
    assert said(await imported(tmp_path, *many)) == said(await imported(tmp_path, *many))


async def test_fixed_lines_are_counted(tmp_path: Path) -> None:
    report = await imported(tmp_path, household(1, "20221615"), household(2, "20221616"), household(3, "76000001"))
    assert said(report) == ["ligne 2, phone : 2 téléphones ne sont pas mobiles : pas de SMS possible"]


async def test_a_village_that_the_registry_does_not_know_is_named(tmp_path: Path) -> None:
    assert said(await imported(tmp_path, household(1, village="Farakoro"))) == [], (
        "nothing is known of this commune yet"
    )
    rows = [household(2, village="Fàracoro"), household(3, village="Sirakoro"), household(4, village="Sirakoro")]
    assert said(await imported(tmp_path, *rows)) == [
        f"ligne 3, village, {SAFO} Sirakoro : village que le registre ne connaît pas dans cette commune, 2 ménages"
    ]


@pytest.mark.usefixtures("households")
async def test_spellings_of_one_round_are_one_and_a_new_round_is_named(tmp_path: Path) -> None:
    spellings = ["T3 2027", "t3 2027", "T3-2027", "T3\u00a02027", "T 3 2027", "T3 2O27"]
    report = await imported(tmp_path, *(payment(place, each) for place, each in enumerate(spellings, 1)))
    assert report.created == 6
    assert await query("SELECT name FROM payment_round") == [("T3 2027",)]
    assert "ligne 2, round, TM T3 2027 : nouveau tour, 6 lignes" in said(report)
    assert "ligne 4, round, T3-2027 : lu comme le tour « T3 2027 »" in said(report)
    assert said(await imported(tmp_path, payment(7, "t3 - 2027"))) == [
        "ligne 2, round, t3 - 2027 : lu comme le tour « T3 2027 »"
    ]


@pytest.mark.usefixtures("households")
async def test_rounds_of_other_numbers_and_other_components_are_others(tmp_path: Path) -> None:
    await imported(tmp_path, payment(1, "T11 2027"), payment(1, "T1 12027"), payment(1, "T1 2027", component="PNR"))
    assert await count("payment_round") == 3


@pytest.mark.usefixtures("households")
async def test_rounds_that_were_two_before_stay_two(tmp_path: Path) -> None:
    for name in ("t4 2026", "T4 2026"):
        await seed.pay_round(ComponentCode.TM, name)
    await imported(tmp_path, payment(1, "T4 2026"), payment(2, "t4 2026"))
    assert await count("payment") == 2
    assert await count("payment_round") == 2


@pytest.mark.parametrize("keep_good", [False, True])
@pytest.mark.usefixtures("households")
async def test_a_column_that_writes_the_month_first_is_refused_whole(tmp_path: Path, keep_good: bool) -> None:
    days = ["31/12/2026", "01/02/2027", "1/15/2027"]
    rows = [payment(place, due_date=day) for place, day in enumerate(days, 1)]
    with pytest.raises(UnreadableFile, match=r"due_date écrit le mois d'abord \(D4, « 1/15/2027 »\)"):
        await imported(tmp_path, *rows, keep_good=keep_good)
    assert await count("payment") == 0


@pytest.mark.parametrize(
    ("days", "refused"),
    [
        ((dt.date(2026, 12, 1), "15/12/2026"), True),
        ((dt.date(2026, 12, 1), "05/12/2026", "15/12/2026"), False),
        ((dt.date(2026, 12, 15), "15/12/2026"), False),
        ((dt.date(2026, 12, 1), dt.date(2026, 12, 2)), False),
    ],
)
@pytest.mark.usefixtures("households")
async def test_days_that_excel_took_for_months_are_seen(tmp_path: Path, days: Sequence[object], refused: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(PAYMENTS))
    for place, day in enumerate(days, 1):
        sheet.append([*(payment(place) | {"due_date": day}).values()])
    book.save(tmp_path / "a.xlsx")
    if refused:
        with pytest.raises(UnreadableFile, match="mêle des dates d'Excel et des dates en texte"):
            await run(ImportKind.PAYMENTS, tmp_path / "a.xlsx", today=TODAY)
    else:
        assert (await run(ImportKind.PAYMENTS, tmp_path / "a.xlsx", today=TODAY)).created == len(days)


@pytest.mark.usefixtures("households")
async def test_the_same_row_twice_counts_once(tmp_path: Path) -> None:
    rows = [payment(1), payment(2), payment(1), payment(1, "t4 2026")]
    report = await imported(tmp_path, *rows)
    assert (report.rows, report.created, report.bad) == (4, 2, 0)
    assert "ligne 4 : 2 lignes en répètent une autre mot pour mot, comptées une fois" in said(report)
    again = await imported(tmp_path, *rows, keep_good=True)
    assert (again.unchanged, again.bad) == (2, 0)


@pytest.mark.usefixtures("households")
async def test_rows_of_one_payment_that_differ_are_refused_and_the_others_kept(tmp_path: Path) -> None:
    rows = [payment(1), payment(2), payment(1), payment(1, amount_xof="40000")]
    report = await imported(tmp_path, *rows, keep_good=True)
    assert (report.created, report.bad) == (1, 2)
    assert report.errors_file
    errors = report.errors_file.read_text("utf-8-sig").splitlines()[1:]
    assert [line.split(";")[0] for line in errors] == ["2", "5"]
    assert "en double avec la ligne 5, qui dit autre chose" in errors[0]


@pytest.mark.usefixtures("households")
async def test_a_line_of_totals_is_no_payment_and_is_compared(tmp_path: Path) -> None:
    total = dict.fromkeys(PAYMENTS, "") | {"household_no": "TOTAL GÉNÉRAL", "amount_xof": "60 000 F"}
    report = await imported(tmp_path, payment(1), payment(2), total)
    assert (report.rows, report.created, report.bad) == (2, 2, 0)
    assert said(report)[:1] == ["ligne 2, round, TM T4 2026 : nouveau tour, 2 lignes"]
    assert said(report)[1:] == ["ligne 4 : ligne de total, non lue"]
    wrong = await imported(tmp_path, payment(1), total)
    assert "le total écrit est 60 000 F, les lignes qui entrent font 30 000 F" in said(wrong)


@pytest.mark.usefixtures("households")
async def test_sums_that_are_not_those_of_the_last_file_are_said(tmp_path: Path) -> None:
    await imported(tmp_path, payment(1), payment(2))
    report = await imported(tmp_path, payment(1), payment(2, amount_xof="45000"), payment(3, amount_xof="50000"))
    assert said(report) == [
        "ligne 3, amount_xof, TM T4 2026 : 1 paiement de 45000 F au lieu de 30000 F",
        "ligne 4, amount_xof, TM T4 2026 : 1 nouveau paiement de 50000 F, montant que ce tour n'avait pas",
    ]


async def test_what_nobody_sees_is_said_before_anything_is_written(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HOUSEHOLDS))
    for number in range(1, 5):
        sheet.append([*household(number).values()])
    sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    old = book.create_sheet("ancienne")
    old.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    heard: list[Outlook] = []
    await run(ImportKind.HOUSEHOLDS, tmp_path / "a.xlsx", today=TODAY, announce=heard.append)
    assert [str(remark) for remark in heard[0].remarks] == [
        "feuille lue : « Sheet » ; non lues : « ancienne » (masquée)",
        "colonnes masquées, lues comme les autres : D (phone)",
        "2 lignes masquées, lues comme les autres : 3, 4. Affichez tout dans Excel pour les voir, ou supprimez-les.",
    ]


@pytest.mark.parametrize("none", ["néant", "-", "Néant", "aucun"])
async def test_a_word_for_none_is_no_fault(tmp_path: Path, none: str) -> None:
    report = await imported(tmp_path, household(1, none, birth_year=none))
    assert (report.created, report.bad) == (1, 0)


@pytest.mark.parametrize(
    "phone", ["7601012O", "2237601012", "76010128/66010128", "76010129 ou 66010129", "0", "00000000"]
)
async def test_a_household_is_not_lost_for_its_phone(tmp_path: Path, phone: str) -> None:
    assert (await imported(tmp_path, household(1, phone))).created == 0
    spared = await imported(tmp_path, household(1, phone), spare_rows=True)
    assert (spared.created, spared.bad) == (1, 1)
    assert spared.errors_file
    assert f"2;D2;phone;{phone};" in spared.errors_file.read_text("utf-8-sig")
    assert await count("household_phone") == 0


async def test_a_row_that_is_wrong_elsewhere_holds_the_file_up_all_the_same(tmp_path: Path) -> None:
    rows = [household(1, "12"), household(2, status="perdu")]
    assert (await imported(tmp_path, *rows, spare_rows=True)).hold is Hold.BAD_ROWS
    assert (await imported(tmp_path, *rows, keep_good=True)).created == 1
    assert await scalar("SELECT household_no FROM household") == household_no(1)


async def test_letters_that_nobody_sees_are_dropped_and_control_characters_named(tmp_path: Path) -> None:
    odd = household(1, "\u202a'+22376010141\u202c", "Sa\u00adfo", head_name="Awa\u200b Koné\x0b")
    assert (await imported(tmp_path, odd)).created == 1
    assert await query("SELECT head_name, village FROM household") == [("Awa Koné", "Safo")]
    report = await imported(tmp_path, household(2, head_name="Awa\0Koné"))
    assert report.errors_file
    assert "2;B2;head_name;Awa␀Koné;" in report.errors_file.read_text("utf-8-sig")


async def test_a_name_of_another_machine_is_refused_by_its_word(tmp_path: Path) -> None:
    report = await imported(tmp_path, household(1, head_name="SŽga Traoré"))
    assert report.errors_file
    assert "accents abîmés dans le mot « SŽga »" in report.errors_file.read_text("utf-8-sig")
