"""Figures that steer at the desk: rows that open their lists, the period before, numbers behind the wall, a file."""

import html
import io
import re
from datetime import timedelta

import openpyxl
import pytest

from core.payments.states import PaymentState
from core.staff.agents import Role, Scope
from desk.figures.steering import HEADER, trend
from tests.core import seed
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import SAFO, TODAY
from tests.desk.browser import seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.trail import trail

ROW = re.compile(r'<a href="(/desk/grievances[^"]*)">[^<]*</a></td>\s*<td data-label="Reçues"[^>]*>([0-9]+) ')


@pytest.fixture(autouse=True)
async def _complaints(two_communes: None) -> None:
    """Of Safo two of money, one of them of an agency; of Diago one of data, long ago."""
    household = await seed.household()
    due = TODAY - timedelta(days=9)
    await seed.payment(household, PaymentState.PAID, paid=due, due=due, round_name="T4 2026", agency="Kafo & Cie")
    await plant(TODAY, household_id=household)
    await plant(TODAY - timedelta(days=8), decided=TODAY - timedelta(days=7), solved=True)
    await plant(TODAY - timedelta(days=100), category="data", commune_pcode=DIAGO)


async def test_each_row_opens_the_list_of_as_many(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    page = await awa.open("/desk/figures")
    rows = [(href, count) for href, count in ROW.findall(page.text) if count != "0"]
    assert len(rows) == 5, "two agencies, two rounds and a commune"
    for href, count in rows:
        assert f"{count} plainte" in await awa.see(html.unescape(href)), href
    words = seen(page)
    assert "Kafo & Cie 1 (avant : 0)" in words
    assert "Transferts monétaires, T4 2026 1 (avant : 0)" in words
    assert "Diago 0 (avant : 1)" in words
    assert "100 % (1 sur 1)" in words


async def test_each_sees_their_own_place_and_only_the_head_of_all_the_numbers_behind_the_wall(
    sign_in: SignIn,
) -> None:
    assert "moins de 5" in await (await sign_in("awa", Role.SUPERVISOR)).see("/desk/figures")
    words = await (await sign_in("ali", Role.SUPERVISOR, Scope.COMMUNE, SAFO)).see("/desk/figures")
    assert "Diago" not in words
    assert "sensibles" not in words
    assert "sensibles, tout" not in await (await sign_in("oumou", Role.FOCAL)).see("/desk/figures")


async def test_the_workbook_has_the_rows_and_taking_it_is_written_down(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    answer = await awa.open("/desk/figures/export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.values)
    assert tuple(rows[0]) == HEADER
    assert ("Agence de paiement", "Kafo & Cie", 1, 0) in [row[:4] for row in rows]
    (entry,) = await trail("report exported")
    assert entry.detail
    assert entry.detail["rows"] == len(rows) - 1
    oumou = await sign_in("oumou", Role.FOCAL)
    assert (await oumou.open("/desk/figures/export.xlsx")).status_code == 403


async def test_indicators_bear_their_source(sign_in: SignIn) -> None:
    await seed.household()
    words = await (await sign_in("awa", Role.SUPERVISOR)).see("/desk/indicators")
    assert "50 % 1 sur 2" in words, "decided in time of all that came"
    assert "100 % 1 sur 1" in words, "settled, of who said so"
    assert "100 pour 100 2 sur 2" in words, "complaints for each beneficiary household"
    assert words.count("Source") == words.count("Définition") == 3


@pytest.mark.parametrize(
    ("now", "before", "words"), [(60, 50, "+10"), (50, 60, "−10"), (5, 5, "comme avant"), (None, 5, ""), (5, None, "")]
)
def test_a_trend(now: int | None, before: int | None, words: str) -> None:
    assert trend(now, before) == words
