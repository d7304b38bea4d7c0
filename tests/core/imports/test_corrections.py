"""What lists and the corrections of the desk say to each other."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.imports.corrections import day_in_name
from core.imports.importing import ImportReport, run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from core.registry.corrections import CorrectedField, CorrectionState, corrections_of
from core.registry.edits import correct_phone, correct_words, settle
from core.registry.statuses import PhonePosition
from core.staff.agents import Actor, Role, add_agent
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.seed import SAFO
from tests.support.database import scalar

AWA = household_no(1_000_001)
LISTED, CORRECTED, OTHER = "+22376123456", "+22378000001", "+22378000002"
MADE = datetime(2026, 11, 24, 9, tzinfo=UTC)
OLDER, NEWER = date(2026, 11, 20), date(2026, 11, 26)


@pytest.fixture
async def awa(safo: None) -> int:
    """A household whose phone was corrected, and whose village was."""
    household = await seed.household(AWA, head_name="Awa Traoré", phones=(LISTED,), village="Kola")
    mariam = Actor(await add_agent("mariam", "Mariam", Role.AGENT), "Mariam", Role.AGENT)
    async with seen_by(mariam):
        await correct_phone(mariam, AWA, PhonePosition.FIRST, CORRECTED, LISTED, "SIM perdue", MADE)
        await correct_words(mariam, AWA, CorrectedField.VILLAGE, "Dabani", "Kola", "a déménagé", MADE)
    return household


async def listed(
    folder: Path, phone: str = LISTED, day: date | None = None, name: str = "menages", more: str = "", **other: object
) -> ImportReport:
    """Import a list that has this phone, and says nothing of a village."""
    header = "household_no;head_name;phone;commune_pcode;status" + (";list_day" if more else "")
    file = folder / f"{name}.csv"
    file.write_text(f"{header}\n{AWA};Awa Traoré;{phone};{SAFO};beneficiary{';' + more if more else ''}\n", "utf-8")
    return await run(ImportKind.HOUSEHOLDS, file, list_day=day, **other)  # type: ignore[arg-type]


async def phone() -> str | None:
    """The phone of the household."""
    number: str | None = await scalar("SELECT max(msisdn) FROM household_phone")
    return number


async def of_phone(household: int) -> tuple[CorrectionState, str | None, bool]:
    """Where the correction of the phone is, what a list says instead, and whether a person has to decide."""
    (card,) = [each for each in await corrections_of(household) if each.field is CorrectedField.PHONE]
    return card.state, card.list_value, card.in_conflict


async def test_it_stands_over_an_older_list(awa: int, tmp_path: Path) -> None:
    report = await listed(tmp_path, day=OLDER)
    assert await phone() == CORRECTED
    assert (report.changed, report.unchanged) == (0, 1)
    assert await of_phone(awa) == (CorrectionState.STANDS, None, False)
    assert any("une correction du guichet tient" in str(remark) for remark in report.remarks)


@pytest.mark.parametrize("day", [NEWER, None])
async def test_it_meets_a_newer_list_as_a_conflict_that_is_named(awa: int, tmp_path: Path, day: date | None) -> None:
    report = await listed(tmp_path, OTHER, day)
    assert await phone() == CORRECTED, "it stands until a person decides"
    assert await of_phone(awa) == (CorrectionState.STANDS, OTHER, True)
    assert any("une personne tranche" in str(remark) for remark in report.remarks)


async def test_what_a_person_decided_against_is_no_conflict_again(awa: int, tmp_path: Path) -> None:
    await listed(tmp_path, OTHER, NEWER)
    moussa = Actor(await add_agent("moussa", "Moussa", Role.SUPERVISOR), "Moussa", Role.SUPERVISOR)
    (card,) = [each for each in await corrections_of(awa) if each.in_conflict]
    async with seen_by(moussa):
        await settle(moussa, card.id, MADE, keep=True)
    await listed(tmp_path, OTHER, NEWER)
    assert await of_phone(awa) == (CorrectionState.STANDS, OTHER, False)
    await listed(tmp_path, LISTED, NEWER)
    assert await of_phone(awa) == (CorrectionState.STANDS, LISTED, True), "another value is another conflict"


async def test_a_list_that_says_the_same_closes_it_and_the_next_may_change_it(awa: int, tmp_path: Path) -> None:
    await listed(tmp_path, CORRECTED, NEWER)
    assert await of_phone(awa) == (CorrectionState.CONFIRMED, None, False)
    await listed(tmp_path, OTHER, NEWER)
    assert await phone() == OTHER


async def test_a_list_that_says_nothing_of_it_leaves_it_as_it_is(awa: int, tmp_path: Path) -> None:
    await listed(tmp_path, "", NEWER)
    assert (await phone(), await of_phone(awa)) == (CORRECTED, (CorrectionState.STANDS, None, False))
    (village,) = [each for each in await corrections_of(awa) if each.field is CorrectedField.VILLAGE]
    assert (village.state, village.in_conflict) == (CorrectionState.STANDS, False)


async def test_a_list_that_says_there_is_none_is_a_conflict(awa: int, tmp_path: Path) -> None:
    await listed(tmp_path, "", NEWER, complete=("phone",))
    assert await phone() == CORRECTED
    assert await of_phone(awa) == (CorrectionState.STANDS, None, True)


async def test_a_file_that_is_refused_leaves_every_correction_as_it_is(awa: int, tmp_path: Path) -> None:
    report = await listed(tmp_path, "12", NEWER)
    assert not report.kept
    assert await of_phone(awa) == (CorrectionState.STANDS, None, False)


@pytest.mark.parametrize(("name", "more"), [("menages-2026-11-20", ""), ("menages", "20/11/2026")])
async def test_the_day_stands_in_the_name_or_in_a_column(awa: int, tmp_path: Path, name: str, more: str) -> None:
    await listed(tmp_path, LISTED, name=name, more=more)
    assert await of_phone(awa) == (CorrectionState.STANDS, None, False)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("menages-2026-11-20", date(2026, 11, 20)),
        ("Liste Safo 20.11.2026 (2)", date(2026, 11, 20)),
        ("export_20261120_final", date(2026, 11, 20)),
        ("5-3-2026", date(2026, 3, 5)),
        ("menages", None),
        ("T3 2026", None),
        ("2026-13-45", None),
        ("2026-11-20 corrigée le 2026-11-22", None),
        ("12345678", None),
    ],
)
def test_the_day_in_a_name(name: str, day: date | None) -> None:
    assert day_in_name(name) == day
