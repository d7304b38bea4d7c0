"""Real processes, born from the nursery and ended by their ids."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from faults.patience import LONGEST_SECONDS

WHERE: Final = signal.SIGUSR1
"""Asks a process that hangs what it waits for."""


class Child:
    """A process of ours."""

    def __init__(self, nursery: "Nursery", pid: int, log: Path) -> None:
        self._nursery = nursery
        self.pid = pid
        self._log = log
        self.where = ""
        """What it waited for when it had to be killed."""
        self.code: int | None = None

    @property
    def lives(self) -> bool:
        """Whether it has not ended; `code` tells how it did. Its id is its own until this was asked."""
        if self.code is None:
            self.code = self._nursery.ask({"ended": self.pid})
        return self.code is None

    def send(self, what: signal.Signals) -> None:
        """Send it a signal, if it still lives."""
        if self.lives:
            os.kill(self.pid, what)

    def tell_where(self) -> None:
        """Let it write to its log what it waits for."""
        self.send(WHERE)
        time.sleep(2)

    def end(self, what: signal.Signals = signal.SIGKILL) -> bool:
        """End it and wait for it; False when it had to be killed."""
        self.send(signal.SIGCONT)
        self.send(what)
        until = time.monotonic() + LONGEST_SECONDS
        while self.lives:
            if time.monotonic() > until:
                before = self._log.stat().st_size
                self.tell_where()
                self.where = self._log.read_bytes()[before:].decode(errors="replace")
                self.end()
                return False
            time.sleep(0.005)
        return True


class Nursery:
    """The parent of all processes of the suite."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._process = subprocess.Popen(
            [sys.executable, "-m", "faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for us, and we end the children in order
        )

    def born(self, what: str, environment: Mapping[str, str], **named: Any) -> Child:
        """A new child at work: `worker`, `gateway`, `web` or `deed`."""
        log = self._logs / f"{what}.log"
        asked = {"born": what, "environment": dict(environment), "log": str(log), "with": named}
        return Child(self, self.ask(asked), log)

    def ask(self, order: Mapping[str, Any]) -> Any:
        """Give an order and wait for the answer; raises RuntimeError when the nursery has ended."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the nursery has no ears")
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the nursery has ended")
        return json.loads(answer)

    def close(self) -> None:
        """End it and all that it bore."""
        with suppress(OSError):
            self._process.communicate(timeout=10)
        self._process.wait(10)
