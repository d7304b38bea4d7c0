"""Files at the desk: checked first, confirmed by who saw what they would do, in a process of their own, and undone."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from core.imports import shelf, uploads
from core.imports.shelf import STATUS
from core.platform.settings import Settings
from core.staff.agents import Role, Scope
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.imports.bringing import GOOD, act, brought, ended, imported, in_this_process, last
from tests.desk.trail import trail
from tests.sms.campaign_world import Watch
from tests.support.database import change, count

BAD: Final = GOOD + "Koulikoro,ML02,Kati,ML0202,Kati,??\n"
HEAD: Final = "household_no,head_name,commune_pcode,status,phone\n"
HOUSEHOLD: Final = f"{HEAD}81000012,Awa Keita,ML020201,beneficiary,76000001\n"


@pytest.fixture
def desk_settings(desk_settings: Settings, tmp_path: Path) -> Settings:
    return desk_settings.model_copy(update={"data_dir": tmp_path})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process of its own for each file (`test_errand` has that)."""
    monkeypatch.setattr(uploads, "carried_out", in_this_process)


@pytest.fixture
async def binta(sign_in: SignIn) -> Browser:
    """A second supervisor of the whole country."""
    return await sign_in("binta", Role.SUPERVISOR)


async def test_a_file_is_checked_and_comes_in_when_it_is_confirmed(awa: Browser, tmp_path: Path) -> None:
    assert (await brought(awa, GOOD)).status_code == 200
    page = await ended(awa)
    assert "À confirmer : rien n'est encore entré" in page
    assert "Lignes lues 2 Nouvelles 2 Changées 0 Inchangées 0" in page
    assert await count("commune") == 0
    await act(awa, "confirm")
    page = await ended(awa)
    assert "Fait" in page
    assert "Nouvelles 2" in page
    assert await count("commune") == 2
    assert not list(tmp_path.glob("uploads/*/file.csv")), "the file itself does not stay"
    acts = await trail("import %")
    assert [entry.act for entry in acts] == ["import begun", "import checked", "import confirmed", "import ended"]
    assert acts[0].detail == {"kind": "communes", "file": "communes.csv"}


async def test_a_file_that_is_abandoned_leaves_nothing(awa: Browser, tmp_path: Path) -> None:
    await brought(awa, GOOD)
    await ended(awa)
    await act(awa, "discard")
    assert "abandonné : rien n'est entré" in await awa.see("/desk/imports")
    assert await count("commune") == 0
    assert not list(tmp_path.glob("uploads/*/file.csv"))
    assert "C'est déjà fait" in seen(await act(awa, "confirm"))
    assert await count("commune") == 0


async def test_bad_rows_are_handed_out_to_be_corrected_and_the_good_ones_come_in(awa: Browser) -> None:
    await brought(awa, BAD)
    page = await ended(awa)
    assert "Refusées ou prises en partie 1" in page
    assert "Importer les 2 bonnes lignes" in page
    refused = await awa.open(f"{last()}/refused")
    assert refused.headers["content-disposition"] == 'attachment; filename="communes.a-corriger.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(refused.content)).active
    assert sheet
    row = [cell.value for cell in list(sheet.iter_rows())[1]]
    assert row[:7] == ["Koulikoro", "ML02", "Kati", "ML0202", "Kati", "??", 4]
    assert str(row[7]).startswith("commune_pcode : code de lieu attendu")
    await act(awa, "confirm")
    assert "Nouvelles 2" in await ended(awa)
    assert await count("commune") == 2


async def test_a_file_of_bad_rows_only_cannot_be_confirmed(awa: Browser) -> None:
    await brought(awa, GOOD.replace("ML020201", "??").replace("ML020202", "?"))
    page = await ended(awa)
    assert "Refusé : rien n'est entré" in page
    assert "Télécharger les lignes à corriger" in page
    assert "C'est déjà fait, ou ce n'est plus possible" in seen(await act(awa, "confirm"))


