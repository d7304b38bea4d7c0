"""What was made nameless is still shown at the desk, counted, and breaks no page."""

from tests.core.grievances import grievance_rows
from tests.core.seed import TODAY
from tests.desk.addresses import case_page, household_page
from tests.desk.browser import Browser
from tests.desk.conftest import AWA
from tests.support.database import one, query


async def test_pages_show_what_has_no_name_any_more(household_of_awa: int, awa: Browser) -> None:
    await grievance_rows.plant(TODAY, household_id=household_of_awa, decided=TODAY, words="Awa dit", name="Awa")
    await query("SELECT forget_grievances(ARRAY(SELECT id FROM grievance))")
    case = await one("SELECT reference FROM grievance")
    household = await household_page(AWA)
    await query("SELECT forget_households(ARRAY(SELECT id FROM household))")
    listed = await awa.see("/desk/grievances", since="2000-01-01")
    assert case.reference in listed
    for path in (await case_page(case.reference), "/desk/dashboard", "/desk/reports", "/desk/call-requests"):
        page = await awa.open(path)
        assert page.status_code == 200, path
        assert "Awa dit" not in page.text
    for path in ("/desk/grievances/export.csv", "/desk/reports/export.csv"):
        assert (await awa.open(path)).status_code == 200, path
    assert "x1" not in await awa.see("/desk/households", q="Awa")
    assert (await awa.open(household)).status_code == 404
