"""The hour of a payment, and words of a file that would send people to somebody else."""

from datetime import date, time
from pathlib import Path

import openpyxl
import pytest

from core.imports.importing import ImportReport, run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from tests.core import seed
from tests.core.seed import TODAY
from tests.support.database import query, scalar

pytestmark = pytest.mark.usefixtures("safo")

HEADER = ("N° ménage", "composante", "tour", "date_paiement", "lieu", "agence", "montant", "état", "heure")
FRIDAY = date(2026, 11, 27)
NUMBER = household_no(1)


async def brought(folder: Path, hour: object, place: str = "Mairie de Safo") -> ImportReport:
    """A workbook with one payment comes in."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append((NUMBER, "TM", "T4 2026", FRIDAY, place, "Caisse", 30_000, "annoncé", hour))
    book.save(folder / "p.xlsx")
    return await run(ImportKind.PAYMENTS, folder / "p.xlsx", today=TODAY)


@pytest.mark.parametrize("written", ["8h30", "08:30", "8 h 30", time(8, 30)])
async def test_the_hour_of_a_payment_comes_in_however_it_is_written(tmp_path: Path, written: object) -> None:
    await seed.household(NUMBER)
    assert (await brought(tmp_path, written)).created == 1
    assert await scalar("SELECT hour FROM payment") == time(8, 30)
    assert (await brought(tmp_path, written)).unchanged == 1
    assert (await brought(tmp_path, None)).unchanged == 1, "an empty cell leaves what is known"
    assert (await brought(tmp_path, "9 h")).changed == 1
    assert await scalar("SELECT hour FROM payment") == time(9)


@pytest.mark.parametrize(
    ("hour", "place", "problem"),
    [
        ("25h", "Mairie de Safo", "2;I2;hour;25h;cette heure n'existe pas"),
        ("matin", "Mairie de Safo", "2;I2;hour;matin;heure attendue comme 8h30 ou 08:30"),
        (
            "8h",
            "appelez 76 00 00 00 et donnez votre code",
            "2;E2;place;appelez 76 00 00 00 et donnez votre code;Ce numéro n'est pas un contact du programme",
        ),
    ],
)
async def test_a_wrong_hour_and_the_words_of_a_scam_are_named(
    tmp_path: Path, hour: str, place: str, problem: str
) -> None:
    await seed.household(NUMBER)
    report = await brought(tmp_path, hour, place)
    assert report.bad == 1
    assert report.errors_file
    assert problem in report.errors_file.read_text("utf-8-sig").replace('"', "")
    assert await query("SELECT id FROM payment") == []
