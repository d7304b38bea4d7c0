"""Corrections at the desk: what waits is decided with one button, and what stands is a file for the registry."""

import io
from datetime import date

import openpyxl
import pytest

from core.platform import sql
from core.registry.corrections import to_decide
from core.staff.agents import Role, Scope
from desk.registry import corrections
from tests.core import seed
from tests.desk.browser import Browser, seen
from tests.desk.conftest import AWA, DIAGO, FIRST, SignIn
from tests.desk.registry.knowing import known
from tests.desk.trail import trail

pytestmark = pytest.mark.usefixtures("household_of_awa")

NEW, LISTED = "+22378000001", "+22378000002"


async def corrected(browser: Browser, page: str) -> None:
    """Correct the first phone of Awa's household."""
    await known(browser, page)
    await browser.submit(f"{page}/phone", page=page, position="1", was=FIRST, value=NEW, reason="SIM perdue")


async def met(browser: Browser, page: str) -> int:
    """A correction that a newer list says otherwise; its number."""
    await corrected(browser, page)
    await sql.execute(
        "UPDATE correction SET list_value = %(value)s, list_day = %(day)s, met_at = now()",
        {"value": LISTED, "day": date(2026, 11, 25)},
    )
    ((card),) = await to_decide(5)
    return card.id


async def test_what_stands_is_shown_with_its_household_and_as_files(mariam: Browser, page_of_awa: str) -> None:
    """The programme finds it by its own number there."""
    await seed.known_as(AWA, "KT/02/7")
    await corrected(mariam, page_of_awa)
    page = await mariam.see(page_of_awa)
    for shown in ("tient, à reporter", "78 00 00 01", "SIM perdue"):
        assert shown in page
    assert "1 correction tient" in await mariam.see("/desk/corrections")
    text = (await mariam.open("/desk/corrections/export.csv")).content.decode("utf-8-sig")
    assert [row.split(";")[:7] for row in text.splitlines()[1:]] == [
        ["KT/02/7", AWA, "Awa Traoré", "Safo", "phone", f"'{FIRST}", f"'{NEW}"]
    ]
    book = openpyxl.load_workbook(io.BytesIO((await mariam.open("/desk/corrections/export.xlsx")).content))
    assert [cell.value for cell in book.active[2]][:7] == ["KT/02/7", AWA, "Awa Traoré", "Safo", "phone", FIRST, NEW]
    assert [entry.detail for entry in await trail("corrections exported")] == [{"rows": 1}] * 2


async def test_a_page_says_where_more_wait_than_it_shows(
    mariam: Browser, page_of_awa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await met(mariam, page_of_awa)
    await sql.execute(
        "INSERT INTO correction "
        "(household_id, field, value, state, reason, made_by, made_at, list_value, list_day, met_at) "
        "SELECT household_id, 'village', 'Diago', state, reason, made_by, made_at, 'Safo', list_day, met_at "
        "FROM correction"
    )
    assert "plus anciennes" not in await mariam.see("/desk/corrections")
    monkeypatch.setattr(corrections, "MOST", 1)
    assert "Les 1 plus anciennes. Les autres suivent" in await mariam.see("/desk/corrections")


@pytest.mark.parametrize(("act", "after"), [("keep", NEW), ("follow", LISTED)])
async def test_a_conflict_is_decided_with_a_button(mariam: Browser, page_of_awa: str, act: str, after: str) -> None:
    number = await met(mariam, page_of_awa)
    page = await mariam.see("/desk/corrections")
    for shown in ("78 00 00 02, liste du 25/11/2026", "Garder la correction", "Suivre la liste"):
        assert shown in page
    await mariam.submit(f"/desk/corrections/{number}/{act}", page="/desk/corrections")
    assert await sql.scalar("SELECT msisdn FROM household_phone WHERE position = 1") == after
    assert "Rien à décider" in await mariam.see("/desk/corrections")
    again = await mariam.submit(f"/desk/corrections/{number}/{act}", page=page_of_awa)
    assert again.status_code == 409
    assert "Changé entre-temps" in seen(again)


@pytest.mark.parametrize(("act", "number"), [("keep", 999), ("steal", 1)])
async def test_what_is_not_there_is_not_decided(mariam: Browser, page_of_awa: str, act: str, number: int) -> None:
    assert (await mariam.submit(f"/desk/corrections/{number}/{act}", page=page_of_awa)).status_code == 404


async def test_a_focal_person_has_no_such_page(sign_in: SignIn) -> None:
    focal = await sign_in("focal", Role.FOCAL)
    assert (await focal.open("/desk/corrections")).status_code in (403, 404)


async def test_name_and_village_are_corrected_and_a_slip_stays_in_its_field(mariam: Browser, page_of_awa: str) -> None:
    named = {"was": "Awa Traoré", "value": "Awa Tarawele", "reason": "carte vue"}
    await known(mariam, page_of_awa)
    await mariam.submit(f"{page_of_awa}/words/head_name", page=page_of_awa, **named)
    assert "Awa Tarawele" in await mariam.see(page_of_awa)
    slip = {"was": "Dialakoroba", "value": "x" * 61, "reason": "carte vue"}
    answer = await mariam.submit(f"{page_of_awa}/words/village", page=page_of_awa, **slip)
    assert answer.status_code == 422
    assert "60 caractères au plus" in seen(answer)
    assert "x" * 61 in answer.text
    assert (await mariam.submit(f"{page_of_awa}/words/status", page=page_of_awa, **named)).status_code == 404


async def test_households_of_other_places_are_in_no_file(sign_in: SignIn, mariam: Browser, page_of_awa: str) -> None:
    await corrected(mariam, page_of_awa)
    far = await sign_in("far", scope=Scope.COMMUNE, scope_code=DIAGO)
    assert AWA in (await mariam.open("/desk/corrections/export.csv")).text
    assert AWA not in (await far.open("/desk/corrections/export.csv")).text
