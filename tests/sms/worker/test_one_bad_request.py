"""One bad request harms nobody else: what is uncertain or waits, waits alone, and notices wait for no campaign."""

import asyncio
from collections.abc import Sequence

import pytest

from core.platform.settings import Settings
from sms.campaigns import steps
from sms.outbox.gateway import Policy, Result, Unanswered
from sms.worker.sender import Clock, Sender
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    Fate,
    Watch,
    counted,
    crowd,
    fate_of,
    fates,
    notice,
    numbers,
    running,
    sender,
    somebody,
    until,
)
from tests.sms.scripted_gateway import ScriptedGateway, alone
from tests.sms.worker.sending import at_work

pytestmark = pytest.mark.usefixtures("safo")


class Poisoned(ScriptedGateway):
    """Fails whenever one number is among those that it is asked for, and takes every other request."""

    def __init__(self, bad: str, answer: Exception | Policy) -> None:
        super().__init__()
        self._bad = bad
        self._answer = answer

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        if self._bad not in msisdns:
            return await super().send(body, msisdns)
        self.asked.append((body, tuple(msisdns)))
        if isinstance(self._answer, Exception):
            raise self._answer
        return [self.result(msisdn, self._answer) for msisdn in msisdns]


async def test_a_number_that_always_fails_leaves_its_own_request_uncertain_and_all_others_go() -> None:
    await crowd(numbers(40))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=4))
    bad, watch = numbers(40)[17], Watch()
    gateway = Poisoned(bad, Unanswered("HTTP 500"))
    await sender(gateway, watch).drain()
    assert await counted(campaign) == {"accepted": 36, "uncertain": 4}
    assert (len(gateway.asked), watch.slept) == (10, [])


async def test_what_is_sent_again_goes_one_number_a_request_and_finds_the_one_that_is_the_cause() -> None:
    await crowd(numbers(8))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=4))
    bad, watch = numbers(8)[5], Watch()
    gateway = Poisoned(bad, Unanswered("HTTP 500"))
    await sender(gateway, watch).drain()
    assert await steps.settle(campaign, await somebody("awa"), watch.now, again=True) == 4
    gateway.asked.clear()
    await sender(gateway, watch).drain()
    assert sorted(len(msisdns) for _, msisdns in gateway.asked) == [1, 1, 1, 1]
    assert [msisdn for msisdn, fate in (await fates(campaign)).items() if fate.state == "uncertain"] == [bad]


async def test_a_request_that_fails_for_all_is_tried_again_number_by_number() -> None:
    await crowd(numbers(4))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=4))
    bad, watch = numbers(4)[2], Watch()
    gateway = Poisoned(bad, Policy.AGAIN)
    await sender(gateway, watch).drain()
    for _ in range(3):
        watch.turn(minutes=30)
        await sender(gateway, watch).drain()
    assert gateway.took == {msisdn: 1 for msisdn in numbers(4) if msisdn != bad}
    assert (await fates(campaign))[bad] == Fate("failed", "GatewayError")


class Stuck(ScriptedGateway):
    """Keeps every campaign's request under way until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()
        self.held = 0

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        if AWA not in msisdns:
            self.held += 1
            await self.let_go.wait()
        return await super().send(body, msisdns)


async def test_a_notice_goes_while_a_campaign_has_every_request_under_way() -> None:
    await crowd(numbers(20, "77"))
    await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    gateway = Stuck()
    settings = Settings(sms_rate=0, sms_in_flight=2)
    working = Sender(alone(gateway), settings, worker="first", clock=Clock(now=lambda: NOW))

    async def is_full() -> bool:
        return gateway.held == settings.sms_in_flight

    async def is_through() -> bool:
        return gateway.took[AWA] == 1

    async with at_work(working):
        await until(is_full)
        key = await notice(AWA)
        working.wake()
        await until(is_through)
        assert gateway.held == settings.sms_in_flight
        gateway.let_go.set()
    assert await fate_of(key) == Fate("accepted")


async def test_a_notice_goes_at_once_though_a_campaign_has_used_the_pace_of_the_next_minute() -> None:
    await crowd(numbers(60, "77"))
    slow = Settings(sms_rate=1, sms_batch_size=60)
    await running(settings=slow)
    watch, gateway = Watch(), ScriptedGateway()
    working = sender(gateway, watch, settings=slow)
    await working.drain()
    await notice(AWA)
    await working.drain()
    assert (gateway.took[AWA], watch.slept) == (1, [])
