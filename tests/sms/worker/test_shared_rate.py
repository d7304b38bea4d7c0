"""Two workers with a bind each share the rate that was agreed with an SMSC, which counts parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from core.platform.settings import Settings
from simulator.smsc import ReceiptForm, Receipts, StandInSmsc
from sms.inbound.webhooks import GatewayIntake
from sms.outbox import claims
from sms.outbox.routes import every_route
from sms.outbox.smpp import Smpp
from sms.worker.sender import Clock, Sender
from tests.core.seed import NOW
from tests.sms.campaign_world import crowd, numbers, running
from tests.support.database import change, query
from tests.support.patience import LONGEST_SECONDS

pytestmark = pytest.mark.usefixtures("safo")

RATE, RECIPIENTS, BATCH = 100, 80, 20
LONG = "L'argent arrive. " * 12
"""Two parts."""


@pytest.fixture
async def smsc() -> AsyncIterator[StandInSmsc]:
    async with StandInSmsc(receipts=Receipts(ReceiptForm.NONE)).running() as standing:
        yield standing


def settings(smsc: StandInSmsc, **others: object) -> Settings:
    chosen = {"sms_routes": "*=smpp", "smpp_url": smsc.url, "smpp_rate": RATE, "sms_rate": 0, "sms_batch_size": BATCH}
    return Settings.model_validate({**chosen, "smpp_receipt_ids": "same", **others})


@pytest.mark.parametrize(("long", "weight"), [("udh", 2), ("sar", 2), ("payload", 1)])
async def test_two_workers_wait_for_each_others_parts(smsc: StandInSmsc, long: str, weight: int) -> None:
    """They take turns, on a clock that stands: each waits for all that both have sent before."""
    chosen = settings(smsc, smpp_long=long)
    waits: list[float] = []

    async def waited(seconds: float) -> None:
        waits.append(round(seconds, 6))

    await crowd(numbers(RECIPIENTS))
    await running()
    await change("UPDATE message_text SET body = %(body)s", body=LONG)
    routes = every_route(chosen)
    async with AsyncExitStack() as links:
        senders = []
        for name in ("first", "second"):
            smpp = Smpp(chosen)
            await links.enter_async_context(smpp.running(GatewayIntake(chosen)))
            senders.append(Sender({"smpp": smpp}, chosen, worker=name, clock=Clock(lambda: NOW, waited)))
        async with asyncio.timeout(LONGEST_SECONDS):
            while len(smsc.esmes) < 2:  # noqa: ASYNC110 - who binds is seen by another task
                await asyncio.sleep(0.01)
        for turn in range(RECIPIENTS // BATCH):
            claim = await claims.claim(f"{turn % 2}", NOW, routes)
            if claim is None:  # no further ahead than the pace allows
                await change("UPDATE sms_pace SET next_free = next_free - interval '2 seconds'")
                claim = await claims.claim(f"{turn % 2}", NOW, routes)
            assert claim is not None
            await senders[turn % 2].send(claim)

    each = BATCH * weight / RATE
    assert waits == [round(turn * each, 6) for turn in range(1, RECIPIENTS // BATCH)]
    assert sorted(sms.msisdn for sms in smsc.taken) == sorted(numbers(RECIPIENTS))
    assert smsc.asked == RECIPIENTS * weight
    assert await query("SELECT DISTINCT state FROM message") == [("accepted",)]


async def test_within_a_request_each_part_has_its_turn(smsc: StandInSmsc) -> None:
    """No part goes sooner than those before it allow."""
    gateway = Smpp(settings(smsc))
    async with gateway.running(GatewayIntake(settings(smsc))):
        began = datetime.now(UTC)
        await gateway.send(LONG, numbers(BATCH))
    assert sorted(sms.msisdn for sms in smsc.taken) == numbers(BATCH)
    for place, at in enumerate(sorted(sms.at for sms in smsc.taken)):
        assert at - began > timedelta(seconds=(2 * place + 1) / RATE - 0.005), f"{place + 1} were there too soon"
