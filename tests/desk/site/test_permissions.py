"""Who may open what: every page and form of the desk, for every role."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

import pytest
from sqlmodel import update
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from core.platform.database import writing
from core.staff.agents import Agent, Role
from core.staff.permissions import ALLOWED, Permission
from tests.desk.browser import Browser
from tests.desk.conftest import SignIn

AGENT, SUPERVISOR, FOCAL, ADMINISTRATOR = Role
EVERYBODY: Final = frozenset(Role)
GRIEVANCES: Final = frozenset({AGENT, SUPERVISOR, FOCAL})

PAGES: Final[Mapping[str, frozenset[Role]]] = {
    "/": EVERYBODY,
    "/absences": GRIEVANCES,
    "/account": EVERYBODY,
    "/attachments": GRIEVANCES,
    "/batches": frozenset({SUPERVISOR, ADMINISTRATOR}),
    "/batches/of/{id:int}/confirm": frozenset({SUPERVISOR}),
    "/batches/of/{id:int}/discard": frozenset({SUPERVISOR}),
    "/call-requests": frozenset({AGENT, SUPERVISOR}),
    "/campaigns": frozenset({SUPERVISOR}),
    "/cases": GRIEVANCES,
    "/dashboard": GRIEVANCES,
    "/dead-numbers": frozenset({SUPERVISOR}),
    "/figures": frozenset({SUPERVISOR, FOCAL}),
    "/figures/export.xlsx": frozenset({SUPERVISOR}),
    "/form-registers": GRIEVANCES,
    "/field-forms": GRIEVANCES,
    "/grievances": GRIEVANCES,
    "/grievances/export.csv": frozenset({AGENT, SUPERVISOR}),
    "/grievances/export.xlsx": frozenset({AGENT, SUPERVISOR}),
    "/grievances/print": frozenset({AGENT, SUPERVISOR}),
    "/queue/print": frozenset({AGENT, SUPERVISOR}),
    "/corrections": frozenset({AGENT, SUPERVISOR}),
    "/households": GRIEVANCES,
    "/households/of/{id:int}/claim": frozenset({AGENT, SUPERVISOR}),
    "/households/of/{id:int}/language": frozenset({AGENT, SUPERVISOR}),
    "/households/of/{id:int}/phone": frozenset({AGENT, SUPERVISOR}),
    "/households/of/{id:int}/words": frozenset({AGENT, SUPERVISOR}),
    "/imports": frozenset({SUPERVISOR}),
    "/indicators": frozenset({SUPERVISOR, FOCAL}),
    "/intake": GRIEVANCES,
    "/people": frozenset({ADMINISTRATOR}),
    "/queue": GRIEVANCES,
    "/readings": frozenset({SUPERVISOR}),
    "/services": frozenset({FOCAL}),
    "/settings": frozenset({ADMINISTRATOR}),
    "/systems": frozenset({ADMINISTRATOR}),
    "/together": GRIEVANCES,
    "/together/export": frozenset({AGENT, SUPERVISOR}),
    "/received": frozenset({SUPERVISOR, FOCAL}),
    "/received/export.csv": frozenset({SUPERVISOR}),
    "/received/export.xlsx": frozenset({SUPERVISOR}),
    "/register": GRIEVANCES,
    "/registry": frozenset({AGENT, SUPERVISOR}),
    "/rights": frozenset({ADMINISTRATOR}),
    "/reports": frozenset({SUPERVISOR, FOCAL}),
    "/reports/export.csv": frozenset({SUPERVISOR}),
    "/reports/export.xlsx": frozenset({SUPERVISOR}),
}
"""Who is served below a path, where no longer path says otherwise."""

LISTS: Final[Mapping[str, tuple[frozenset[Role], frozenset[Role]]]] = {
    "audit-entry": (frozenset({SUPERVISOR, ADMINISTRATOR}), frozenset()),
    "cercle": (EVERYBODY, frozenset()),
    "commune": (EVERYBODY, frozenset()),
    "holiday": (EVERYBODY, frozenset({ADMINISTRATOR})),
    "prepared-answer": (GRIEVANCES, frozenset({SUPERVISOR})),
    "region": (EVERYBODY, frozenset()),
}
"""Who looks at a list of the library's, and who changes it."""

OPEN: Final = ("/login", "/logout", "/static")
"""Asks for nobody in particular."""

FILLED: Final[Mapping[str, str]] = {"act": "take"}
"""What stands in an address in the place of a parameter; other parameters name nothing that is there."""

FORM: Final[Mapping[str, str]] = {"value": "bm"}
"""What is typed: a language, for the form that looks at it before it asks who may change one."""


def routes(app: Starlette) -> Iterator[tuple[str, str]]:
    """Each way in of our own pages: the method and the path below the desk."""
    (desk,) = (each for each in app.routes if isinstance(each, Mount) and each.path == "/desk")
    for each in desk.routes:
        path = getattr(each, "path", "")
        if isinstance(each, Route) and not path.startswith((*OPEN, "/_", "/{key}")):
            yield from ((method, path) for method in sorted((each.methods or set()) - {"HEAD"}))


def allowed(path: str) -> frozenset[Role]:
    """Who the table serves at a path; raises KeyError for a page that it does not have."""
    while path not in PAGES:
        path = path.rpartition("/")[0]
        if not path:
            raise KeyError("the page stands in no table")
    return PAGES[path]


async def status(browser: Browser, method: str, path: str, token: str) -> int:
    """What answers at a path of the desk."""
    address = "/desk" + re.sub(r"\{(\w+)(:int)?\}", lambda part: FILLED.get(part[1], "9999999"), path)
    if method == "GET":
        return (await browser.http.get(address)).status_code
    return (await browser.http.post(address, data={"csrftoken": token, **FORM})).status_code


@pytest.mark.parametrize("role", Role)
async def test_every_page_serves_the_roles_of_the_table_and_no_other(
    app: Starlette, sign_in: SignIn, role: Role
) -> None:
    browser = await sign_in("somebody", role)
    async with writing() as session:
        await session.exec(update(Agent).values(watches_focal=True))
    token = await browser.token("/desk/account")
    ways = list(routes(app))
    assert len(ways) > 50
    for method, path in ways:
        answer = await status(browser, method, path, token)
        assert (answer != HTTPStatus.FORBIDDEN) is (role in allowed(path)), (method, path, answer)
        assert answer < 500, (method, path)


@pytest.mark.parametrize("role", Role)
async def test_every_list_is_looked_at_and_changed_by_the_roles_of_the_table(sign_in: SignIn, role: Role) -> None:
    browser = await sign_in("somebody", role)
    for key, (look, change) in LISTS.items():
        assert (await status(browser, "GET", f"/{key}/list", "") == HTTPStatus.OK) is (role in look), key
        assert (await status(browser, "GET", f"/{key}/create", "") == HTTPStatus.OK) is (role in change), key


def test_every_permission_is_somebodys() -> None:
    assert set(ALLOWED) == set(Permission)
    assert all(ALLOWED.values())
