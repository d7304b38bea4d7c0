"""A page of the desk begins when no caller waits, or after a moment."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.platform import giving_way
from core.platform.giving_way import GivesWay


def client(busy: list[bool], begun: list[str]) -> httpx.AsyncClient:
    """A site that notes which of its pages began."""

    async def page(request: Request) -> Response:
        begun.append(request.url.path)
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/desk/queue", page), Route("/health/live", page)])
    app.add_middleware(GivesWay, path="/desk", is_busy=lambda: busy[0])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here")


async def test_a_page_waits_for_callers_and_what_is_not_the_desk_does_not() -> None:
    busy, begun = [True], list[str]()
    site = client(busy, begun)
    waiting = asyncio.create_task(site.get("/desk/queue"))
    await site.get("/health/live")
    assert begun == ["/health/live"]
    busy[0] = False
    assert (await waiting).text == "ok"
    assert begun == ["/health/live", "/desk/queue"]


async def test_however_many_call_a_page_begins_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "LONGEST_SECONDS", 0.02)
    assert (await client([True], []).get("/desk/queue")).text == "ok"
