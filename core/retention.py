"""Limited retention (Loi 2013-015): what has served is deleted, after the days that the settings give it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import TextClause, text

from core.database import writing
from core.settings import Settings

JOURNAL = text("WITH gone AS (DELETE FROM ussd_journal WHERE at < :before RETURNING 1) SELECT count(*) FROM gone")
TRIES = text("WITH gone AS (DELETE FROM identification_try WHERE at < :before RETURNING 1) SELECT count(*) FROM gone")
SESSIONS = text("WITH gone AS (DELETE FROM gateway_session WHERE date < :before RETURNING 1) SELECT count(*) FROM gone")


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows were deleted."""

    journal: int
    tries: int
    gateway_sessions: int


async def purge(now: datetime, settings: Settings) -> Purged:
    """Delete the journal of calls, identification tries and session statistics that are past their days."""
    return Purged(
        journal=await _delete(JOURNAL, now, settings.keep_journal_days),
        tries=await _delete(TRIES, now, settings.keep_tries_days),
        gateway_sessions=await _delete(SESSIONS, now, settings.keep_gateway_sessions_days),
    )


async def _delete(statement: TextClause, now: datetime, days: int) -> int:
    async with writing() as session:
        return int(await session.scalar(statement, {"before": now - timedelta(days=days)}) or 0)
