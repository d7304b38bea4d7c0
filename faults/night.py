"""`python -m faults.night --kills 10000`: suite after suite, each with seeds of its own, until so much was killed.

It prints what each came to, and one tally of all at its end, also where `--hours` are over before or it is stopped.
"""

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

FULL_DISK: Final = ("--full-disk",) if os.geteuid() == 0 else ()
SUITES: Final = (
    ("line", ("faults.line", "--deaths", "100", "--minutes", "15")),
    ("work", ("faults.work", "--kills", "250", "--minutes", "15")),
    ("mixed", ("faults", "--by", "mixed", "--runs", "15")),
    ("line", ("faults.line", "--deaths", "100", "--minutes", "15", *FULL_DISK)),
    ("africastalking", ("faults", "--by", "africastalking", "--runs", "10")),
    ("work", ("faults.work", "--kills", "250", "--minutes", "15")),
    ("orange", ("faults", "--by", "orange", "--runs", "10")),
    ("smpp", ("faults", "--by", "smpp", "--runs", "10")),
    ("older", ("faults.line", "--deaths", "50", "--minutes", "10", "--beside-older")),
    ("midnight", ("faults", "--by", "mixed", "--runs", "3", "--at", "23:59:57")),
    ("edge", ("faults", "--by", "mixed", "--runs", "3", "--at", "19:59:57", "--window", "08:00,20:00")),
    ("restored", ("faults.restored", "--runs", "3")),
    ("power", ("faults", "--by", "mixed", "--runs", "5", "--power")),
)
"""In turns; each gets a seed of its own each time."""

SEEDS_APART: Final = 100
LONGEST_SECONDS: Final = 3600
"""Of one suite; one that takes longer hangs."""


def enter(file: Path, what: str, seed: int, kills: int, seconds: float, wrong: Sequence[str]) -> None:
    """Add a line of what a suite came to."""
    entry = {"what": what, "seed": seed, "kills": kills, "seconds": round(seconds), "wrong": [*wrong]}
    with file.open("a") as opened:
        opened.write(json.dumps(entry) + "\n")


class Night:
    """Suites until so many kills, with what they came to."""

    def __init__(self, kills: int, hours: float, seed: int, tally: Path) -> None:
        self._kills, self._until = kills, time.monotonic() + hours * 3600
        self._seed, self._tally = seed, tally
        self.suites: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self) -> None:
        """One suite after the other."""
        for what, words in self._in_turns():
            left = self._until - time.monotonic()
            if self.kills.total() >= self._kills or left <= 0:
                return
            self._do(what, words, min(left, LONGEST_SECONDS))

    def _in_turns(self) -> Iterator[tuple[str, Sequence[str]]]:
        while True:
            for what, words in SUITES:
                yield what, (*words, "--seed", str(self._seed))
                self._seed += SEEDS_APART

    def _do(self, what: str, words: Sequence[str], seconds: float) -> None:
        self._tally.write_text("")
        command = [sys.executable, "-m", *words, "--tally", str(self._tally)]
        with subprocess.Popen(command) as suite:  # noqa: S603 - our own words
            try:
                suite.wait(seconds)
            except subprocess.TimeoutExpired:
                if seconds == LONGEST_SECONDS:
                    self.wrong.append(f"{what} hangs: python -m {' '.join(words)}")
            finally:
                _end(suite)
        entries = [json.loads(line) for line in self._tally.read_text().splitlines()]
        for entry in entries:
            self.suites[what] += 1
            self.kills[what] += entry["kills"]
            self.wrong += [f"{what}, seed {entry['seed']}: {each}" for each in entry["wrong"]]
        if not entries and suite.returncode not in (0, -signal.SIGTERM, 128 + signal.SIGTERM):
            self.wrong.append(f"{what} broke ({suite.returncode}): python -m {' '.join(words)}")

    def __str__(self) -> str:
        lines = [f"{what}: {self.kills[what]} kills in {times} suites" for what, times in sorted(self.suites.items())]
        return "\n".join([*lines, f"{self.kills.total()} kills, {len(self.wrong)} things wrong", *self.wrong])


def _end(suite: "subprocess.Popen[bytes]") -> None:
    """In order, so that its servers end with it."""
    if suite.poll() is None:
        suite.terminate()
        with suppress(subprocess.TimeoutExpired):
            suite.wait(60)
        suite.kill()


def main() -> int:
    """Run as asked; 1 where something is wrong."""
    asked = argparse.ArgumentParser(prog="python -m faults.night", description="Kill until so much was killed.")
    asked.add_argument("--kills", type=int, default=10_000)
    asked.add_argument("--hours", type=float, default=math.inf, help="end after so long, however much was killed")
    asked.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000, help="of the first; later ones follow")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jigi-night-") as folder:
        night = Night(given.kills, given.hours, given.seed, Path(folder, "tally"))
        try:
            with suppress(KeyboardInterrupt, SystemExit):
                night.run()
        finally:
            print(f"\nfirst seed {given.seed}, {(time.monotonic() - began) / 3600:.1f} h\n{night}")
    return 1 if night.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
