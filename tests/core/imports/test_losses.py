"""What a file takes away is counted before it is written, and held up where it is much."""

from pathlib import Path
from typing import Any

import pytest

from core.imports.importing import Hold, ImportReport, Outlook, run
from core.imports.kinds import ImportKind
from core.imports.losses import LossKind
from core.numbers.identifiers import household_no
from tests.core.seed import SAFO, TODAY
from tests.support.database import count, scalar

pytestmark = pytest.mark.usefixtures("safo")

HEAD = "household_no;head_name;commune_pcode;status;phone;alt_phone;components"
NUMBERS = range(1, 21)


def row(number: int, phone: str = "76000001", components: str = "TM,MA", status: str = "beneficiary") -> str:
    """A household's row."""
    return f"{household_no(number)};Awa Keita;{SAFO};{status};{phone};66000001;{components}"


async def imported(folder: Path, *rows: str, head: str = HEAD, **how: Any) -> ImportReport:
    """A file of these rows."""
    path = folder / "a.csv"
    path.write_text("\n".join([head, *rows, ""]), "utf-8")
    kind = ImportKind.PAYMENTS if "round" in head else ImportKind.HOUSEHOLDS
    return await run(kind, path, today=TODAY, **how)


@pytest.fixture
async def twenty(safo: None, tmp_path: Path) -> None:
    await imported(tmp_path, *map(row, NUMBERS))


def counted(report: ImportReport) -> dict[LossKind, int]:
    return {loss.kind: loss.count for loss in report.losses}


@pytest.mark.usefixtures("twenty")
async def test_a_file_that_takes_much_away_is_held_up_until_its_number_is_confirmed(tmp_path: Path) -> None:
    rows = [row(number, phone="" if number <= 3 else "76000001") for number in NUMBERS]
    held = await imported(tmp_path, *rows, complete=("phone",))
    assert (held.hold, held.changed, counted(held)) == (Hold.LOSSES, 0, {LossKind.PHONES: 3})
    assert (await imported(tmp_path, *rows, complete=("phone",), confirm_losses=4)).hold is Hold.LOSSES
    assert await count("household_phone") == 40
    assert (await imported(tmp_path, *rows, complete=("phone",), confirm_losses=3)).changed == 3
    assert await count("household_phone") == 37


@pytest.mark.usefixtures("twenty")
async def test_a_small_share_needs_no_word(tmp_path: Path) -> None:
    rows = [row(number, phone="" if number <= 2 else "76000001") for number in NUMBERS]
    report = await imported(tmp_path, *rows, complete=("phone",))
    assert (report.hold, report.changed, report.lost) == (None, 2, 2)


@pytest.mark.usefixtures("twenty")
async def test_each_kind_is_counted_with_samples(tmp_path: Path) -> None:
    rows = [row(1, status="suspended"), row(2, status="exited"), row(3, components="TM"), *map(row, NUMBERS[3:])]
    heard: list[Outlook] = []
    report = await imported(tmp_path, *rows, dry_run=True, announce=heard.append)
    assert counted(report) == {LossKind.ENROLMENTS: 1, LossKind.SUSPENDED: 1, LossKind.LEFT: 1}
    assert heard[0].losses[0].samples == (f"{household_no(3)} MA",)


@pytest.mark.usefixtures("twenty")
async def test_a_dry_run_says_what_would_be_and_writes_nothing(tmp_path: Path) -> None:
    rows = [row(1, status="suspended"), row(2, components="TM"), row(3), row(99)]
    report = await imported(tmp_path, *rows, dry_run=True)
    assert (report.created, report.changed, report.unchanged, report.hold) == (1, 2, 1, Hold.DRY_RUN)
    assert await count("household") == 20
    assert await scalar("SELECT count(*) FROM household WHERE status = 'suspended'") == 0
    assert (await imported(tmp_path, *rows, dry_run=True)).created == 1


@pytest.mark.usefixtures("twenty")
async def test_a_number_that_is_replaced_and_what_was_not_there_are_no_losses(tmp_path: Path) -> None:
    rows = [row(number, phone="76000002") for number in NUMBERS] + [row(21, phone="", status="suspended")]
    assert (await imported(tmp_path, *rows)).losses == ()


@pytest.mark.usefixtures("twenty")
async def test_days_that_are_withdrawn_are_losses(tmp_path: Path) -> None:
    head = "household_no;component;round;due_date;amount_xof;state"
    rows = [f"{household_no(number)};TM;T4 2026;31/12/2026;30000;announced" for number in NUMBERS]
    await imported(tmp_path, *rows, head=head)
    withdrawn = [line.replace("31/12/2026", "").replace("announced", "planned") for line in rows]
    report = await imported(tmp_path, *withdrawn, head=head, complete=("due_date",))
    assert (report.hold, counted(report)) == (Hold.LOSSES, {LossKind.DAYS: 20, LossKind.ROUNDS: 1})
    assert report.losses[0].samples[0] == f"{household_no(1)} TM T4 2026 31/12/2026"
    assert await count("payment_move") == 0
