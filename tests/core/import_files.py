"""Import files written by hand, and what of the database they change."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core.database import reading
from core.identifiers import household_no
from core.imports import Kind, Report, run
from tests.core.registry import SAFO, TODAY

FIRST = household_no(1_000_001)
SECOND = household_no(1_000_002)

HOUSEHOLD = {
    "household_no": FIRST,
    "head_name": "Awa Traoré",
    "birth_year": "1970",
    "phone": "76 12 34 56",
    "alt_phone": "",
    "commune_pcode": SAFO,
    "village": "Dialakoroba",
    "language": "bm",
    "status": "beneficiary",
    "status_reason": "",
    "components": "TM;MA",
}
PAYMENT = {
    "household_no": FIRST,
    "component": "TM",
    "round": "T4 2026",
    "due_date": "01/12/2026",
    "last_day": "",
    "place": "Mairie de Safo",
    "agency": "Caisse Kanaga",
    "amount_xof": "30 000",
    "state": "announced",
    "paid_on": "",
    "reason": "",
}
EVENT = {
    "component": "PNP",
    "commune_pcode": SAFO,
    "village": "",
    "date": "2026-12-03",
    "time": "8h30",
    "place": "École de Safo",
    "what_fr": "Nourriture mère et enfant",
    "what_bm": "Ba ni den ka dumuni",
}
COMMUNE = {
    "region": "Koulikoro",
    "region_pcode": "ML02",
    "cercle": "Kati",
    "cercle_pcode": "ML0205",
    "commune": "Safo",
    "commune_pcode": "ML020529",
}


def written(path: Path, rows: Sequence[Mapping[str, str]], *, delimiter: str = ";", encoding: str = "utf-8") -> Path:
    """A CSV file with these rows under the columns of the first."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


async def imported(kind: Kind, folder: Path, *rows: Mapping[str, str], keep_good: bool = False) -> Report:
    """Write the rows to a file and import it, on the day of the tests."""
    return await run(kind, written(folder / f"{kind}.csv", rows), keep_good=keep_good, today=TODAY)


def outcome(report: Report) -> tuple[int, int, int, int]:
    """Rows created, changed, unchanged, bad."""
    return report.created, report.changed, report.unchanged, report.bad


def problems(report: Report) -> list[tuple[str, ...]]:
    """The lines of the errors file under its header: line, column, value, reason."""
    assert report.errors_file is not None
    with report.errors_file.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file, delimiter=";")
    assert header == ["line", "column", "value", "reason"]
    return [tuple(line) for line in lines]


async def rows(query: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    async with reading() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]
