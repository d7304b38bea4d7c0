"""The sender: nobody is asked for twice, whatever the gateway, the database, the clock or the people do meanwhile."""

import asyncio
import random
import time as machine_time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from core.campaigns.models import CampaignKind as Kind
from core.campaigns.steps import WrongState
from core.outbox.messages import MessageState
from core.outbox.notices import NoticeKind
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from sms.campaigns import steps
from sms.outbox import delivery, ledger
from sms.outbox.delivery import Report
from sms.outbox.gateway import Busy, Gateway, GatewayTrouble, NotReached, Policy, Refused, Result, Unanswered
from sms.outbox.ledger import Claim
from sms.outbox.window import Window
from sms.worker import sender as sending
from sms.worker import sweeps
from sms.worker.sender import Sender
from tests.core.seed import TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    BM,
    CHEICK,
    FR,
    NOW,
    PAY_DAY,
    SETTINGS,
    Fate,
    ScriptedGateway,
    SlowGateway,
    Watch,
    change,
    counted,
    crowd,
    family,
    fate_of,
    fates,
    got,
    living,
    move_day,
    notice,
    numbers,
    one,
    query,
    running,
    sender,
    somebody,
    speaks,
    state_of,
    until,
)
from tests.sms.campaign_world import safo as safo

pytestmark = pytest.mark.usefixtures("safo")

DAY = timedelta(days=1)
ONE_EACH = Settings(sms_rate=0, sms_batch_size=1)
EVENING = datetime.combine(TODAY, time(20), UTC)
MORNING = datetime.combine(TODAY + DAY, time(8), UTC)


def gone() -> OperationalError:
    """What it looks like when the database is away."""
    return OperationalError("SELECT 1", {}, Exception("the connection is closed"))


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
    report = Report("at-1", AWA, MessageState.DELIVERED, "", NOW)
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
    claim = await ledger.claim("first", last, Window(*SETTINGS.sms_window))
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


# The gateway asks for patience


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        (Busy("HTTP 429", wait=7), 7),
        (Busy("HTTP 429"), 120),
        (Busy("HTTP 503", wait=300), 300),
        (Busy("HTTP 500"), 120),
        (NotReached("ConnectError"), 120),
    ],
)
async def test_everybody_keeps_their_place_and_waits(trouble: Exception, seconds: int) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(trouble)
    working = sender(gateway, watch)
    await working.drain()
    assert await fates(campaign) == dict.fromkeys([AWA, BINTA], Fate("planned"))
    assert [row.attempts for row in await query("SELECT attempts FROM message")] == [0, 0]
    await notice(CHEICK)

    watch.turn(seconds=seconds - 1)
    other = sender(gateway, watch, worker="second")
    assert [await working.drain(), await other.drain()] == [0, 0]
    watch.turn(seconds=1)
    assert await working.drain() == 2
    assert gateway.took == dict.fromkeys([AWA, BINTA, CHEICK], 1)


