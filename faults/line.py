"""The line under deaths: people call while web processes are killed and servers stall, are cut, or crash.

`python -m faults.line --deaths N` calls until N web processes were killed (or `--minutes` are over), and prints one
tally. Somebody whose call breaks has the gateway ask once more, at another process, or dials again; each wants one
thing (`faults.wishes`: a complaint, an answer about the money, to be called, no SMS), and calls until it is told as
done. Then each act was done once, each number that was told is theirs, and each language is kept.
"""

import argparse
import asyncio
import math
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import httpx

from core.platform.servers import own_redis
from faults import clock
from faults.called import Story, begin, paid_household, wrong
from faults.children import Child, Nursery
from faults.night import enter
from faults.older import OlderWeb, unpacked
from faults.patience import LONGEST_SECONDS, TooLong, patiently
from faults.postgres import Postgres
from faults.proxy import StallingProxy
from faults.tally import counted
from faults.troubles import Disk, Troubles
from faults.wishes import NUMBER, OF_THE_LAST_RELEASE, WISHES, Wish
from simulator.gateway import BadResponse, GatewayError, PhoneScreen, UssdCall

TOKEN: Final = "faults"  # noqa: S105 - ours, on loopback
PROCESSES: Final = 3
CALLERS: Final = 8
ANSWER_SECONDS: Final = 10.0
"""As long as a gateway waits (Africa's Talking)."""

FRENCH: Final = "2"
SKEWS: Final = (0, 0, 0, 3, -3, 90, -90)
"""Seconds by which the clock of a process's machine is wrong when it is born."""

STEPS: Final = (0, 0, 90, -90, 3600, -3600)
"""And those that somebody, or a time server, may set it to meanwhile."""

STEPPED: Final = 0.3
"""Beside so many deaths a clock is set."""

CALLER_SECONDS: Final = 120
"""How long somebody tries, once and again, on however busy a machine."""

MOST_HOPS: Final = 12
"""Of a call; none of these needs as many."""


class Webs:
    """The web processes: one is always born where one was killed; the first is of `release`, where there is one."""

    def __init__(
        self, nursery: Nursery, environment: dict[str, str], release: Path | None, log: Path, chance: Random
    ) -> None:
        self._nursery = nursery
        self._environment = environment
        self._release, self._log, self._chance = release, log, chance
        self.ports = _free_ports(PROCESSES)
        self._clocks = {port: log.with_name(f"clock-{port}") for port in self.ports}
        self._children = {port: self._born(port) for port in self.ports}

    def kill(self, port: int) -> None:
        """Kill the process of a port at once, whatever it is at, and let another begin there."""
        self._children[port].end()
        self._children[port] = self._born(port)

    def step(self) -> None:
        """Set the clock of one of the machines, while its process goes on."""
        clock.put(self._clocks[self._chance.choice(self.ports)], self._chance.choice(STEPS))

    def close(self) -> None:
        """End all."""
        for child in self._children.values():
            child.end()

    def _born(self, port: int) -> Child | OlderWeb:
        if self._release is not None and port == self.ports[0]:
            return OlderWeb(self._release, self._environment, port, self._log)
        clock.put(self._clocks[port], self._chance.choice(SKEWS))
        return self._nursery.born("web", {**self._environment, clock.SKEW: str(self._clocks[port])}, port=port)


