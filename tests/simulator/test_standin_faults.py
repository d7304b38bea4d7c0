"""The stand-in gateway fails as ordered."""

import asyncio
import logging
import time

import httpx
import pytest

from tests.simulator.a_standin import AWA, BINTA, CHEICK, DJENEBA, codes, order, send, texts
from tests.support.patience import LONGEST_SECONDS

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


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [("busy", 503, "Service Unavailable"), ("proxy", 502, "<title>502"), ("could_not_send", 201, "Could not send")],
)
async def test_a_refusal_in_other_words_takes_nothing(
    gateway: httpx.AsyncClient, kind: str, status: int, words: str
) -> None:
    await order(gateway, next=[{"kind": kind, "retry_after": 7}])
    answer = await send(gateway)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, "7" if kind == "busy" else None)
    assert words in answer.text
    assert await texts(gateway) == []


async def test_a_number_that_is_poison_fails_every_request_it_is_in(gateway: httpx.AsyncClient) -> None:
    await order(gateway, poisoned=[BINTA])
    assert [(await send(gateway, AWA, BINTA)).status_code for _ in range(3)] == [500, 500, 500]
    assert codes(await send(gateway)) == {AWA: 102}
    assert (await texts(gateway), await texts(gateway, BINTA)) == (["Bonjour"], [])


# Faults after the message was taken


@pytest.mark.parametrize("kind", ["500_after", "502_after", "503_after", "504_after", "proxy_after"])
async def test_a_broken_server_s_answer_to_what_was_taken(gateway: httpx.AsyncClient, kind: str) -> None:
    await order(gateway, next=[{"kind": kind}])
    answer = await send(gateway, AWA, BINTA)
    assert (answer.status_code, "retry-after" in answer.headers) == (
        502 if kind == "proxy_after" else int(kind[:3]),
        False,
    )
    assert [await texts(gateway, phone) for phone in (AWA, BINTA)] == [["Bonjour"], ["Bonjour"]]


async def test_half_of_the_recipients_are_taken_and_the_answer_is_a_502(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "half_after"}])
    assert (await send(gateway, AWA, BINTA)).status_code == 502
    assert [await texts(gateway, phone) for phone in (AWA, BINTA)] == [["Bonjour"], []]


async def test_half_of_an_answer(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "garbage_after"}])
    answer = await send(gateway)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert await texts(gateway) == ["Bonjour"]


async def test_an_id_given_twice_and_codes_as_text(gateway: httpx.AsyncClient) -> None:
    await order(gateway, next=[{"kind": "same_id"}, {"kind": "text_codes"}])
    rows = (await send(gateway, AWA, BINTA)).json()["SMSMessageData"]["Recipients"]
    assert len({row["messageId"] for row in rows}) == 1
    (row,) = (await send(gateway)).json()["SMSMessageData"]["Recipients"]
    assert row["statusCode"] == "102"
    assert len(await texts(gateway)) == 2


async def test_the_newer_endpoint_takes_json_and_asks_for_a_sender(gateway: httpx.AsyncClient) -> None:
    content = {"username": "sandbox", "message": "Bonjour", "senderId": "JIGISEME", "phoneNumbers": [AWA, BINTA]}
    headers = {"apiKey": "the key"}
    answer = await gateway.post("/version1/messaging/bulk", json=content, headers=headers)
    assert codes(answer) == {AWA: 102, BINTA: 102}
    del content["senderId"]
    assert (await gateway.post("/version1/messaging/bulk", json=content, headers=headers)).status_code == 400
    assert await texts(gateway) == ["Bonjour"]


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
    await order(gateway, next=[{"kind": "slow", "slow_ms": 100}, {"kind": "slow", "slow_ms": 1000 * LONGEST_SECONDS}])
    began = time.perf_counter()
    assert (await send(gateway)).status_code == 201
    assert time.perf_counter() - began >= 0.1
    patient, gateway.timeout = gateway.timeout, httpx.Timeout(LONGEST_SECONDS, read=0.3)
    with pytest.raises(httpx.ReadTimeout):
        await send(gateway)
    gateway.timeout = patient
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
