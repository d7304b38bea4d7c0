"""Who could not be told: by commune, a page for each village to print, and files that no formula hides in."""

import io
import re

import openpyxl
import pytest

from core.staff.agents import Role
from tests.desk.browser import Browser
from tests.desk.conftest import SignIn
from tests.desk.trail import trail
from tests.sms.campaign_world import AWA, FIXED, family, planned

PAGE = "/desk/campaigns/1/unreached"


@pytest.fixture
async def binta(safo: None, sign_in: SignIn) -> Browser:
    """A supervisor; of a planned campaign, two households of two villages cannot be told and one waits."""
    await family(AWA, name="Moussa Keïta")
    await family(name="=cmd|' /C calc'!A0", village="Dialakoroba")
    await family(FIXED, name="Fanta Diarra", village="Tassan")
    await planned()
    return await sign_in("binta", Role.SUPERVISOR)


async def test_it_is_counted_by_commune(binta: Browser) -> None:
    page = await binta.see(PAGE)
    assert "3 ménages concernés" in page
    assert "pas de téléphone : 1" in page
    assert "téléphone fixe : 1" in page


async def test_each_village_is_a_page_to_print(binta: Browser) -> None:
    answer = await binta.open(f"{PAGE}/print")
    assert answer.text.count('class="sheet') == 2
    link = re.search(r'unreached/print\?([^"]+)"', (await binta.open(PAGE)).text)
    assert link
    assert re.fullmatch(r"commune=\d+", link[1])
    page = await binta.see(f"{PAGE}/print", commune=link[1].partition("=")[2])
    assert "Tassan, commune Safo" in page
    assert "Fanta Diarra" in page
    assert "Dialakoroba, commune Safo" in page
    assert "30 000 F CFA" in page
    assert "Tout le monde a été joint." in await binta.see(f"{PAGE}/print", commune="999")


async def test_as_csv_no_cell_is_a_formula(binta: Browser) -> None:
    answer = await binta.open(f"{PAGE}/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert ";'=cmd|" in answer.text


async def test_as_a_workbook_no_cell_is_a_formula(binta: Browser) -> None:
    answer = await binta.open(f"{PAGE}/xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content))["Non joints"].iter_rows())
    assert len(rows) == 4
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d"}


async def test_each_export_is_on_record(binta: Browser) -> None:
    for path in ("/print", "/csv", "/xlsx"):
        await binta.open(f"{PAGE}{path}")
    assert [(entry.act, entry.about, entry.detail) for entry in await trail("campaign%")] == [
        ("campaign unreached printed", "campaign 1", {"commune": "all"}),
        ("campaign unreached exported", "campaign 1", {"as": "csv"}),
        ("campaign unreached exported", "campaign 1", {"as": "xlsx"}),
    ]
