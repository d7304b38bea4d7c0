"""The stand-in gateway: answers as Africa's Talking does, remembers what it took, and fails as ordered."""

import asyncio
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from simulator.inbox import Sending, Taken
from simulator.standin import build
from tests.simulator.loopback import a_sender, on_loopback

AWA, BINTA, CHEICK, DJENEBA = "+22376000001", "+22376000002", "+22376000003", "+22376000004"
KEY = {"apiKey": "any"}


@pytest.fixture
async def gateway() -> AsyncIterator[httpx.AsyncClient]:
    async with (
        on_loopback(build()) as address,
        a_sender(address) as client,
    ):
        yield client


async def send(gateway: httpx.AsyncClient, *to: str, text: str = "Bonjour", **fields: str) -> httpx.Response:
    form = {"username": "jigi", "to": ",".join(to or [AWA]), "message": text, "bulkSMSMode": "1", **fields}
    return await gateway.post("/version1/messaging", data=form)


def codes(answer: httpx.Response) -> dict[str, int]:
    return {row["number"]: row["statusCode"] for row in answer.json()["SMSMessageData"]["Recipients"]}


async def texts(gateway: httpx.AsyncClient, msisdn: str = AWA) -> list[str]:
    return [message["text"] for message in (await gateway.get(f"/inbox/{msisdn}")).json()]


async def order(gateway: httpx.AsyncClient, **what: object) -> None:
    answer = await gateway.post("/faults", json=what)
    assert answer.status_code == 200, answer.text


# The answer


async def test_each_recipient_has_a_row(gateway: httpx.AsyncClient) -> None:
    answer = await send(gateway, AWA, BINTA)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    data = answer.json()["SMSMessageData"]
    assert data["Message"] == "Sent to 2/2 Total Cost: XOF 0"
    ids = [row.pop("messageId") for row in data["Recipients"]]
    assert all(message_id.startswith("ATXid_") for message_id in ids)
    assert len(set(ids)) == 2
    assert data["Recipients"] == [
        {"statusCode": 102, "number": AWA, "status": "Queued", "cost": "KES 0.8000"},
        {"statusCode": 102, "number": BINTA, "status": "Queued", "cost": "KES 0.8000"},
    ]


async def test_what_is_not_queued_is_sent(gateway: httpx.AsyncClient) -> None:
    (row,) = (await send(gateway, enqueue="0")).json()["SMSMessageData"]["Recipients"]
    assert (row["statusCode"], row["status"]) == (101, "Success")


async def test_a_bad_number_has_its_own_code_and_no_id(gateway: httpx.AsyncClient) -> None:
    answer = await send(gateway, AWA, "76 00", f"{BINTA}\n", "+0123456789")
    data = answer.json()["SMSMessageData"]
    assert data["Message"] == "Sent to 1/4 Total Cost: XOF 0"
    assert data["Recipients"][1] == {
        "statusCode": 403,
        "number": "76 00",
        "status": "InvalidPhoneNumber",
        "cost": "0",
        "messageId": "None",
    }
    assert list(codes(answer).values()) == [102, 403, 403, 403]
    assert await texts(gateway, "76 00") == []


@pytest.mark.parametrize("headers", [{}, {"apiKey": ""}])
async def test_without_a_key_nothing_is_taken(gateway: httpx.AsyncClient, headers: dict[str, str]) -> None:
    del gateway.headers["apiKey"]
    gateway.headers.update(headers)
    answer = await send(gateway)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/plain")
    assert await texts(gateway) == []


@pytest.mark.parametrize("field", ["username", "to", "message"])
async def test_a_missing_field_is_named(gateway: httpx.AsyncClient, field: str) -> None:
    answer = await send(gateway, **{field: ""})
    assert answer.status_code == 400
    assert f"'{field}'" in answer.text
    assert (await gateway.get("/taken")).json()["requests"] == 0


# What was taken


