"""What is done to a run while it sends."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Any, Final

from core.campaigns.steps import WrongState
from core.outbox.messages import MessageState
from core.platform import sql
from core.staff.agents import Actor
from faults import clock
from faults.deciding import Deciding
from faults.minute import strike
from faults.patience import LOOK_SECONDS, patiently, until_true
from faults.servers import Servers
from faults.story import Deal, Disturbance, Story, Trouble
from faults.ways import StandInName
from faults.workers import Workers
from sms.campaigns import steps

SENT: Final = f"""
SELECT CAST(count(*) FILTER (WHERE state <> '{MessageState.PLANNED}') AS double precision) / greatest(count(*), 1)
FROM message WHERE campaign_id IS NOT NULL AND state <> '{MessageState.LEFT_OUT}'
"""  # noqa: S608 - our own words


class Disturbing:
    """Does what a story has, each at its moment, and knows what came of it."""

    def __init__(
        self,
        servers: Servers,
        story: Story,
        workers: Workers,
        deciding: Deciding,
        campaign_id: int,
        actor: Actor,
        numbers: Collection[str],
        chance: Random,
    ) -> None:
        self._servers = servers
        self._story = story
        self._standins = [servers.standins[StandInName(name)] for name in story.ways.gateways]
        self._workers = workers
        self._deciding = deciding
        self._campaign_id = campaign_id
        self._who = actor
        self._numbers = sorted(numbers)
        self._chance = chance
        self._postgres = asyncio.Lock()
        self._redis = asyncio.Lock()
        self.done: Counter[Deal] = Counter()
        self.stopped_by: dict[str, datetime] = {}
        """When we had noted that a phone wants no more SMS."""
        self.paused_until = 0.0
        self._turns = 0
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Do all that the story has, but for that whose moment is not there when it is over."""
        story = self._story
        await asyncio.gather(
            *(self._at_its_moment(each) for each in story.disturbances),
            *(self._in_the_middle(each) for each in story.troubles),
        )

    def end(self) -> None:
        """Let it be over; what was begun is still done."""
        self._over.set()

    async def _at_its_moment(self, disturbance: Disturbance) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(disturbance.at):
                await self._over.wait()
                return
        await self._do(disturbance.deal, disturbance.seconds)

    async def _in_the_middle(self, trouble: Trouble) -> None:
        while await patiently(lambda: sql.scalar(SENT)) < trouble.share:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._over.wait()
                    return
        await self._do(trouble.deal, trouble.seconds)

    async def _do(self, deal: Deal, seconds: float) -> None:
        self.done[deal] += 1
        await self._deal(deal)(seconds)

    def _deal(self, deal: Deal) -> Callable[[float], Awaitable[None]]:
        return {
            Deal.KILL_WORKER: self._kill_worker,
            Deal.FREEZE_WORKER: self._freeze_worker,
            Deal.STOP_WORKER: self._stop_worker,
            Deal.CRASH_POSTGRES: lambda seconds: self._without_postgres(self._servers.postgres.crash, seconds),
            Deal.STOP_POSTGRES: lambda seconds: self._without_postgres(self._servers.postgres.stop, seconds),
            Deal.KILL_REDIS: self._kill_redis,
            Deal.EMPTY_REDIS: self._empty_redis,
            Deal.KILL_WEB: self._kill_web,
            Deal.SWITCH_OFF: lambda seconds: self._trouble({"off": True}, {"off": False}, seconds),
            Deal.REFUSE: lambda seconds: self._failing("empty", seconds),
            Deal.NO_BALANCE: lambda seconds: self._failing("balance", seconds),
            Deal.PAUSE: self._pause,
            Deal.OPT_OUT: self._opt_out,
            Deal.MINUTE: self._strike,
            Deal.SEND_AGAIN: self._send_again,
            Deal.CANCEL: self._cancel,
        }[deal]

    async def _kill_worker(self, _: float) -> None:
        self._workers.kill_one()

    async def _freeze_worker(self, seconds: float) -> None:
        self._workers.freeze_one(seconds)

    async def _stop_worker(self, _: float) -> None:
        self._workers.stop_one()

    async def _without_postgres(self, end: Callable[[], None], seconds: float) -> None:
        async with self._postgres:
            await asyncio.to_thread(end)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self._servers.postgres.start)

    async def _kill_redis(self, seconds: float) -> None:
        async with self._redis:
            self._servers.kill_redis()
            await asyncio.sleep(seconds)
            self._servers.restart_redis()

    async def _empty_redis(self, _: float) -> None:
        async with self._redis:
            self._servers.empty_redis()

    async def _kill_web(self, seconds: float) -> None:
        self._servers.kill_web()
        await asyncio.sleep(seconds)
        self._servers.restart_web()

    async def _pause(self, seconds: float) -> None:
        self.paused_until = time.monotonic() + seconds
        with suppress(WrongState):
            await patiently(lambda: steps.pause(self._campaign_id, "faults", clock.now(), self._who))

    async def _opt_out(self, _: float) -> None:
        msisdn, standin = self._chance.choice(self._numbers), self._chance.choice(self._standins)
        await until_true(f"{msisdn} cannot opt out by {standin.name}", lambda: standin.opt_out(msisdn))
        self.stopped_by.setdefault(msisdn, clock.now())

    async def _failing(self, kind: str, seconds: float) -> None:
        """Let a gateway answer every request so for a while."""
        await self._trouble({"rates": {kind: 1}}, None, seconds)

    async def _trouble(self, begin: Mapping[str, Any], end: Mapping[str, Any] | None, seconds: float) -> None:
        """Let a gateway be in trouble for a while: SMS wait, or go over where the routes say so."""
        standin = self._chance.choice(self._standins)
        self._turns += 1
        await standin.order({**begin, "seed": self._turns})
        await asyncio.sleep(seconds)
        await standin.order(end or {"rates": self._story.order_of(standin.name)["rates"]})

    async def _strike(self, _: float) -> None:
        await patiently(strike)

    async def _send_again(self, _: float) -> None:
        await patiently(lambda: self._deciding.decide(again=True))

    async def _cancel(self, _: float) -> None:
        with suppress(WrongState):
            await patiently(lambda: steps.cancel(self._campaign_id, "faults", self._who, clock.now()))
