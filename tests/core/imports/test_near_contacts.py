"""Files of communes may say who is near; what they do not say, or not well, takes nothing away."""

from datetime import date, time
from pathlib import Path

import pytest

from core.imports.importing import ImportReport, completable_columns, needed_columns, run
from core.imports.kinds import ImportKind
from core.places.models import Commune
from core.platform.database import reading

pytestmark = pytest.mark.usefixtures("world")

SAFO, SIBY = "ML020529", "ML020533"
PLACES = {SAFO: "Safo", SIBY: "Siby"}
PHONES = ("committee_phone", "town_hall_phone", "agency_phone")
WHOLE = {
    "committee_phone": "70 00 01 01",
    "town_hall_phone": "+223 20 20 01 02",
    "town_hall_opens": "8h",
    "town_hall_closes": "15:30",
    "agency_name": "Caisse Kanaga",
    "agency_phone": "70000103",
}


async def imported(
    folder: Path, cells: dict[str, str], *, keep_good: bool = False, complete: tuple[str, ...] = ()
) -> ImportReport:
    """A file in which both communes are told this of who is near."""
    lines = [";".join([*needed_columns(ImportKind.COMMUNES), *cells])]
    for pcode, name in PLACES.items():
        lines.append(";".join(["Koulikoro", "ML02", "Kati", "ML0205", name, pcode, *cells.values()]))
    path = folder / "communes.csv"
    path.write_text("\n".join(lines), "utf-8")
    return await run(ImportKind.COMMUNES, path, keep_good=keep_good, complete=complete, today=date(2026, 11, 24))


async def safo() -> Commune:
    """Safo as it is known."""
    async with reading() as session:
        commune = await session.get(Commune, SAFO)
    assert commune is not None
    return commune


async def test_committee_town_hall_and_agency_come_in_and_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    assert (await imported(tmp_path, WHOLE)).created == 2
    commune = await safo()
    assert [getattr(commune, name) for name in PHONES] == ["+22370000101", "+22320200102", "+22370000103"]
    assert (commune.town_hall_opens, commune.town_hall_closes) == (time(8), time(15, 30))
    assert commune.agency_name == "Caisse Kanaga"
    assert (await imported(tmp_path, WHOLE)).unchanged == 2


async def test_french_headings_are_the_same_columns(tmp_path: Path) -> None:
    french = ("Téléphone comité", "Téléphone mairie", "Mairie ouvre", "Mairie ferme", "Nom agence", "Téléphone agence")
    assert (await imported(tmp_path, dict(zip(french, WHOLE.values(), strict=True)))).unknown_columns == ()
    assert (await safo()).committee_phone == "+22370000101"


async def test_the_columns_that_may_be_absent_are_named_apart() -> None:
    assert tuple(completable_columns(ImportKind.COMMUNES)) == tuple(WHOLE)
    assert not set(WHOLE) & set(needed_columns(ImportKind.COMMUNES))


@pytest.mark.parametrize("column", WHOLE)
async def test_an_absent_column_leaves_what_is_known(tmp_path: Path, column: str) -> None:
    await imported(tmp_path, WHOLE)
    before = getattr(await safo(), column)
    assert (await imported(tmp_path, {n: cell for n, cell in WHOLE.items() if n != column})).unchanged == 2
    assert getattr(await safo(), column) == before


async def test_an_empty_cell_takes_it_away_only_where_the_column_is_complete(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    without = WHOLE | {"agency_phone": ""}
    assert (await imported(tmp_path, without)).unchanged == 2
    assert (await imported(tmp_path, without, complete=("Téléphone agence", "town_hall_phone"))).changed == 2
    commune = await safo()
    assert (commune.agency_phone, commune.town_hall_phone) == (None, "+22320200102")


@pytest.mark.parametrize("column", PHONES)
async def test_a_bad_number_is_named_and_nothing_comes_in(tmp_path: Path, column: str) -> None:
    report = await imported(tmp_path, WHOLE | {column: "12 34"})
    assert (report.bad, report.kept) == (2, False)
    assert report.errors_file is not None
    assert f";{column};12 34;numéro de téléphone inutilisable" in report.errors_file.read_text("utf-8-sig")


@pytest.mark.parametrize("column", PHONES)
async def test_with_the_good_ones_kept_a_bad_number_costs_the_cell_and_no_commune(tmp_path: Path, column: str) -> None:
    new = await imported(tmp_path, WHOLE | {column: "12 34"}, keep_good=True)
    assert (new.bad, new.created) == (2, 2)
    assert getattr(await safo(), column) is None
    await imported(tmp_path, WHOLE)
    again = await imported(tmp_path, WHOLE | {column: "12 34", "agency_name": "Caisse Nyèsigiso"}, keep_good=True)
    assert (again.bad, again.changed) == (2, 2)
    commune = await safo()
    assert (getattr(commune, column) is not None, commune.agency_name) == (True, "Caisse Nyèsigiso")


async def test_a_town_hall_that_closes_before_it_opens_is_named(tmp_path: Path) -> None:
    report = await imported(tmp_path, WHOLE | {"town_hall_closes": "7h30"}, keep_good=True)
    assert (report.bad, report.created) == (2, 2)
    commune = await safo()
    assert (commune.town_hall_opens, commune.town_hall_closes) == (time(8), None)


async def test_a_bad_commune_is_still_refused(tmp_path: Path) -> None:
    await imported(tmp_path, WHOLE)
    path = tmp_path / "communes.csv"
    path.write_text(path.read_text("utf-8").replace("ML0205;Siby", "?;Siby"), "utf-8")
    report = await run(ImportKind.COMMUNES, path, keep_good=True, today=date(2026, 11, 24))
    assert (report.bad, report.unchanged) == (1, 1)
