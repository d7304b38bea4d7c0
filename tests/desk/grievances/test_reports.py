"""Reports by month and quarter, as a page and as files."""

import io
from datetime import date

import openpyxl
import pytest
from starlette.applications import Starlette

from core.grievances.figures import Span
from core.staff.agents import Role
from desk.grievances.reports import HEADER, period_words
from tests.core import seed
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import SAFO
from tests.desk.browser import seen
from tests.desk.conftest import SignIn
from tests.desk.trail import trail

YEAR = {"since": "2025-01-01", "until": "2025-06-30"}


@pytest.fixture(autouse=True)
async def _planted(app: Starlette) -> None:
    await seed.places((SAFO, "=Safo"))
    await plant(date(2025, 1, 10), answered=date(2025, 1, 11), decided=date(2025, 1, 15), sex="F", solved=True)
    await plant(date(2025, 5, 10), decided=date(2025, 5, 30), category="data", solved=False)
    await plant(date(2025, 5, 11), category="abuse", commune_pcode=None)


async def test_a_report_by_month_and_by_quarter(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    months = await awa.see("/desk/reports", **YEAR)
    assert "janvier 2025 1 100 % (1 sur 1) 100 % (1 sur 1) 5 0 100 % (1 sur 1) 0 0" in months
    assert "février 2025 0 – – – 0 – 0 0" in months
    assert "Toute la période 2 50 % (1 sur 2) 50 % (1 sur 2) 12,5 0 50 % (1 sur 2) 0 0" in months
    assert "T2 2025 1 0 % (0 sur 1) 0 % (0 sur 1) 20 0 0 % (0 sur 1) 0 0" in await awa.see(
        "/desk/reports", step="quarter", **YEAR
    )
    assert "Violence" not in months


async def test_a_sensitive_one_is_in_the_report_of_focal_persons_who_take_no_file(sign_in: SignIn) -> None:
    oumou = await sign_in("oumou", Role.FOCAL)
    words = await oumou.see("/desk/reports", **YEAR)
    assert "Toute la période 1 " in words
    assert "Exporter" not in words
    for kind in ("csv", "xlsx"):
        assert (await oumou.open(f"/desk/reports/export.{kind}", **YEAR)).status_code == 403


async def test_the_files_hold_each_month_by_all_it_is_told_apart_by(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    answer = await awa.open("/desk/reports/export.csv", **YEAR)
    rows = [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()]
    assert tuple(rows[0]) == HEADER
    assert rows[1] == [
        "Toute la période",
        "Ensemble",
        "",
        "2",
        "1",
        "2",
        "50",
        "1",
        "2",
        "50",
        "12,5",
        "0",
        "1",
        "2",
        "50",
        "0",
        "0",
    ]
    assert [
        "janvier 2025",
        "Sexe",
        "femme",
        "1",
        "1",
        "1",
        "100",
        "1",
        "1",
        "100",
        "5,0",
        "0",
        "1",
        "1",
        "100",
        "0",
        "0",
    ] in rows
    assert rows[-5][1:3] == ["Ouvertes, par âge", "7 jours au plus"]
    assert not [row for row in rows if "Violence" in row[2]]
    book = await awa.open("/desk/reports/export.xlsx", **YEAR)
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert sheet.max_row == len(rows)
    details = [entry.detail or {} for entry in await trail("report exported")]
    assert [detail["kind"] for detail in details] == ["csv", "xlsx"]


async def test_days_the_wrong_way_round_are_refused_in_words(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    for since, until in (("2025-02-01", "2025-01-01"), ("0001-01-01", "9999-12-31")):
        answer = await awa.open("/desk/reports", since=since, until=until)
        assert answer.status_code == 422
        assert "cinq ans au plus" in seen(answer)


async def test_agents_make_no_reports(sign_in: SignIn) -> None:
    assert (await (await sign_in("issa")).open("/desk/reports")).status_code == 403


def test_a_period_is_called() -> None:
    assert period_words(date(2026, 10, 1), Span.QUARTER) == "T4 2026"
    assert period_words(date(2026, 8, 1), Span.MONTH) == "août 2026"
