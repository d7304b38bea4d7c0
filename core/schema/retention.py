"""Limited retention (Loi 2013-015): what has served is deleted, after the days that the settings give it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import TextClause, text

from core.platform.database import writing
from core.platform.settings import Settings

JOURNAL = text("WITH gone AS (DELETE FROM ussd_journal WHERE at < :before RETURNING 1) SELECT count(*) FROM gone")
TRIES = text("WITH gone AS (DELETE FROM identification_try WHERE at < :before RETURNING 1) SELECT count(*) FROM gone")
SESSIONS = text("WITH gone AS (DELETE FROM gateway_session WHERE date < :before RETURNING 1) SELECT count(*) FROM gone")
CAMPAIGNS = text("""
WITH old AS (
    SELECT id FROM campaign WHERE created_at < :before AND coalesce(ended_at, created_at) < :before
      AND state NOT IN ('running', 'paused', 'scheduled')
), messages AS (
    DELETE FROM message USING old WHERE message.campaign_id = old.id RETURNING 1
)
SELECT count(*) FROM messages
""")
EMPTY_CAMPAIGNS = text("""
WITH gone AS (
    DELETE FROM campaign WHERE created_at < :before AND coalesce(ended_at, created_at) < :before
      AND state NOT IN ('running', 'paused', 'scheduled') RETURNING 1
)
SELECT count(*) FROM gone
""")
NOTICES = text("""
WITH notices AS (
    DELETE FROM message WHERE campaign_id IS NULL AND planned_at < :before RETURNING batch_id
), batches AS (
    DELETE FROM sms_batch USING notices WHERE sms_batch.id = notices.batch_id RETURNING sms_batch.text_id
), texts AS (
    DELETE FROM message_text USING batches WHERE message_text.id = batches.text_id
)
SELECT count(*) FROM notices
""")
PUT_OFF = text("""
WITH batches AS (
    DELETE FROM sms_batch WHERE campaign_id IS NULL AND state IN ('done', 'closed') AND not_before < :before
      AND NOT EXISTS (SELECT FROM message WHERE message.batch_id = sms_batch.id) RETURNING id, text_id
), texts AS (
    DELETE FROM message_text USING batches WHERE message_text.id = batches.text_id AND NOT EXISTS (
        SELECT FROM sms_batch WHERE text_id = message_text.id AND NOT EXISTS (
            SELECT FROM batches AS gone WHERE gone.id = sms_batch.id))
)
SELECT count(*) FROM batches
""")
"""Requests that notices were put off from into others, with the texts that no other request has."""
INBOUND = text("WITH gone AS (DELETE FROM inbound_sms WHERE at < :before RETURNING 1) SELECT count(*) FROM gone")
REPORTS = text(
    "WITH gone AS (DELETE FROM early_report WHERE received_at < :before RETURNING 1) SELECT count(*) FROM gone"
)

DESK_SESSIONS = text(
    "WITH gone AS (DELETE FROM desk_session WHERE created_at < :before RETURNING 1) SELECT count(*) FROM gone"
)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows were deleted. Who stopped their SMS is never among them: a stop is for good."""

    journal: int
    tries: int
    gateway_sessions: int
    campaign_messages: int
    campaigns: int
    notices: int
    inbound: int
    early_reports: int
    desk_sessions: int


async def purge(now: datetime, settings: Settings) -> Purged:
    """Delete what is past its days: journals, identification tries, session statistics, SMS and their reports."""
    await _delete(PUT_OFF, now, settings.keep_messages_days)
    return Purged(
        journal=await _delete(JOURNAL, now, settings.keep_journal_days),
        tries=await _delete(TRIES, now, settings.keep_tries_days),
        gateway_sessions=await _delete(SESSIONS, now, settings.keep_gateway_sessions_days),
        campaign_messages=await _delete(CAMPAIGNS, now, settings.keep_messages_days),
        campaigns=await _delete(EMPTY_CAMPAIGNS, now, settings.keep_messages_days),
        notices=await _delete(NOTICES, now, settings.keep_messages_days),
        inbound=await _delete(INBOUND, now, settings.keep_inbound_days),
        early_reports=await _delete(REPORTS, now, settings.keep_early_reports_days),
        desk_sessions=await _delete(DESK_SESSIONS, now, settings.keep_desk_sessions_days),
    )


async def _delete(statement: TextClause, now: datetime, days: int) -> int:
    async with writing() as session:
        return int(await session.scalar(statement, {"before": now - timedelta(days=days)}) or 0)
