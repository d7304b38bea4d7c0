"""`/` of a demonstration says where everything is."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from demo.desk import PASSWORD, logins
from simulator import start, web

DOCS = Path(__file__).parents[2] / "docs"


async def _page(people: tuple[tuple[str, str], ...]) -> httpx.Response:
    app = Starlette(routes=[start.route(service_code="*384*1234#", people=people, password=PASSWORD)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://line") as client:
        return await client.get("/")


async def test_the_first_page_names_telephone_desk_logins_and_guides() -> None:
    answer = await _page((*logins(), ("<b>", "&")))
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == web.HEADERS["Content-Security-Policy"]
    for part in ('href="/simulator"', 'href="/desk"', "*384*1234#", PASSWORD, *(login for login, _ in logins())):
        assert part in answer.text
    assert "<b>" not in answer.text
    assert "$" not in answer.text


async def test_where_no_desk_is_served_none_is_named() -> None:
    assert "/desk" not in (await _page(())).text


@pytest.mark.parametrize("file", start.GUIDES)
def test_the_guides_it_names_are_there(file: str) -> None:
    assert (DOCS / file).is_file()
