"""What a household is found by is written with it: by whoever writes it, and the same whoever that is."""

from pathlib import Path

import pytest

from core.imports.importing import run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from tests.core.seed import SAFO, TODAY
from tests.support.database import change, query

pytestmark = pytest.mark.usefixtures("safo")

FOUND_BY = "SELECT head_name, CAST(search AS text) AS search, village_search FROM household ORDER BY head_name"
AS_BY_HAND = """
SELECT head_name, CAST(name_search(head_name) AS text) AS search, loose_village(village) AS village_search
FROM household ORDER BY head_name
"""
NAMES = ("Fatoumata Coulibaly", "Seydou Keïta", "Awa Traoré")


async def by_an_import(folder: Path) -> None:
    path = folder / "a.csv"
    rows = [f"{household_no(n)};{name};{SAFO};Kola Nord;beneficiary" for n, name in enumerate(NAMES, 1)]
    without = f"{household_no(9)};Zoumana Sow;{SAFO};;beneficiary"
    path.write_text("\n".join(["household_no;head_name;commune_pcode;village;status", *rows, without]), "utf-8")
    await run(ImportKind.HOUSEHOLDS, path, today=TODAY)


async def by_the_version_before() -> None:
    """It knows nothing of it."""
    for number, name in enumerate(NAMES, 1):
        await change(
            "INSERT INTO household (household_no, head_name, commune_pcode, village, status) "
            "VALUES (%(no)s, %(name)s, %(place)s, 'Kola Nord', 'beneficiary')",
            no=household_no(number),
            name=name,
            place=SAFO,
        )


async def test_an_import_writes_it_with_the_row(tmp_path: Path) -> None:
    await by_an_import(tmp_path)
    assert await query(FOUND_BY) == await query(AS_BY_HAND)


async def test_it_is_written_for_whoever_does_not_give_it() -> None:
    await by_the_version_before()
    assert await query(FOUND_BY) == await query(AS_BY_HAND)


async def test_it_follows_another_name_and_another_village(tmp_path: Path) -> None:
    await by_an_import(tmp_path)
    await change("UPDATE household SET head_name = 'Kadiatou Kulubali' WHERE head_name = 'Awa Traoré'")
    await change("UPDATE household SET village = 'Faraco' WHERE head_name = 'Seydou Keïta'")
    assert await query(FOUND_BY) == await query(AS_BY_HAND)
