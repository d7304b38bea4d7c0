"""The line under deaths: people file complaints while web processes are killed and servers stall, are cut, or crash.

`python -m faults.line --deaths N` calls until N web processes were killed, and prints one tally. Somebody whose call
breaks has the gateway ask once more, at another process, or dials again; each wants one complaint noted, and calls
until a number is told. Then: each has one complaint, each number that was told is theirs, each language is kept.
"""

import argparse
import asyncio
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import httpx
import psycopg

from core.platform.servers import own_redis
from faults import clock
from faults.children import Child, Nursery
from faults.patience import LONGEST_SECONDS
from faults.postgres import Postgres
from faults.proxy import StallingProxy
from simulator.gateway import BadResponse, GatewayError, PhoneScreen, UssdCall

TOKEN: Final = "faults"  # noqa: S105 - ours, on loopback
PROCESSES: Final = 3
CALLERS: Final = 8
ANSWER_SECONDS: Final = 10.0
"""As long as a gateway waits (Africa's Talking)."""

FRENCH: Final = "2"
FILING: Final = ("3", "5", "1", "1")
"""A complaint, another subject, wanting to know something, yes."""

NUMBER: Final = re.compile(r"Num[eé]ro : (\d+)")
HELD: Final = "SELECT msisdn, reference FROM grievance"
SPOKEN: Final = "SELECT msisdn FROM phone WHERE language = 'fr'"


@dataclass
class Story:
    """What was done and told in a run."""

    deeds: Counter[str] = field(default_factory=Counter)
    told: dict[str, set[str]] = field(default_factory=dict)
    spoken: set[str] = field(default_factory=set)
    """Phones that were answered in French."""
    begun: set[str] = field(default_factory=set)


class Webs:
    """The web processes: one is always born where one was killed."""

    def __init__(self, nursery: Nursery, environment: dict[str, str]) -> None:
        self._nursery = nursery
        self._environment = environment
        self.ports = _free_ports(PROCESSES)
        self._children = {port: self._born(port) for port in self.ports}

    def kill(self, port: int) -> None:
        """Kill the process of a port at once, whatever it is at, and let another begin there."""
        self._children[port].end()
        self._children[port] = self._born(port)

    def close(self) -> None:
        """End all."""
        for child in self._children.values():
            child.end()

    def _born(self, port: int) -> Child:
        return self._nursery.born("web", self._environment, port=port)


class Caller:
    """Somebody who wants one complaint noted, and does not give up."""

    def __init__(self, client: httpx.AsyncClient, ports: list[int], msisdn: str, chance: Random, story: Story) -> None:
        self._client = client
        self._ports = ports
        self._msisdn = msisdn
        self._chance = chance
        self._story = story

    async def run(self) -> None:
        """Call until a number is told; raises TimeoutError."""
        self._story.begun.add(self._msisdn)
        async with asyncio.timeout(LONGEST_SECONDS):
            while not await self._called():
                self._story.deeds["dialled again"] += 1
                await asyncio.sleep(self._chance.uniform(0, 0.3))

    async def _called(self) -> bool:
        """Whether a call came to its end, with a number."""
        call = UssdCall(self._client, self._callback(), self._msisdn)
        screen = await self._hop(call, None)
        if screen is not None and "1 Bamanankan" in screen.text:
            screen = await self._hop(call, FRENCH)
            if screen is not None and "Faire une plainte" in screen.text:
                self._story.spoken.add(self._msisdn)
        if self._heard(screen):
            return True  # what a call lost is told first in the next
        for key in FILING:
            if screen is None or screen.ends:
                return False
            screen = await self._hop(call, key)
            if self._heard(screen):
                return True
        return False

    def _heard(self, screen: PhoneScreen | None) -> bool:
        number = NUMBER.search(screen.text) if screen is not None else None
        if number is not None:
            self._story.told.setdefault(self._msisdn, set()).add(number[1])
        return number is not None

    async def _hop(self, call: UssdCall, key: str | None) -> PhoneScreen | None:
        """What is shown; None where the call broke."""
        self._story.deeds["hops"] += 1
        try:
            return await self._answer(call, key)
        except (httpx.TransportError, BadResponse):
            if self._chance.random() < 0.5:
                return None
        except GatewayError:
            return None
        self._story.deeds["asked once more"] += 1
        call.callback = self._callback()
        try:
            return await call.repeat()
        except (httpx.TransportError, GatewayError):
            return None

    async def _answer(self, call: UssdCall, key: str | None) -> PhoneScreen:
        """As by a balancer: who takes no connection has had nothing of it, and the next is asked."""
        first, *others = self._chance.sample(self._ports, len(self._ports))
        call.callback = _at(first)
        with suppress(httpx.ConnectError):
            return await (call.dial() if key is None else call.reply(key))
        for port in others:
            call.callback = _at(port)
            with suppress(httpx.ConnectError):
                return await call.repeat()
        raise httpx.ConnectError("nobody takes a connection")

    def _callback(self) -> str:
        return _at(self._chance.choice(self._ports))


async def _answering(chance: Random, ports: list[int]) -> int:
    """A port whose process answers, while another does too: the death of one is met by callers, not by nobody."""
    until = time.monotonic() + LONGEST_SECONDS
    async with httpx.AsyncClient(timeout=1, trust_env=False) as client:
        while time.monotonic() < until:
            alive = [port for port in ports if await _lives(client, port)]
            if len(alive) > 1:
                return chance.choice(alive)
            await asyncio.sleep(0.1)
    raise TimeoutError("web processes do not come to answer")


