"""`python -m bench.imports`: the programme's own lists, read and written to the end, beside a bare COPY of their rows.

300 000 households and 1 800 000 payments as CSV; as .xlsx the same households, and as many payments as one sheet has
room for. Memory is that of the process that imports and of the one that reads the file for it, at its highest.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Final

import psycopg
import xlsxwriter

from core.imports.importing import run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from core.platform import database
from core.platform.servers import end_own_postgres, own_postgres
from core.schema import migrations

HOUSEHOLDS: Final = 300_000
ROUNDS: Final = 6
NAMES: Final = tuple(f"T{number} 2026" for number in range(1, ROUNDS + 1))
SHEET_ROWS: Final = 1_048_576
"""What one sheet of Excel has room for, its header among them."""

COMMUNES: Final = (
    ("region", "region_pcode", "cercle", "cercle_pcode", "commune", "commune_pcode"),
    ("Koulikoro", "ML02", "Kati", "ML0202", "Safo", "ML020201"),
)
HOUSEHOLD_COLUMNS: Final = (
    "household_no", "head_name", "birth_year", "phone", "alt_phone", "commune_pcode", "village", "language", "status",
    "status_reason", "components",
)  # fmt: skip
PAYMENT_COLUMNS: Final = (
    "household_no", "component", "round", "due_date", "last_day", "place", "agency", "amount_xof", "state", "paid_on",
    "reason",
)  # fmt: skip
FIRST_NAMES: Final = tuple(
    f"{beginning}{end}"
    for beginning in ("Fatou", "Awa", "Oumar", "Seydou", "Mariam", "Bakary", "Djeneba", "Souleymane")
    for end in ("", "ba", "di", "kou", "na", "mata", "ssi", "ya", "line", "tou")
)
LAST_NAMES: Final = tuple(
    f"{beginning}{end}"
    for beginning in ("Coulibaly", "Keïta", "Traoré", "Diarra", "Touré", "Sissoko", "Dembélé", "Konaté")
    for end in ("", " Ba", " Dia", " Kah", " Ndao", " Maïga", " Sow", " Yattara", " Ly", " Toé")
)
"""6 400 names in full, as a registry of 300 000 may have: each stands in some fifty households."""

Line = Sequence[str]


def households(count: int, first: int = 1_000_000) -> Iterator[Line]:
    """Invented households from a number on, with their header."""
    yield HOUSEHOLD_COLUMNS
    for number in range(count):
        name = f"{FIRST_NAMES[number % 80]} {LAST_NAMES[number // 80 % 80]}"
        year = str(1960 + number % 30)
        phone, village = f"+2237{(first - 1_000_000 + number) % 10_000_000:07}", f"Kola {number % 50}"
        own = household_no(first + number)
        yield (own, name, year, phone, "", "ML020201", village, "bm", "beneficiary", "", "TM")


def payments(households_of: int, most: int, first: int = 1_000_000, names: Sequence[str] = NAMES) -> Iterator[Line]:
    """What each of them is paid in each round, with their header; `most` lines at the most."""
    yield PAYMENT_COLUMNS
    for number in range(min(most, households_of * len(names))):
        own, paid = household_no(first + number % households_of), names[number // households_of]
        yield (own, "TM", paid, "2026-12-10", "2026-12-17", "Mairie de Safo", "Caisse", "30000", "announced", "", "")


def csv(path: Path, lines: Iterable[Line]) -> Path:
    """The lines as a CSV."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(";".join(line) + "\n" for line in lines)
    return path


def xlsx(path: Path, lines: Iterable[Line]) -> Path:
    """The lines as a workbook."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(lines):
            sheet.write_row(row, 0, [*line])
    return path


def main() -> None:
    """Make the lists, and import each in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--households", type=int, default=HOUSEHOLDS)
    arguments.add_argument("--one", nargs=3, metavar=("KIND", "FILE", "URL"), help="import one file, and print")
    given = arguments.parse_args()
    if given.one:
        asyncio.run(_one(*given.one))
        return
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-imports-"))
    url = own_postgres(folder)
    migrations.upgrade(url)
    try:
        _all(folder, url, given.households)
    finally:
        end_own_postgres(folder)


def _all(folder: Path, url: str, count: int) -> None:
    lists = csv(folder / "households.csv", households(count))
    sums = csv(folder / "payments.csv", payments(count, count * ROUNDS))
    imported(ImportKind.COMMUNES, csv(folder / "communes.csv", COMMUNES), url)
    _bare(url, lists, len(HOUSEHOLD_COLUMNS))
    imported(ImportKind.HOUSEHOLDS, lists, url, "new")
    imported(ImportKind.HOUSEHOLDS, lists, url, "again")
    _bare(url, sums, len(PAYMENT_COLUMNS))
    imported(ImportKind.PAYMENTS, sums, url, "new")
    imported(ImportKind.PAYMENTS, sums, url, "again")
    imported(ImportKind.HOUSEHOLDS, xlsx(folder / "households.xlsx", households(count)), url, "again")
    imported(ImportKind.PAYMENTS, xlsx(folder / "payments.xlsx", payments(count, SHEET_ROWS - 1)), url, "again")


def imported(kind: ImportKind, path: Path, url: str, how: str = "") -> float:
    """Import a file in a process of its own, and print what it took; its rows a second."""
    command = [sys.executable, "-m", "bench.imports", "--one", kind.value, str(path), url]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own
    print(f"{path.name:16} {how:6} {path.stat().st_size / 1e6:6.1f} MB  {printed.strip()}", flush=True)
    return float(printed.partition(" rows/s")[0].rpartition(" ")[2].replace(",", ""))


async def _one(kind: str, file: str, url: str) -> None:
    database.open_database(url, statement_seconds=3600)
    report = await run(kind, Path(file))
    await database.close_database()
    own, reader = (getrusage(who).ru_maxrss // 1024 for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
    print(
        f"{report.rows:>9,} rows in {report.seconds:6.1f} s: {report.rows / report.seconds:8,.0f} rows/s, "
        f"{report.created:,} new, {report.changed:,} changed, {report.bad} bad; memory {own} MB, its reader {reader} MB"
    )


def _bare(url: str, path: Path, columns: int) -> None:
    """The same octets by COPY into a table without any rule: what there is to wait for at the least."""
    named = ", ".join(f"c{number} text" for number in range(columns))
    begun = perf_counter()
    with psycopg.connect(url) as connection, connection.cursor() as cursor, path.open("rb") as file:
        cursor.execute(f"CREATE TEMP TABLE bare ({named})".encode())
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)") as copy:
            while part := file.read(1 << 20):
                copy.write(part)
        rows = cursor.rowcount
    seconds = perf_counter() - begun
    print(
        f"{path.name:16} bare   {path.stat().st_size / 1e6:6.1f} MB  {rows:>9,} rows in {seconds:6.1f} s: by COPY alone"
    )


if __name__ == "__main__":
    main()
