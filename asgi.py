"""The web application: the callbacks of the line and of SMS, the desk, the API, health, metrics and a telephone to try.

Each of the parts can have processes of its own (`jigi serve --only line`): a process imports no part that it does
not serve, so that nothing done at the desk can delay a hop, and nothing wrong there can end the line.
"""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.platform import giving_way, headers, health, hosts, logs, metrics, straight
from core.platform.database import close_database, open_database
from core.platform.redis import Client, connect
from core.platform.request_ids import RequestIds
from core.platform.settings import Settings
from core.platform.settings import settings as read_settings
from core.platform.settings.types import USUAL, Part
from core.platform.warden import end_with_parent
from core.programme.keeping import keeping_settings
from core.schema import identity
from core.schema.ground import Ground, ground
from core.staff.wrong_tokens import keeping_wrong_tokens
from core.text.catalogue import unspoken
from core.text.translator import read_all

YOUNG = (10_000, 20, 20)
"""How many objects come before the collector looks for rings among them: a hop leaves none."""

NEVER = 86_400.0
"""Seconds between looks at counts that are not counted."""


@dataclass
class Served:
    """What a part brings: its routes, and what holds while the application stands.

    While it `is_busy`, the desk of the same process gives way to it. `links` says which of its own links stand.
    """

    routes: list[BaseRoute] = field(default_factory=list)
    running: AbstractAsyncContextManager[None] = field(default_factory=nullcontext)
    is_busy: Callable[[], bool] | None = None
    links: Callable[[], Mapping[str, str]] = dict


def _now() -> datetime:
    return datetime.now(UTC)


def build(
    settings: Settings | None = None, on: Ground | None = None, clock: Callable[[], datetime] = _now
) -> Starlette:
    """The application for these settings, standing on these servers, or on those that the settings name.

    `clock` tells the time to the line and to the webhooks of SMS; the desk has its own.

    Raises UnusableLocale where a language has no catalogue, so that nobody is answered in English, and WrongSetting for
    gateways that there are none of.
    """
    settings = settings or read_settings()
    logs.set_up(settings.log_level)
    end_with_parent(partial(signal.raise_signal, signal.SIGTERM))
    read_all()
    stack = ExitStack()
    on = on or stack.enter_context(ground(settings))
    redis = connect(on.redis_url)
    parts = settings.only or USUAL
    served = [make(settings, redis, clock) for part, make in PARTS.items() if part in parts]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        logs.take_failures()
        gc.collect()
        gc.set_threshold(*YOUNG)
        gc.freeze()  # what stands now stands to the end: the collector need not look at it again
        with stack:
            async with AsyncExitStack() as held:
                await held.enter_async_context(keeping_wrong_tokens(clock))
                await held.enter_async_context(keeping_settings())
                for each in served:
                    await held.enter_async_context(each.running)
                yield
            await redis.aclose()
            await close_database()

    open_database(
        on.database_url,
        direct=on.direct_url,
        read=on.read_url,
        by_task=on.by_task,
        pool=settings.database_pool,
        statement_seconds=settings.step_seconds,
    )
    routes = [route for each in served for route in each.routes]
    app = Starlette(routes=[*routes, *_about_itself(settings, redis, served)], lifespan=lifespan)
    if Part.DESK in parts:
        from desk import views as desk

        desk.mount(app, settings, redis)
        for each in served:
            if each.is_busy is not None:
                app.add_middleware(giving_way.GivesWay, path="/desk", is_busy=each.is_busy)
    names = hosts.OwnNames(settings.hosts)
    app.add_middleware(hosts.OwnHosts, names=names)
    app.add_middleware(headers.GuardedAnswers)
    app.add_middleware(RequestIds)
    app.add_middleware(straight.StraightToDoors, routes=routes, names=names)
    return app


