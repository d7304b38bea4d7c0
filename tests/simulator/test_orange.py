"""Orange's stand-in and the gateway `orange`, one against the other: what each fault leaves the notifier to believe."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.outbox.messages import MessageState, Reason
from core.platform.settings import Settings
from core.platform.webhooks import JSON, Posting
from simulator.speech import Speech
from simulator.standin import build
from sms.outbox.gateway import (
    Balance,
    Busy,
    GatewayRefused,
    GatewayTrouble,
    Incoming,
    NotReached,
    Policy,
    Throttled,
    Unanswered,
)
from sms.outbox.orange import Orange
from tests.simulator.a_standin import AWA, order, texts
from tests.simulator.loopback import a_sender, on_loopback

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@asynccontextmanager
async def both(callbacks: str | None = None) -> AsyncIterator[tuple[Orange, httpx.AsyncClient]]:
    """The gateway that sends, and a client that orders faults at the stand-in."""
    app = build(Speech.ORANGE, callbacks=callbacks, reports_after_ms=0)
    async with on_loopback(app) as address, a_sender(address) as client:
        chosen = {"orange_authorization": "Basic demo", "orange_url": address, "sms_answer_seconds": 0.5}
        orange = Orange(Settings.model_validate(chosen))
        yield orange, client
        await orange.close()


async def test_it_takes_a_message_and_names_it() -> None:
    async with both() as (orange, standin):
        (result,) = await orange.send("Bonjour à tous", [AWA])
        (message,) = (await standin.get(f"/inbox/{AWA}")).json()
        assert (result.policy, result.provider_id) == (Policy.ACCEPTED, message["id"])
        assert (message["from"], message["text"]) == ("JIGISEME", "Bonjour à tous")


@pytest.mark.parametrize(
    ("fault", "trouble", "taken"),
    [
        ({"kind": "429", "retry_after": 3}, Throttled, False),
        ({"kind": "codes", "codes": {"*": 502}}, Throttled, False),
        ({"kind": "500"}, Unanswered, False),
        ({"kind": "502"}, Unanswered, False),
        ({"kind": "502_after"}, Unanswered, True),
        ({"kind": "503"}, Unanswered, False),
        ({"kind": "504"}, Unanswered, False),
        ({"kind": "cut_before"}, Unanswered, False),
        ({"kind": "cut_after"}, Unanswered, True),
        ({"kind": "slow", "slow_ms": 2000}, Unanswered, True),
        ({"kind": "html"}, Unanswered, False),
        ({"kind": "short"}, Unanswered, True),
        ({"kind": "codes", "codes": {"*": 999}}, GatewayRefused, False),
    ],
)
async def test_what_may_have_been_taken_is_never_believed_not_to_be(
    fault: dict[str, object], trouble: type[GatewayTrouble], taken: bool
) -> None:
    async with both() as (orange, standin):
        await order(standin, next=[fault])
        with pytest.raises(trouble):
            await orange.send("Bonjour", [AWA])
        assert await texts(standin) == ["Bonjour"] * taken
        assert not taken or trouble is Unanswered


@pytest.mark.parametrize(
    ("fault", "policy", "reason"),
    [
        ({"kind": "balance"}, Policy.STOP, Reason.NO_BALANCE),
        ({"kind": "empty"}, Policy.STOP, "orange:POL1009"),
        ({"kind": "codes", "codes": {AWA: 403}}, Policy.FINAL, Reason.INVALID_NUMBER),
        ({"kind": "codes", "codes": {AWA: 500}}, Policy.AGAIN, "orange:SVC0001"),
        ({"kind": "no_ids"}, Policy.ACCEPTED, ""),
        ({"kind": "401"}, Policy.ACCEPTED, ""),
    ],
)
async def test_each_fault_of_a_number_says_what_follows(fault: dict[str, object], policy: Policy, reason: str) -> None:
    """A token that is refused is renewed, and the message goes all the same."""
    async with both() as (orange, standin):
        await order(standin, next=[fault])
        (result,) = await orange.send("Bonjour", [AWA])
        assert (result.policy, result.reason) == (policy, reason)
        assert (result.provider_id is None) is (policy is not Policy.ACCEPTED or fault["kind"] == "no_ids")


@pytest.mark.parametrize("known", [False, True])
async def test_while_it_is_switched_off_nothing_leaves(known: bool) -> None:
    async with both() as (orange, standin):
        if known:
            await orange.send("Avant", [AWA])
        await order(standin, off=True)
        with pytest.raises(Busy) as trouble:
            await orange.send("Bonjour", [AWA])
        assert trouble.value.wait == 5
        await order(standin, off=False)
        (result,) = await orange.send("Bonjour", [AWA])
        assert result.policy is Policy.ACCEPTED
        assert await texts(standin) == ["Avant"] * known + ["Bonjour"]


async def test_a_gateway_that_is_not_there_was_not_reached() -> None:
    orange = Orange(Settings.model_validate({"orange_authorization": "Basic x", "orange_url": "http://127.0.0.1:1"}))
    with pytest.raises(NotReached):
        await orange.send("Bonjour", [AWA])
    await orange.close()


async def test_the_balance_is_what_is_left_of_the_bundle() -> None:
    async with both() as (orange, standin):
        await order(standin, balance=2)
        await orange.send("Bonjour", [AWA])
        balance = await orange.balance()
        assert isinstance(balance, Balance)
        assert (balance.shown, balance.messages, balance.until is not None) == ("1 SMS", 1, True)


async def test_what_it_posts_is_read_as_orange_writes_it() -> None:
    """A receipt, and what somebody writes."""
    posted: dict[str, bytes] = {}

    async def take(request: Request) -> Response:
        posted[request.path_params["what"]] = await request.body()
        return Response()

    application = Starlette(routes=[Route("/sms/orange/demo/{what}", take, methods=["POST"])])
    async with (
        on_loopback(application) as address,
        both(f"{address}/sms/orange/demo") as (orange, standin),
    ):
        (result,) = await orange.send("Bonjour", [AWA])
        assert (await standin.post("/reports/flush")).json()["sent"] == 1
        wrote = await standin.post("/write", json={"from": AWA, "to": "36000", "text": "été*#"})
        assert wrote.json()["status"] == 200
        report = orange.delivery(Posting(JSON, posted["delivery"]), NOW)
        assert report is not None
        assert (report.provider_id, report.msisdn, report.state) == (result.provider_id, AWA, MessageState.DELIVERED)
        incoming = orange.inbound(Posting(JSON, posted["inbound"]))
        assert incoming == Incoming("orange", incoming.gateway_id, f"tel:{AWA}", "été*#")
