"""The web application: the line's callbacks, the desk, health, metrics and, where it is on, the telephone to try."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.calls.journal import Journal
from core.calls.session_end import SessionEnd, Unsaid
from core.platform import health, logs
from core.platform.database import close_database, open_database
from core.platform.redis import Client, connect
from core.platform.settings import Settings
from core.platform.settings import settings as read_settings
from core.schema import identity
from core.schema.ground import Ground, ground
from core.text.alphabet import alphabet
from core.text.catalogue import unspoken
from core.text.translator import read_all
from desk import views as desk
from menus import line
from menus.counting import keeping
from menus.tasks import ANSWERED_BY
from sms.inbound import dropped_calls, webhooks
from ussd import gateways
from ussd.counting import Counts, NoCounts
from ussd.engine import Engine
from ussd.gateway import EngineLine
from ussd.sessions import LOCK_SHARE, Sessions

NEVER = 86_400.0
"""Seconds between looks at counts that are not counted."""


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
    read_all()
    calling = gateways.switched_on(settings)
    stack = ExitStack()
    on = on or stack.enter_context(ground(settings))
    open_database(
        on.database_url,
        direct=on.direct_url,
        read=on.read_url,
        by_task=on.by_task,
        pool=settings.database_pool,
        statement_seconds=settings.step_seconds,
    )
    redis = connect(on.redis_url)
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
    )

    async def end(session_end: SessionEnd, unsaid: Unsaid | None) -> None:
        await dropped_calls.end(session_end, unsaid if settings.sms_after_cut else None, clock())

    answered = EngineLine(engine, end)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        logs.take_failures()
        gc.collect()
        gc.freeze()  # what stands now stands to the end: the collector need not look at it again
        with stack:
            async with keeping(counts, settings.count_seconds or NEVER), gateways.running(calling, answered):
                yield
            await engine.close()
            await redis.aclose()
            await close_database()

    callbacks = gateways.routes(calling, answered, settings)
    app = Starlette(routes=[*callbacks, *_routes(settings, redis, counts, clock)], lifespan=lifespan)
    desk.mount(app, settings)
    return app


def _routes(settings: Settings, redis: Client, counts: Counts, clock: Callable[[], datetime]) -> list[BaseRoute]:
    own = CollectorRegistry()
    own.register(counts)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest() + generate_latest(own), media_type=CONTENT_TYPE_LATEST)

    routes: list[BaseRoute] = [
        *webhooks.routes(settings, clock),
        *health.routes(redis, unspoken, fits=partial(identity.fits, identity.kind_asked_for(settings))),
        Route("/metrics", metrics),
    ]
    if settings.simulator and settings.callback_tokens:
        routes += _simulator(settings)
    return routes


def _simulator(settings: Settings) -> list[BaseRoute]:
    """The telephone in the browser; production runs without it, and never reads the invented world."""
    from demo.callers import DEMO_CALLERS, what_to_type
    from simulator import web
    from simulator.phones import DemoPhone

    return web.routes(
        token=settings.callback_tokens[0],
        service_code=settings.service_code,
        phones=[DemoPhone(caller.msisdn, caller.situation_fr, what_to_type(caller)) for caller in DEMO_CALLERS],
        alphabet_name=settings.alphabet,
        gateway_url=settings.sms_gateway_url,
        short_code=settings.sms_short_code,
    )


def __getattr__(name: str) -> Any:
    """`asgi:app`, built when a server asks for it and not when a program imports this module."""
    if name == "app":
        return build()
    raise AttributeError(name)
