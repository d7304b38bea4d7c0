"""How a command ends, and the processes that it has beside it."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from core.platform import warden

ENDING_SECONDS: Final = 20.0


class Stopped(SystemExit):
    """Somebody asked this process to end (SIGTERM): what it began is ended on the way out."""


def stop_in_order() -> None:
    """From now on SIGTERM raises Stopped in the main thread, with the exit code that a shell has for it (143)."""
    signal.signal(signal.SIGTERM, _stop)


def _stop(signal_number: int, _: object) -> None:
    raise Stopped(128 + signal_number)


@contextmanager
def beside(*commands: list[str]) -> Iterator[None]:
    """Processes that run as long as this one does its work, and end with it, however it ends."""
    with ExitStack() as stack:
        for command in commands:
            process = subprocess.Popen(command)  # noqa: S603 - our own words
            warden.keep_process(process.pid)
            stack.callback(_end, process)
        yield


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    warden.leave_process(process.pid)
