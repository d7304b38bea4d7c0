"""Limited retention (Loi 2013-015): what has served goes, after the days that the settings give it.

What figures are counted from stays and is made nameless (migration 0018 has how); the rest is deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel import delete

from core.call_requests.vocabulary import ENDED
from core.call_requests.vocabulary import STILL_OPEN as CALL_OPEN
from core.calls.daily_uses import DailyUse
from core.calls.gateway_sessions import GatewaySession
from core.calls.journal import UssdJournal
from core.campaigns.models import CampaignState
from core.grievances.attachments import let_go_of_old
from core.grievances.models import ReferenceTry
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import DECIDED, IS_OPEN
from core.imports import batches
from core.imports.field.models import FieldSubmission
from core.imports.models import ImportBatch, ImportRun
from core.imports.shelf import UploadShelf
from core.outbox.messages import OVER, EarlyReport, InboundSms
from core.outbox.outgoing import OutgoingEvent
from core.payments.states import COMING
from core.platform import sql
from core.platform.columns import TableRow, listed
from core.platform.database import writing
from core.platform.objects import object_store
from core.platform.settings import Settings
from core.registry.models import IdentificationTry
from core.registry.phone_claims import OWN_PHONES, ClaimState
from core.registry.statuses import LEFT
from core.spdci.models import SpdciAsking, SpdciMessage
from core.staff import audit
from core.staff.credentials import DeskSession
from core.staff.tries import SignInTry

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
UNANSWERED: Final = "DELETE FROM spdci_asking WHERE asked_at < %(before)s AND state IN ('sent', 'taken')"
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

PORTION: Final = 500
"""Rows that are made nameless in one statement, which has its time."""
LONE_PHONES: Final = f"""
DELETE FROM phone WHERE sms_stopped_at IS NULL AND updated_at < %(before)s
    AND NOT EXISTS (SELECT FROM ({OWN_PHONES}) AS own WHERE own.msisdn = phone.msisdn)
"""  # noqa: S608
GRIEVANCES: Final = f"""
SELECT forget_grievances(ARRAY(SELECT id FROM grievance WHERE state IN {listed(DECIDED)} AND filing_key <> 'x' || id
    AND greatest(received_at, reopened_at, decided_at, withdrawn_at, lapsed_at) < CASE sensitivity
        WHEN '{Sensitivity.SENSITIVE}' THEN CAST(%(sensitive)s AS timestamptz)
        ELSE CAST(%(ordinary)s AS timestamptz) END LIMIT {PORTION}))
"""  # noqa: S608
CALL_REQUESTS: Final = f"""
SELECT forget_calls(ARRAY(SELECT id FROM callback_request
    WHERE state IN {listed(ENDED)} AND key <> 'x' || id AND asked_at < %(before)s LIMIT {PORTION}))
"""  # noqa: S608
HOUSEHOLDS: Final = f"""
SELECT forget_households(ARRAY(SELECT id FROM household WHERE status IN {listed(LEFT)} AND updated_at < %(before)s
    AND household_no <> 'x' || id
    AND NOT EXISTS (SELECT FROM payment WHERE household_id = household.id
        AND (state IN {listed(COMING)} OR updated_at >= %(before)s))
    AND NOT EXISTS (SELECT FROM grievance WHERE household_id = household.id AND {IS_OPEN})
    AND NOT EXISTS (SELECT FROM callback_request WHERE household_id = household.id AND {CALL_OPEN})
    LIMIT {PORTION}))
