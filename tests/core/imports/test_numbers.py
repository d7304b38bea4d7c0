"""The programme's own number of a household is kept as it is; a phone needs one of ours beside it; either finds it."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from core.imports.importing import ImportReport, run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no, is_household_no
from core.platform import sql
from core.registry.numbers import FIRST_GIVEN
from tests.core import seed
from tests.core.seed import SAFO
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("world")

TODAY = date(2026, 11, 24)
GIVEN = [household_no(FIRST_GIVEN + at) for at in range(6)]
OURS = household_no(1_000_001)
KATI = "KT/02/0117-B"
HEAD = ("household_no", "head_name", "birth_year", "commune_pcode", "status")
PAYMENT = ("household_no", "component", "round", "due_date", "amount_xof", "state")


def row(number: str, name: str = "Awa Keita", year: str = "1970") -> tuple[str, ...]:
    return number, name, year, SAFO, "beneficiary"


def payment(number: str, round_: str = "T4 2026", amount: str = "30000") -> tuple[str, ...]:
    return number, "TM", round_, "31/12/2026", amount, "announced"


async def households(folder: Path, *rows: tuple[str, ...], keep_good: bool = False) -> ImportReport:
    return await _imported(ImportKind.HOUSEHOLDS, folder, HEAD, rows, keep_good=keep_good)


async def payments(folder: Path, *rows: tuple[str, ...]) -> ImportReport:
    return await _imported(ImportKind.PAYMENTS, folder, PAYMENT, rows, keep_good=False)


async def _imported(
    kind: ImportKind, folder: Path, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], *, keep_good: bool
) -> ImportReport:
    path = folder / f"{kind}.csv"
    path.write_text("\n".join(";".join(cells) for cells in (header, *rows)) + "\n", "utf-8")
    return await run(kind, path, today=TODAY, keep_good=keep_good)


async def numbers() -> list[tuple[str, str | None, str | None]]:
    """Ours, theirs as it is written, and the form in which its spellings meet, of each household."""
    return await query("SELECT household_no, programme_no, programme_key FROM household ORDER BY household_no")


def reasons(report: ImportReport) -> str:
    return "\n".join(map(str, report.remarks))


@pytest.fixture
async def folder(safo: None, tmp_path: Path) -> Path:
    return tmp_path


async def test_a_number_of_the_programme_is_kept_and_a_phone_gets_one_of_ours(folder: Path) -> None:
    report = await households(folder, row(KATI), row("Kénéba 12"))
    assert (report.created, report.bad) == (2, 0)
    assert await numbers() == [(GIVEN[0], KATI, KATI), (GIVEN[1], "Kénéba 12", "KÉNÉBA12")]
    assert "2 nouveaux ménages reçoivent un numéro Jigi" in reasons(report)
    again = await households(folder, row(KATI), row("Kénéba 12"))
    assert (again.unchanged, again.remarks) == (2, ())


async def test_eight_digits_with_our_check_digit_are_both_numbers(folder: Path) -> None:
    assert (await households(folder, row(OURS))).remarks == ()
    assert await numbers() == [(OURS, None, None)]


async def test_eight_digits_without_it_are_the_programmes_alone(folder: Path) -> None:
    theirs = OURS[:7] + str((int(OURS[7]) + 1) % 10)
    assert (await households(folder, row(theirs))).bad == 0
    assert await numbers() == [(GIVEN[0], theirs, theirs)]


async def test_no_number_is_longer_than_40_characters(folder: Path) -> None:
    report = await households(folder, row("K" * 40), row("K" * 41), keep_good=True)
    assert (report.created, report.bad) == (1, 1)
    assert report.errors_file is not None
    assert report.errors_file.read_text("utf-8-sig").count("41 caractères, 40 au plus") == 1, "a cell is refused once"


@pytest.mark.parametrize(
    ("first", "other"), [(KATI, " kt/02/ 0117-b"), (OURS, f"{OURS[:4]} {OURS[4:]}"), (OURS, f"{OURS[:4]}-{OURS[4:]}")]
)
async def test_spellings_of_a_number_are_one_household(folder: Path, first: str, other: str) -> None:
    for written, again in ((first, other), (other, first)):
        await households(folder, row(written))
        assert (await households(folder, row(again))).unchanged == 1
    kept = await numbers()
    twice = await households(folder, row(first), row(other))
    assert (twice.rows, twice.bad, twice.unchanged) == (2, 0, 1)
    assert await numbers() == kept, "it stays as it was written first"


async def test_zeros_before_a_number_tell_numbers_apart(folder: Path) -> None:
    report = await households(folder, row("007"), row("7"), row("07"))
    assert (report.created, report.bad) == (3, 0)
    assert [key for _, _, key in await numbers()] == ["007", "7", "07"]


async def test_a_list_that_lost_its_zeros_makes_nobody_anew(folder: Path) -> None:
    await households(folder, row("00117"), row("00118"))
    report = await households(folder, row("117"), row("118"))
    assert (report.bad, report.created) == (2, 0)
    assert report.errors_file
    assert "mettez la colonne en texte" in report.errors_file.read_text("utf-8-sig")
    report = await households(folder, row("117"), row("00119"))
    assert report.created == 2, "a list with zeros has not lost them"


async def test_a_list_with_the_zeros_that_the_registry_lost_makes_nobody_anew(folder: Path) -> None:
    await households(folder, row("117"), row("118"))
    report = await households(folder, row("00117"), row("00119"), keep_good=True)
    assert (report.bad, report.created) == (1, 1)


async def test_a_number_cell_of_a_workbook_is_its_digits(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD)
    for number in (117, int(OURS), "00118", 4011.0):
        sheet.append((number, "Awa Keita", 1970, SAFO, "beneficiary"))
    path = folder / "households.xlsx"
    book.save(path)
    for created in (4, 0):
        assert (await run(ImportKind.HOUSEHOLDS, path, today=TODAY)).created == created
    assert {theirs or ours for ours, theirs, _ in await numbers()} == {"117", OURS, "00118", "4011"}


async def test_payments_name_a_household_by_either_number(folder: Path) -> None:
    await households(folder, row(KATI), row(OURS))
    by_theirs = await payments(folder, payment("kt/02/0117-B"), payment(OURS))
    assert (by_theirs.created, by_theirs.bad) == (2, 0)
    by_ours = await payments(folder, payment(GIVEN[0]))
    assert (by_ours.unchanged, by_ours.bad) == (1, 0)
    assert "1 ligne nomme son ménage par son numéro Jigi" in reasons(by_ours)
    assert (await payments(folder, payment(KATI, amount="25000"), payment(GIVEN[0]))).bad == 2, "one household twice"
    assert (await payments(folder, payment("KT/02/0118"))).bad == 1


async def test_a_list_by_our_numbers_leaves_those_of_the_programme(folder: Path) -> None:
    await households(folder, row(KATI), row("KT/2"))
    report = await households(folder, row(GIVEN[0], "Awa Kéita", "1971"), row(GIVEN[1], "Moussa Bah"))
    assert (report.created, report.changed, report.bad) == (0, 2, 0)
    assert await numbers() == [(GIVEN[0], KATI, KATI), (GIVEN[1], "KT/2", "KT/2")]
    assert await query("SELECT head_name, birth_year FROM household ORDER BY household_no") == [
        ("Awa Kéita", 1971),
        ("Moussa Bah", 1970),
    ]


async def test_a_number_that_is_another_households_phone_number_is_named_and_takes_nothing(folder: Path) -> None:
    await households(folder, row(KATI))
    report = await households(folder, row("KT/3", "Sira Bah"), row(GIVEN[0], "Moussa Koné", "1988"))
    assert (report.created, report.bad) == (2, 0)
    clash = next(remark for remark in report.remarks if remark.value == GIVEN[0])
    assert clash.line == 3
    assert f"déjà le numéro Jigi d'un autre ménage ({KATI})" in clash.reason
    assert await numbers() == [
        (GIVEN[0], KATI, KATI),
        (GIVEN[1], "KT/3", "KT/3"),
        (GIVEN[2], GIVEN[0], GIVEN[0]),
    ]
    paid = await payments(folder, payment(GIVEN[0]))
    assert f"numéro Jigi d'un autre ({KATI}) : lu comme celui du programme" in reasons(paid)
    assert await query("SELECT head_name FROM payment JOIN household ON household.id = household_id") == [
        ("Moussa Koné",)
    ]
    again = await households(folder, row("KT/3", "Sira Bah"), row(GIVEN[0], "Moussa Koné", "1988"))
    assert again.unchanged == 2


async def test_no_number_is_given_that_is_anybodys_own(folder: Path) -> None:
    await households(folder, row(GIVEN[1]), row("KT/1"))
    await households(folder, row("KT/2"), row(GIVEN[3]), row("KT/3"))
    assert [theirs or ours for ours, theirs, _ in await numbers()] == ["KT/1", GIVEN[1], "KT/2", GIVEN[3], "KT/3"]


async def test_a_trial_gives_no_number_away(folder: Path) -> None:
    path = folder / "trial.csv"
    path.write_text(";".join(HEAD) + "\n" + ";".join(row(KATI)) + "\n", "utf-8")
    await run(ImportKind.HOUSEHOLDS, path, today=TODAY, dry_run=True)
    await households(folder, row("KT/9"))
    assert await numbers() == [(GIVEN[0], "KT/9", "KT/9")]


NUMBERS = st.one_of(
    st.integers(0, 3).map(lambda at: GIVEN[at]),
    st.integers(0, 9_999_999).map(household_no),
    st.integers(0, 99_999_999).map(str),
    st.text("KT/-0123456789 é", min_size=1, max_size=40).filter(lambda text: text.strip(" -/")),
)


@tried(max_examples=25)
@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=6), min_size=1, max_size=3))
async def test_numbers_that_are_given_are_right_and_nobody_elses(folder: Path, lists: list[list[str]]) -> None:
    """Whatever lists come, each number of ours is right, and nobody else's own."""
    await sql.execute("DELETE FROM household")
    for at, names in enumerate(lists):
        rows = [row(number, f"Awa {chr(65 + at)}{chr(65 + place)}", "") for place, number in enumerate(names)]
        await households(folder, *rows, keep_good=True)
    kept = await numbers()
    ours = [number for number, _, _ in kept]
    own = [key or number for number, _, key in kept]
    assert all(map(is_household_no, ours))
    assert len(set(ours)) == len(set(own)) == len(kept)
    given = {number for number, _, key in kept if key}
    first = {key for _, _, key in kept if key and is_household_no(key)}
    assert all(number in ours for number in first), "one of ours that is not its own is somebody's already"
    assert all(number.startswith("3") for number in given)


@pytest.mark.parametrize("serial", [0, 1, 42, FIRST_GIVEN, 9_999_999])
async def test_the_database_knows_our_numbers_as_the_program_does(safo: None, serial: int) -> None:
    number = household_no(serial)
    assert await sql.scalar("SELECT household_no_of(%(serial)s)", {"serial": serial}) == number
    for last in range(10):
        written = number[:7] + str(last)
        assert await sql.scalar("SELECT is_household_no(%(number)s)", {"number": written}) is is_household_no(written)


async def test_a_program_of_before_adds_households_beside_this_one(safo: None) -> None:
    await seed.household(OURS)
    assert await numbers() == [(OURS, None, None)]
