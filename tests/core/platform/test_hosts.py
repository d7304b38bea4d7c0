"""By which names the server is asked for, and that no page repeats one."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core.platform.hosts import OwnHosts, OwnNames

NAMES = ("jigi.example.ml", "*.jigi.example.ml")
EVIL = "evil.example"


def client(*names: str) -> httpx.AsyncClient:
    async def page(request: Request) -> Response:
        return PlainTextResponse(str(request.url_for("page")))

    async def elsewhere(request: Request) -> Response:
        return RedirectResponse(request.url_for("page"))

    routes = [Route("/page", page), Route("/go", elsewhere), Route("/health/live", page)]
    app = Starlette(routes=routes)
    app.add_middleware(OwnHosts, names=OwnNames(names))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("jigi.example.ml", 200),
        ("JIGI.example.ml:8443", 200),
        ("desk.jigi.example.ml", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        (EVIL, 400),
        (f"jigi.example.ml.{EVIL}", 400),
        ("xjigi.example.ml", 400),
        ("", 400),
    ],
)
async def test_only_our_names_are_answered_where_they_are_set(host: str, status: int) -> None:
    answer = await client(*NAMES).get("/page", headers={"host": host})
    assert answer.status_code == status
    assert (await client().get("/page", headers={"host": host})).status_code == 200, "any name, where none is set"


async def test_a_balancer_asks_for_health_by_the_address() -> None:
    assert (await client(*NAMES).get("/health/live", headers={"host": "10.0.0.7"})).status_code == 200


async def test_a_redirection_stays_here_whoever_asked() -> None:
    answer = await client().get("/go", headers={"host": EVIL})
    assert answer.headers["location"] == "/page"
