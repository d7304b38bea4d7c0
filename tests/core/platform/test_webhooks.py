"""Forms of a gateway are read whatever they hold, and only from who knows the word in the path."""

import asyncio
import time
from collections.abc import AsyncIterator
from ipaddress import ip_network
from urllib.parse import quote

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response

from core.platform import webhooks
from core.platform.webhooks import FORM, JSON, MOST_FIELDS, Doors, Posting

NEW, OLD = "the-new-word", "the-old-word-é"
MOST = 1000


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Two callbacks of a gateway: one reads forms, the other JSON; and one that cannot take anything."""

    async def form(posting: Posting) -> Response:
        return JSONResponse(posting.form())

    async def json(posting: Posting) -> Response:
        return JSONResponse(posting.json())

    async def broken(_: Posting) -> Response:
        raise ZeroDivisionError("with the number +22376000001 in it")

    doors = Doors([NEW, OLD], MOST)
    takes = {"": form, "json": json, "broken": broken}
    app = Starlette(routes=[doors.route("ussd", "one", name, take) for name, take in takes.items()])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://forms/ussd/one") as opened:
        yield opened


@pytest.mark.parametrize(
    ("label", "body", "form"),
    [
        ("fields", b"id=1&text=Wari+don", {"id": "1", "text": "Wari don"}),
        ("an empty one", b"id=&text=", {"id": "", "text": ""}),
        ("nothing", b"", {}),
        ("a name without a value", b"id", {"id": ""}),
        ("the first of a name", b"id=1&id=2", {"id": "1"}),
        ("UTF-8", b"text=W%C3%A0ri", {"text": "Wàri"}),
        ("UTF-8 that was not escaped", "text=dɛmɛ".encode(), {"text": "dɛmɛ"}),
        ("as Windows writes it", b"text=arr%EAt", {"text": "arrêt"}),
        ("each field by itself", b"a=%E9&b=%C3%A9", {"a": "é", "b": "é"}),
        ("octets that are nothing", b"text=%81%8D", {"text": ""}),
        ("half a surrogate", b"text=%ED%A0%80", {"text": "í\xa0€"}),
        ("a NUL", b"text=a%00b", {"text": "a\0b"}),
        ("no escape at all", b"text=100%", {"text": "100%"}),
    ],
)
async def test_a_form_is_read(client: httpx.AsyncClient, label: str, body: bytes, form: dict[str, str]) -> None:
    answer = await client.post(f"/{NEW}", content=body, headers={"content-type": FORM})
    assert (answer.status_code, answer.json()) == (200, form)


@pytest.mark.parametrize(
    ("label", "kind", "status"),
    [
        ("as it should be", FORM, 200),
        ("with its characters", f"{FORM}; charset=UTF-8", 200),
        ("in capitals", FORM.upper(), 200),
        ("JSON", "application/json", 415),
        ("a form with files", "multipart/form-data; boundary=x", 415),
        ("plain text", "text/plain", 415),
    ],
)
async def test_only_a_form_is_read(client: httpx.AsyncClient, label: str, kind: str, status: int) -> None:
    assert (await client.post(f"/{NEW}", content=b"id=1", headers={"content-type": kind})).status_code == status


async def test_a_body_that_does_not_say_what_it_is_counts_as_a_form(client: httpx.AsyncClient) -> None:
    assert (await client.post(f"/{NEW}", content=b"id=1")).json() == {"id": "1"}


@pytest.mark.parametrize(
    ("label", "token", "status"),
    [
        ("the new word", NEW, 200),
        ("the old word, still accepted", OLD, 200),
        ("another word", "demo", 404),
        ("the word and more", f"{NEW}x", 404),
        ("the word in capitals", NEW.upper(), 404),
        ("a space", " ", 404),
        ("what is no text", "\udcff", 404),
    ],
)
async def test_who_does_not_know_a_word_finds_nothing(
    client: httpx.AsyncClient, label: str, token: str, status: int
) -> None:
    path = quote(token, errors="surrogateescape")
    answer = await client.post(f"/{path}", content=b"id=1", headers={"content-type": FORM})
    assert answer.status_code == status


async def test_a_wrong_word_is_told_before_anything_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/demo", content=b"x" * (MOST + 1), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.text) == (404, "Not Found")


@pytest.mark.parametrize(("size", "status"), [(MOST, 200), (MOST + 1, 413), (MOST * 500, 413)])
async def test_a_body_is_so_large_and_no_larger(client: httpx.AsyncClient, size: int, status: int) -> None:
    body = b"a=".ljust(size, b"x")
    assert (await client.post(f"/{NEW}", content=body, headers={"content-type": FORM})).status_code == status


async def test_a_body_without_end_is_refused_at_once(client: httpx.AsyncClient) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while given < 1000:
            given += 1
            yield b"x" * 200

    answer = await client.post(f"/{NEW}", content=endless(), headers={"content-type": FORM})
    assert answer.status_code == 413
    assert given < 10


@pytest.mark.parametrize(("fields", "status"), [(MOST_FIELDS, 200), (MOST_FIELDS + 1, 400)])
async def test_a_form_has_so_many_fields_and_no_more(client: httpx.AsyncClient, fields: int, status: int) -> None:
    body = b"&".join(b"f%d=1" % field for field in range(fields))
    assert (await client.post(f"/{NEW}", content=body, headers={"content-type": FORM})).status_code == status


@pytest.mark.parametrize(
    ("label", "body", "status"),
    [
        ("an object", '{"id": "1", "text": "dɛmɛ"}'.encode(), 200),
        ("an empty one", b"{}", 200),
        ("an array", b"[]", 400),
        ("a text", b'"id"', 400),
        ("nothing", b"", 400),
        ("half an object", b'{"id": ', 400),
        ("octets", b"\xff\xfe\x00", 400),
        ("a great depth", b"[" * 900, 400),
    ],
)
async def test_json_is_read_or_refused(client: httpx.AsyncClient, label: str, body: bytes, status: int) -> None:
    answer = await client.post(f"/{NEW}/json", content=body, headers={"content-type": f"{JSON}; charset=utf-8"})
    assert answer.status_code == status
    assert status != 200 or answer.content == body.replace(b": ", b":").replace(b", ", b",")


async def test_a_form_is_no_json(client: httpx.AsyncClient) -> None:
    assert (await client.post(f"/{NEW}/json", content=b"{}", headers={"content-type": FORM})).status_code == 415


async def test_a_gateway_that_is_not_there_answers_as_to_a_wrong_word(client: httpx.AsyncClient) -> None:
    app = "http://forms/ussd"
    wrong = await client.post("/demo", content=b"id=1")
    for path in (f"{app}/two/{NEW}", f"{app}/one/{NEW}/events", f"{app}/two/demo"):
        answer = await client.post(path, content=b"id=1")
        assert (answer.status_code, answer.text, answer.headers) == (404, wrong.text, wrong.headers)


async def test_what_cannot_be_taken_may_be_posted_again_and_the_log_tells_nothing_of_it(
    client: httpx.AsyncClient,
) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await client.post(f"/{NEW}/broken", content=b"id=1")
    assert (answer.status_code, answer.text) == (503, "not now")
    assert [(entry["webhook"], entry["error"]) for entry in logs] == [("ussd/one/broken", "ZeroDivisionError")]
    assert not any(word in str(logs) for word in (NEW, "76000001"))


@pytest.mark.parametrize(
    ("called_from", "networks", "status"),
    [
        ("203.0.113.7", (), 200),
        ("203.0.113.7", ("203.0.113.0/24",), 200),
        ("2001:db8::1", ("203.0.113.0/24", "2001:db8::/32"), 200),
        ("198.51.100.1", ("203.0.113.0/24",), 404),
        ("a socket", ("203.0.113.0/24",), 404),
    ],
)
async def test_where_networks_are_named_only_gateways_in_them_are_heard(
    monkeypatch: pytest.MonkeyPatch, called_from: str, networks: tuple[str, ...], status: int
) -> None:
    async def take(posting: Posting) -> Response:
        return JSONResponse(posting.form())

    monkeypatch.setattr(webhooks, "STRANGER_SECONDS", 0)
    doors = Doors([NEW], MOST, [ip_network(each) for each in networks])
    app = Starlette(routes=[doors.route("ussd", "one", "", take)])
    transport = httpx.ASGITransport(app=app, client=(called_from, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://forms") as caller:
        assert (await caller.post(f"/ussd/one/{NEW}", data={"text": "1"})).status_code == status


async def test_a_stranger_is_counted_and_waits_and_many_hold_nobody_up(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "STRANGER_SECONDS", 0.2)
    monkeypatch.setattr(webhooks, "MOST_WAITING", 3)
    counted = webhooks.STRANGERS.labels("ussd/one")
    before, began = counted._value.get(), time.monotonic()
    answers = await asyncio.gather(*(client.post("/guessed") for _ in range(8)))
    assert [answer.status_code for answer in answers] == [404] * 8
    assert time.monotonic() - began >= 0.2
    assert counted._value.get() == before + 8
    waiting = asyncio.gather(*(client.post("/guessed") for _ in range(3)))
    await asyncio.sleep(0.05)
    assert (await client.post(f"/{NEW}", data={"text": "1"})).status_code == 200
    assert not waiting.done()
    await waiting
