"""The parent of workers, web process and stand-in: it has imported everything, so that a child lives at once.

It reads orders from its standard input, a JSON object a line, and answers each with one. When the input ends it ends
its children and itself. It has no thread, no event loop and no connection of its own, so that a fork is clean.
"""

import asyncio
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import uvicorn

import asgi
from core.platform.settings import settings
from faults import clock, deeds, gateway, worker
from faults.children import WHERE
from simulator.speech import Speech


def _web(port: int) -> None:
    clock.be_wrong(asgi)
    uvicorn.run(
        "asgi:build", factory=True, port=port, access_log=False, log_level="warning", timeout_graceful_shutdown=1
    )


BORN: Final[dict[str, Callable[..., None]]] = {
    "worker": lambda folder, short: worker.run(Path(folder), short=short),
    "gateway": lambda port, callbacks, speech: gateway.run(port, callbacks, Speech(speech)),
    "deed": deeds.run,
    "web": _web,
}


def main() -> None:
    """Obey until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children: set[int] = set()
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        print(json.dumps(_born(asked, children) if "born" in asked else _ended(asked["ended"], children)), flush=True)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _born(asked: dict[str, Any], children: set[int]) -> int:
    """A child at work; its process id."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        children.add(pid)
        return pid
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(WHERE, _tell_where)
        _away_from_the_orders(asked["log"])
        os.environ |= asked["environment"]
        settings.cache_clear()
        clock.follow()
        BORN[asked["born"]](**asked["with"])
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _tell_where(*_: object) -> None:
    """Write to the log what every task waits for."""
    for task in asyncio.all_tasks(asyncio.get_running_loop()):
        task.print_stack()
    sys.stderr.flush()


def _away_from_the_orders(log: str) -> None:
    for name, flags, numbers in (
        (os.devnull, os.O_RDONLY, (0,)),
        (log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, (1, 2)),
    ):
        opened = os.open(name, flags, 0o644)
        for number in numbers:
            os.dup2(opened, number)
        os.close(opened)


def _ended(pid: int, children: set[int]) -> int | None:
    """How a child ended (the negative of the signal, if by one), or None: it has not."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        return None
    children.discard(pid)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
