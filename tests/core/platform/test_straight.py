"""A posting to a door goes straight, and is answered as one that goes through the whole application."""

from collections.abc import Sequence

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response

from core.platform.headers import GuardedAnswers
from core.platform.hosts import OwnHosts, OwnNames
from core.platform.request_ids import RequestIds, current_id
from core.platform.straight import StraightToDoors
from core.platform.webhooks import CallbackDoor, Doors, Posting

TOKEN = "the-word"
GIVEN = "4bf92f3577b34da6a3ce929d0e0e4736"
NAME = "line.example.ml"


async def _read(posting: Posting) -> Response:
    return JSONResponse({"read": posting.form(), "under": current_id() == GIVEN})


async def _broken(_: Posting) -> Response:
    raise ZeroDivisionError


async def _page(_: Posting) -> Response:
    return PlainTextResponse("<p>", media_type="text/html", headers={"x-content-type-options": "none"})


def both(names: Sequence[str] = ()) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    """Callers of an application with the straight way, and of the same without it."""
    doors = Doors([TOKEN], 100)
    takes = {"": _read, "broken": _broken, "page": _page}
    routes = [doors.route("ussd", "one", name, take) for name, take in takes.items()]

    def called(*, straight: bool) -> httpx.AsyncClient:
        app = Starlette(routes=routes)
        app.add_middleware(OwnHosts, names=OwnNames(names))
        app.add_middleware(GuardedAnswers)
        app.add_middleware(RequestIds)
        if straight:
            app.add_middleware(StraightToDoors, routes=routes, names=OwnNames(names))
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"https://{NAME}")

    return called(straight=True), called(straight=False)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"/ussd/one/{TOKEN}", "a=1&b=W%C3%A0ri+don", 200),
        ("POST", f"/ussd/one/{TOKEN}", "a" * 101, 413),
        ("POST", f"/ussd/one/{TOKEN}/page", "", 200),
        ("POST", f"/ussd/one/{TOKEN}/broken", "", 503),
        ("POST", "/ussd/one/guessed", "", 404),
        ("POST", f"/ussd/one/{TOKEN}/", "", 307),
        ("POST", "/ussd/one/", "", 404),
        ("POST", f"/ussd/two/{TOKEN}", "", 404),
        ("POST", f"/ussd/one/{TOKEN}/page/more", "", 404),
        ("POST", f"//ussd/one/{TOKEN}", "", 404),
        ("GET", f"/ussd/one/{TOKEN}", "", 405),
        ("OPTIONS", f"/ussd/one/{TOKEN}", "", 405),
    ],
)
async def test_the_answer_is_the_same_by_either_way(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: str, status: int
) -> None:
    monkeypatch.setattr("core.platform.webhooks.STRANGER_SECONDS", 0)
    asked = {"content": body, "headers": {"x-request-id": GIVEN, "content-type": "application/x-www-form-urlencoded"}}
    straight, whole = [await each.request(method, path, **asked) for each in both()]  # type: ignore[arg-type]
    assert straight.status_code == whole.status_code == status
    assert straight.content == whole.content
    assert dict(straight.headers) == dict(whole.headers)
    assert straight.headers["x-request-id"] == GIVEN
    assert straight.headers["strict-transport-security"]


@pytest.mark.parametrize(("host", "status"), [(NAME, 200), (f"{NAME}:8443", 200), ("evil.example", 400), ("", 400)])
async def test_it_is_open_to_names_of_ours_only(host: str, status: int) -> None:
    straight, whole = [
        await each.post(f"/ussd/one/{TOKEN}", headers={"host": host, "x-request-id": GIVEN}) for each in both([NAME])
    ]
    assert straight.status_code == whole.status_code == status
    assert (straight.content, dict(straight.headers)) == (whole.content, dict(whole.headers))


async def test_who_calls_through_a_door_passes_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    async def by_the_routes(*_: object) -> None:
        raise AssertionError("by the routes")

    monkeypatch.setattr(CallbackDoor, "__call__", by_the_routes)
    straight, _ = both()
    assert (await straight.post(f"/ussd/one/{TOKEN}")).status_code == 200