async def test_a_phone_s_inbox_is_what_it_was_sent_in_order(gateway: httpx.AsyncClient) -> None:
    first = await send(gateway, AWA, BINTA, text="Lundi, 30 000 F CFA à Safo", **{"from": "JIGI"})
    await send(gateway, BINTA)
    await send(gateway, AWA, text="a" * 161)
    one, two = (await gateway.get(f"/inbox/{AWA}")).json()
    assert one["id"] == first.json()["SMSMessageData"]["Recipients"][0]["messageId"]
    assert (one["from"], one["text"], one["parts"]) == ("JIGI", "Lundi, 30 000 F CFA à Safo", 1)
    assert (two["from"], two["text"], two["parts"]) == ("AFRICASTKNG", "a" * 161, 2)
    at = datetime.fromisoformat(one["at"])
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=5)
    assert (await gateway.get(f"/inbox/{CHEICK}")).json() == []


async def test_a_text_outside_gsm7_is_counted_in_ucs2(gateway: httpx.AsyncClient) -> None:
    await send(gateway, text="ɲ" * 71)
    (message,) = (await gateway.get(f"/inbox/{AWA}")).json()
    assert message["parts"] == 2


async def test_the_raw_list_tells_who_sent_and_how(gateway: httpx.AsyncClient) -> None:
    await send(gateway, enqueue="0")
    (message,) = (await gateway.get(f"/taken/{AWA}")).json()
    assert (message["username"], message["enqueue"], message["text"]) == ("jigi", False, "Bonjour")


async def test_a_message_taken_twice_is_seen(gateway: httpx.AsyncClient) -> None:
    await send(gateway, AWA, BINTA, text="Lundi")
    await send(gateway, AWA, text="Mardi")
    assert (await gateway.get("/taken")).json() == {
        "requests": 2,
        "messages": 3,
        "numbers": 2,
        "twice": [],
        "twice_count": 0,
    }
    await send(gateway, BINTA, text="Lundi")
    await send(gateway, BINTA, text="Lundi")
    taken = (await gateway.get("/taken")).json()
    assert taken["twice"] == [[BINTA, "Lundi", 3]]
    assert taken["twice_count"] == 1


async def test_at_most_fifty_are_listed_and_all_are_counted(gateway: httpx.AsyncClient) -> None:
    everyone = [f"+223760001{n:02}" for n in range(60)]
    await send(gateway, *everyone)
    await send(gateway, *everyone)
    taken = (await gateway.get("/taken")).json()
    assert len(taken["twice"]) == 50
    assert taken["twice_count"] == 60


async def test_what_was_taken_can_be_forgotten(gateway: httpx.AsyncClient) -> None:
    before = await send(gateway)
    assert (await gateway.get("/taken")).json()["messages"] == 1
    assert (await gateway.delete("/taken")).status_code == 204
    assert await texts(gateway) == []
    assert (await gateway.get("/taken")).json()["messages"] == 0
    after = await send(gateway)
    assert before.json() != after.json(), "an id was given twice"
    assert (await gateway.get("/taken")).json()["twice_count"] == 0


def test_a_text_is_kept_once_however_many_requests_bring_it() -> None:
    taken = Taken()
    for _ in range(2):
        text = b"Lundi, 30 000 F CFA".decode()
        taken.take(Sending("jigi", "JIGI", text, enqueue=True, at=datetime.now(UTC)), [AWA])
    first, second = taken.received(AWA)
    assert first.sending.text is second.sending.text


# Faults that let nothing be taken


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "504"])
async def test_a_refusal_is_no_json_and_takes_nothing(gateway: httpx.AsyncClient, kind: str) -> None:
    await order(gateway, next=[{"kind": kind}])
    answer = await send(gateway)
    assert answer.status_code == int(kind)
    assert answer.headers["content-type"].startswith("text/plain")
    assert await texts(gateway) == []


async def test_too_many_requests_says_when_to_come_back(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "429"}, {"kind": "429", "retry_after": 7}, {"kind": "500"}])
    waits = [(await send(gateway)).headers.get("retry-after") for _ in range(3)]
    assert waits == ["1", "7", None]


@pytest.mark.parametrize("status", [200, 201])
async def test_a_page_where_json_is_due(gateway: httpx.AsyncClient, status: int) -> None:
    await order(gateway, next=[{"kind": "html", "status": status}])
    answer = await send(gateway)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert await texts(gateway) == []


async def test_no_recipient_and_the_error_in_the_message(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "empty"}, {"kind": "empty", "message": "InvalidRequest"}])
    for message in ("InvalidSenderId", "InvalidRequest"):
        answer = await send(gateway)
        assert answer.status_code == 201
        assert answer.json() == {"SMSMessageData": {"Message": message, "Recipients": []}}
    assert await texts(gateway) == []


