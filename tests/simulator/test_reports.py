"""Delivery reports of the stand-in gateway, and what else it posts to the application."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import pytest

from simulator.faults import ReportOrder
from simulator.reports import REASONS, ReportPlan, StandInReport, plan
from simulator.standin import build
from tests.simulator.loopback import Application, a_sender, on_loopback
from tests.support.patience import LONGEST_SECONDS

AWA, BINTA = "+22376000001", "+22376000002"
CALLBACKS = "/sms/africastalking/demo"
MANY = [(f"ATXid_{n:03}", f"+22376{n:06}") for n in range(300)]


@dataclass
class Gateway:
    """The stand-in, seen from the application."""

    client: httpx.AsyncClient

    async def send(self, *to: str) -> list[str]:
        """Send to these numbers; the ids in the answer."""
        form = {"username": "jigi", "to": ",".join(to), "message": "Bonjour"}
        answer = await self.client.post("/version1/messaging", data=form)
        assert answer.status_code == 201, answer.text
        return [row["messageId"] for row in answer.json()["SMSMessageData"]["Recipients"]]

    async def order(self, **reports: object) -> None:
        answer = await self.client.post("/faults", json={"reports": reports})
        assert answer.status_code == 200, answer.text

    async def counts(self) -> dict[str, int]:
        counts: dict[str, int] = (await self.client.get("/reports")).json()
        return counts

    async def flush(self) -> dict[str, int]:
        counts: dict[str, int] = (await self.client.post("/reports/flush")).json()
        return counts


@asynccontextmanager
async def a_gateway(callbacks: str | None) -> AsyncIterator[Gateway]:
    standin = build(callbacks=callbacks, reports_after_ms=60_000)
    async with (
        on_loopback(standin) as address,
        a_sender(address) as client,
    ):
        yield Gateway(client)


@pytest.fixture
async def gateway(application: Application) -> AsyncIterator[Gateway]:
    async with on_loopback(application.app()) as behind, a_gateway(f"{behind}{CALLBACKS}") as gateway:
        yield gateway


async def until(seen: Callable[[], object]) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(LONGEST_SECONDS):
        while not seen():  # noqa: ASYNC110 - it is seen in what the application got
            await asyncio.sleep(0.005)


# Posting


async def test_a_report_is_the_gateway_s_form(gateway: Gateway, application: Application) -> None:
    (message_id,) = await gateway.send(AWA)
    assert await gateway.counts() == {"waiting": 1, "sent": 0, "refused": 0}
    assert await gateway.flush() == {"waiting": 0, "sent": 1, "refused": 0}
    assert application.reports == [
        {"id": message_id, "status": "Success", "phoneNumber": AWA, "networkCode": "61001", "retryCount": "0"}
    ]


async def test_reports_come_when_they_are_due(gateway: Gateway, application: Application) -> None:
    await gateway.order(after_ms=120, spread_ms=200)
    began = time.perf_counter()
    await gateway.send(AWA, BINTA)
    await until(lambda: application.reports)
    assert time.perf_counter() - began >= 0.12
    await until(lambda: len(application.reports) == 2)
    assert time.perf_counter() - began >= 0.22
    assert [report["phoneNumber"] for report in application.reports] == [AWA, BINTA]


async def test_a_later_message_can_be_reported_sooner(gateway: Gateway, application: Application) -> None:
    await gateway.send(AWA)
    await gateway.order(after_ms=10)
    await gateway.send(BINTA)
    await until(lambda: application.reports)
    assert [report["phoneNumber"] for report in application.reports] == [BINTA]


async def test_early_is_before_our_own_answer(gateway: Gateway, application: Application) -> None:
    await gateway.order(early=1)
    ids = await gateway.send(AWA, BINTA)
    assert sorted(report["id"] for report in application.reports) == sorted(ids)


async def test_only_what_was_taken_is_reported(gateway: Gateway, application: Application) -> None:
    await gateway.client.post("/faults", json={"next": [{"kind": "codes", "codes": {AWA: 406}}, {"kind": "503"}]})
    await gateway.send(AWA, BINTA)
    await gateway.client.post("/version1/messaging", data={"username": "jigi", "to": AWA, "message": "Bonjour"})
    await gateway.flush()
    assert [report["phoneNumber"] for report in application.reports] == [BINTA]


async def test_a_message_without_an_id_is_reported_under_the_id_that_nobody_was_told(
    gateway: Gateway, application: Application
) -> None:
    await gateway.client.post("/faults", json={"next": [{"kind": "no_ids"}]})
    assert await gateway.send(AWA) == ["None"]
    await gateway.flush()
    assert application.reports[0]["id"].startswith("ATXid_")


async def test_steps_come_in_order_over_many_connections(gateway: Gateway, application: Application) -> None:
    await gateway.order(steps=True)
    ids = await gateway.send(*(number for _, number in MANY[:20]))
    await gateway.flush()
    for message_id in ids:
        steps = [report["status"] for report in application.reports if report["id"] == message_id]
        assert len(steps) == 3
        assert (steps[0], steps[2]) == ("Sent", "Success")
        assert steps[1] in {"Submitted", "Buffered"}


async def test_a_failing_application_is_tried_again(gateway: Gateway, application: Application) -> None:
    application.answers = [500, 503]
    await gateway.order(after_ms=0)
    began = time.perf_counter()
    (message_id,) = await gateway.send(AWA)
    await until(lambda: len(application.reports) == 3)
    assert time.perf_counter() - began >= 0.75
    assert {report["id"] for report in application.reports} == {message_id}
    assert await gateway.counts() == {"waiting": 0, "sent": 1, "refused": 0}


async def test_an_application_that_keeps_failing_is_given_up(gateway: Gateway, application: Application) -> None:
    application.answers = [500] * 10
    await gateway.send(AWA)
    assert await gateway.flush() == {"waiting": 0, "sent": 0, "refused": 1}
    assert len(application.reports) == 4


async def test_a_refused_token_is_not_tried_again(gateway: Gateway, application: Application) -> None:
    application.answers = [404]
    await gateway.send(AWA)
    assert await gateway.flush() == {"waiting": 0, "sent": 0, "refused": 1}
    assert len(application.reports) == 1


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}{CALLBACKS}"


async def test_an_application_that_is_away_is_given_up(nowhere: str) -> None:
    async with a_gateway(nowhere) as gateway:
        await gateway.order(early=0.5)
        await gateway.send(*(number for _, number in MANY[:10]))
        assert await gateway.flush() == {"waiting": 0, "sent": 0, "refused": 10}


async def test_reports_can_be_switched_off(gateway: Gateway) -> None:
    await gateway.order(on=False)
    await gateway.send(AWA)
    assert await gateway.counts() == {"waiting": 0, "sent": 0, "refused": 0}


async def test_without_callbacks_there_is_nothing_to_report_to() -> None:
    async with a_gateway(None) as gateway:
        await gateway.send(AWA)
        assert await gateway.counts() == {"waiting": 0, "sent": 0, "refused": 0}
        answer = await gateway.client.post("/write", json={"from": AWA, "to": "1234", "text": "AIDE"})
        assert answer.status_code == 409


def test_callbacks_must_be_an_http_address() -> None:
    with pytest.raises(ValueError, match="no http address"):
        build(callbacks="localhost:8000/sms")


# Drawing


def drawn(seed: int = 7, **order: object) -> ReportPlan:
    return plan(MANY, ReportOrder.model_validate(order), Random(seed))


def ids(runs: list[list[StandInReport]]) -> list[str]:
    return [report.message_id for run in runs for report in run]


def test_the_same_seed_draws_the_same_reports() -> None:
    everything: dict[str, Any] = {
        "shuffle": True,
        "steps": True,
        "twice": 0.2,
        "early": 0.2,
        "lost": 0.2,
        "unknown": 0.2,
    }
    assert drawn(**everything) == drawn(**everything)
    assert drawn(**everything) != drawn(8, **everything)


def test_in_order_and_once_when_nothing_is_ordered() -> None:
    assert ids(drawn().later) == [message_id for message_id, _ in MANY]
    assert drawn().early == []


def test_twice() -> None:
    times = Counter(Counter(ids(drawn(twice=0.25).later)).values())
    assert set(times) == {1, 2}
    assert 45 < times[2] < 105


def test_twice_in_order_comes_one_after_the_other() -> None:
    assert [len(run) for run in drawn(twice=1).later] == [2] * len(MANY)


def test_lost() -> None:
    assert 45 < len(MANY) - len(ids(drawn(lost=0.25).later)) < 105
    assert drawn(lost=1) == ReportPlan([], [])


def test_early() -> None:
    split = drawn(early=0.25)
    assert 45 < len(split.early) < 105
    assert sorted(ids(split.early) + ids(split.later)) == sorted(message_id for message_id, _ in MANY)


def test_shuffled() -> None:
    shuffled = drawn(shuffle=True, early=0.5)
    for runs in (shuffled.early, shuffled.later):
        assert ids(runs) != sorted(ids(runs))
    assert len(ids(shuffled.early) + ids(shuffled.later)) == len(MANY)


def test_shuffled_steps_overtake_each_other() -> None:
    last_first = 0
    order = [run[0] for run in drawn(shuffle=True, steps=True).later]
    for message_id, _ in MANY:
        steps = [report.status for report in order if report.message_id == message_id]
        assert len(steps) == 3
        last_first += steps[0] == "Success"
    assert 50 < last_first < 150


def test_unknown() -> None:
    reported = {message_id for message_id, _ in MANY}
    strangers = [name for name in ids(drawn(unknown=0.25).later) if name not in reported]
    assert 45 < len(strangers) < 105
    assert len(set(strangers)) == len(strangers)
    assert all(name.startswith("ATXid_") for name in strangers)


def test_statuses_have_their_shares_and_their_reasons() -> None:
    statuses = {"Success": 0.5, "Failed": 0.2, "AbsentSubscriber": 0.1, "Rejected": 0.1, "Expired": 0.1}
    reports = [run[0] for run in drawn(statuses=statuses).later]
    seen = Counter(report.status for report in reports)
    assert set(seen) == set(statuses)
    assert 110 < seen["Success"] < 190
    for report in reports:
        assert report.reason in REASONS.get(report.status, ("",))
        assert report.form().get("failureReason", "") == report.reason
    assert {"NotNetworkSubscriber", "NotNetworkSubcriber"} <= {report.reason for report in reports}


# What a phone does


async def test_a_phone_writes_to_the_short_code(gateway: Gateway, application: Application) -> None:
    answer = await gateway.client.post("/write", json={"from": AWA, "to": "1234", "text": "AIDE é"})
    assert (answer.status_code, answer.json()["status"]) == (200, 200)
    ((what, form),) = application.posted
    assert what == "inbound"
    assert form.pop("date")
    assert form.pop("id")
    assert form == {
        "from": AWA,
        "to": "1234",
        "text": "AIDE é",
        "linkId": "",
        "cost": "0",
        "networkCode": "61001",
    }


async def test_each_message_of_a_phone_has_its_own_id(gateway: Gateway, application: Application) -> None:
    for _ in range(2):
        await gateway.client.post("/write", json={"from": AWA, "to": "1234", "text": "AIDE"})
    first, second = (form["id"] for _, form in application.posted)
    assert first != second


async def test_a_phone_opts_out_of_the_sender_of_its_newest_message(gateway: Gateway, application: Application) -> None:
    await gateway.client.post("/optout", json={"phone": AWA, "senderId": "OTHER"})
    await gateway.client.post(
        "/version1/messaging", data={"username": "jigi", "to": AWA, "message": "Bonjour", "from": "JIGI"}
    )
    await gateway.client.post("/optout", json={"phone": AWA})
    assert application.posted == [
        ("optout", {"senderId": "OTHER", "phoneNumber": AWA}),
        ("optout", {"senderId": "JIGI", "phoneNumber": AWA}),
    ]


async def test_what_the_application_refuses_is_said(gateway: Gateway, application: Application) -> None:
    application.answers = [503]
    answer = await gateway.client.post("/write", json={"from": AWA, "to": "1234", "text": "AIDE"})
    assert (answer.status_code, answer.json()["status"]) == (502, 503)


async def test_an_application_that_is_away_is_said(nowhere: str) -> None:
    async with a_gateway(nowhere) as gateway:
        answer = await gateway.client.post("/optout", json={"phone": AWA})
        assert answer.status_code == 502
        assert answer.json() == {"error": "no answer: ConnectError"}


@pytest.mark.parametrize(
    ("path", "nonsense"),
    [
        ("/write", {"from": "76000001", "to": "1234", "text": "AIDE"}),
        ("/write", {"from": AWA, "text": "AIDE"}),
        ("/optout", {"phone": f"{AWA}\n"}),
        ("/optout", {}),
    ],
)
async def test_nonsense_is_not_posted(
    gateway: Gateway, application: Application, path: str, nonsense: dict[str, str]
) -> None:
    assert (await gateway.client.post(path, json=nonsense)).status_code == 400
    assert application.posted == []
