"""What a file asks of the registry grows with the file, and not with the registry."""

from pathlib import Path

import pytest

from core.imports.importing import ImportReport, run
from core.imports.kinds import ImportKind
from core.platform import sql
from core.staff.agents import Role, add_agent
from tests.core.seed import SAFO, TODAY
from tests.support.plans import read_whole

HOUSEHOLDS = "household_no;head_name;commune_pcode;village;status;phone;alt_phone;components"
PAYMENTS = "household_no;component;round;due_date;amount_xof;state"
CORRECTED = """
INSERT INTO correction (household_id, field, value, reason, state, made_by, made_at)
SELECT min(id), 'village', 'Dabani', 'a déménagé', 'stands', %(by)s, now() FROM household
"""
FIRST = "DELETE FROM import_trace"
"""What the last file left to be undone, all of which goes."""


def household(number: str, village: str = "Kola", phone: str = "76000001", components: str = "TM") -> str:
    return f"{number};Awa Keita;{SAFO};{village};beneficiary;{phone};;{components}"


def payment(number: str, day: str = "31/12/2026", amount: int = 30_000) -> str:
    return f"{number};TM;T4 2026;{day};{amount};announced"


KNOWN = (
    (ImportKind.HOUSEHOLDS, [household("KT-1"), household("117"), household("00118")]),
    (ImportKind.PAYMENTS, [payment("KT-1"), payment("117")]),
    (ImportKind.PAYMENTS, [payment("KT-1", day="30/12/2026")]),
)
READ = (
    (
        ImportKind.HOUSEHOLDS,
        [household("KT-1", phone=""), household("117", village="Sido", components="MA"), household("119")],
    ),
    (ImportKind.PAYMENTS, [payment("00118", amount=45_000), payment("117", day="30/12/2026")]),
    (ImportKind.PAYMENTS, [f"{number};TM;T4 2026;;30000;planned" for number in ("KT-1", "117")]),
)


@pytest.mark.usefixtures("safo")
async def test_no_step_of_a_file_reads_a_table_that_grows_from_end_to_end(tmp_path: Path) -> None:
    for kind, rows in KNOWN:
        await brought(tmp_path, kind, rows)
    await sql.execute(CORRECTED, {"by": await add_agent("mariam", "Mariam", Role.AGENT)})
    with read_whole() as whole:
        reports = [
            await brought(tmp_path, kind, rows, losses) for losses, (kind, rows) in zip((2, 0, 3), READ, strict=True)
        ]
    assert [(each.created, each.changed, each.bad) for each in reports] == [(1, 2, 0), (1, 1, 0), (0, 2, 0)]
    whole.pop(FIRST)
    assert whole == {}


async def brought(folder: Path, kind: ImportKind, rows: list[str], losses: int = 0) -> ImportReport:
    path = folder / "list.csv"
    head = HOUSEHOLDS if kind is ImportKind.HOUSEHOLDS else PAYMENTS
    path.write_text("\n".join((head, *rows)), "utf-8")
    complete = ("phone",) if kind is ImportKind.HOUSEHOLDS else ("due_date",)
    return await run(kind, path, today=TODAY, complete=complete, confirm_losses=losses)
