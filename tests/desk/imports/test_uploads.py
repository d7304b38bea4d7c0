"""Files are imported by upload as by the command: the same checks, errors and progress, one at a time."""

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest

from core.imports.uploads import STATUS
from core.platform.settings import Settings
from core.staff.agents import Role, Scope
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.trail import trail
from tests.sms.campaign_world import Watch
from tests.support.database import count

GOOD = (
    "region,region_pcode,cercle,cercle_pcode,commune,commune_pcode\n"
    "Koulikoro,ML02,Kati,ML0202,Safo,ML020201\nKoulikoro,ML02,Kati,ML0202,Diago,ML020202\n"
)
BAD = GOOD + "Koulikoro,ML02,Kati,ML0202,Kati,??\n"


@pytest.fixture
def desk_settings(desk_settings: Settings, tmp_path: Path) -> Settings:
    return desk_settings.model_copy(update={"data_dir": tmp_path})


async def brought(browser: Browser, content: str, name: str = "communes.csv", **fields: str) -> httpx.Response:
    """Bring a file; the token goes as a header, for the library leaves open the form it looks for one in."""
    token = await browser.token("/desk/account")
    return await browser.http.post(
        "/desk/imports",
        data={"kind": "communes", **fields},
        files={"file": (name, content.encode())},
        headers={"X-CSRFToken": token},
        follow_redirects=True,
    )


async def ended(browser: Browser) -> str:
    """The page once nothing runs any more."""
    for _ in range(400):
        page = await browser.see("/desk/imports")
        if "Import en cours" not in page:
            return page
        await asyncio.sleep(0.05)
    raise AssertionError(page)


async def test_a_file_is_imported_and_the_trail_says_so(awa: Browser, tmp_path: Path) -> None:
    assert (await brought(awa, GOOD)).status_code == 200
    page = await ended(awa)
    assert "fait 2 lignes lues : 2 nouvelles, 0 changée, 0 inchangée." in page
    assert await count("commune") == 2
    assert not list(tmp_path.glob("uploads/*/file.csv")), "the file itself does not stay"
    first, last = await trail("import %")
    assert (first.act, last.act) == ("import begun", "import ended")
    assert first.detail == {"kind": "communes", "file": "communes.csv"}


async def test_a_bad_row_refuses_all_and_is_named_in_a_file_to_download(awa: Browser) -> None:
    await brought(awa, BAD)
    page = await ended(awa)
    assert "refusé : rien n'est entré 3 lignes lues, 1 mauvaise." in page
    assert await count("commune") == 0
    link = re.search(r'href="(/desk/imports/[^"]+/errors)"', (await awa.open("/desk/imports")).text)
    assert link
    errors = await awa.open(link[1])
    assert errors.headers["content-disposition"] == 'attachment; filename="communes.errors.csv"'
    assert "4;F4;commune_pcode;??;code de lieu attendu" in errors.text


async def test_villages_that_nobody_is_of_are_named(awa: Browser) -> None:
    await brought(awa, GOOD)
    await ended(awa)
    events = (
        "component,commune_pcode,village,date,time,place,what_fr,what_bm\n"
        "MA,ML020201,Sirakoro,01/12/2026,9h,École,Causerie,Baro\n"
    )
    await brought(awa, events, "events.csv", kind="events")
    page = await ended(awa)
    assert "1 chose à regarder ligne 2, village, ML020201 Sirakoro : aucun ménage de cette commune" in page
    assert "1 nouvelle" in page


async def test_the_good_rows_are_kept_when_it_is_asked(awa: Browser) -> None:
    await brought(awa, BAD, keep_good="1")
    assert "2 nouvelles, 0 changée, 0 inchangée, 1 mauvaise." in await ended(awa)
    assert await count("commune") == 2


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


async def test_one_import_at_a_time_and_one_that_died_does_not_stop_the_next(
    awa: Browser, tmp_path: Path, watch: Watch
) -> None:
    folder = tmp_path / "uploads" / "20261124-085959-00000000"
    folder.mkdir(parents=True)
    status = {
        "id": folder.name, "kind": "payments", "name": "x.csv", "by": "Oumar", "keep_good": False, "read": 5000,
        "expected": 20000, "started_at": "2026-11-24T08:59:59+00:00", "seen_at": watch.now.isoformat(),
    }  # fmt: skip
    (folder / STATUS).write_text(json.dumps(status))
    page = await awa.open("/desk/imports")
    assert "5 000 lignes lues sur 20 000" in seen(page).replace("\u202f", " ").replace("\xa0", " ")
    assert 'http-equiv="refresh"' in page.text
    answer = await brought(awa, GOOD)
    assert answer.status_code == 409
    assert "Un autre import est en cours" in seen(answer)
    watch.turn(minutes=5)
    assert "Interrompu : rien n'est entré" in await awa.see("/desk/imports")
    await brought(awa, GOOD)
    assert "2 nouvelles" in await ended(awa)


async def test_it_is_for_supervisors_of_the_whole_country(sign_in: SignIn) -> None:
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
        answer = await brought(other, GOOD)
        assert answer.status_code == 403


async def test_errors_are_only_those_of_an_import(awa: Browser) -> None:
    for crooked in ("..%2F..", "20261124-101500-00000000"):
        assert (await awa.open(f"/desk/imports/{crooked}/errors")).status_code == 404


async def test_an_empty_cell_takes_away_only_where_the_clerk_says_that_the_column_is_complete(awa: Browser) -> None:
    agency = GOOD.replace("commune_pcode\n", "commune_pcode,agency_name\n").replace("1\n", "1,Kanaga\n")
    await brought(awa, agency.replace("2\n", "2,Kanaga\n"))
    await ended(awa)
    empty = agency.replace("Kanaga", "").replace("2\n", "2,\n")
    await brought(awa, empty)
    assert "0 changée, 2 inchangées" in await ended(awa)
    assert await count("commune WHERE agency_name IS NOT NULL") == 2
    await brought(awa, empty, complete="communes.agency_name")
    assert "2 changées" in await ended(awa)


async def test_the_form_says_what_an_empty_cell_does(awa: Browser) -> None:
    page = await awa.see("/desk/imports")
    assert "une case vide ne change rien" in page
    assert "second téléphone" in page
    assert "household_no, head_name, commune_pcode, status" in page


async def test_a_file_that_takes_much_away_is_not_let_in_at_the_desk(awa: Browser) -> None:
    await brought(awa, GOOD)
    await ended(awa)
    head = "household_no,head_name,commune_pcode,status,phone\n"
    await brought(awa, f"{head}81000012,Awa Keita,ML020201,beneficiary,76000001\n", "a.csv", kind="households")
    await ended(awa)
    empty = f"{head}81000012,Awa Keita,ML020201,beneficiary,\n"
    await brought(awa, empty, "b.csv", kind="households", complete="households.phone")
    page = await ended(awa)
    assert "refusé : rien n'est entré · Ce fichier retirerait beaucoup (téléphones retirés : 1)." in page
    assert "--confirm-losses 1" in page
    assert await count("household_phone") == 1
