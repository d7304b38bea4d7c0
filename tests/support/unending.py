"""A test that does not end: where everything stands is told, and the process that ran it ends, which fails that test.

No verdict on a test that ends depends on this clock: what takes longest takes a tenth of it.
"""

import asyncio
import faulthandler
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

LONGEST_SECONDS: Final = 900.0
EXIT_CODE: Final = 75


@contextmanager
def told(what: str, out: TextIO, seconds: float = LONGEST_SECONDS) -> Iterator[None]:
    """Where `what` is not over after `seconds`, write to `out` where it stands, and end this process."""
    timer = threading.Timer(seconds, _end, (what, out))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(what: str, out: TextIO) -> None:
    try:
        tell(what, out)
    finally:
        os._exit(EXIT_CODE)


def tell(what: str, out: TextIO) -> None:
    """What each thread and each task does, and which processes there are; PostgreSQL's say what they wait for."""
    out.write(f"\n{what} does not end.\n")
    out.flush()
    faulthandler.dump_traceback(out)
    for loop in [each for each in gc.get_objects() if isinstance(each, asyncio.AbstractEventLoop)]:
        for task in asyncio.all_tasks(loop):
            with suppress(Exception):  # it goes on meanwhile
                task.print_stack(file=out)
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda folder: int(folder.name)):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (process / "stat").read_text().rpartition(")")[2].split()
            if words:  # the kernel's own have none
                out.write(f"{process.name} of {state[1]} {state[0]} {words[:160]}\n")
    out.flush()


def terminal() -> TextIO:
    """What this process says aloud, also while a test's own words are kept from it."""
    return os.fdopen(os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2), "w")
