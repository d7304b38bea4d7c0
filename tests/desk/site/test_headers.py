"""What every answer tells the browser: of the desk's pages, of its files, and of all that is no page of the desk."""

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from core.schema.models import metadata
from core.staff.agents import Role
from desk.site.app import SITE
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import TODAY
from tests.desk.browser import PASSWORD, Browser
from tests.desk.conftest import SignIn
from tests.support.database import query

HELD = ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'")
ELSEWHERE = ("/health/live", "/metrics", "/nothing", "/ussd/africastalking/wrong", "/sms/africastalking/wrong/delivery")


def guarded(answer: httpx.Response) -> None:
    """What holds for each answer there is."""
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
    kind = answer.headers.get("content-type", "")
    assert not kind.startswith("text/") or "charset=utf-8" in kind.replace(" ", "")


@pytest.mark.parametrize("role", Role)
async def test_every_page_holds_its_browser_to_what_it_needs(app: Starlette, sign_in: SignIn, role: Role) -> None:
    somebody = await sign_in("somebody", role)
    (desk,) = (each for each in app.routes if isinstance(each, Mount) and each.path == "/desk")
    paths = [each.path for each in desk.routes if isinstance(each, Route) and "GET" in (each.methods or ())]
    assert len(paths) > 30
    for path in paths:
        answer = await somebody.http.get(f"/desk{path.replace('{key}', 'commune')}")
        guarded(answer)
        policy = answer.headers["content-security-policy"]
        assert all(words in policy for words in HELD), path
        assert "'unsafe" not in policy.partition("script-src")[2].partition(";")[0], path
        assert answer.headers["cache-control"] == "no-store", path


async def test_what_is_no_page_of_the_desk_runs_nothing_and_is_what_it_says(browser: Browser) -> None:
    for path in ELSEWHERE:
        for answer in (await browser.http.get(path), await browser.http.post(path, data={"x": "<script>"})):
            guarded(answer)
            assert "default-src 'none'" in answer.headers["content-security-policy"], path
            assert "<script>" not in answer.text


async def test_over_tls_every_answer_says_that_it_stays_so(browser: Browser) -> None:
    browser.http.base_url = httpx.URL("https://desk.test")
    for path in ("/desk/login", "/desk/nothing", *ELSEWHERE):
        answer = await browser.http.get(path)
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", path


async def test_a_folder_is_not_listed_and_a_method_that_is_not_asked_for_is_not_there(browser: Browser) -> None:
    for path in ("/desk/static/", "/desk/static", "/desk/static/../site/app.py", "/desk/static/..%2fapp.py"):
        assert (await browser.http.get(path)).status_code in {303, 404, 405}, path
    for method in ("TRACE", "TRACK", "PUT", "DELETE", "PROPFIND"):
        for path in ("/desk/login", "/desk/static/desk.css", *ELSEWHERE):
            answer = await browser.http.request(method, path, headers={"x-word": "echoed"})
            assert answer.status_code in {303, 403, 404, 405, 415}, (method, path)
            assert "echoed" not in answer.text


async def test_who_asks_from_elsewhere_may_read_nothing(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    answer = await mariam.http.get("/desk/account", headers={"origin": "https://evil.test"})
    guarded(answer)
    answer = await mariam.http.options(
        "/desk/account", headers={"origin": "https://evil.test", "access-control-request-method": "POST"}
    )
    assert "access-control-allow-origin" not in answer.headers
    assert answer.status_code != 200


async def test_each_cookie_is_of_this_host_and_of_no_script(sign_in: SignIn, browser: Browser) -> None:
    await sign_in("mariam")
    browser.http.base_url = httpx.URL("https://desk.test")
    answers = [
        await browser.open("/desk/login"),
        await browser.submit("/desk/login", login="mariam", password=PASSWORD),
    ]
    answers.append(await browser.submit("/desk/account/sessions", page="/desk/account"))
    cookies = [cookie for each in answers for cookie in each.headers.get_list("set-cookie")]
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"__Host-jigi_browser", "__Host-jigi_desk", "__Host-starlette_admin_flash"}
    for cookie in cookies:
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(cookie.lower().split("; ")), cookie
    page = await browser.open("/desk/account")
    assert browser.http.cookies["__Host-jigi_desk"] not in page.text


async def state() -> str:
    """All rows of all tables, but what a look leaves: an entry of the trail, a session that was seen."""
    rows = []
    for table in sorted(set(metadata.tables) - {"audit_entry", "desk_session", "grievance_reading", "task_count"}):
        rows += [row.text for row in await query(f"SELECT '{table} ' || t::text AS text FROM {table} AS t")]  # noqa: S608
    return "\n".join(sorted(rows))


@pytest.mark.parametrize("role", Role)
async def test_looking_changes_nothing(app: Starlette, sign_in: SignIn, household_of_awa: int, role: Role) -> None:
    somebody = await sign_in("somebody", role)
    await plant(TODAY, name="Fatoumata", household_id=household_of_awa)
    before = await state()
    assert "Fatoumata" in before
    (desk,) = (each for each in app.routes if isinstance(each, Mount) and each.path == "/desk")
    opened = 0
    for each in desk.routes:
        if isinstance(each, Route):
            path = re.sub(r"\{\w+(:int)?\}", "1", each.path.replace("{key}", "commune"))
            opened += (await somebody.http.get(f"/desk{path}")).status_code == 200
    assert opened > 5
    assert await state() == before


@pytest.mark.parametrize("role", Role)
async def test_every_page_has_the_way_out(app: Starlette, sign_in: SignIn, role: Role) -> None:
    somebody = await sign_in("somebody", role)
    (desk,) = (each for each in app.routes if isinstance(each, Mount) and each.path == "/desk")
    pages = 0
    for each in desk.routes:
        if isinstance(each, Route) and "{" not in each.path and "GET" in (each.methods or ()):
            answer = await somebody.http.get(f"/desk{each.path}")
            if answer.status_code in {200, 403} and answer.headers["content-type"].startswith("text/html"):
                assert 'action="/desk/logout"' in answer.text, each.path
                pages += 1
    assert pages > 10


def test_our_scripts_keep_nothing_in_the_browser_but_what_is_not_sent_yet() -> None:
    scripts = [*(SITE / "static").glob("*.js")]
    assert len(scripts) > 4
    for script in scripts:
        for word in ("localStorage", "sessionStorage", "indexedDB", "innerHTML", "document.cookie", "eval(",
                     "Object.assign", "__proto__", "postMessage"):  # fmt: skip
            if (script.name, word) == ("drafts.js", "sessionStorage"):
                continue  # what was typed and not sent yet: of this tab and person alone, gone with "Quitter"
            assert word not in script.read_text(), (script.name, word)
