"""What protects the desk protects every way in that its table of routes has, not only the pages somebody thought of."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette

from core.staff.agents import Role
from faults.odd.ways import PARAMETER, Way, ways
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import TODAY
from tests.desk.browser import PASSWORD, Browser
from tests.desk.conftest import SignIn
from tests.support.database import change, count

FILLED: Final[Mapping[str, Sequence[str]]] = {
    "id": ("1",),
    "key": ("holiday", "prepared-answer", "region", "cercle", "commune", "audit-entry"),
    "act": ("take",),
    "kind": ("announce",),
    "file": ("desk.css", "lists.js"),
    "upload_id": ("20261124-090000-0a1b2c3d",),
}
"""What stands in a path in the place of a parameter."""

QUERY: Final = {"pk": "1", "name": "export"}
"""What the library's ways in ask for."""

ALIKE: Final = ("/desk/login", "/desk/logout")
"""Ways in that end a session or begin one, and are tried on their own."""


def paths(way: Way) -> Sequence[str]:
    """Addresses of a way in, its parameters filled."""
    made = [way.path]
    for match in PARAMETER.finditer(way.path):
        made = [path.replace(match[0], value) for path in made for value in FILLED.get(match[1], ("1",))]
    return made


def addresses(app: Starlette, method: str) -> Sequence[str]:
    """Every address of the desk for a method."""
    below = [way for way in ways(app) if way.path.startswith("/desk") and way.method == method]
    return [path for way in below for path in paths(way)]


@pytest.fixture
async def rows(household_of_awa: int) -> None:
    """A row of whatever a page is of, so that pages are shown and not only refused."""
    await plant(TODAY, household_id=household_of_awa)
    await change("INSERT INTO holiday VALUES ('2026-09-22', 'Indépendance')")
    await change(
        "INSERT INTO prepared_answer (category, title, texts) VALUES ('payment', 'Jour', jsonb_build_object('fr', 'a'))"
    )


@pytest.fixture
async def over_tls(app: Starlette) -> AsyncIterator[Browser]:
    """A browser that nobody signed in with, on an encrypted connection."""
    async with Browser(app) as fresh:
        fresh.http.base_url = httpx.URL("https://desk.test")
        yield fresh


def script_faults(answer: httpx.Response) -> list[str]:
    """How scripts that were not meant could run in an answer."""
    policy = answer.headers.get("content-security-policy", "")
    scripts = re.search(r"script-src ([^;]*)", policy)
    wrong = [] if scripts and "unsafe" not in scripts[1] and "*" not in scripts[1] else [f"policy {policy!r}"]
    wrong += [] if "default-src 'none'" in policy else ["no default of nothing"]
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return wrong
    (word,) = re.findall(r"'nonce-([^']+)'", policy) or [""]
    inline = re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", answer.text)
    wrong += [f"script without the word: {tag}" for tag in inline if not word or f'nonce="{word}"' not in tag]
    wrong += re.findall(r"<[a-z][^>]*\son[a-z]+\s*=", answer.text) + re.findall(r'="\s*javascript:', answer.text)
    return wrong + [src for src in re.findall(r'<script[^>]*\ssrc="([^"]*)"', answer.text) if not own(src)]


def own(src: str) -> bool:
    """Whether a script comes from the desk itself."""
    return httpx.URL(src).host in ("", "desk.test") and httpx.URL(src).path.startswith("/desk/static/")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "signed out")
async def test_no_page_runs_a_script_that_was_not_meant(
    app: Starlette, browser: Browser, sign_in: SignIn, role: Role | None
) -> None:
    if role is not None:
        browser = await sign_in("somebody", role)
    words, shown = set(), 0
    for path in addresses(app, "GET"):
        answer = await browser.http.get(path, params=QUERY)
        assert script_faults(answer) == [], path
        words.add(re.findall(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[0])
        shown += answer.status_code == 200
    assert len(words) == len(addresses(app, "GET")), "the word is drawn for each answer"
    assert shown > (10 if role else 0)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("role", Role)
async def test_no_form_is_taken_without_the_word_of_its_session(app: Starlette, sign_in: SignIn, role: Role) -> None:
    browser, other = await sign_in("somebody", role), await sign_in("another", role)
    foreign = await other.token("/desk/account")
    before = await count("audit_entry")
    for path in addresses(app, "POST"):
        for token in (None, "", foreign, "0" * 64):
            form = {} if token is None else {"csrftoken": token}
            answer = await browser.http.post(path, params=QUERY, data=form)
            assert answer.status_code == 403, (path, token)
            assert "Ce formulaire ne vient pas de votre page ouverte" in answer.text, path
        header = {"X-CSRFToken": foreign}
        assert (await browser.http.post(path, params=QUERY, headers=header)).status_code == 403, path
    assert await count("audit_entry") == before, "nothing was done, nor looked at"
    assert (await browser.http.get("/desk/account")).status_code == 200


@pytest.mark.usefixtures("rows")
async def test_every_answer_over_tls_keeps_the_connection_encrypted(
    app: Starlette, sign_in: SignIn, over_tls: Browser
) -> None:
    await sign_in("awa", Role.SUPERVISOR)
    signed_out = [await over_tls.http.get(path, params=QUERY) for path in addresses(app, "GET")]
    answer = await over_tls.submit("/desk/login", login="awa", password=PASSWORD)
    assert answer.status_code == 303
    signed_in = [await over_tls.http.get(path, params=QUERY) for path in addresses(app, "GET")]
    forged = [await over_tls.http.post(path) for path in addresses(app, "POST")]
    for each in (*signed_out, *signed_in, *forged, answer):
        where = f"{each.request.method} {each.request.url}"
        assert each.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", where
        for cookie in each.headers.get_list("set-cookie"):
            assert re.match(r"__Host-", cookie), where
            assert {"secure", "httponly", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}, where
            assert "domain=" not in cookie.lower(), where


async def test_no_answer_over_plain_http_speaks_of_tls(app: Starlette, sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    for path in addresses(app, "GET"):
        assert "strict-transport-security" not in (await mariam.http.get(path)).headers, path


@pytest.mark.usefixtures("rows")
async def test_who_signs_out_leaves_nothing_and_nobody_else_is_swept(app: Starlette, sign_in: SignIn) -> None:
    """The one way in that takes the session away empties the browser, be it for the first time or again."""
    mariam = await sign_in("mariam")
    token = await mariam.token("/desk/account")
    swept = set()
    for path in sorted(addresses(app, "POST"), key=lambda path: path in ALIKE):
        answer = await mariam.http.post(path, params=QUERY, data={"csrftoken": token})
        gone = any(re.match(r"jigi_desk=\"\"", cookie) for cookie in answer.headers.get_list("set-cookie"))
        assert gone is ("clear-site-data" in answer.headers), path
        if gone:
            swept.add(path)
            assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert swept == {"/desk/logout"}
