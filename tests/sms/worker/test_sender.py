"""The sender: from claim to record, at its hours and its pace, with many requests at once."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.outbox.messages import MessageState
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from sms.campaigns import steps
from sms.outbox import claims, delivery
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Policy, Result
from sms.outbox.routes import every_route
from sms.worker import sender as sending
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    PAY_DAY,
    SETTINGS,
    Fate,
    Watch,
    counted,
    crowd,
    family,
    fate_of,
    fates,
    got,
    move_day,
    notice,
    numbers,
    running,
    sender,
    until,
)
from tests.sms.scripted_gateway import ScriptedGateway, SlowGateway
from tests.sms.worker.sending import DAY, EVENING, MORNING, ONE_EACH, at_work, failing
from tests.support.database import one, query

pytestmark = pytest.mark.usefixtures("safo")


# From claim to record


async def test_what_is_ready_is_sent_and_written_down() -> None:
    await crowd(numbers(3))
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway()
    assert await sender(gateway, watch).drain() == 1
    ((body, msisdns),) = gateway.asked
    assert list(msisdns) == numbers(3)
    assert body.startswith("Jigisèmèjiri:")
    rows = await query("SELECT state, provider_id, final_at FROM message ORDER BY msisdn")
    assert [tuple(row) for row in rows] == [("accepted", f"at-{number}", None) for number in (1, 2, 3)]
    assert await steps.finish_done(watch.now) == [campaign]


async def test_the_request_is_made_with_no_transaction_open() -> None:
    await crowd(numbers(1))
    await running()

    async def idle_in_transaction() -> None:
        rows = await query(
            "SELECT count(*) AS n FROM pg_stat_activity "
            "WHERE datname = current_database() AND state = 'idle in transaction'"
        )
        assert rows[0].n == 0
        assert (await one("SELECT state FROM sms_batch")).state == "left", "seen by everybody before it leaves"

    gateway = SlowGateway(idle_in_transaction)
    await sender(gateway, Watch()).drain()
    assert gateway.took == {numbers(1)[0]: 1}


@pytest.mark.parametrize("senders", [2, 4])
async def test_senders_at_once_send_to_each_exactly_once(senders: int) -> None:
    everybody = [*numbers(250), *numbers(100, "66"), *numbers(50, "50")]
    await crowd(everybody)
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=7))
    dice = random.Random(senders)

    async def for_a_while() -> None:
        for _ in range(dice.randrange(6)):
            await asyncio.sleep(0)

    gateway = SlowGateway(for_a_while)
    working = [sender(gateway, Watch(), worker=f"worker {each}") for each in range(senders)]
    counts = await asyncio.gather(*(each.drain() for each in working for _ in range(2)))
    assert gateway.took == dict.fromkeys(everybody, 1)
    assert await counted(campaign) == {"accepted": 400}
    assert sum(count > 0 for count in counts) > 1, "one did it all: nothing raced"


async def test_a_report_that_is_faster_than_our_own_row_is_not_lost() -> None:
    await crowd([AWA])
    campaign = await running()
    report = DeliveryReport("africastalking", "at-1", AWA, MessageState.DELIVERED, "", NOW)
    await sender(SlowGateway(lambda: delivery.apply([report])), Watch()).drain()
    assert await fates(campaign) == {AWA: Fate("delivered")}
    assert await query("SELECT * FROM early_report") == []


# The hours


async def test_what_is_planned_for_the_evening_goes_in_the_morning_and_answers_go_at_once() -> None:
    await crowd([AWA])
    campaign = await running()
    key = await notice(BINTA, now=EVENING)
    watch, gateway = Watch(EVENING), ScriptedGateway()
    working = sender(gateway, watch)
    assert await working.drain() == 1
    assert gateway.took == {BINTA: 1}
    assert (await fate_of(key), await fates(campaign)) == (Fate("accepted"), {AWA: Fate("planned")})
    watch.now = MORNING
    assert await working.drain() == 1
    assert gateway.took == {AWA: 1, BINTA: 1}


async def test_a_request_claimed_before_the_evening_does_not_leave_in_it() -> None:
    await crowd([AWA])
    campaign = await running()
    last = datetime.combine(TODAY, time(18, 59, 59), UTC)
    claim = await claims.claim("first", last, every_route(SETTINGS))
    assert claim
    gateway = ScriptedGateway()
    await sender(gateway, Watch(EVENING)).send(claim)
    assert (gateway.asked, await fates(campaign)) == ([], {AWA: Fate("planned")})
    assert await sender(gateway, Watch(MORNING)).drain() == 1


# Looked at at the last moment


async def test_whoever_stopped_moved_or_was_told_thrice_meanwhile_is_not_asked_for() -> None:
    others = numbers(2, first=10)
    await crowd([BINTA, CHEICK, *others])
    moved = await family(AWA)
    campaign = await running()
    await stop_sms(BINTA)
    await move_day(moved, PAY_DAY + DAY)
    await got(CHEICK, 3)

    watch, gateway = Watch(), ScriptedGateway()
    await sender(gateway, watch).drain()
    assert gateway.took == dict.fromkeys(others, 1)
    assert await fates(campaign) == {
        AWA: Fate("dropped", "changed"),
        BINTA: Fate("dropped", "opted_out"),
        CHEICK: Fate("planned"),
        **dict.fromkeys(others, Fate("accepted")),
    }
    watch.now = MORNING
    await sender(gateway, watch).drain()
    assert gateway.took == {CHEICK: 1, **dict.fromkeys(others, 1)}


async def test_a_day_missed_while_waiting_is_not_told() -> None:
    await crowd([AWA], due=TODAY + DAY)
    campaign = await running(Kind.REMINDER_1)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(MORNING)).drain()
    assert (gateway.asked, await fates(campaign)) == ([], {AWA: Fate("dropped", "missed_its_day")})


# The pace


async def test_no_more_leave_in_a_second_than_is_set() -> None:
    await crowd(numbers(40))
    settings = Settings(sms_rate=10, sms_batch_size=10)
    await running(settings=settings)
    watch = Watch()
    assert await sender(ScriptedGateway(), watch, settings=settings).drain() == 4
    assert watch.now - NOW == timedelta(seconds=3)


async def test_a_slow_operator_waits_and_the_others_go() -> None:
    await crowd([*numbers(30), *numbers(30, "66")])
    settings = Settings(sms_rate=0, sms_batch_size=10, sms_operator_rates={"orange": 1})
    campaign = await running(settings=settings)
    watch, gateway = Watch(), ScriptedGateway()
    working = sender(gateway, watch, settings=settings)
    assert await working.drain() == 4
    assert (watch.now, await counted(campaign)) == (NOW, {"accepted": 40, "planned": 20})
    for _ in range(2):
        watch.turn(seconds=10)
        await working.drain()
    assert await counted(campaign) == {"accepted": 60}


async def test_two_senders_together_keep_the_pace() -> None:
    await crowd(numbers(40))
    settings = Settings(sms_rate=10, sms_batch_size=10)
    await running(settings=settings)
    departures: list[datetime] = []
    watches = Watch(), Watch()

    async def drained(watch: Watch, name: str) -> None:
        async def noted() -> None:
            departures.append(watch.now)

        await sender(SlowGateway(noted), watch, worker=name, settings=settings).drain()

    await asyncio.gather(*(drained(watch, name) for watch, name in zip(watches, ("first", "second"), strict=True)))
    seconds = [(each - NOW).total_seconds() for each in sorted(departures)]
    assert seconds == pytest.approx([0, 1, 2, 3])


@dataclass
class Crowded:
    """Counts the requests that are under way at once, and lets none go before there are so many."""

    wanted: int
    most: int = 0
    now: int = 0
    full: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        if self.now == self.wanted:
            self.full.set()
        await self.full.wait()
        await asyncio.sleep(0.005)
        self.now -= 1


# Many at once


async def test_so_many_requests_are_under_way_at_once_and_no_more() -> None:
    await crowd(numbers(30))
    settings = Settings(sms_rate=0, sms_batch_size=1, sms_in_flight=3)
    campaign = await running(settings=settings)
    crowded = Crowded(wanted=3)

    async def all_sent() -> bool:
        return (await counted(campaign))["accepted"] == 30

    async with at_work(sender(SlowGateway(crowded), Watch(), settings=settings)):
        await until(all_sent)
    assert crowded.most == 3


async def test_stopping_claims_nothing_more_and_finishes_what_is_under_way() -> None:
    await crowd(numbers(5))
    settings = Settings(sms_rate=0, sms_batch_size=1, sms_in_flight=2)
    campaign = await running(settings=settings)
    asked, go = asyncio.Event(), asyncio.Event()

    async def held() -> None:
        asked.set()
        await go.wait()

    working = sender(SlowGateway(held), Watch(), settings=settings)
    task = asyncio.create_task(working.run())
    await asked.wait()
    working.stop()
    go.set()
    async with asyncio.timeout(10):
        await task
    states = await counted(campaign)
    assert states["accepted"] in (1, 2)
    assert states["accepted"] + states["planned"] == 5
    assert await query("SELECT id FROM sms_batch WHERE state IN ('claimed', 'left')") == []


async def test_stopping_gives_back_what_waits_for_its_turn() -> None:
    await crowd(numbers(4))
    settings = Settings(sms_rate=1, sms_batch_size=1, sms_in_flight=3)  # whose turn is within two seconds is claimed
    campaign = await running(settings=settings)
    waiting = asyncio.Event()

    class Standing(Watch):
        async def sleep(self, seconds: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

    working = sender(ScriptedGateway(), Standing(), settings=settings)
    task = asyncio.create_task(working.run())
    await waiting.wait()
    working.stop()
    async with asyncio.timeout(10):
        await task
    assert (await counted(campaign))["planned"] >= 3
    assert await query("SELECT id FROM sms_batch WHERE state IN ('claimed', 'left')") == []


async def test_a_sender_lives_through_a_database_that_goes_and_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    await crowd(numbers(3))
    campaign = await running(settings=ONE_EACH)
    failing(monkeypatch, "claim", times=2)
    watch = Watch()

    async def all_sent() -> bool:
        return (await counted(campaign))["accepted"] == 3

    async with at_work(sender(ScriptedGateway(), watch)):
        await until(all_sent)
    assert watch.slept == [sending.DATABASE_DOWN_SECONDS] * 2


def nobody(_: str, msisdns: Sequence[str]) -> Sequence[Result]:
    return [Result(msisdn, Policy.FINAL, "no_route") for msisdn in msisdns]


async def test_who_cannot_be_reached_is_not_asked_for_again() -> None:
    await crowd([AWA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(nobody)
    for _ in range(3):
        await sender(gateway, watch).drain()
        watch.turn(hours=1)
    assert (len(gateway.asked), await fates(campaign)) == (1, {AWA: Fate("failed", "no_route")})
