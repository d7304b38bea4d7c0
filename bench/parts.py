"""Where the processor's time of a hop goes, by parts: `build` is the application of Jigi that keeps count of it.

The system interrupts the process each four thousandths of a second of its processor's time. What it was doing then is
told by the innermost function of its stack that belongs to a part; what belongs to none is the server's (HTTP). Shares
of the time come of it, to some hundredths of it; what an interruption itself costs is below a hundredth.
"""

import signal
from collections import Counter
from collections.abc import Mapping
from types import FrameType
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import asgi

PATH: Final = "/bench/parts"
EACH_SECONDS: Final = 0.004
HTTP: Final = "HTTP"
PARTS: Final[Mapping[str, str]] = {
    "redis/": "Redis",
    "core/platform/redis": "Redis",
    "ussd/sessions": "Redis",
    "asyncio/streams": "Redis",
    "sqlalchemy/": "PostgreSQL",
    "psycopg/": "PostgreSQL",
    "core/platform/sql": "PostgreSQL",
    "core/platform/database": "PostgreSQL",
    "core/platform/statement": "PostgreSQL",
    "core/registry/": "PostgreSQL",
    "core/payments/": "screen",
    "core/phrases/": "screen",
    "core/text/translator": "screen",
    "core/text/formats": "screen",
    "menus/": "screen",
    "ussd/menu": "screen",
    "ussd/call.py": "screen",
    "ussd/pages": "layout",
    "core/text/": "layout",
    "ussd/state": "session",
    "ussd/seals": "session",
    "json/": "session",
    "ussd/player": "engine",
    "ussd/standing": "engine",
    "ussd/engine": "engine",
    "ussd/admission": "engine",
    "ussd/hops": "engine",
    "prometheus_client/": "metrics",
    "ussd/counting": "metrics",
    "urllib/": "form",
    "core/platform/webhooks": "form",
    "ussd/africastalking": "form",
    "core/numbers": "form",
    "starlette/": HTTP,
    "uvicorn/": HTTP,
    "structlog/": HTTP,
    "core/platform/": HTTP,
}
"""What a file belongs to, by the part of its path; the first that fits."""

_seen: Final[dict[str, str]] = {}
_counted: Final[Counter[str]] = Counter()


def _part_of(file: str) -> str:
    known = _seen.get(file)
    if known is None:
        known = _seen[file] = next((part for path, part in PARTS.items() if f"/{path}" in file), "")
    return known


def _interrupted(_: int, frame: FrameType | None) -> None:
    while frame is not None:
        part = _part_of(frame.f_code.co_filename)
        if part:
            _counted[part] += 1
            return
        frame = frame.f_back
    _counted[HTTP] += 1


async def _told(_: Request) -> Response:
    """What was counted since it was last asked for."""
    counted = dict(_counted)
    _counted.clear()
    return JSONResponse(counted)


def build() -> Starlette:
    """Jigi, and what its time went to at a path beside it."""
    app = asgi.build()
    app.router.routes.append(Route(PATH, _told))
    signal.signal(signal.SIGPROF, _interrupted)
    signal.setitimer(signal.ITIMER_PROF, EACH_SECONDS, EACH_SECONDS)
    return app
