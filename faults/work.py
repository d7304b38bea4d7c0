"""Work killed half-way: decisions, imports and their undoing, plans, approvals and starts of campaigns.

`python -m faults.work --kills N` does round after round until N blows fell (or `--minutes` are over), and prints one
tally. Each deed of a round (`faults.deeds`) is a process that speaks with PostgreSQL through a proxy; at one of the
blocks that pass, a different one each time, the process is killed, its connections are cut, or PostgreSQL crashes.
After each blow what stands is whole or not there at all (`faults.done`); then the deed is done again, as whoever
waited for it would, and stands once.
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
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

from core.platform import database
from faults import clock
from faults.called import begin
from faults.children import Child, Nursery
from faults.done import Counts
from faults.night import enter
from faults.patience import LONGEST_SECONDS, TooLong
from faults.postgres import Postgres
from faults.proxy import Blow, FatalProxy
from faults.rounds import Deed, Round, people
from faults.tally import counted

BLOWS_A_DEED: Final = 3
BLOWS: Final = ("killed", "killed", "killed", "killed", "cut off", "PostgreSQL crashed")


class Work:
    """Rounds of work on one database."""

    def __init__(self, seed: int, kills: int, minutes: float = math.inf) -> None:
        self._seed, self._chance, self._kills = seed, Random(seed), kills
        self._until = time.monotonic() + minutes * 60
        self._folder = Path(tempfile.mkdtemp(prefix="jigi-work-"))
        clock.begin(self._folder / "clock")
        self._postgres = Postgres(self._folder)
        begin(self._postgres.url)
        self._blocks: dict[str, list[int]] = {}
        self.counts = Counts(self._postgres.url)
        self.deeds: Counter[str] = Counter()
        self.wrong: list[str] = []

    @property
    def blows(self) -> int:
        """How many fell."""
        return sum(times for name, times in self.deeds.items() if name.startswith("at "))

    async def run(self) -> None:
        """Round after round."""
        database.open_database(self._postgres.url, pool=2, statement_seconds=20)
        nursery = Nursery(self._folder)
        try:
            await people()
            async with FatalProxy(f"{self._folder.resolve()}/postgres/.s.PGSQL.5432") as proxy:
                number = 0
                while self.blows < self._kills and time.monotonic() < self._until:
                    number += 1
                    await self._round(number, nursery, proxy)
                    self.deeds["rounds"] += 1
        finally:
            await asyncio.to_thread(nursery.close)
            await database.close_database()

    def close(self) -> None:
        """End everything and remove its folder; it stays where something was wrong, for its logs."""
        self._postgres.start()  # a crash may have been the last thing
        self._postgres.close()
        if self.wrong:
            return
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _round(self, number: int, nursery: Nursery, proxy: FatalProxy) -> None:
        async for deed in Round(number, self._folder, self.counts).deeds():
            for blow in range(BLOWS_A_DEED + 1):
                if await self._done(deed, nursery, proxy, is_last=blow == BLOWS_A_DEED):
                    break
            self.deeds[f"{deed.kind} done"] += 1

    async def _done(self, deed: Deed, nursery: Nursery, proxy: FatalProxy, *, is_last: bool) -> bool:
        """Whether the deed came to its end; the last time nothing is in its way."""
        kind = deed.kind
        blow = self._chance.choice(BLOWS)
        at = 0 if is_last or kind not in self._blocks else self._next_block(kind)
        proxy.lay(0, None)
        child = nursery.born("deed", self._environment(proxy), name=deed.name, **deed.given)
        proxy.lay(at, self._blow(blow, child, proxy), then_passes=self._chance.random() < 0.5)
        await asyncio.to_thread(_ended, child)
        blocks = proxy.blocks
        struck = at and blocks >= at
        if struck:
            self.deeds[f"at {kind} {blow}"] += 1
            if blow == "PostgreSQL crashed":
                await asyncio.to_thread(self._postgres.start)
        elif child.code == 0 and kind not in self._blocks:
            self._blocks[kind] = []
            self.deeds[f"blocks of {kind}"] = blocks
        over = child.code == 0
        if not struck and not over:
            self.wrong.append(f"{kind} failed by itself ({child.code}): see {self._folder}/deed.log")
        self.wrong += [*deed.wrong(over=over)]
        return over or is_last

    def _next_block(self, kind: str) -> int:
        """Each block of a deed once, in a shuffled order, before any comes again."""
        if not self._blocks[kind]:
            self._blocks[kind] = [*range(1, self.deeds[f"blocks of {kind}"] + 1)]
            self._chance.shuffle(self._blocks[kind])
        return self._blocks[kind].pop()

    def _blow(self, blow: str, child: Child, proxy: FatalProxy) -> Blow:
        async def fall() -> None:
            if blow == "killed":
                with suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGKILL)
            elif blow == "cut off":
                proxy.cut()
            else:
                await asyncio.to_thread(self._postgres.crash)

        return fall

    def _environment(self, proxy: FatalProxy) -> dict[str, str]:
        return {
            "JIGI_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres?sslmode=disable",
            "JIGI_DATA_DIR": str(self._folder / "data"),
            "JIGI_LOG_LEVEL": "WARNING",
        }


def _ended(child: Child) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while child.lives:
        if time.monotonic() > until:
            child.tell_where()
            child.end()
            raise TooLong("a deed does not end")
        time.sleep(0.005)


def main() -> int:
    """Run as asked; 1 where something is wrong."""
    asked = argparse.ArgumentParser(description="Kill work half-way, and count what stands.")
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--minutes", type=float, default=math.inf, help="end after so long, however many blows fell")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--tally", type=Path, help="a file to enter the sum in")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers end with us
    began = time.monotonic()
    work = Work(given.seed, given.kills, given.minutes)
    try:
        asyncio.run(work.run())
    finally:
        work.close()
        seconds = time.monotonic() - began
        print(f"seed {given.seed}, {seconds:.0f} s, {work.blows} blows: {counted(work.deeds)}")
        if given.tally:
            enter(given.tally, "work", given.seed, work.blows, seconds, work.wrong)
    print("\n".join(work.wrong) or "right: after each blow all or nothing, and each act once")
    return 1 if work.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
