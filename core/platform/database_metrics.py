"""What Prometheus is shown of the connections to PostgreSQL, and of what did not come back by them."""

import math
import time
from typing import Final

from prometheus_client import Counter, Gauge
from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from core.platform.outages import NO_ROOM, is_outage

LIMIT: Final = Gauge(
    "jigi_database_pool_size", "Connections that may be in use at a time", ["pool"], multiprocess_mode="livesum"
)
IN_USE: Final = Gauge("jigi_database_in_use", "Connections in use now", ["pool"], multiprocess_mode="livesum")
FAILURES: Final = Counter("jigi_database_failures", "Statements and connections that PostgreSQL failed", ["why"])

TOO_LONG: Final = "57014"
"""A statement that took longer than it may (PostgreSQL, appendix A)."""


NO_ROOM_SECONDS: Final = 30.0
"""For so long after a refused write the disk is taken for full."""


class _Refused:
    """When PostgreSQL last took nothing for want of room, by the clock that nobody sets."""

    at = -math.inf


def lacks_room() -> bool:
    """Whether PostgreSQL took nothing lately because its disk is full."""
    return time.monotonic() - _Refused.at < NO_ROOM_SECONDS


def watch(engine: AsyncEngine, pool: str, size: int) -> None:
    """Count the connections of an engine in use, of so many, and its failures."""
    _Refused.at = -math.inf
    limit, in_use = LIMIT.labels(pool), IN_USE.labels(pool)
    limit.inc(size)
    event.listen(engine.sync_engine.pool, "checkout", lambda *_: in_use.inc())
    event.listen(engine.sync_engine.pool, "checkin", lambda *_: in_use.dec())
    event.listen(engine.sync_engine, "handle_error", _failed)


def unwatch(pool: str, size: int) -> None:
    """An engine is closed."""
    LIMIT.labels(pool).dec(size)


def failed(error: BaseException) -> None:
    """Count what PostgreSQL failed; what was wrong in the statement itself is not its failure."""
    state = getattr(error, "sqlstate", None)
    if state == NO_ROOM:
        _Refused.at = time.monotonic()
    if state == TOO_LONG:
        FAILURES.labels("too long").inc()
    elif is_outage(error):
        FAILURES.labels(state or "away").inc()


def _failed(context: ExceptionContext) -> None:
    failed(context.original_exception)