async def test_patience_costs_no_attempt_however_often_it_is_asked_for() -> None:
    await crowd([AWA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(*[Busy("HTTP 503")] * 10)
    for _ in range(11):
        await sender(gateway, watch).drain()
        watch.turn(seconds=120)
    assert (len(gateway.asked), await fates(campaign)) == (11, {AWA: Fate("accepted")})


# The gateway fails for a number


async def test_a_number_is_tried_again_later_and_given_up_in_the_end() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(*[{AWA: Policy.AGAIN}] * 5)
    working, waits = sender(gateway, watch), []
    while len(gateway.asked) < 3:
        before = watch.now
        while not await working.drain():
            watch.turn(seconds=10)
        waits.append((watch.now - before).total_seconds())
    assert waits == [0, 120, 240]
    assert [msisdns for _, msisdns in gateway.asked] == [(AWA, BINTA), (AWA,), (AWA,)]
    assert await fates(campaign) == {AWA: Fate("failed", "GatewayError"), BINTA: Fate("accepted")}


@pytest.mark.parametrize("attempts", [1, 2, 4])
async def test_how_often_is_a_setting(attempts: int) -> None:
    await crowd([AWA])
    settings = Settings(sms_rate=0, sms_attempts=attempts)
    campaign = await running(settings=settings)
    watch, gateway = Watch(), ScriptedGateway(*[Policy.AGAIN] * 9)
    for _ in range(9):
        await sender(gateway, watch, settings=settings).drain()
        watch.turn(minutes=30)
    assert (len(gateway.asked), await fates(campaign)) == (attempts, {AWA: Fate("failed", "GatewayError")})


# The gateway takes nothing


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Policy.STOP, "InsufficientBalance"),
        (Refused("HTTP 401: wrong key"), "HTTP 401: wrong key"),
        (Refused("gateway: InvalidSenderId"), "gateway: InvalidSenderId"),
    ],
)
async def test_the_campaign_pauses_until_somebody_has_looked_and_goes_on_from_there(
    answer: Policy | Refused, why: str
) -> None:
    await crowd(numbers(5))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=2))
    watch, gateway = Watch(), ScriptedGateway(Policy.ACCEPTED, answer)
    working = sender(gateway, watch)
    await working.drain()
    assert len(gateway.asked) == 2
    row = await one("SELECT state, why_code, why_data FROM campaign")
    assert (row.state, row.why_code, row.why_data) == ("paused", "gateway", {"reason": why})
    assert await counted(campaign) == {"accepted": 2, "planned": 3}
    assert [row.attempts for row in await query("SELECT attempts FROM message")] == [0] * 5

    await steps.resume(campaign, await somebody("binta"), watch.now)
    await working.drain()
    assert gateway.took == dict.fromkeys(numbers(5), 1)


async def test_who_was_taken_in_the_request_that_stopped_is_not_asked_for_again() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway({BINTA: Policy.STOP})
    await sender(gateway, watch).drain()
    assert await fates(campaign) == {AWA: Fate("accepted"), BINTA: Fate("planned")}
    await steps.resume(campaign, await somebody("binta"), watch.now)
    await sender(gateway, watch).drain()
    assert gateway.took == {AWA: 1, BINTA: 1}


@pytest.mark.parametrize("answer", [Policy.STOP, Refused("HTTP 401")])
async def test_a_notice_that_the_gateway_does_not_take_waits(answer: Policy | Refused) -> None:
    key = await notice(AWA)
    watch, gateway = Watch(), ScriptedGateway(answer)
    working = sender(gateway, watch)
    await working.drain()
    assert (await fate_of(key), len(gateway.asked)) == (Fate("planned"), 1)
    watch.turn(seconds=sending.STOPPED_SECONDS)
    await working.drain()
    assert (await fate_of(key), gateway.took) == (Fate("accepted"), {AWA: 1})


async def test_who_resumes_a_campaign_once_there_is_money_does_not_wait_for_what_notices_waited_for() -> None:
    await crowd([AWA])
    campaign = await running()
    await notice(BINTA)
    watch, gateway = Watch(), ScriptedGateway(Policy.STOP)
    working = sender(gateway, watch)
    await working.drain()
    await steps.pause(campaign, "no money", watch.now)
    await steps.resume(campaign, await somebody("binta"), watch.turn(seconds=60))
    await working.drain()
    assert gateway.took == {AWA: 1, BINTA: 1}


# The gateway does not answer


@pytest.mark.parametrize(
    "trouble", [Unanswered("ReadTimeout"), Unanswered("HTTP 504"), RuntimeError("what nobody thought of")]
)
async def test_who_may_have_got_it_never_gets_it_again_by_itself(trouble: Exception) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(trouble)
    reason = trouble.reason if isinstance(trouble, Unanswered) else "RuntimeError"
    for _ in range(4):
        await sender(gateway, watch).drain()
        await sweeps.sweep(watch.turn(hours=30), SETTINGS)
    assert await fates(campaign) == dict.fromkeys([AWA, BINTA], Fate("uncertain", reason))
    assert len(gateway.asked) == 1
    assert await state_of(campaign) == "finished"


