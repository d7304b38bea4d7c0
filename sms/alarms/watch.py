"""What somebody on call is told of: looked for every minute by every worker, written into the book once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.alarms import book
from core.alarms.book import OpenAlarm
from core.alarms.models import AlarmKind
from core.campaigns.models import CampaignState
from core.campaigns.notes import Note, NoteCode
from core.outbox.messages import AWAITED, OVER, MessageState, Reason
from core.platform import sql
from core.platform.columns import listed
from core.platform.settings import Settings
from core.text.words import DESK
from sms.campaigns.notes import note_text
from sms.outbox.balances import GatewayStanding, left_words, money_in, standings

Key = tuple[AlarmKind, str]
"""What an alarm is known by: its kind, and what it is about."""

Standing = dict[Key, Mapping[str, object]]
"""What stands still, with what its words need."""


async def watch(settings: Settings, now: datetime) -> None:
    """Look at everything; write down what stands still since now, and what is over."""
    standing = {**await _paused(), **await _low(settings, now), **await _gone(settings, now)}
    standing |= {**await _without_reports(settings, now), **await _deaf()}
    for (kind, about), detail in standing.items():
        await book.raise_alarm(kind, about, detail, now)
    for alarm in await book.open_alarms():
        if (alarm.kind, alarm.about) not in standing and await _is_over(alarm):
            await book.end(alarm, now)
    await book.forget(now - REMEMBERED)


REMEMBERED: Final = timedelta(days=400)


async def _is_over(alarm: OpenAlarm) -> bool:
    """Whether what is seen no more is over: that reports come again is known once one came."""
    if alarm.kind is not AlarmKind.REPORTS:
        return True
    values = {"gateway": alarm.about, "since": alarm.since, "before": alarm.since - timedelta(days=1)}
    return bool(await sql.scalar(REPORTED_SINCE, values))


@dataclass(frozen=True, slots=True)
class _Paused:
    id: int
    title: str
    why: str | None
    why_code: NoteCode | None
    why_data: dict[str, Any] | None


PAUSED: Final = f"""
SELECT id, title, why, why_code, why_data FROM campaign WHERE state = '{CampaignState.PAUSED}' AND (
    SELECT agent_id FROM campaign_change WHERE campaign_id = campaign.id ORDER BY id DESC LIMIT 1) IS NULL
"""  # noqa: S608 - our own words


async def _paused() -> Standing:
    """Campaigns that paused by themselves: who paused one knows it."""
    paused = await sql.rows(_Paused, PAUSED)
    return {
        (AlarmKind.PAUSED, str(each.id)): {
            "title": each.title,
            "why": note_text(Note(each.why_code, each.why_data, each.why), DESK),
        }
        for each in paused
    }


async def _low(settings: Settings, now: datetime) -> Standing:
    return {
        (AlarmKind.BALANCE, each.gateway): {"balance": _said(each, settings, now)}
        for each in (await standings(now)).values()
        if is_low(each, settings.alarm_balances.get(each.gateway), now)
    }


def is_low(standing: GatewayStanding, least: float | None, now: datetime) -> bool:
    """Whether too little is left at a gateway: less than `least`, nothing, or what has expired."""
    if standing.held_until is not None and Reason.NO_BALANCE in standing.why:
        return True
    if standing.balance_until is not None and standing.balance_until <= now:
        return True
    money = money_in(standing.balance or "")
    amount = money.amount if money else None
    left = standing.messages_left if standing.messages_left is not None else amount
    return left is not None and (left <= 0 if least is None else left < least)


def _said(standing: GatewayStanding, settings: Settings, now: datetime) -> str:
    """What is left in words; a gateway that takes nothing for want of money says so, whatever it said before."""
    if standing.held_until is not None and Reason.NO_BALANCE in standing.why:
        return "plus rien, dit-elle"
    words = left_words(standing, settings.sms_currency_rates)
    return f"{words}, plus valables" if standing.balance_until and standing.balance_until <= now else words


@dataclass(frozen=True, slots=True)
class _Gone:
    name: str
    seen_at: datetime


GONE: Final = """
SELECT name, seen_at FROM sms_worker AS worker WHERE seen_at < %(before)s AND NOT EXISTS (
    SELECT FROM sms_worker AS newer WHERE newer.started_at > worker.seen_at AND newer.seen_at >= %(before)s)
"""
FORGET_GONE: Final = "DELETE FROM sms_worker WHERE seen_at < %(long_ago)s"
KEPT: Final = timedelta(days=1)


async def _gone(settings: Settings, now: datetime) -> Standing:
    """Workers that said nothing for a while, did not end and were not followed by a new one."""
    await sql.execute(FORGET_GONE, {"long_ago": now - KEPT})
    gone = await sql.rows(_Gone, GONE, {"before": now - timedelta(minutes=settings.alarm_worker_minutes)})
    return {(AlarmKind.WORKER, each.name): {"seen": each.seen_at.isoformat()} for each in gone}


DEAF: Final = "SELECT system || ' (' || id || ')' FROM event_receiver WHERE off_at IS NOT NULL AND withdrawn_at IS NULL"


async def _deaf() -> Standing:
    """Receivers of events that were switched off because they took none any more."""
    return {(AlarmKind.RECEIVER, about): {} for about in await sql.scalars(DEAF)}


@dataclass(frozen=True, slots=True)
class _Reported:
    gateway: str | None
    waiting: int
    reported: int


REPORTED: Final = f"""
SELECT message.gateway, count(*) FILTER (WHERE message.state IN {listed(AWAITED)}) AS waiting,
    count(*) FILTER (WHERE message.state IN ('{MessageState.ON_ITS_WAY}', '{MessageState.DELIVERED}')) AS reported
FROM (
    SELECT id FROM sms_batch WHERE left_at BETWEEN %(since)s AND %(until)s AND NOT prompt AND state IN {listed(OVER)}
    ORDER BY left_at DESC LIMIT 200
) AS batch JOIN message ON message.batch_id = batch.id GROUP BY message.gateway
"""  # noqa: S608
REPORTS_COME: Final = f"""
SELECT EXISTS (
    SELECT FROM (
        SELECT id FROM sms_batch WHERE left_at BETWEEN %(before)s AND %(since)s AND NOT prompt
        ORDER BY left_at DESC LIMIT 1000
    ) AS batch JOIN message ON message.batch_id = batch.id
    WHERE message.gateway = %(gateway)s AND message.state = '{MessageState.DELIVERED}')
"""  # noqa: S608
REPORTED_SINCE: Final = f"""
SELECT EXISTS (
    SELECT FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
    WHERE sms_batch.left_at > %(before)s AND NOT sms_batch.prompt AND message.gateway = %(gateway)s
      AND message.state = '{MessageState.DELIVERED}' AND message.final_at >= %(since)s)
"""  # noqa: S608
BEFORE: Final = timedelta(days=7)


async def _without_reports(settings: Settings, now: datetime) -> Standing:
    """Gateways that took SMS a while ago of which no report came, where reports came before."""
    if not settings.alarm_reports_messages:
        return {}
    patience = timedelta(minutes=settings.alarm_reports_minutes)
    since, until = now - 2 * patience, now - patience
    standing: Standing = {}
    for each in await sql.rows(_Reported, REPORTED, {"since": since, "until": until}):
        if each.gateway is None or each.reported or each.waiting < settings.alarm_reports_messages:
            continue
        if await sql.scalar(REPORTS_COME, {"gateway": each.gateway, "before": now - BEFORE, "since": since}):
            standing[AlarmKind.REPORTS, each.gateway] = {"waiting": each.waiting}
    return standing
