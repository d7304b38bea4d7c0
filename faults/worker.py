"""A worker that burns fuses: `sms.worker.process.work` as it is, with a look at the fuses around each step.

The steps are found from outside, by wrapping what the worker calls: the code that sends has no hook for tests.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from core.platform import database, logs, sql
from core.platform.settings import Settings
from core.platform.smpp.link import SmppLink
from faults.fuses import FuseBox
from faults.steps import Step
from faults.waits import shorten
from sms.campaigns import steps
from sms.inbound.webhooks import GatewayIntake
from sms.outbox import claims, delivery, departing, ledger
from sms.outbox.africastalking import AfricasTalking
from sms.outbox.gateway import Gateway, GatewayTrouble, Policy, Result
from sms.outbox.gateways import ways_out
from sms.outbox.orange import Orange
from sms.outbox.smpp import Smpp
from sms.worker import sweeps
from sms.worker.process import work

WROTE: Final = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
"""Whether the transaction has changed anything: looking for something to send is no step of a request."""

SENDING: Final = {"http11.send_request_headers.complete": Step.ASKING, "http11.send_request_body.complete": Step.ASKED}
"""What httpx's transport tells of a request under way."""


class _Task:
    """A function at work in the ledger, and whether it changed anything."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.wrote = False


Called = Callable[..., Awaitable[Any]]
_doing: ContextVar[_Task | None] = ContextVar("doing", default=None)


def run(folder: Path, *, short: bool) -> None:
    """Work until SIGTERM, past the fuses in `folder`, with the settings of the environment; with `short` waits."""
    if short:
        shorten()
    settings = Settings()
    logs.set_up(settings.log_level)
    box = FuseBox(folder)
    _lay_along(box)
    asyncio.run(_until_told(settings, box))


async def _until_told(settings: Settings, box: FuseBox) -> None:
    until = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, until.set)
    ways: dict[str, Gateway] = {}
    async with AsyncExitStack() as links:
        for name, gateway in ways_out(settings).items():
            if isinstance(gateway, AfricasTalking | Orange):
                gateway._client.event_hooks = {"request": [_watching(box)]}
            if isinstance(gateway, Smpp):
                SmppLink.submit = _past_fuses(SmppLink.submit, box)  # type: ignore[method-assign, assignment]
            ways[name] = _PastFuses(gateway, box)
            await links.enter_async_context(gateway.running(GatewayIntake(settings)))
        await work(settings, settings.database_url, ways=ways, until=until)


def _past_fuses(submit: Called, box: FuseBox) -> Called:
    """Pass a step before a message is written to the link, and one when it was."""

    async def watched(*arguments: Any) -> Any:
        box.reached(Step.ASKING)
        asking = asyncio.ensure_future(submit(*arguments))
        for _ in range(3):  # to the window, to the writing, past it
            await asyncio.sleep(0)
        box.reached(Step.ASKED)
        return await asking

    return watched


def _lay_along(box: FuseBox) -> None:
    """Look at the fuses around the steps of the ledger, of a pause and of the sweep."""
    for module in (claims, departing, ledger, steps):
        _replace(module, "writing", lambda _: _writing(box))
    for module, name, within, after in (
        (claims, "claim", Step.CLAIMING, Step.CLAIMED),
        (departing, "depart", Step.DEPARTING, Step.DEPARTED),
        (ledger, "record", Step.RECORDING, Step.RECORDED),
        (ledger, "release", Step.GIVING_BACK, Step.GIVEN_BACK),
        (ledger, "unanswered", Step.DOUBTING, Step.DOUBTED),
        (steps, "stop_for_gateway", Step.PAUSING, None),
    ):
        _replace(module, name, _around(box, within, after))
    _replace(sql, "row_in_one_trip", lambda trip: _one_trip(trip, box))
    _replace(delivery, "adopt", _afterwards(box, Step.ADOPTED))
    _replace(sweeps, "make_uncertain", _afterwards(box, Step.SWEEPING))


def _replace(module: ModuleType, name: str, wrap: Callable[[Any], Any]) -> None:
    setattr(module, name, wrap(getattr(module, name)))


def _around(box: FuseBox, within: Step, after: Step | None) -> Callable[[Called], Called]:
    """Pass a step before the commit of a function, and one when it is done, if it changed anything."""

    def wrap(function: Called) -> Called:
        async def wrapped(*arguments: Any, **named: Any) -> Any:
            task = _Task(within)
            mark = _doing.set(task)
            try:
                result = await function(*arguments, **named)
            finally:
                _doing.reset(mark)
            if task.wrote and after is not None:
                box.reached(after)
            return result

        return wrapped

    return wrap


def _afterwards(box: FuseBox, step: Step) -> Callable[[Called], Called]:
    def wrap(function: Called) -> Called:
        async def wrapped(*arguments: Any, **named: Any) -> Any:
            result = await function(*arguments, **named)
            box.reached(step)
            return result

        return wrapped

    return wrap


def _writing(box: FuseBox) -> Any:
    @asynccontextmanager
    async def writing() -> AsyncIterator[AsyncSession]:
        async with database.writing() as session:
            yield session
            task = _doing.get()
            if task is not None and await sql.scalar(WROTE):
                task.wrote = True
                box.reached(task.step)

    return writing


def _one_trip(trip: Called, box: FuseBox) -> Called:
    """Pass a step before statements that are a transaction of their own; they wrote something if they give a row."""

    async def watched(*arguments: Any) -> Any:
        task = _doing.get()
        if task is not None:
            box.reached(task.step)
        row = await trip(*arguments)
        if task is not None and row is not None:
            task.wrote = True
        return row

    return watched


class _PastFuses(Gateway):
    """The gateway, with a fuse behind its answer."""

    def __init__(self, gateway: Gateway, box: FuseBox) -> None:
        self._gateway = gateway
        self._box = box
        self.batch_size = gateway.batch_size  # type: ignore[misc]  # of this one, as the gateway has it

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        try:
            results = await self._gateway.send(body, msisdns)
        except GatewayTrouble as trouble:
            if trouble.policy in (Policy.KEEP, Policy.STOP):
                self._box.reached(Step.REFUSED)
            raise
        self._box.reached(Step.ANSWERED)
        return results

    def spellings(self, provider_id: str) -> Sequence[str]:
        return self._gateway.spellings(provider_id)

    async def close(self) -> None:
        await self._gateway.close()


def _watching(box: FuseBox) -> Callable[[httpx.Request], Awaitable[None]]:
    async def trace(event: str, _: Any) -> None:
        step = SENDING.get(event)
        if step is not None:
            box.reached(step)

    async def hook(request: httpx.Request) -> None:
        request.extensions = {**request.extensions, "trace": trace}

    return hook
