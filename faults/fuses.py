"""Fuses: the worker that reaches a step for the n-th time kills or freezes itself there.

They lie in a folder that all workers of a run share, a file for each passage of a step: whoever removes it has passed,
and does what it says. So each fuse burns once, whichever worker comes by.
"""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.text.words import Code
from faults.steps import Step

MOST_PASSAGES: Final = 99


class Deed(Code):
    """What a worker does to itself."""

    KILL = "kill"
    FREEZE = "freeze"


SIGNALS: Final = {Deed.KILL: signal.SIGKILL, Deed.FREEZE: signal.SIGSTOP}


@dataclass(frozen=True, slots=True)
class Fuse:
    """A deed at the `nth` passage of a step; a frozen worker is let go after `seconds`."""

    step: Step
    deed: Deed
    nth: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Burnt:
    """A fuse that burnt, in the worker of this process id."""

    pid: int
    step: Step
    deed: Deed
    seconds: float


class FuseBox:
    """The fuses of a run, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / "burnt"
        self._read = 0

    def lay(self, fuses: Iterable[Fuse]) -> None:
        """Lay these fuses and no others."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.remove()
        self._log.write_text("")
        self._read = 0
        passages: dict[Step, dict[int, str]] = {}
        for fuse in fuses:
            passages.setdefault(fuse.step, {})[fuse.nth] = f"{fuse.deed} {fuse.seconds}"
        for step, deeds in passages.items():
            for place in range(1, max(deeds) + 1):
                (self.folder / f"{step} {place:02}").write_text(deeds.get(place, ""))

    def remove(self) -> None:
        """Take away the fuses that did not burn."""
        for file in self.folder.glob("* [0-9][0-9]"):
            file.unlink(missing_ok=True)

    def reached(self, step: Step) -> None:
        """Pass a step, in a worker, and do to it what the next fuse there says."""
        for file in sorted(self.folder.glob(f"{step} [0-9][0-9]")):
            with suppress(FileNotFoundError):
                deed = file.read_text()
                file.unlink()
                if deed:
                    self._burn(step, *deed.split())
                return

    def _burn(self, step: Step, deed: str, seconds: str) -> None:
        with self._log.open("a") as log:
            log.write(f"{os.getpid()}\t{step}\t{deed}\t{seconds}\n")
        os.kill(os.getpid(), SIGNALS[Deed(deed)])

    def burnt(self) -> list[Burnt]:
        """The fuses that burnt since this was asked last."""
        with self._log.open() as log:
            log.seek(self._read)
            lines = log.readlines()
            self._read = log.tell()
        return [_burnt(*line.rstrip("\n").split("\t")) for line in lines]


def _burnt(pid: str, step: str, deed: str, seconds: str) -> Burnt:
    return Burnt(int(pid), Step(step), Deed(deed), float(seconds))