class Caller:
    """Somebody who wants one thing, and does not give up."""

    def __init__(
        self, client: httpx.AsyncClient, ports: list[int], msisdn: str, wish: Wish, chance: Random, story: Story
    ) -> None:
        self._client = client
        self._ports = ports
        self._msisdn = msisdn
        self._wish = wish
        self._chance = chance
        self._story = story
        self._page = ""

    async def run(self) -> None:
        """Call until it is told as done; raises TooLong."""
        self._story.begun[self._msisdn] = self._wish
        try:
            async with asyncio.timeout(CALLER_SECONDS):
                while not await self._called():
                    self._story.deeds["dialled again"] += 1
                    await asyncio.sleep(self._chance.uniform(0, 0.3))
        except TimeoutError:
            wants = f"{self._msisdn} wants {self._wish.name}, and is never told that it is done"
            raise TooLong(f"{wants}; the last page was {self._page!r}") from None

    async def _called(self) -> bool:
        """Whether a call came to its end, with what was wanted told."""
        call = UssdCall(self._client, self._callback(), self._msisdn)
        screen = await self._hop(call, None)
        if screen is not None and "1 Bamanankan" in screen.text:
            screen = await self._hop(call, FRENCH)
            if screen is not None and "Faire une plainte" in screen.text:
                self._story.spoken.add(self._msisdn)
        for _ in range(MOST_HOPS):
            if screen is None or self._heard(screen):
                break
            key = None if screen.ends else self._wish.key(screen.text)
            if key is None:
                return False
            screen = await self._hop(call, key)
        return screen is not None and self._heard(screen)

    def _heard(self, screen: PhoneScreen) -> bool:
        self._page = screen.text
        number = NUMBER.search(screen.text)
        if number is not None:
            self._story.told.setdefault(self._msisdn, set()).add(number[1])
        return self._wish.is_told(screen.text)

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

    def __init__(
        self, seed: int, deaths: int, minutes: float = math.inf, *, beside_older: bool = False, full_disk: bool = False
    ) -> None:
        self._chance = Random(seed)
        self._deaths = deaths
        self._until = time.monotonic() + minutes * 60
        self.story = Story()
        self._folder = Path(tempfile.mkdtemp(prefix="jigi-line-"))
        self._release = unpacked(self._folder / "release") if beside_older else None
        clock.begin(self._folder / "clock")
        self._disk = Disk(self._folder / "disk") if full_disk else None
        self._home = self._folder / "disk" if full_disk else self._folder
        self._postgres = Postgres(self._home)
        self._troubles = Troubles(self._chance, self._postgres, self._disk, self.story.deeds)
        begin(self.url)
        self._redis = own_redis(self._folder)

    async def run(self) -> list[str]:
        """Do it all; what is wrong, one sentence each."""
        socket = f"{self._home.resolve()}/postgres/.s.PGSQL.5432"
        async with AsyncExitStack() as held:
            postgres = await held.enter_async_context(StallingProxy(socket))
            redis = await held.enter_async_context(StallingProxy(self._redis.url.removeprefix("unix://").split("?")[0]))
            client = await held.enter_async_context(httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False))
            nursery = Nursery(self._folder)
            held.callback(nursery.close)
            environment = self._environment(postgres, redis)
            webs = Webs(nursery, environment, self._release, self._folder / "older.log", self._chance)
            held.callback(webs.close)
            over = asyncio.Event()
            callers = [asyncio.create_task(self._calls(client, webs, place, over)) for place in range(CALLERS)]
            try:
                await self._disturb(webs, postgres, redis)
            finally:
                over.set()
            await asyncio.gather(*callers)
        return await asyncio.to_thread(wrong, self.url, self.story)

    @property
    def url(self) -> str:
        """Where its PostgreSQL answers, past the proxy."""
        return self._postgres.url

    @property
    def blows(self) -> int:
        """How many web processes were killed, and servers cut or crashed."""
        return sum(self.story.deeds[name] for name in ("web killed", "PostgreSQL cut", "Redis cut", "crash"))

    def close(self) -> None:
        """End everything and remove its folder."""
        self._redis.close()
        self._postgres.close()
        if self._disk is not None:
            self._disk.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _calls(self, client: httpx.AsyncClient, webs: Webs, place: int, over: asyncio.Event) -> None:
        number = 0
        while not over.is_set():
            msisdn = f"+22376{place:02}{number:04}"
            wish = self._chance.choice(OF_THE_LAST_RELEASE if self._release else WISHES)
            if wish.registered:
                await patiently(partial(asyncio.to_thread, paid_household, self.url, msisdn))
            await Caller(client, webs.ports, msisdn, wish, self._chance, self.story).run()
            number += 1

    async def _disturb(self, webs: Webs, postgres: StallingProxy, redis: StallingProxy) -> None:
        for _ in range(self._deaths):
            if time.monotonic() > self._until:
                return
            await asyncio.sleep(self._chance.uniform(0, 0.5))
            await asyncio.to_thread(webs.kill, await _answering(self._chance, webs.ports))
            self.story.deeds["web killed"] += 1
            if self._chance.random() < STEPPED:
                webs.step()
                self.story.deeds["clock set"] += 1
            await self._troubles.one(postgres, redis)

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
    asked.add_argument("--minutes", type=float, default=math.inf, help="end after so long, however many died")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--tally", type=Path, help="a file to enter the sum in")
    asked.add_argument("--beside-older", action="store_true", help="one of the processes is of the last release")
    asked.add_argument("--full-disk", action="store_true", help="PostgreSQL has a disk that fills up (root)")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers end with us
    began = time.monotonic()
    troubled = {"beside_older": given.beside_older, "full_disk": given.full_disk}
    line, not_right = Line(given.seed, given.deaths, given.minutes, **troubled), list[str]()
    try:
        not_right += asyncio.run(line.run())
    finally:
        line.close()
        seconds = time.monotonic() - began
        print(f"seed {given.seed}, {seconds:.0f} s: {counted(line.story.deeds)}")
        if given.tally:
            enter(given.tally, "line", given.seed, line.blows, seconds, not_right)
    print(f"wanted: {counted(Counter(wish.name for wish in line.story.begun.values()))}")
    print("\n".join(not_right) or f"right: {len(line.story.begun)} people, each act once, each number is theirs")
    return 1 if not_right else 0


if __name__ == "__main__":
    sys.exit(main())