async def test_no_balance_for_one_request(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "balance"}])
    answer = await send(gateway, AWA, BINTA)
    assert codes(answer) == {AWA: 405, BINTA: 405}
    assert {row["status"] for row in answer.json()["SMSMessageData"]["Recipients"]} == {"InsufficientBalance"}
    assert await texts(gateway) == []
    assert codes(await send(gateway)) == {AWA: 102}


async def test_a_balance_is_enough_for_so_many_messages(gateway: httpx.AsyncClient) -> None:
    await order(gateway, balance=3)
    assert codes(await send(gateway, AWA, BINTA)) == {AWA: 102, BINTA: 102}
    assert codes(await send(gateway, "76", AWA, BINTA)) == {"76": 403, AWA: 102, BINTA: 405}
    assert codes(await send(gateway)) == {AWA: 405}
    assert (await gateway.get("/faults")).json()["balance"] == 0
    assert len(await texts(gateway, BINTA)) == 1
    await order(gateway, balance=None)
    assert codes(await send(gateway)) == {AWA: 102}


async def test_each_number_has_the_code_ordered_for_it(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "codes", "codes": {AWA: 406, BINTA: 101, CHEICK: 999, "*": 500}}] * 2)
    answer = await send(gateway, AWA, BINTA, CHEICK, DJENEBA)
    rows = {row["number"]: (row["statusCode"], row["status"]) for row in answer.json()["SMSMessageData"]["Recipients"]}
    assert rows == {
        AWA: (406, "UserInBlacklist"),
        BINTA: (101, "Success"),
        CHEICK: (999, "Unknown"),
        DJENEBA: (500, "InternalServerError"),
    }
    assert [await texts(gateway, phone) for phone in (AWA, BINTA, CHEICK, DJENEBA)] == [[], ["Bonjour"], [], []]


async def test_numbers_without_an_ordered_code_are_accepted(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "codes", "codes": {AWA: 406}}])
    assert codes(await send(gateway, AWA, BINTA)) == {AWA: 406, BINTA: 102}


# Faults after the message was taken


async def test_accepted_without_an_id(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "no_ids"}])
    answer = await send(gateway, AWA, BINTA)
    rows = answer.json()["SMSMessageData"]["Recipients"]
    assert [(row["statusCode"], row["messageId"]) for row in rows] == [(102, "None")] * 2
    assert await texts(gateway) == ["Bonjour"]


async def test_an_answer_that_is_too_short(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "short"}])
    answer = await send(gateway, AWA, BINTA, CHEICK)
    assert list(codes(answer)) == [AWA]
    assert answer.json()["SMSMessageData"]["Message"].startswith("Sent to 3/3")
    assert await texts(gateway, CHEICK) == ["Bonjour"]


async def test_an_answer_that_is_too_late(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "slow", "slow_ms": 100}, {"kind": "slow", "slow_ms": 1000}])
    began = time.perf_counter()
    assert (await send(gateway)).status_code == 201
    assert time.perf_counter() - began >= 0.1
    gateway.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.ReadTimeout):
        await send(gateway)
    assert len(await texts(gateway)) == 2


@pytest.mark.parametrize(("kind", "taken"), [("cut_before", []), ("cut_after", ["Bonjour"])])
async def test_a_cut_connection(
    gateway: httpx.AsyncClient, kind: str, taken: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    await order(gateway, next=[{"kind": kind}])
    with caplog.at_level(logging.WARNING), pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await send(gateway)
    assert await texts(gateway) == taken
    assert caplog.records == [], "the server thought that it had failed"


async def test_a_cut_comes_while_other_requests_are_answered(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "cut_after"}] * 3, delay_ms=20)
    answers = await asyncio.gather(*(send(gateway, AWA, BINTA) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(answer, httpx.TransportError) for answer in answers) == 3
    assert sum(isinstance(answer, httpx.Response) and answer.status_code == 201 for answer in answers) == 5
    assert len(await texts(gateway, BINTA)) == 8


# Orders


async def test_next_is_used_up_in_order_and_then_all_is_well(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "503"}, {"kind": "429"}])
    assert [(await send(gateway)).status_code for _ in range(4)] == [503, 429, 201, 201]