async def test_half_an_answer_is_an_answer_for_that_half() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    gateway = ScriptedGateway({BINTA: Policy.UNCERTAIN})
    await sender(gateway, Watch()).drain()
    assert await fates(campaign) == {AWA: Fate("accepted"), BINTA: Fate("uncertain", "not in the answer")}


async def test_an_answer_that_is_too_short_leaves_everybody_uncertain() -> None:
    """No gateway may do it, and one that does must not take the sender down."""
    await crowd([AWA, BINTA])
    campaign = await running()
    gateway = ScriptedGateway(lambda _, msisdns: [Result(msisdns[0], Policy.ACCEPTED, "Sent", "at1")])
    await sender(gateway, Watch()).drain()
    assert {fate.state for fate in (await fates(campaign)).values()} == {"uncertain"}


# The database is away


async def test_an_answer_is_written_down_once_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    failing(monkeypatch, "record", times=2)
    watch, gateway = Watch(), ScriptedGateway({BINTA: Policy.AGAIN})
    await sender(gateway, watch).drain()
    assert watch.slept == list(sending.RECORDING_SECONDS[:2])
    assert await fates(campaign) == {AWA: Fate("accepted"), BINTA: Fate("planned")}
    assert len(gateway.asked) == 1


async def test_an_answer_written_down_without_our_knowing_it_is_written_down_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await crowd([AWA, BINTA, CHEICK])
    campaign = await running()
    failing(monkeypatch, "record", times=1, after=True)
    watch = Watch()
    gateway = ScriptedGateway({BINTA: Policy.AGAIN, CHEICK: Policy.STOP})
    await sender(gateway, watch).drain()
    assert await fates(campaign) == {AWA: Fate("accepted"), BINTA: Fate("planned"), CHEICK: Fate("planned")}
    assert (await one("SELECT attempts FROM message WHERE msisdn = :binta", binta=BINTA)).attempts == 1
    await steps.resume(campaign, await somebody("binta"), watch.turn(minutes=10))
    await sender(gateway, watch).drain()
    assert gateway.took == dict.fromkeys([AWA, BINTA, CHEICK], 1)
    assert await steps.finish_done(watch.now) == [campaign]


