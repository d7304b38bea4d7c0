"""What is done to a run while it sends."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from random import Random

from core.campaigns.steps import WrongState
from core.staff.agents import Actor
from faults.deciding import Deciding
from faults.minute import strike
from faults.patience import LONGEST_SECONDS, patiently, until_true
from faults.servers import Servers
from faults.story import Deal, Disturbance
from faults.workers import Workers
from simulator.speech import Speech
from sms.campaigns import steps


class Disturbing:
    """Does what a story has, each at its moment, and knows what came of it."""

    def __init__(
        self,
        servers: Servers,
        workers: Workers,
        deciding: Deciding,
        campaign_id: int,
        actor: Actor,
        numbers: Collection[str],
        chance: Random,
    ) -> None:
        self._servers = servers
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

    async def run(self, disturbances: Iterable[Disturbance]) -> None:
        """Do all of them, but for those whose moment is not there when it is over."""
        await asyncio.gather(*(self._at_its_moment(each) for each in disturbances))

    def end(self) -> None:
        """Let it be over; what was begun is still done."""
        self._over.set()

    async def _at_its_moment(self, disturbance: Disturbance) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(disturbance.at):
                await self._over.wait()
                return
        self.done[disturbance.deal] += 1
        await self._deal(disturbance.deal)(disturbance.seconds)

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
            Deal.SWITCH_OFF: self._switch_off,
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
            await patiently(lambda: steps.pause(self._campaign_id, "faults", datetime.now(UTC), self._who))

    async def _opt_out(self, _: float) -> None:
        msisdn = self._chance.choice(self._numbers)
        await until_true(f"{msisdn} cannot opt out", lambda: self._servers.opt_out(msisdn), LONGEST_SECONDS)
        self.stopped_by.setdefault(msisdn, datetime.now(UTC))

    async def _switch_off(self, seconds: float) -> None:
        """Switch a gateway off; SMS wait, or go over where the routes say so."""
        speech = self._chance.choice(list(Speech))
        self._turns += 1
        await self._servers.order({"off": True, "seed": self._turns}, [speech])
        await asyncio.sleep(seconds)
        await self._servers.order({"off": False}, [speech])

    async def _strike(self, _: float) -> None:
        await patiently(strike)

    async def _send_again(self, _: float) -> None:
        await patiently(lambda: self._deciding.decide(again=True))

    async def _cancel(self, _: float) -> None:
        with suppress(WrongState):
            await patiently(lambda: steps.cancel(self._campaign_id, "faults", self._who, datetime.now(UTC)))
