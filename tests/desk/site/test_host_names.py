"""No page of the desk repeats the name that it was asked for by."""

from core.staff.agents import Role
from tests.desk.conftest import SignIn

EVIL = "evil.example"


async def test_no_page_of_the_desk_repeats_the_name_it_was_asked_for_by(sign_in: SignIn) -> None:
    """Every page that a supervisor can open without more words, and where each leads."""
    awa = await sign_in("awa", Role.SUPERVISOR)
    for path in ("", "/queue", "/grievances", "/dashboard", "/reports", "/households", "/campaigns", "/holiday/list"):
        answer = await awa.http.get(f"/desk{path}", headers={"host": EVIL})
        whole = answer.text + str(answer.headers)
        assert EVIL not in whole, path
        assert "http://" not in whole.replace("http://www.w3.org", ""), path
