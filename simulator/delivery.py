"""What the stand-in gateway posts to the application: delivery reports when they are due, and what a phone writes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any, Final

import httpx

from core.platform import background
from simulator.connections import loopback_client
from simulator.reports import ReportPlan, Run

AT_ONCE: Final = 8
TRIES: Final = 4
WAIT_SECONDS: Final = 0.25
"""Before a report is tried again; twice as long after each try."""

PATIENCE: Final = httpx.Timeout(10, pool=None)
SERVER_ERROR: Final = 500


Posted = Callable[[str, dict[str, str]], dict[str, Any]]
"""How what is posted to a path is written: the arguments of a request of httpx."""


def as_form(_: str, form: dict[str, str]) -> dict[str, Any]:
    """A form, as it is."""
    return {"data": form}


class NoCallbacks(Exception):
    """The stand-in was not told where the application is."""


class Delivery:
    """Posts to the callbacks under one address (``http://127.0.0.1:8000/sms/africastalking/demo``).

    A report that is answered with 5xx, or not at all, is tried again a few times. Raises ValueError for what is no
    http address.
    """

    def __init__(self, callbacks: str | None, posted: Posted = as_form) -> None:
        self._posted = posted
        self.callbacks = callbacks.rstrip("/") if callbacks else None
        if self.callbacks and httpx.URL(self.callbacks).scheme != "http":
            raise ValueError(f"{callbacks} is no http address")
        self.sent = 0
        self.refused = 0
        self._planned = 0
        self._order = count()
        self._later: list[tuple[float, int, Run]] = []
        self._sooner = asyncio.Event()
        self._due: asyncio.Queue[Run] = asyncio.Queue()
        self._client = loopback_client(timeout=PATIENCE, at_once=AT_ONCE)

    @property
    def waiting(self) -> int:
        """Reports that are neither sent nor refused."""
        return self._planned - self.sent - self.refused

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Post what falls due, as long as this lasts."""
        try:
            async with background.running(self._watch(), *(self._work() for _ in range(AT_ONCE))):
                yield
        finally:
            await self._client.aclose()

    async def report(self, plan: ReportPlan, after_ms: float, spread_ms: float) -> None:
        """Post the early reports now, and the others when they are due, spread evenly."""
        self._planned += sum(map(len, plan.early)) + sum(map(len, plan.later))
        begin = asyncio.get_running_loop().time() + after_ms / 1000
        step = spread_ms / 1000 / max(len(plan.later), 1)
        for number, run in enumerate(plan.later):
            self._put(run, begin + number * step)
        self._sooner.set()
        await asyncio.gather(*(self._post_run(run) for run in plan.early))

    async def flush(self) -> None:
        """Post everything that waits, without waiting; done when all of it was answered or given up."""
        await self._due.join()
        while self._later:
            self._make_due(inf)
            await self._due.join()

    async def tell(self, path: str, form: dict[str, str]) -> int:
        """Post a form to `{callbacks}/path`, as the gateway writes it, once; the status of the answer.

        Raises NoCallbacks and httpx.HTTPError.
        """
        if self.callbacks is None:
            raise NoCallbacks("no callbacks: where is the application?")
        return (await self._client.post(f"{self.callbacks}/{path}", **self._posted(path, form))).status_code

    def _put(self, run: Run, due: float) -> None:
        heappush(self._later, (due, next(self._order), run))

    def _make_due(self, until: float) -> None:
        while self._later and self._later[0][0] <= until:
            self._due.put_nowait(heappop(self._later)[2])

    async def _watch(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            self._make_due(now())
            self._sooner.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._later[0][0] if self._later else None):
                    await self._sooner.wait()

    async def _work(self) -> None:
        while True:
            run = await self._due.get()
            try:
                await self._post_run(run)
            finally:
                self._due.task_done()

    async def _post_run(self, run: Run) -> None:
        while run:
            report = run[0]
            status = await self._status(report.form())
            if status >= SERVER_ERROR and report.tries + 1 < TRIES:
                wait = WAIT_SECONDS * 2**report.tries
                report.tries += 1
                self._put(run, asyncio.get_running_loop().time() + wait)
                self._sooner.set()
                return
            del run[0]
            if httpx.codes.is_success(status):
                self.sent += 1
            else:
                self.refused += 1

    async def _status(self, form: dict[str, str]) -> int:
        try:
            return await self.tell("delivery", form)
        except Exception:  # an application that is killed breaks connections in ways that httpx does not name
            return SERVER_ERROR