@pytest.mark.parametrize("name", ["unanswered", "release"])
async def test_a_trouble_is_written_down_once_the_database_is_back(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    await crowd([AWA])
    campaign = await running()
    failing(monkeypatch, name, times=2)
    trouble = Unanswered("ReadTimeout") if name == "unanswered" else Busy("HTTP 503")
    await sender(ScriptedGateway(trouble), Watch()).drain()
    expected = Fate("uncertain", "ReadTimeout") if name == "unanswered" else Fate("planned")
    assert await fates(campaign) == {AWA: expected}


async def test_what_could_not_be_written_down_is_uncertain_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    await crowd([AWA])
    campaign = await running()
    failing(monkeypatch, "record", times=99)
    watch, gateway = Watch(), ScriptedGateway()
    await sender(gateway, watch).drain()
    assert watch.slept == list(sending.RECORDING_SECONDS)
    await living("first", watch.turn(hours=1))
    await sweeps.sweep(watch.now, SETTINGS)
    assert await fates(campaign) == {AWA: Fate("uncertain", "worker died")}
    assert len(gateway.asked) == 1


async def test_without_the_database_nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    await crowd([AWA])
    campaign = await running()
    gateway = ScriptedGateway()
    working = sender(gateway, Watch())
    failing(monkeypatch, "claim", times=1)
    with pytest.raises(OperationalError):
        await working.drain()
    assert (gateway.asked, await fates(campaign)) == ([], {AWA: Fate("planned")})
    await working.drain()
    assert gateway.took == {AWA: 1}


@pytest.mark.parametrize("after", [False, True])
async def test_what_could_not_depart_is_given_back_and_goes_soon(monkeypatch: pytest.MonkeyPatch, after: bool) -> None:
    """Whether the database lost the departure or only our knowing of it: nothing was asked of the gateway yet."""
    await crowd([AWA])
    campaign = await running()
    gateway = ScriptedGateway()
    failing(monkeypatch, "depart", times=1, after=after)
    watch = Watch()
    for _ in range(2):
        await sender(gateway, watch).drain()
        watch.turn(seconds=15)
    assert (len(gateway.asked), gateway.took) == (1, {AWA: 1})
    assert await fates(campaign) == {AWA: Fate("accepted")}


def failing(monkeypatch: pytest.MonkeyPatch, name: str, times: int, *, after: bool = False) -> None:
    """Let the database be away so many times when the ledger does this; `after` its work is done, or before."""
    real, left = getattr(ledger, name), iter(range(times))

    async def away(*args: Any, **kwargs: Any) -> Any:
        if next(left, None) is None:
            return await real(*args, **kwargs)
        if after:
            await real(*args, **kwargs)
        raise gone()

    monkeypatch.setattr(ledger, name, away)


# A process that was frozen


class FrozenTime:
    """The machine's own clock, which goes on while this process does not."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return machine_time.monotonic() + self.ahead

    def perf_counter(self) -> float:
        return machine_time.perf_counter()


async def test_a_request_that_left_long_before_it_is_made_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process froze once its departure was committed: meanwhile others took its messages for uncertain."""
    await crowd([AWA])
    campaign = await running()
    clock, real = FrozenTime(), ledger.depart

    async def frozen_after(*args: Any, **kwargs: Any) -> Any:
        departure = await real(*args, **kwargs)
        clock.ahead += sending.STALE_SECONDS + 60
        return departure

    monkeypatch.setattr(sending, "time", clock)
    monkeypatch.setattr(ledger, "depart", frozen_after)
    gateway = ScriptedGateway()
    claim = await ledger.claim("first", NOW, Window(*SETTINGS.sms_window))
    assert claim
    await sender(gateway, Watch()).send(claim)
    assert (gateway.asked, await fates(campaign)) == ([], {AWA: Fate("planned")})
    assert (await one("SELECT state FROM sms_batch")).state == "ready"


# Single notices


async def test_a_notice_is_written_in_the_language_of_its_phone_when_it_is_sent() -> None:
    await notice(AWA, NoticeKind.SMS_STOPPED)
    await notice(BINTA, NoticeKind.SMS_STOPPED)
    await speaks(BINTA, BM)
    gateway = ScriptedGateway()
    await sender(gateway, Watch()).drain()
    texts = {msisdns[0]: body for body, msisdns in gateway.asked}
    assert texts[AWA].startswith("Jigisèmèjiri : ")
    assert texts[BINTA].startswith("Jigisèmèjiri: ")
    kept = await query("SELECT language, body, parts FROM message_text ORDER BY id")
    assert [(row.language, row.body, row.parts) for row in kept] == [(FR, texts[AWA], 1), (BM, texts[BINTA], 1)]


async def test_a_notice_that_lacks_what_it_needs_is_dropped() -> None:
    key = await notice(AWA, NoticeKind.RECEIVED, ref="1234567")
    gateway = ScriptedGateway()
    await sender(gateway, Watch()).drain()
    assert (gateway.asked, await fate_of(key)) == ([], Fate("dropped", "cannot_be_written"))


@pytest.mark.parametrize("filling", [{"ref": "1234567", "due": None}, {"ref": "1234567", "due": 5}])
async def test_a_notice_that_holds_nonsense_is_dropped_and_holds_up_nobody(filling: dict[str, object]) -> None:
    nonsense, good = await notice(AWA, NoticeKind.RECEIVED, **filling), await notice(BINTA)  # type: ignore[arg-type]
    gateway = ScriptedGateway()
    async with asyncio.timeout(10):
        await sender(gateway, Watch()).drain()
    assert (await fate_of(nonsense), await fate_of(good)) == (Fate("dropped", "cannot_be_written"), Fate("accepted"))


async def test_a_request_that_cannot_depart_does_not_hold_up_those_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for once but for good: nobody knows why, and the others are sent all the same."""
    await family(AWA, due=TODAY + DAY)
    await family(BINTA)
    await running()
    await running(Kind.REMINDER_1)
    real = ledger.depart

    async def never_for_awa(claim: Claim, *args: Any, **kwargs: Any) -> Any:
        if (await one("SELECT priority FROM sms_batch WHERE id = :id", id=claim.id)).priority == 1:
            raise gone()
        return await real(claim, *args, **kwargs)

    monkeypatch.setattr(ledger, "depart", never_for_awa)
    gateway, watch = ScriptedGateway(), Watch()
    working = sender(gateway, watch)
    async with asyncio.timeout(10):
        while not gateway.took[BINTA]:
            claim = await ledger.claim("first", watch.turn(seconds=0.1), Window(*SETTINGS.sms_window))
            assert claim, "nothing to claim"
            await working.send(claim)


async def test_an_answer_that_comes_too_late_is_none() -> None:
    key = await notice(AWA, not_after=NOW + timedelta(hours=1))
    gateway = ScriptedGateway()
    await sender(gateway, Watch(NOW + timedelta(hours=2))).drain()
    assert (gateway.asked, await fate_of(key)) == ([], Fate("dropped", "missed_its_day"))


async def test_a_trial_is_sent_as_it_is() -> None:
    await notice(AWA, NoticeKind.TEST, body="Un texte long")
    gateway = ScriptedGateway()
    await sender(gateway, Watch()).drain()
    assert gateway.asked == [("Un texte long", (AWA,))]


# Many at once


@asynccontextmanager
async def at_work(working: Sender) -> AsyncIterator[None]:
    """Let a sender run, and end it."""
    task = asyncio.create_task(working.run())
    try:
        yield
    finally:
        working.stop()
        await asyncio.wait_for(task, 10)


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
    await asyncio.wait_for(task, 10)
    states = await counted(campaign)
    assert states["accepted"] in (1, 2)
    assert states["accepted"] + states["planned"] == 5
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
    return [Result(msisdn, Policy.FINAL, "CouldNotRoute") for msisdn in msisdns]


async def test_who_cannot_be_reached_is_not_asked_for_again() -> None:
    await crowd([AWA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(nobody)
    for _ in range(3):
        await sender(gateway, watch).drain()
        watch.turn(hours=1)
    assert (len(gateway.asked), await fates(campaign)) == (1, {AWA: Fate("failed", "CouldNotRoute")})


# Whatever happens


class Fickle:
    """A gateway that takes, refuses, breaks and keeps silent at random, and reports on what it took when asked to."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.took: Counter[str] = Counter()
        self.ids: dict[str, str] = {}
        self.calm = False

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        for _ in range(self._dice.randrange(4)):
            await asyncio.sleep(0)
        mood = "takes" if self.calm else self._dice.choices(*MOODS)[0]
        match mood:
            case "patience":
                raise Busy("HTTP 503", wait=self._dice.choice([None, 5.0]))
            case "no connection":
                raise NotReached("ConnectError")
            case "no money":
                raise Refused("HTTP 401")
            case "mixed":
                return [self._one(msisdn) for msisdn in msisdns]
        results = [self._take(msisdn) for msisdn in msisdns]
        if mood == "silent":
            raise Unanswered("ReadTimeout")
        if mood == "unexpected":
            raise RuntimeError
        return results

    def _one(self, msisdn: str) -> Result:
        policy = self._dice.choice(list(POLICIES))
        return self._take(msisdn) if policy is Policy.ACCEPTED else Result(msisdn, policy, POLICIES[policy])

    def _take(self, msisdn: str) -> Result:
        self.took[msisdn] += 1
        name = f"{msisdn} {self.took[msisdn]}"
        self.ids[name] = msisdn
        return Result(msisdn, Policy.ACCEPTED, "Sent", self._dice.choice([name, name, None]))

    async def report(self, at: datetime) -> None:
        """Report on some of what was taken, in any order, perhaps twice."""
        for name in self._dice.choices(list(self.ids), k=3) if self.ids else []:
            state = self._dice.choice([MessageState.ON_ITS_WAY, MessageState.DELIVERED, MessageState.FAILED])
            await delivery.apply([Report(name, self.ids[name], state, "", at)])

    async def close(self) -> None:
        pass


MOODS = (
    ["takes", "mixed", "patience", "no connection", "no money", "silent", "unexpected"],
    [6, 6, 2, 1, 1, 2, 1],
)
POLICIES = {
    Policy.ACCEPTED: "Sent",
    Policy.AGAIN: "GatewayError",
    Policy.FINAL: "CouldNotRoute",
    Policy.STOP: "InsufficientBalance",
    Policy.UNCERTAIN: "not in the answer",
}
ALL_DAY = Settings(sms_rate=0, sms_batch_size=3, sms_window=(time(0), time(0)))
PEOPLE = 12


@dataclass
class Deaf:
    """A gateway that is asked and answers, and is heard only when the word is given."""

    gateway: Gateway
    asking: asyncio.Event
    thawed: asyncio.Event

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        try:
            return await self.gateway.send(body, msisdns)
        finally:
            self.asking.set()
            await self.thawed.wait()

    async def close(self) -> None:
        pass


class Story:
    """A campaign to a dozen people, two senders, and what happens to them."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self.gateway = Fickle(self._dice)
        self.watch = Watch()
        self.people: list[str] = []
        self.campaign = 0
        self.frozen: list[tuple[asyncio.Task[None], asyncio.Event]] = []

    async def begin(self) -> None:
        known = await one("SELECT count(*) AS n FROM household")
        self.people = numbers(PEOPLE, first=known.n)
        await change("TRUNCATE sms_pace, sms_worker, early_report")
        await change("UPDATE payment SET state = 'paid'")
        await crowd(self.people)
        self.campaign = await running(settings=ALL_DAY)
        await self.live()

    async def live(self) -> None:
        for worker in ("first", "second"):
            await living(worker, self.watch.now)

    def sender(self, worker: str) -> Sender:
        return Sender(self.gateway, ALL_DAY, worker=worker, clock=self.watch.clock())

    async def claim(self, worker: str) -> Claim | None:
        return await ledger.claim(worker, self.watch.now, Window(*ALL_DAY.sms_window))

    async def send_one(self) -> None:
        if claim := await self.claim("first"):
            await self.sender("first").send(claim)

    async def send_at_once(self) -> None:
        await asyncio.gather(*(self.sender(worker).drain() for worker in ("first", "second")))

    async def die(self, *, departed: bool, asked: bool) -> None:
        """A worker claims, perhaps departs, perhaps asks the gateway, and is seen no more."""
        claim = await self.claim("dead")
        if claim is None or not departed:
            return
        window = Window(*ALL_DAY.sms_window)
        departure = await ledger.depart(claim, self.watch.now, window=window, most_a_day=3)
        if departure and asked:
            with suppress(GatewayTrouble, RuntimeError):
                await self.gateway.send(departure.body, [each.msisdn for each in departure.recipients])

    async def freeze(self) -> None:
        """A worker asks the gateway, and freezes before it hears the answer."""
        claim = await self.claim("frozen")
        if claim is None:
            return
        thawed, asking = asyncio.Event(), asyncio.Event()
        working = Sender(Deaf(self.gateway, asking, thawed), ALL_DAY, worker="frozen", clock=self.watch.clock())
        task = asyncio.create_task(working.send(claim))
        waiting = asyncio.create_task(asking.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        self.frozen.append((task, thawed))

    async def thaw(self) -> None:
        """The frozen ones go on as if nothing had been."""
        while self.frozen:
            task, thawed = self.frozen.pop()
            thawed.set()
            await task

    async def pause(self) -> None:
        with suppress(WrongState):
            await steps.pause(self.campaign, "wait", self.watch.now)

    async def resume(self) -> None:
        with suppress(WrongState):
            await steps.resume(self.campaign, await somebody("binta"), self.watch.now)

    async def settle(self, *, again: bool) -> None:
        await steps.settle(self.campaign, await somebody("binta"), self.watch.now, again=again)

    async def pass_time(self, minutes: int) -> None:
        self.watch.turn(minutes=minutes)
        await self.live()
        await sweeps.sweep(self.watch.now, ALL_DAY)

    async def end(self) -> None:
        """The gateway is calm, the frozen wake up, and time passes until nothing more is to do."""
        self.gateway.calm = True
        await self.go_on()
        await self.thaw()
        await self.go_on()

    async def go_on(self) -> None:
        for _ in range(8):
            await self.resume()
            await self.send_at_once()
            await self.pass_time(10)
            if not await self.is_anything_left():
                break

    async def is_anything_left(self) -> bool:
        rows = await query(
            "SELECT id FROM sms_batch WHERE campaign_id = :id AND state IN ('ready', 'claimed', 'left')",
            id=self.campaign,
        )
        return bool(rows) or await state_of(self.campaign) != "finished"


HAPPENINGS: dict[str, Callable[[Story], Awaitable[object]]] = {
    "one request": lambda story: story.send_one(),
    "both senders": lambda story: story.send_at_once(),
    "dies claiming": lambda story: story.die(departed=False, asked=False),
    "dies leaving": lambda story: story.die(departed=True, asked=False),
    "dies asking": lambda story: story.die(departed=True, asked=True),
    "freezes": lambda story: story.freeze(),
    "thaws": lambda story: story.thaw(),
    "pause": lambda story: story.pause(),
    "resume": lambda story: story.resume(),
    "somebody stops": lambda story: stop_sms(random.Random(len(story.gateway.took)).choice(story.people)),
    "reports": lambda story: story.gateway.report(story.watch.now),
    "a minute": lambda story: story.pass_time(1),
    "ten minutes": lambda story: story.pass_time(10),
    "sent again": lambda story: story.settle(again=True),
    "left alone": lambda story: story.settle(again=False),
}


@given(seed=st.integers(0, 2**16), happenings=st.lists(st.sampled_from(list(HAPPENINGS)), min_size=3, max_size=14))
@hypothesis.settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a story told again and again to shorten it takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_whatever_happens_each_is_told_at_most_once_or_marked(seed: int, happenings: list[str]) -> None:
    story = Story(seed)
    await story.begin()
    for happening in happenings:
        await HAPPENINGS[happening](story)
    await story.end()

    rows = await query("SELECT * FROM message WHERE campaign_id = :id", id=story.campaign)
    assert sorted(row.msisdn for row in rows) == story.people
    for row in rows:
        took = story.gateway.took[row.msisdn]
        assert row.state != "planned", "planned for ever"
        assert took <= 1 or row.was_uncertain, "twice, and not marked"
        if row.state == "accepted":
            assert took, "accepted, and never taken"
        if row.state == "dropped":
            assert not took or row.was_uncertain, "dropped, and taken"
    assert await state_of(story.campaign) == "finished"
    batches = await query("SELECT DISTINCT state FROM sms_batch WHERE campaign_id = :id", id=story.campaign)
    assert {row.state for row in batches} <= {"done", "closed"}
