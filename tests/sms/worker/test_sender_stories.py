"""Whatever happens, in any order: each is told at most once, or marked."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time

import hypothesis
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from core.campaigns.steps import WrongState
from core.outbox.messages import MessageState
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from sms.campaigns import steps
from sms.outbox import claims, delivery, departing
from sms.outbox.claims import Claim
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Busy, Gateway, GatewayRefused, GatewayTrouble, NotReached, Policy, Result, Unanswered
from sms.outbox.routes import every_route
from sms.outbox.window import Window
from sms.worker import sweeps
from sms.worker.sender import Sender
from tests.sms.campaign_world import Watch, crowd, living, numbers, running, somebody, state_of
from tests.sms.scripted_gateway import alone
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")


class Fickle(Gateway):
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
                raise GatewayRefused("HTTP 401")
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
            await delivery.apply([DeliveryReport("africastalking", name, self.ids[name], state, "", at)])

    async def close(self) -> None:
        pass


MOODS = (
    ["takes", "mixed", "patience", "no connection", "no money", "silent", "unexpected"],
    [6, 6, 2, 1, 1, 2, 1],
)

POLICIES = {
    Policy.ACCEPTED: "Sent",
    Policy.AGAIN: "GatewayError",
    Policy.FINAL: "no_route",
    Policy.STOP: "no_balance",
    Policy.UNCERTAIN: "not in the answer",
}

ALL_DAY = Settings(sms_rate=0, sms_batch_size=3, sms_window=(time(0), time(0)))

PEOPLE = 12


@dataclass
class Deaf(Gateway):
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
        households = await one("SELECT count(*) AS n FROM household")
        self.people = numbers(PEOPLE, first=households.n)
        await change("TRUNCATE sms_pace, sms_worker, early_report")
        await change("UPDATE payment SET state = 'paid'")
        await crowd(self.people)
        self.campaign = await running(settings=ALL_DAY)
        await self.live()

    async def live(self) -> None:
        for worker in ("first", "second"):
            await living(worker, self.watch.now)

    def sender(self, worker: str) -> Sender:
        return Sender(alone(self.gateway), ALL_DAY, worker=worker, clock=self.watch.clock())

    async def claim(self, worker: str) -> Claim | None:
        return await claims.claim(worker, self.watch.now, every_route(ALL_DAY))

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
        departure = await departing.depart(claim, self.watch.now, window=window, most_a_day=3)
        if departure and asked:
            with suppress(GatewayTrouble, RuntimeError):
                await self.gateway.send(departure.body, [each.msisdn for each in departure.recipients])

    async def freeze(self) -> None:
        """A worker asks the gateway, and freezes before it hears the answer."""
        claim = await self.claim("frozen")
        if claim is None:
            return
        thawed, asking = asyncio.Event(), asyncio.Event()
        working = Sender(alone(Deaf(self.gateway, asking, thawed)), ALL_DAY, worker="frozen", clock=self.watch.clock())
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
            "SELECT id FROM sms_batch WHERE campaign_id = %(id)s AND state IN ('ready', 'claimed', 'left')",
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
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a story told again and again to shorten it takes minutes
)
async def test_whatever_happens_each_is_told_at_most_once_or_marked(seed: int, happenings: list[str]) -> None:
    story = Story(seed)
    await story.begin()
    for happening in happenings:
        await HAPPENINGS[happening](story)
    await story.end()

    rows = await query("SELECT * FROM message WHERE campaign_id = %(id)s", id=story.campaign)
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
    batches = await query("SELECT DISTINCT state FROM sms_batch WHERE campaign_id = %(id)s", id=story.campaign)
    assert {row.state for row in batches} <= {"done", "closed"}