async def _lives(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/health/live")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _at(port: int) -> str:
    return f"http://127.0.0.1:{port}/ussd/africastalking/{TOKEN}"


class Line:
    """A run: its servers behind proxies, its processes, its callers, and what is done to them."""

    def __init__(self, seed: int, deaths: int) -> None:
        self._chance = Random(seed)
        self._deaths = deaths
        self.story = Story()
        self._folder = Path(tempfile.mkdtemp(prefix="jigi-line-"))
        clock.begin(self._folder / "clock")
        self._postgres = Postgres(self._folder)
        self._redis = own_redis(self._folder)

    async def run(self) -> list[str]:
        """Do it all; what is wrong, one sentence each."""
        socket = f"{self._folder.resolve()}/postgres/.s.PGSQL.5432"
        async with AsyncExitStack() as held:
            postgres = await held.enter_async_context(StallingProxy(socket))
            redis = await held.enter_async_context(StallingProxy(self._redis.url.removeprefix("unix://").split("?")[0]))
            client = await held.enter_async_context(httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False))
            nursery = Nursery(self._folder)
            held.callback(nursery.close)
            webs = Webs(nursery, self._environment(postgres, redis))
            held.callback(webs.close)
            over = asyncio.Event()
            callers = [asyncio.create_task(self._calls(client, webs, place, over)) for place in range(CALLERS)]
            try:
                await self._disturb(webs, postgres, redis)
            finally:
                over.set()
            await asyncio.gather(*callers)
        return [*self.wrong(), *self.twice()]

    @property
    def url(self) -> str:
        """Where its PostgreSQL answers, past the proxy."""
        return self._postgres.url

    def close(self) -> None:
        """End everything and remove its folder."""
        self._redis.close()
        self._postgres.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _calls(self, client: httpx.AsyncClient, webs: Webs, place: int, over: asyncio.Event) -> None:
        number = 0
        while not over.is_set():
            msisdn = f"+22376{place:02}{number:04}"
            await Caller(client, webs.ports, msisdn, self._chance, self.story).run()
            number += 1

    async def _disturb(self, webs: Webs, postgres: StallingProxy, redis: StallingProxy) -> None:
        for _ in range(self._deaths):
            await asyncio.sleep(self._chance.uniform(0, 0.5))
            await asyncio.to_thread(webs.kill, await _answering(self._chance, webs.ports))
            self.story.deeds["web killed"] += 1
            await self._trouble(postgres, redis)

    async def _trouble(self, postgres: StallingProxy, redis: StallingProxy) -> None:
        """In one death out of three, something is wrong with a server too."""
        deed = self._chance.choice(
            ["PostgreSQL stalls", "PostgreSQL cut", "Redis stalls", "Redis cut", "crash", *[""] * 10]
        )
        if not deed:
            return
        self.story.deeds[deed] += 1
        seconds = self._chance.uniform(0.1, 4)
        match deed:
            case "PostgreSQL stalls":
                await postgres.stall(seconds)
            case "Redis stalls":
                await redis.stall(seconds)
            case "PostgreSQL cut":
                postgres.cut()
            case "Redis cut":
                redis.cut()
            case _:
                await asyncio.to_thread(self._postgres.crash)
                await asyncio.to_thread(self._postgres.start)

    def _environment(self, postgres: StallingProxy, redis: StallingProxy) -> dict[str, str]:
        return {
            clock.FILE: os.environ[clock.FILE],
            "JIGI_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres?sslmode=disable",
            "JIGI_REDIS_URL": f"redis://127.0.0.1:{redis.port}",
            "JIGI_CALLBACK_TOKENS": TOKEN,
            "JIGI_ONLY": "line",
            "JIGI_DATA_DIR": str(self._folder / "data"),
            "JIGI_LOG_LEVEL": "WARNING",
        }

    def wrong(self) -> list[str]:
        """What is not as it was told, one sentence each."""
        held = self._held()
        with psycopg.connect(self.url) as connection:
            spoken = {msisdn for (msisdn,) in connection.execute(SPOKEN).fetchall()}
        story = self.story
        story.deeds["complaints"] = sum(map(len, held.values()))
        wrong = [f"{msisdn} has no complaint" for msisdn in sorted(story.begun - held.keys())]
        wrong += [f"{msisdn} was told {number}, which is not theirs" for msisdn, numbers in story.told.items()
                  for number in numbers if number not in held.get(msisdn, [])]  # fmt: skip
        return wrong + [f"{msisdn} chose French, and it is not kept" for msisdn in sorted(story.spoken - spoken)]

    def twice(self) -> list[str]:
        """Who has more than one complaint, though each filed one."""
        held = self._held()
        return [f"{msisdn} has {len(held[msisdn])} complaints" for msisdn in sorted(held) if len(held[msisdn]) > 1]

    def _held(self) -> dict[str, list[str]]:
        held: dict[str, list[str]] = {}
        with psycopg.connect(self.url) as connection:
            for msisdn, reference in connection.execute(HELD).fetchall():
                held.setdefault(msisdn, []).append(reference)
        return held


def _free_ports(count: int) -> list[int]:
    import socket

    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def main() -> int:
    """Run as asked; 1 where something is wrong."""
    asked = argparse.ArgumentParser(description="Kill web processes under calls, and count who was told what.")
    asked.add_argument("--deaths", type=int, default=50)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    began = time.monotonic()
    line = Line(given.seed, given.deaths)
    try:
        wrong = asyncio.run(line.run())
    finally:
        line.close()
    deeds = ", ".join(f"{times} {deed}" for deed, times in sorted(line.story.deeds.items()))
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} s: {deeds}")
    print("\n".join(wrong) or f"right: {len(line.story.begun)} people, each one complaint, each number is theirs")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