async def draws(gateway: httpx.AsyncClient, requests: int = 40) -> list[int]:
    return [(await send(gateway)).status_code for _ in range(requests)]


async def test_rates_draw_the_same_from_the_same_seed(gateway: httpx.AsyncClient) -> None:
    rates = {"429": 0.3, "503": 0.2}
    await order(gateway, rates=rates, seed=7)
    first = await draws(gateway)
    assert set(first) == {201, 429, 503}
    await order(gateway, rates=rates, seed=7)
    assert await draws(gateway) == first
    await order(gateway, rates=rates, seed=8)
    assert await draws(gateway) != first


async def test_rates_are_shares_of_the_requests(gateway: httpx.AsyncClient) -> None:
    await order(gateway, rates={"429": 0.25, "500": 0.75})
    drawn = await draws(gateway, 200)
    assert 201 not in drawn
    assert 30 < drawn.count(429) < 70


async def test_a_drawn_fault_is_done_as_the_order_says(gateway: httpx.AsyncClient) -> None:
    await order(gateway, rates={"429": 1}, retry_after=30, next=[{"kind": "429"}, {"kind": "429", "retry_after": 2}])
    assert [(await send(gateway)).headers["retry-after"] for _ in range(3)] == ["30", "2", "30"]


async def test_every_answer_can_take_its_time(gateway: httpx.AsyncClient) -> None:
    await order(gateway, delay_ms=60, next=[{"kind": "500"}])
    for _ in range(2):
        began = time.perf_counter()
        await send(gateway)
        assert time.perf_counter() - began >= 0.06


async def test_what_is_not_named_stays(gateway: httpx.AsyncClient) -> None:
    await order(gateway, balance=10, reports={"after_ms": 5, "twice": 0.5})
    await order(gateway, seed=3, reports={"twice": 0.1})
    standing = (await gateway.get("/faults")).json()
    assert (standing["balance"], standing["seed"]) == (10, 3)
    assert (standing["reports"]["after_ms"], standing["reports"]["twice"]) == (5, 0.1)


async def test_healthy_again(gateway: httpx.AsyncClient) -> None:
    healthy = (await gateway.get("/faults")).json()
    await order(gateway, next=[{"kind": "500"}], rates={"500": 1}, balance=0, delay_ms=5, reports={"lost": 1})
    assert (await gateway.delete("/faults")).json() == healthy
    assert codes(await send(gateway)) == {AWA: 102}


@pytest.mark.parametrize(
    "nonsense",
    [
        {"next": [{"kind": "404"}]},
        {"rates": {"429": 0.6, "500": 0.6}},
        {"rates": {"late": 0.1}},
        {"rate": {"429": 0.1}},
        {"reports": {"statuses": {"Delivered": 1}}},
        {"reports": {"statuses": {}}},
        {"delay_ms": -1},
        ["429"],
    ],
)
async def test_an_order_that_makes_no_sense_changes_nothing(gateway: httpx.AsyncClient, nonsense: object) -> None:
    before = (await gateway.get("/faults")).json()
    answer = await gateway.post("/faults", json=nonsense)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert (await gateway.get("/faults")).json() == before


async def test_an_order_that_cannot_be_read(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.post("/faults", content=b"\xff{")).status_code == 400


# The program


def test_it_runs_by_itself() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "simulator.standin", "--port", str(port), "--no-reports", "--delay-ms", "1"]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE) as program,  # noqa: S603 - ourselves
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=KEY, trust_env=False) as gateway,
    ):
        try:
            standing = _when_it_listens(gateway)
            assert standing["delay_ms"] == 1
            assert standing["reports"]["on"] is False
            gateway.post("/faults", json={"next": [{"kind": "cut_after"}]})
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                gateway.post("/version1/messaging", data={"username": "jigi", "to": AWA, "message": "Bonjour"})
            assert gateway.get("/taken").json()["messages"] == 1
        finally:
            program.send_signal(signal.SIGINT)
            _, said = program.communicate(timeout=10)
    assert (program.returncode, said) == (0, b"")


def _when_it_listens(gateway: httpx.Client) -> dict[str, Any]:
    for _ in range(200):
        try:
            standing: dict[str, Any] = gateway.get("/faults").json()
        except httpx.ConnectError:
            time.sleep(0.02)
        else:
            return standing
    raise TimeoutError("it never listened")
