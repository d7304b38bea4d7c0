"""What stands in the database and is shown to Prometheus by each worker: what waits, jobs, imports, the migration."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import structlog
from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from core.outbox.messages import AT_A_WORKER, BatchState
from core.platform import sql
from core.platform.background import come_to_pass
from core.platform.clock import DatabaseClock
from core.platform.columns import listed
from core.schema import migrations

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 30.0
NO_OPERATOR: Final = "other"

SMS: Final = Gauge("jigi_sms_open_requests", "Requests that wait or are at a worker", ["operator", "state"])
OLDEST: Final = Gauge("jigi_sms_oldest_waiting_seconds", "How long the request waits that may leave longest")
JOBS: Final = Gauge("jigi_jobs", "Jobs of the queue, those that failed within a day too", ["status"])
IMPORTED: Final = Gauge("jigi_last_import_timestamp_seconds", "When the last file of a kind was taken", ["kind"])
TABLES: Final = Gauge("jigi_migration", "The newest migration of the database")
WANTED: Final = Gauge("jigi_migration_wanted", "The newest migration that this program brings")
MEASURED: Final = Gauge("jigi_measured_timestamp_seconds", "When what stands in the database was last looked at")

_WAITING: Final = f"state = '{BatchState.READY}'"
OPEN: Final = f"""
SELECT coalesce(operator, '{NO_OPERATOR}') AS label, state AS more, count(*) AS value FROM sms_batch
WHERE {_WAITING} OR state IN {listed(AT_A_WORKER)} GROUP BY 1, 2
"""  # noqa: S608 - our own words
LONGEST: Final = f"SELECT min(not_before) FROM sms_batch WHERE {_WAITING} AND not_before <= %(now)s"  # noqa: S608
QUEUED: Final = """
SELECT status::text AS label, '' AS more, count(*) AS value FROM procrastinate_jobs
WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1
"""
TAKEN: Final = """
SELECT kind AS label, '' AS more, extract(epoch FROM max(at))::float8 AS value FROM import_run
WHERE undone_at IS NULL GROUP BY 1
"""
MIGRATION: Final = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True, slots=True)
class _Figure:
    label: str
    more: str
    value: float


@cache
def _newest() -> int:
    return int(migrations.newest())


async def measuring(clock: DatabaseClock, until: asyncio.Event) -> None:
    """Look every now and then, until told to end; what cannot be looked at now is later."""
    while not until.is_set():
        try:
            await measure(await clock.ask())
        except (SQLAlchemyError, OSError) as error:
            log.warning("not_measured", error=type(error).__name__)
        await come_to_pass(until, EVERY_SECONDS)


async def measure(now: datetime) -> None:
    """Look once."""
    WANTED.set(_newest())
    TABLES.set(int(await sql.scalar(MIGRATION) or 0))
    requests = await sql.rows(_Figure, OPEN)
    since = await sql.scalar(LONGEST, {"now": now})
    jobs, imports = await sql.rows(_Figure, QUEUED), await sql.rows(_Figure, TAKEN)
    SMS.clear()
    for each in requests:
        SMS.labels(each.label, each.more).set(each.value)
    OLDEST.set((now - since).total_seconds() if since else 0)
    JOBS.clear()
    for each in jobs:
        JOBS.labels(each.label).set(each.value)
    for each in imports:
        IMPORTED.labels(each.label).set(each.value)
    MEASURED.set(time.time())
