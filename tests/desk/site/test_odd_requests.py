"""Whatever is sent to the desk, it answers in French and with its headers, and never that it failed."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from core.staff.agents import Role
from faults.odd.requests import Oddities, OddRequest, Vocabulary
from faults.odd.ways import Way, names_in, ways
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import SAFO, TODAY
from tests.desk.browser import Browser
from tests.desk.conftest import AWA, SignIn
from tests.support.database import change, query

EACH: Final = 2
"""Odd requests for each way in and role; `make fuzz` sends as many as are asked for."""

ASKED: Final = ("page", "q", "filter", "pk", "pks", "name", "all", "sort", "page_size", "cols", "next", "_origin",
    "_list_query", "field", "skip", "limit", "scope", "format", "fields", "days", "since", "until", "place", "show",
    "after", "view", "most", "region", "commune", "id", "texts.fr", "day", "category")  # fmt: skip
"""Names of parameters, besides those that stand in pages."""


LEAVING: Final = ("/desk/logout",)
"""Tried last: who went out sees no more pages."""


def desk_ways(app: Starlette) -> Sequence[Way]:
    """Every way in of the desk, the way out last."""
    below = [way for way in ways(app) if way.path.startswith("/desk")]
    return sorted(below, key=lambda way: way.path in LEAVING)


async def vocabulary(browser: Browser, app: Starlette) -> Vocabulary:
    """The names that stand in the pages somebody sees, and values that exist."""
    names = set(ASKED)
    for way in desk_ways(app):
        if way.method == "GET" and not way.parameters:
            names |= names_in((await browser.open(way.path)).text)
    lists = ("holiday", "prepared-answer", "region", "cercle", "commune", "audit-entry")
    names |= {name for key in lists for name in names_in((await browser.open(f"/desk/{key}/create")).text)}
    names -= {"csrftoken"}
    tables = ("grievance", "household", "agent")
    rows = {str(row.id) for table in tables for row in await query(f"SELECT id FROM {table}")}  # noqa: S608
    references = [row.reference for row in await query("SELECT reference FROM grievance")]
    real = {
        "key": lists,
        "reference": references,
        "household_no": (AWA,),
        "act": ("take", "note", "decide", "call", "assign", "close", "preview"),
        "id": sorted(rows),
        "pk": ("1", "2026-09-22", SAFO),
        "day": ("2026-09-22",),
        "name": ("export", "delete", "edit", "view"),
        "scope": ("all", "national"),
        "format": ("csv",),
        "category": ("payment",),
        "commune": ("Safo", SAFO),
        "version": ("1",),
        "event": ("1",),
        "do": ("find", "file"),
        "who": ("household", "person", "anonymous"),
        "file": ("desk.css",),
    }
    return Vocabulary(sorted(names), real)


def as_sent(browser: Browser, request: OddRequest) -> httpx.Request:
    """The request as the browser sends it."""
    address = httpx.URL(f"http://desk.test{request.target}")
    return browser.http.build_request(request.method, address, headers=request.headers, content=request.body)


HEADERS: Final = ("content-security-policy", "x-content-type-options", "referrer-policy", "cache-control")


def faults(answer: httpx.Response) -> list[str]:
    """What is wrong with an answer to an odd request."""
    wrong = [f"status {answer.status_code}"] if answer.status_code >= 500 else []
    wrong += [f"no {header}" for header in HEADERS if header not in answer.headers]
    if answer.status_code >= 400 and answer.headers.get("content-type", "").startswith("text/plain"):
        wrong.append(f"not a page: {answer.text[:80]}")
    return wrong


@pytest.fixture
async def rows(household_of_awa: int) -> None:
    """A little of everything that pages show."""
    await plant(TODAY, household_id=household_of_awa)
    await change("INSERT INTO holiday VALUES ('2026-09-22', 'Indépendance')")
    await change(
        "INSERT INTO prepared_answer (category, title, texts) VALUES ('payment', 'Jour', jsonb_build_object('fr', 'a'))"
    )


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "signed out")
async def test_no_odd_request_to_any_route_fails(
    app: Starlette, browser: Browser, sign_in: SignIn, role: Role | None
) -> None:
    if role is not None:
        browser = await sign_in("somebody", role)
    words = await vocabulary(browser, app)
    odd = Oddities(seed=[None, *Role].index(role), words=words)
    wrong: Counter[str] = Counter()
    tried = 0
    for way in desk_ways(app):
        signed = {"csrftoken": await browser.token("/desk/account")} if way.method == "POST" else {}
        for request in odd.of(way, signed, EACH):
            with capture_logs() as lines:
                answer = await browser.http.send(as_sent(browser, request))
            failed = [f"{line['error']} {line['where']}" for line in lines if line["event"] == "desk_failed"]
            wrong.update(f"{way.method} {way.path}: {fault} {failed}" for fault in faults(answer))
            tried += 1
    assert not wrong, "\n".join(f"{count} {fault}" for fault, count in wrong.items())
    assert tried == EACH * len(desk_ways(app))