def _line(settings: Settings, redis: Client, clock: Callable[[], datetime]) -> Served:
    """The callbacks of USSD gateways, the links of those that have one, and the telephone to try."""
    from core.calls.journal import Journal
    from core.calls.session_end import SessionEnd, Unsaid
    from core.platform.outages import does_not_answer
    from core.text.alphabet import alphabet
    from menus import line
    from menus.counting import keeping
    from menus.tasks import ANSWERED_BY
    from sms.inbound import dropped_calls
    from ussd import gateways
    from ussd.counting import Counts, NoCounts
    from ussd.engine import Engine
    from ussd.gateway import EngineLine
    from ussd.sessions import LOCK_SHARE, Sessions

    calling = gateways.switched_on(settings)
    counts = Counts() if settings.count_seconds else NoCounts()
    engine = Engine(
        line,
        sessions=Sessions(redis, seconds=settings.session_seconds, lock_seconds=settings.step_seconds * LOCK_SHARE),
        journal=Journal(),
        alphabet=alphabet(settings.alphabet),
        step_seconds=settings.step_seconds,
        typed_inputs=settings.typed_inputs,
        clock=clock,
        counts=counts,
        tasks=ANSWERED_BY,
        most_hops=settings.most_hops,
        is_outage=does_not_answer,
    )

    async def end(session_end: SessionEnd, unsaid: Unsaid | None) -> None:
        await dropped_calls.end(session_end, unsaid if settings.sms_after_cut else None, clock())

    answered = EngineLine(engine, end, redis)
    has_phone = settings.simulator and bool(settings.callback_tokens)
    telephone = _simulator(settings) if has_phone else Served()

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        counting = keeping(counts, settings.count_seconds or NEVER)
        async with counting, telephone.running, gateways.running(calling, answered):
            yield
        await engine.close()

    routes: list[BaseRoute] = [*gateways.routes(calling, answered, settings), *telephone.routes]
    return Served(routes, running(), engine.is_busy, partial(gateways.standing, calling))


def _sms(settings: Settings, _: Client, clock: Callable[[], datetime]) -> Served:
    """The callbacks of SMS gateways, and an eye on the workers where none is left."""
    from sms.alarms.standby import standing_by
    from sms.inbound import webhooks

    given = None if clock is _now else clock  # a machine's own clock stamps no report and calls no worker gone
    return Served([*webhooks.routes(settings, given)], standing_by(settings, given))


def _api(settings: Settings, redis: Client, clock: Callable[[], datetime]) -> Served:
    """The ways in for other systems."""
    from api import views
    from api.field_files import fetching
    from api.intake import BatchIntake
    from api.spdci.views import SpdciRoom
    from api.webhooks import sending

    intake = BatchIntake()
    spdci = SpdciRoom(settings, redis, clock, intake.wake)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        events, files = sending(clock, settings.api_receiver_networks), fetching(settings, clock)
        async with intake.running(), events, files, spdci.running():
            yield

    routes = [*views.routes(settings, redis, clock, intake), *spdci.routes]
    return Served(routes, running(), links=intake.stands)


PARTS = {Part.LINE: _line, Part.SMS: _sms, Part.API: _api}
"""What has routes at the root; the desk is mounted beside them."""


def _about_itself(settings: Settings, redis: Client, served: list[Served]) -> list[BaseRoute]:
    async def figures(_: Request) -> Response:
        return Response(await asyncio.to_thread(metrics.shown), media_type=CONTENT_TYPE_LATEST)

    def links() -> dict[str, str]:
        return {name: stands for each in served for name, stands in each.links().items()}

    fits = partial(identity.serves, identity.kind_asked_for(settings))
    return [*health.routes(redis, unspoken, fits=fits, links=links), Route("/metrics", figures)]


def _simulator(settings: Settings) -> Served:
    """The telephone in the browser; production runs without it, and never reads the invented world."""
    from demo.callers import DEMO_CALLERS, what_to_type
    from demo.desk import PASSWORD, logins
    from simulator import start, web
    from simulator.dialling import DemoGateways, Dialling
    from simulator.gateway import NAME
    from simulator.phones import DemoPhone
    from simulator.web_gateways import standins

    others = DemoGateways(settings)
    page = web.routes(
        token=settings.callback_tokens[0],
        service_code=settings.service_code,
        phones=[DemoPhone(caller.msisdn, caller.situation_fr, what_to_type(caller)) for caller in DEMO_CALLERS],
        alphabet_name=settings.alphabet,
        sms_gateways=standins(settings),
        short_code=settings.sms_short_code,
        gateways=[name for name in settings.ussd_gateways if name == NAME or name in others.phones],
    )
    has_desk = not settings.only or Part.DESK in settings.only
    first = start.route(service_code=settings.service_code, people=logins() if has_desk else (), password=PASSWORD)
    return Served([first, *page, *Dialling(others.phones).routes()], others.running())


def __getattr__(name: str) -> Any:
    """`asgi:app`, built when a server asks for it and not when a program imports this module."""
    if name == "app":
        return build()
    raise AttributeError(name)