async def test_what_is_worth_a_look_is_named_before_anything_is_written(awa: Browser) -> None:
    await imported(awa, GOOD)
    events = (
        "component,commune_pcode,village,date,time,place,what_fr,what_bm\n"
        "MA,ML020201,Sirakoro,01/12/2026,9h,École,Causerie,Baro\n"
    )
    await brought(awa, events, "events.csv", kind="events")
    page = await ended(awa)
    assert "1 chose à regarder ligne 2, village, ML020201 Sirakoro : aucun ménage de cette commune" in page
    assert await count("component_event") == 0


async def test_what_takes_much_away_is_confirmed_by_a_second_person(awa: Browser, binta: Browser) -> None:
    await imported(awa, GOOD)
    await imported(awa, HOUSEHOLD, "a.csv", kind="households")
    empty = HOUSEHOLD.replace("76000001", "")
    await brought(awa, empty, "b.csv", kind="households", complete="households.phone")
    page = await ended(awa)
    assert "Téléphones retirés 1 81000012 +22376000001" in page
    assert "une deuxième personne" in page
    assert "Importer" not in page.split("Abandonner")[0].split("deuxième personne")[1]
    assert "vous l'avez apporté" in seen(await act(awa, "confirm"))
    assert await count("household_phone") == 1
    address = last()
    await act(binta, "confirm", address)
    page = await ended(binta, address)
    assert "Apporté par Awa" in page
    assert "confirmé par Binta" in page
    assert await count("household_phone") == 0


async def test_what_is_confirmed_is_what_was_seen(awa: Browser) -> None:
    """The registry changes between the look and the word: nothing comes in, and it is shown anew."""
    await brought(awa, GOOD)
    await ended(awa)
    address = last()
    await imported(awa, GOOD, "other.csv")
    await act(awa, "confirm", address)
    page = await ended(awa, address)
    assert "Le registre a changé depuis" in page
    assert "Nouvelles 0 Changées 0 Inchangées 2" in page
    await act(awa, "confirm", address)
    assert "Fait" in await ended(awa, address)


async def test_the_last_import_is_undone_and_can_come_again(awa: Browser) -> None:
    await imported(awa, GOOD)
    before = last()
    page = await imported(awa, GOOD.replace("Diago", "Diago Kati"), "again.csv")
    assert "Changées 1" in page
    assert "Annuler cet import" not in await awa.see(before)
    await act(awa, "undo")
    assert "Annulé : tout est comme avant" in await ended(awa)
    assert await count("commune WHERE name = 'Diago'") == 1
    assert "C'est déjà fait" in seen(await act(awa, "undo"))


async def test_what_was_built_on_cannot_be_undone_and_says_why(awa: Browser) -> None:
    await imported(awa, GOOD)
    await imported(awa, HOUSEHOLD, "a.csv", kind="households")
    address = last()

    await change("UPDATE household SET head_name = 'Awa Traoré'")
    await act(awa, "undo")
    page = await ended(awa, address)
    assert "a changé depuis : il ne peut plus être annulé" in page
    assert "Fait" in page
    assert await count("household") == 1


@pytest.mark.parametrize(
    ("content", "name", "fields", "refusal"),
    [
        (GOOD, "communes.pdf", {}, "Un fichier .csv ou .xlsx est attendu."),
        ("", "communes.csv", {}, "Le fichier est vide."),
        (GOOD, "communes.csv", {"kind": "secrets"}, "Choisissez ce que c'est"),
    ],
)
async def test_what_is_no_import_file_is_refused_in_words(
    awa: Browser, content: str, name: str, fields: dict[str, str], refusal: str
) -> None:
    answer = await brought(awa, content, name, **fields)
    assert answer.status_code == 422
    assert refusal in seen(answer)


async def test_a_file_with_other_columns_says_which_are_missing(awa: Browser) -> None:
    await brought(awa, GOOD, kind="households")
    assert "Colonnes absentes : household_no" in await ended(awa)


