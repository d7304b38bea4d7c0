"""Limited retention (Loi 2013-015): what has served is deleted, after the days that the settings give it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel import delete

from core.calls.daily_uses import DailyUse
from core.calls.gateway_sessions import GatewaySession
from core.calls.journal import UssdJournal
from core.campaigns.models import CampaignState
from core.grievances.models import ReferenceTry
from core.outbox.messages import OVER, EarlyReport, InboundSms
from core.platform import sql
from core.platform.columns import TableRow, listed
from core.platform.database import writing
from core.platform.settings import Settings
from core.registry.models import IdentificationTry
from core.registry.phone_claims import ClaimState
from core.staff.sign_in import DeskSession

UNDER_WAY: Final = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED})
"""States of a campaign that is kept however old it is."""

OLD_CAMPAIGN: Final = f"""created_at < %(before)s AND coalesce(ended_at, created_at) < %(before)s
    AND state NOT IN {listed(UNDER_WAY)}"""
CAMPAIGN_MESSAGES: Final = f"""
DELETE FROM message USING (SELECT id FROM campaign WHERE {OLD_CAMPAIGN}) AS old WHERE message.campaign_id = old.id
"""  # noqa: S608 - our own words
CAMPAIGNS: Final = f"DELETE FROM campaign WHERE {OLD_CAMPAIGN}"  # noqa: S608
NOTICES: Final = """
WITH notices AS (
    DELETE FROM message WHERE campaign_id IS NULL AND planned_at < %(before)s RETURNING batch_id
), batches AS (
    DELETE FROM sms_batch USING notices WHERE sms_batch.id = notices.batch_id RETURNING sms_batch.text_id
), texts AS (
    DELETE FROM message_text USING batches WHERE message_text.id = batches.text_id
)
SELECT count(*) FROM notices
"""
UNCONFIRMED: Final = f"DELETE FROM phone_claim WHERE asked_at < %(before)s AND state <> '{ClaimState.CONFIRMED}'"  # noqa: S608
PUT_OFF: Final = f"""
WITH batches AS (
    DELETE FROM sms_batch WHERE campaign_id IS NULL AND state IN {listed(OVER)} AND not_before < %(before)s
      AND NOT EXISTS (SELECT FROM message WHERE message.batch_id = sms_batch.id) RETURNING id, text_id
), texts AS (
    DELETE FROM message_text USING batches WHERE message_text.id = batches.text_id AND NOT EXISTS (
        SELECT FROM sms_batch WHERE text_id = message_text.id AND NOT EXISTS (
            SELECT FROM batches AS gone WHERE gone.id = sms_batch.id))
)
SELECT count(*) FROM batches
"""  # noqa: S608
"""Requests that notices were put off from into others, with the texts that no other request has."""


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
    """Delete what is past its days: journals, wrong and right tries, session statistics, SMS and their reports."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    kept = {"before": before(settings.keep_messages_days)}
    await sql.execute(PUT_OFF, kept)
    return Purged(
        journal=await _deleted(UssdJournal, UssdJournal.at, before(settings.keep_journal_days))
        + await _deleted(DailyUse, DailyUse.day, before(settings.keep_journal_days).date()),
        tries=await _deleted(IdentificationTry, IdentificationTry.at, before(settings.keep_tries_days))
        + await _deleted(ReferenceTry, ReferenceTry.at, before(settings.keep_tries_days))
        + await sql.execute(UNCONFIRMED, {"before": before(settings.keep_tries_days)}),
        gateway_sessions=await _deleted(
            GatewaySession, GatewaySession.date, before(settings.keep_gateway_sessions_days)
        ),
        campaign_messages=await sql.execute(CAMPAIGN_MESSAGES, kept),
        campaigns=await sql.execute(CAMPAIGNS, kept),
        notices=await sql.scalar(NOTICES, kept),
        inbound=await _deleted(InboundSms, InboundSms.at, before(settings.keep_inbound_days)),
        early_reports=await _deleted(EarlyReport, EarlyReport.received_at, before(settings.keep_early_reports_days)),
        desk_sessions=await _deleted(DeskSession, DeskSession.created_at, before(settings.keep_desk_sessions_days)),
    )


async def _deleted(table: type[TableRow], moment: Any, before: date) -> int:
    """Delete the rows of a table whose moment is before another; how many they were."""
    async with writing() as session:
        return (await session.exec(delete(table).where(moment < before))).rowcount
