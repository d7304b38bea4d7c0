"""The workers of a run: kept at work, killed, frozen and let go."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from random import Random
from typing import Final

from faults.children import Child
from faults.fuses import Deed, FuseBox

LOOK_SECONDS: Final = 0.04
AFTER_A_DEATH: Final = 0.1
"""Before a worker that ended is started again."""


class Workers:
    """So many workers; one that ends is replaced, as a service manager would."""

    def __init__(self, new: Callable[[], Child], box: FuseBox, chance: Random) -> None:
        self._new = new
        self._box = box
        self._chance = chance
        self._all: list[Child] = []
        self._frozen: dict[int, float] = {}
        self._by_us: set[int] = set()
        self.deeds: Counter[str] = Counter()

    def start(self, count: int) -> None:
        """Let so many work."""
        self._all += [self._new() for _ in range(count)]

    async def keep(self) -> None:
        """Look after them, for ever."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """See which fuses burnt, let go whom it is time for, and replace who ended."""
        ended = [child for child in self._all if not child.lives]
        # A worker tells of a fuse before it burns, so who has ended told of it by now.
        for burnt in self._box.burnt():
            self.deeds[f"{'killed' if burnt.deed is Deed.KILL else 'frozen'} {burnt.step}"] += 1
            if burnt.deed is Deed.FREEZE:
                self._frozen[burnt.pid] = time.monotonic() + burnt.seconds
            else:
                self._by_us.add(burnt.pid)
        for child in self._all:
            if child.pid in self._frozen and time.monotonic() > self._frozen[child.pid]:
                del self._frozen[child.pid]
                child.send(signal.SIGCONT)
        for child in ended:
            self._all.remove(child)
            self._frozen.pop(child.pid, None)
            if child.pid not in self._by_us:
                self.deeds[f"ended by itself with {child.code}"] += 1
            self._all.append(self._new())

    def kill_one(self) -> None:
        """Kill one at this moment."""
        child = self._any()
        self._by_us.add(child.pid)
        child.end()

    def freeze_one(self, seconds: float) -> None:
        """Freeze one at this moment, for so long."""
        child = self._any()
        child.send(signal.SIGSTOP)
        self._frozen[child.pid] = time.monotonic() + seconds

    def stop_one(self) -> None:
        """Ask one to end in order."""
        child = self._any()
        self._by_us.add(child.pid)
        child.send(signal.SIGCONT)
        child.send(signal.SIGTERM)

    @property
    def any_frozen(self) -> bool:
        """Whether one is frozen now."""
        return bool(self._frozen)

    def living(self) -> Collection[int] | None:
        """The processes at work; None while one is frozen."""
        return None if self._frozen else [child.pid for child in self._all]

    def end(self) -> list[str]:
        """End all in order; of each that had to be killed, what it waited for."""
        self.look()
        for child in self._all:
            with suppress(ProcessLookupError):
                child.send(signal.SIGCONT)
                child.send(signal.SIGTERM)
        killed = [child.where for child in self._all if not child.end(signal.SIGTERM)]
        self._all.clear()
        self._frozen.clear()
        return killed

    def _any(self) -> Child:
        return self._chance.choice(self._all)