async def test_one_at_a_time_and_one_that_died_does_not_stop_the_next(
    awa: Browser, tmp_path: Path, watch: Watch
) -> None:
    folder = tmp_path / "uploads" / "20261124-085959-00000000"
    folder.mkdir(parents=True)
    status = {
        "id": folder.name, "kind": "payments", "name": "x.csv", "by": "Oumar", "state": "running", "read": 5000,
        "expected": 20000, "started_at": "2026-11-24T08:59:59+00:00", "seen_at": watch.now.isoformat(),
    }  # fmt: skip
    (folder / STATUS).write_text(json.dumps(status))
    page = await awa.open(f"/desk/imports/{folder.name}")
    assert "5 000 lignes lues sur 20 000" in seen(page).replace("\u202f", " ").replace("\xa0", " ")
    assert 'http-equiv="refresh"' in page.text
    answer = await brought(awa, GOOD)
    assert answer.status_code == 409
    assert "Un autre import est en cours" in seen(answer)
    watch.turn(minutes=5)
    assert "Interrompu : rien n'est entré" in await awa.see("/desk/imports")
    assert "Nouvelles 2" in await imported(awa, GOOD)


async def test_a_file_that_nobody_confirms_goes(awa: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await brought(awa, GOOD)
    await ended(awa)
    monkeypatch.setattr(shelf, "WAITS", timedelta(seconds=-1))
    assert "Pas confirmé en 24 heures" in await awa.see("/desk/imports")
    assert "C'est déjà fait" in seen(await act(awa, "confirm"))
    shelf.UploadShelf(tmp_path / "uploads").tidy()
    assert not list(tmp_path.glob("uploads/*/file.csv"))


async def test_it_is_for_supervisors_of_the_whole_country(sign_in: SignIn, awa: Browser) -> None:
    await brought(awa, GOOD)
    await ended(awa)
    address = last()
    for number, (role, scope, code) in enumerate(
        [
            (Role.AGENT, Scope.NATIONAL, None),
            (Role.SUPERVISOR, Scope.REGION, "ML02"),
            (Role.FOCAL, Scope.NATIONAL, None),
            (Role.ADMINISTRATOR, Scope.NATIONAL, None),
        ]
    ):
        other = await sign_in(f"other{number}", role, scope, code)
        assert (await other.open("/desk/imports")).status_code == 403
        assert (await other.open(address)).status_code == 403
        assert (await brought(other, GOOD)).status_code == 403
        for name in ("confirm", "discard", "undo"):
            token = await other.token("/desk/account")
            answer = await other.http.post(f"{address}/{name}", headers={"X-CSRFToken": token})
            assert answer.status_code == 403
    assert await count("commune") == 0


async def test_an_import_is_only_one_there_is(awa: Browser) -> None:
    for crooked in ("..%2F..", "20261124-101500-00000000"):
        assert (await awa.open(f"/desk/imports/{crooked}")).status_code == 404
        assert (await awa.open(f"/desk/imports/{crooked}/refused")).status_code == 404


async def test_an_empty_cell_takes_away_only_where_the_clerk_says_that_the_column_is_complete(
    awa: Browser, binta: Browser
) -> None:
    agency = GOOD.replace("commune_pcode\n", "commune_pcode,agency_name\n").replace("1\n", "1,Kanaga\n")
    await imported(awa, agency.replace("2\n", "2,Kanaga\n"))
    empty = agency.replace("Kanaga", "").replace("2\n", "2,\n")
    await brought(awa, empty)
    assert "Changées 0 Inchangées 2" in await ended(awa)
    await brought(awa, empty, complete="communes.agency_name")
    assert "Changées 2" in await ended(awa)
    await act(binta, "confirm", last())
    await ended(awa)
    assert await count("commune WHERE agency_name IS NOT NULL") == 0


async def test_the_form_says_what_an_empty_cell_does(awa: Browser) -> None:
    page = await awa.see("/desk/imports")
    assert "une case vide ne change rien" in page
    assert "second téléphone" in page
    assert "household_no, head_name, commune_pcode, status" in page
    assert "Rien n'entre encore" in page
