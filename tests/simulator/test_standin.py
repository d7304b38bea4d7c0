"""The stand-in gateway: answers as Africa's Talking does, and remembers what it took."""

import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from simulator.inbox import Sending, Taken
from tests.simulator.a_standin import AWA, BINTA, CHEICK, KEY, codes, send, texts
from tests.support.patience import LONGEST_SECONDS

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
    began = datetime.now(UTC).replace(microsecond=0)
    first = await send(gateway, AWA, BINTA, text="Lundi, 30 000 F CFA à Safo", **{"from": "JIGI"})
    await send(gateway, BINTA)
    await send(gateway, AWA, text="a" * 161)
    one, two = (await gateway.get(f"/inbox/{AWA}")).json()
    assert one["id"] == first.json()["SMSMessageData"]["Recipients"][0]["messageId"]
    assert (one["from"], one["text"], one["parts"]) == ("JIGI", "Lundi, 30 000 F CFA à Safo", 1)
    assert (two["from"], two["text"], two["parts"]) == ("AFRICASTKNG", "a" * 161, 2)
    at = datetime.fromisoformat(one["at"])
    assert at.utcoffset() == timedelta(0)
    assert began <= at <= datetime.now(UTC)
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
            _, errors = program.communicate(timeout=LONGEST_SECONDS)
    assert (program.returncode, errors) == (0, b"")


def _when_it_listens(gateway: httpx.Client) -> dict[str, Any]:
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        try:
            standing: dict[str, Any] = gateway.get("/faults").json()
        except httpx.ConnectError:
            time.sleep(0.02)
        else:
            return standing
    raise TimeoutError("it never listened")
