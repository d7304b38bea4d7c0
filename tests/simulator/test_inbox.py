"""The SMS of the telephone in the browser, by way of the stand-in gateway."""

import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.text import gsm7
from simulator import web_inbox
from simulator.standin import build
from tests.simulator.loopback import Application, a_sender, on_loopback
from tests.simulator.page import browser

AWA, BINTA = "+22376000001", "+22376000002"


@pytest.fixture
async def gateway(application: Application) -> AsyncIterator[str]:
    async with (
        on_loopback(application.app()) as behind,
        on_loopback(build(callbacks=f"{behind}/sms/africastalking/demo", reports=False)) as address,
    ):
        yield address


@pytest.fixture
async def page(gateway: str) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(sms_gateways={"africastalking": gateway}) as client:
        yield client


@pytest.fixture
async def lonely() -> AsyncIterator[httpx.AsyncClient]:
    """The page, while nobody listens where its gateway should be."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with browser(sms_gateways={"africastalking": f"http://127.0.0.1:{closed.getsockname()[1]}"}) as client:
            yield client


@asynccontextmanager
async def page_before(answer: Callable[[Request], Response]) -> AsyncIterator[httpx.AsyncClient]:
    """The page before a gateway that answers every question like this."""
    odd = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    async with on_loopback(odd) as address, browser(sms_gateways={"africastalking": address}) as client:
        yield client


async def send(gateway: str, to: str, text: str) -> None:
    async with a_sender(gateway) as client:
        form = {"username": "jigi", "to": to, "message": text, "from": "JIGI"}
        assert (await client.post("/version1/messaging", data=form)).status_code == 201


async def sms_of(client: httpx.AsyncClient) -> object:
    """What the page is told about the SMS of its phone."""
    html = (await client.get("/simulator")).text
    (line,) = re.findall(r'<script type="application/json" id="line">(.*?)</script>', html, re.DOTALL)
    return json.loads(line).get("sms")


# With a gateway and without


async def test_the_page_can_count_and_knows_whom_to_write_to(page: httpx.AsyncClient) -> None:
    assert await sms_of(page) == {"shortCode": "1234", "single": gsm7.BASIC, "double": gsm7.EXTENSION}


async def test_the_short_code_is_the_line_s(gateway: str, application: Application) -> None:
    async with browser(sms_gateways={"africastalking": gateway}, short_code="36200") as client:
        assert '"shortCode": "36200"' in (await client.get("/simulator")).text
        await client.post("/simulator/write", json={"msisdn": AWA, "text": "AIDE"})
    assert application.posted[0][1]["to"] == "36200"


async def test_without_a_gateway_there_is_no_inbox() -> None:
    async with browser() as client:
        assert await sms_of(client) is None
        assert (await client.get("/simulator/inbox", params={"msisdn": AWA})).status_code == 404
        assert (await client.post("/simulator/write", json={"msisdn": AWA, "text": "AIDE"})).status_code == 404


# What was received


async def test_the_inbox_of_one_phone(page: httpx.AsyncClient, gateway: str) -> None:
    await send(gateway, AWA, "Lundi, 30 000 F CFA")
    await send(gateway, BINTA, "Mardi")
    answer = await page.get("/simulator/inbox", params={"msisdn": AWA})
    assert answer.headers["cache-control"] == "no-store"
    (message,) = answer.json()
    assert (message["from"], message["text"], message["parts"]) == ("JIGI", "Lundi, 30 000 F CFA", 1)
    assert set(message) == {"id", "from", "text", "at", "parts"}


async def test_a_plus_sign_that_nobody_escaped(page: httpx.AsyncClient, gateway: str) -> None:
    await send(gateway, AWA, "Lundi")
    (message,) = (await page.get(f"/simulator/inbox?msisdn={AWA}")).json()
    assert message["text"] == "Lundi"


async def test_the_newest_are_enough(page: httpx.AsyncClient, gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_inbox, "NEWEST", 2)
    for text in ("Lundi", "Mardi", "Mercredi"):
        await send(gateway, AWA, text)
    messages = (await page.get("/simulator/inbox", params={"msisdn": AWA})).json()
    assert [message["text"] for message in messages] == ["Mardi", "Mercredi"]


@pytest.mark.parametrize("msisdn", ["", "76000001", "+", "+0123456789", "+22376000001/../../taken", "+22376000001\n"])
async def test_only_a_number_has_an_inbox(page: httpx.AsyncClient, msisdn: str) -> None:
    answer = await page.get("/simulator/inbox", params={"msisdn": msisdn})
    assert answer.status_code == 400
    assert "msisdn" in answer.json()["error"]


async def test_a_gateway_that_is_away_has_an_empty_inbox(lonely: httpx.AsyncClient) -> None:
    answer = await lonely.get("/simulator/inbox", params={"msisdn": AWA})
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["jigi-gateway"] == "silent"


async def test_a_gateway_that_is_there_is_not_silent(page: httpx.AsyncClient) -> None:
    answer = await page.get("/simulator/inbox", params={"msisdn": AWA})
    assert answer.json() == []
    assert "jigi-gateway" not in answer.headers


@pytest.mark.parametrize(("status", "body"), [(200, "<html>"), (200, '{"error": "no"}'), (500, "[]")])
async def test_a_gateway_that_talks_nonsense_is_silent(status: int, body: str) -> None:
    async with page_before(lambda _: PlainTextResponse(body, status)) as client:
        answer = await client.get("/simulator/inbox", params={"msisdn": AWA})
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["jigi-gateway"] == "silent"


# What is written


@pytest.mark.parametrize("kind", ["json", "data"])
async def test_a_phone_writes(page: httpx.AsyncClient, application: Application, kind: str) -> None:
    words = {"msisdn": AWA, "text": " Où est mon paiement ? "}
    answer = await (
        page.post("/simulator/write", json=words) if kind == "json" else page.post("/simulator/write", data=words)
    )
    assert (answer.status_code, answer.json()) == (200, {"sent": True})
    ((what, form),) = application.posted
    assert what == "inbound"
    assert (form["from"], form["to"], form["text"]) == (AWA, "1234", "Où est mon paiement ?")


@pytest.mark.parametrize(
    "body",
    [
        {"msisdn": AWA, "text": "  "},
        {"msisdn": AWA, "text": "a" * 1531},
        {"msisdn": AWA, "text": 7},
        {"msisdn": "76000001", "text": "AIDE"},
        {"text": "AIDE"},
        ["AIDE"],
    ],
)
async def test_nonsense_is_not_sent(page: httpx.AsyncClient, application: Application, body: object) -> None:
    answer = await page.post("/simulator/write", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert application.posted == []


async def test_a_body_that_is_too_large_is_not_read(page: httpx.AsyncClient) -> None:
    answer = await page.post("/simulator/write", json={"msisdn": AWA, "text": "a" * 20_000})
    assert (answer.status_code, answer.json()) == (400, {"error": "too long"})


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_what_cannot_be_read_is_not_sent(page: httpx.AsyncClient, kind: str) -> None:
    answer = await page.post("/simulator/write", content=b"\xff=\xff", headers={"Content-Type": kind})
    assert answer.status_code == 400


async def test_a_message_that_did_not_arrive_is_said(
    page: httpx.AsyncClient, lonely: httpx.AsyncClient, application: Application
) -> None:
    application.answers = [503]
    for client in (page, lonely):
        answer = await client.post("/simulator/write", json={"msisdn": AWA, "text": "AIDE"})
        assert (answer.status_code, answer.json()) == (502, {"sent": False})