"""  # noqa: S608
"""A household that somebody still waits for an answer of keeps its name."""

TRACES: Final = """
DELETE FROM import_trace USING import_run WHERE import_run.id = run_id AND at < %(before)s
"""
"""What undoing an import needed, once it is too old for that."""

ACCESSES: Final = "SELECT forget_readings(%(before)s)"


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows were deleted, and, from `households` to `accesses`, made nameless.

    Who stopped their SMS is never among them: a stop is for good.
    """

    journal: int
    tries: int
    gateway_sessions: int
    campaign_messages: int
    campaigns: int
    notices: int
    inbound: int
    early_reports: int
    desk_sessions: int
    phones: int
    households: int
    grievances: int
    call_requests: int
    accesses: int
    attachments: int
    import_traces: int
    import_runs: int
    import_batches: int
    outgoing_events: int
    spdci_messages: int
    field_submissions: int
    audit_entries: int


async def purge(now: datetime, settings: Settings) -> Purged:
    """Delete what is past its days: journals, wrong and right tries, session statistics, SMS and their reports.

    So do files that were brought to the desk of this machine, and that nobody confirmed.
    """
    UploadShelf(settings.data_dir / "uploads").tidy()
    await batches.expire(now)

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    kept = {"before": before(settings.keep_messages_days)}
    await sql.execute(PUT_OFF, kept)
    return Purged(
        journal=await _deleted(UssdJournal, UssdJournal.at, before(settings.keep_journal_days))
        + await _deleted(DailyUse, DailyUse.day, before(settings.keep_journal_days).date()),
        tries=await _deleted(IdentificationTry, IdentificationTry.at, before(settings.keep_tries_days))
        + await _deleted(ReferenceTry, ReferenceTry.at, before(settings.keep_tries_days))
        + await _deleted(SignInTry, SignInTry.at, before(settings.keep_tries_days))
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
        phones=await sql.execute(LONE_PHONES, {"before": before(settings.keep_left_days)}),
        grievances=await _in_portions(GRIEVANCES, _decided(now, settings)),
        call_requests=await _in_portions(CALL_REQUESTS, {"before": before(settings.keep_call_requests_days)}),
        households=await _in_portions(HOUSEHOLDS, {"before": before(settings.keep_left_days)}),
        accesses=await sql.scalar(ACCESSES, {"before": before(settings.keep_accesses_days)}),
        attachments=await let_go_of_old(object_store(settings), now),
        import_traces=await sql.execute(TRACES, {"before": before(settings.import_undo_days)}),
        import_runs=await _deleted(ImportRun, ImportRun.at, before(settings.keep_audit_days)),
        import_batches=await _deleted(ImportBatch, ImportBatch.received_at, before(settings.keep_messages_days)),
        outgoing_events=await _deleted(OutgoingEvent, OutgoingEvent.at, before(settings.keep_events_days)),
        spdci_messages=await _deleted(SpdciMessage, SpdciMessage.received_at, before(settings.keep_events_days))
        + await _deleted(SpdciAsking, SpdciAsking.ended_at, before(settings.keep_events_days))
        + await sql.execute(UNANSWERED, {"before": before(settings.keep_events_days)}),
        field_submissions=await _deleted(
            FieldSubmission, FieldSubmission.received_at, before(settings.keep_submissions_days)
        ),
        audit_entries=await audit.cut_before(before(settings.keep_audit_days), now),
    )


def _decided(now: datetime, settings: Settings) -> dict[str, datetime]:
    """Before when a grievance was decided that is made nameless; a sensitive one is never kept longer than others."""
    sensitive = min(settings.keep_sensitive_days, settings.keep_grievances_days)
    return {
        "ordinary": now - timedelta(days=settings.keep_grievances_days),
        "sensitive": now - timedelta(days=sensitive),
    }


async def _in_portions(statement: str, values: Mapping[str, Any]) -> int:
    """Run a statement that does a portion at a time until nothing is left to do; how many rows it was."""
    together = 0
    while portion := int(await sql.scalar(statement, values)):
        together += portion
    return together


async def _deleted(table: type[TableRow], moment: Any, before: date) -> int:
    """Delete the rows of a table whose moment is before another; how many they were."""
    async with writing() as session:
        return (await session.exec(delete(table).where(moment < before))).rowcount
