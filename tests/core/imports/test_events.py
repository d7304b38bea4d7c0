"""Files of events: hours and wages where the programme has them, villages however they are spelled."""

from datetime import date, time
from pathlib import Path

import pytest

from core.imports.importing import ImportReport, run
from core.imports.kinds import ImportKind
from core.registry.components import ComponentCode
from tests.core import seed
from tests.core.seed import SAFO, TODAY
from tests.support.database import one, query

pytestmark = pytest.mark.usefixtures("safo")

HEAD = "component;commune_pcode;village;date;time;place;what_fr;what_bm"
DAY = date(2026, 12, 1)


async def imported(
    tmp_path: Path, *lines: str, keep_good: bool = False, complete: tuple[str, ...] = ()
) -> ImportReport:
    """Import a file of these lines, the header first."""
    path = tmp_path / "events.csv"
    path.write_text("\n".join([*lines, ""]), "utf-8")
    return await run(ImportKind.EVENTS, path, keep_good=keep_good, complete=complete, today=TODAY)


def works(village: str = "", more: str = ";13h;1 500 F", component: str = "HIMO", hour: str = "7h") -> str:
    return f"{component};{SAFO};{village};01/12/2026;{hour};École;Travaux;Baara{more}"


async def test_the_end_and_the_wage_of_public_works_come_in(tmp_path: Path) -> None:
    report = await imported(tmp_path, f"{HEAD};end_time;wage_xof", works())
    assert (report.created, report.bad, report.remarks) == (1, 0, ())
    row = await one("SELECT date, time, end_time, wage_xof FROM component_event")
    assert (row.date, row.time, row.end_time, row.wage_xof) == (DAY, time(7), time(13), 1_500)


async def test_a_clerk_may_write_the_headings_in_french(tmp_path: Path) -> None:
    head = "Composante;Code commune;Village;Date;Heure;Lieu;Activité FR;Activité BM;Heure fin;Salaire/jour"
    assert (await imported(tmp_path, head, works())).created == 1
    row = await one("SELECT component, place, what, end_time, wage_xof FROM component_event")
    assert (row.component, row.place, row.end_time, row.wage_xof) == ("HIMO", "École", time(13), 1_500)
    assert row.what == {"fr": "Travaux", "bm": "Baara"}


async def test_a_file_without_these_columns_leaves_what_is_known_and_an_empty_cell_does_too(
    tmp_path: Path,
) -> None:
    await imported(tmp_path, f"{HEAD};end_time;wage_xof", works())
    assert (await imported(tmp_path, HEAD, works(more=""))).unchanged == 1
    row = await one("SELECT end_time, wage_xof FROM component_event")
    assert (row.end_time, row.wage_xof) == (time(13), 1_500)

    assert (await imported(tmp_path, f"{HEAD};end_time", works(more=";"))).unchanged == 1
    assert (await imported(tmp_path, f"{HEAD};end_time", works(more=";"), complete=("end_time",))).changed == 1
    row = await one("SELECT end_time, wage_xof FROM component_event")
    assert (row.end_time, row.wage_xof) == (None, 1_500)


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (works(more=";6h;"), "end_time", "l'heure de fin n'est pas après l'heure de début"),
        (works(more=";7h;"), "end_time", "l'heure de fin n'est pas après l'heure de début"),
        (works(more=";13h;", hour=""), "end_time", "une heure de fin a besoin d'une heure de début"),
        (works(component="MA"), "wage_xof", "un salaire, mais seuls les travaux publics en paient un (HIMO)"),
        (works(more=";13h;mille"), "wage_xof", "montant attendu en francs entiers"),
    ],
)
async def test_hours_and_wages_that_cannot_be_are_refused(tmp_path: Path, line: str, column: str, reason: str) -> None:
    report = await imported(tmp_path, f"{HEAD};end_time;wage_xof", line)
    assert report.errors_file
    (_, error) = report.errors_file.read_text("utf-8-sig").splitlines()
    assert f";{column};" in error
    assert reason in error


async def test_such_a_cell_costs_no_row_where_the_good_ones_are_kept_and_takes_nothing_away(tmp_path: Path) -> None:
    await imported(tmp_path, f"{HEAD};end_time;wage_xof", works())
    report = await imported(tmp_path, f"{HEAD};end_time;wage_xof", works(more=";6h;2000"), keep_good=True)
    assert (report.changed, report.bad) == (1, 1)
    row = await one("SELECT end_time, wage_xof FROM component_event")
    assert (row.end_time, row.wage_xof) == (time(13), 2_000)


async def test_a_village_that_nobody_is_of_is_named_with_its_line_and_comes_in(tmp_path: Path) -> None:
    await seed.household(village="Farakoro")
    report = await imported(
        tmp_path, HEAD, works("Faracoro", more=""), works("Sirakoro", more=""), works("Sirakoro", "", hour="9h")
    )
    assert (report.created, report.bad) == (3, 0)
    assert [str(remark) for remark in report.remarks] == [
        f"ligne 3, village, {SAFO} Sirakoro : "
        "aucun ménage de cette commune n'est de ce village, personne n'en entendra parler"
    ]


async def test_a_household_elsewhere_does_not_make_a_village_known(tmp_path: Path) -> None:
    await seed.places(("ML010101", "Bangassi"))
    await seed.household(village="Sirakoro", commune="ML010101")
    assert len((await imported(tmp_path, HEAD, works("Sirakoro", more=""))).remarks) == 1


async def test_the_village_of_a_row_that_is_refused_is_not_named_as_well(tmp_path: Path) -> None:
    report = await imported(tmp_path, HEAD, works("Sirakoro", "").replace("01/12/2026", "32/12/2026"))
    assert (report.bad, report.remarks) == (1, ())


async def test_an_event_whose_village_is_spelled_anew_is_the_same_event(tmp_path: Path) -> None:
    await imported(tmp_path, HEAD, works("Faracoro", more=""))
    report = await imported(tmp_path, HEAD, works("Fàrakoro", more="").replace("École", "Mairie"))
    assert (report.created, report.changed) == (0, 1)
    assert await query("SELECT place FROM component_event") == [("Mairie",)]


async def test_one_event_in_two_spellings_of_a_file_is_an_error(tmp_path: Path) -> None:
    report = await imported(tmp_path, HEAD, works("Faracoro", more=""), works("Farakoro", more=""))
    assert report.bad == 2
    assert report.errors_file
    assert "component + commune_pcode + village + date + time" in report.errors_file.read_text("utf-8-sig")


async def test_two_spellings_that_came_in_before_are_both_changed(tmp_path: Path) -> None:
    for village in ("Faracoro", "Farakoro"):
        await seed.event(ComponentCode.HIMO, DAY, village=village, hour=time(7))
    report = await imported(tmp_path, HEAD, works("Fàrakoro", more=""))
    assert (report.created, report.changed) == (0, 1)
    assert await query("SELECT DISTINCT place FROM component_event") == [("École",)]
