"""A person who was asked something and says nothing: reminded once, and later their grievance is closed, by rule.

Never of a sensitive one, nor where no SMS may go, nor while a call is agreed: there somebody at the desk decides. What
was closed so goes on when the person comes back, as often as they do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.grievances.changes import change, write_event
from core.grievances.locked import Locked, lock
from core.grievances.step_sms import tell_step
from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import GrievanceState, GrievanceStep
from core.outbox.messages import MessageState
from core.outbox.notice_kinds import NoticeKind
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import Session, writing
from core.platform.settings.in_force import in_force

MOST_AT_ONCE: Final = 500
LEFT: Final = frozenset({MessageState.ACCEPTED, MessageState.ON_ITS_WAY, MessageState.SILENT, MessageState.DELIVERED})
"""Of a reminder in these it is held that the person had it."""

_SILENT: Final = f"""
state = '{GrievanceState.WAITING}' AND sensitivity <> '{Sensitivity.SENSITIVE}' AND NOT anonymous
AND sms_safe IS DISTINCT FROM false AND msisdn IS NOT NULL
AND (call_again_on IS NULL OR call_again_on < CAST(%(today)s AS date))
AND NOT EXISTS (SELECT FROM callback_request AS wish WHERE wish.msisdn = grievance.msisdn
    AND wish.asked_at > waiting_since)
AND NOT EXISTS (SELECT FROM inbound_sms AS sms WHERE sms.msisdn = grievance.msisdn AND sms.at > waiting_since)
AND NOT EXISTS (SELECT FROM grievance AS other WHERE other.msisdn = grievance.msisdn
    AND other.received_at > grievance.waiting_since)
"""  # noqa: S608 - our own words
TO_REMIND: Final = f"""
SELECT reference FROM grievance WHERE {_SILENT} AND waiting_since < %(before)s AND NOT EXISTS (
    SELECT FROM grievance_event AS event WHERE event.grievance_id = grievance.id
        AND event.kind = '{GrievanceStep.REMIND}' AND event.at > waiting_since)
ORDER BY waiting_since LIMIT {MOST_AT_ONCE}
"""  # noqa: S608 - our own words
TO_CLOSE: Final = f"""
SELECT reference FROM grievance WHERE {_SILENT} AND EXISTS (
    SELECT FROM grievance_event AS event JOIN message ON message.id = message_id
    WHERE event.grievance_id = grievance.id AND event.kind = '{GrievanceStep.REMIND}' AND event.at > waiting_since
        AND event.at < %(before)s AND message.state IN {listed(LEFT)})
ORDER BY waiting_since LIMIT {MOST_AT_ONCE}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Silences:
    """How many were reminded, and how many closed."""

    reminded: int
    closed: int


async def end_silences(now: datetime) -> Silences:
    """Remind who is silent, and close what stayed so after its reminder; each where its setting is not 0."""
    chosen = in_force()
    closed = reminded = 0
    if chosen.grievance_lapse_days:
        closed = await _each(TO_CLOSE, chosen.grievance_lapse_days, GrievanceStep.LAPSE, now)
    if chosen.grievance_reminder_days:
        reminded = await _each(TO_REMIND, chosen.grievance_reminder_days, GrievanceStep.REMIND, now)
    return Silences(reminded, closed)


async def _each(which: str, days: int, step: GrievanceStep, now: datetime) -> int:
    """Take a step with each, one transaction a grievance: what is not told today is looked at again tomorrow."""
    values = {"today": now.date(), "before": now - timedelta(days=days)}
    references: list[str] = await sql.scalars(which, values)
    count = 0
    for reference in references:
        try:
            async with writing() as session:
                case = await lock(reference)
                if case is not None and reference in await sql.scalars(which, values):
                    await _take(session, case, step, now)
                    count += 1
        except _NotTold:
            continue
    return count


class _NotTold(Exception):
    """No SMS goes to this person now: nothing is done without telling them."""


async def _take(session: Session, case: Locked, step: GrievanceStep, now: datetime) -> None:
    ends = step is GrievanceStep.LAPSE
    to = GrievanceState.CLOSED if ends else case.state
    if ends:
        await change(session, case, to, lapsed_at=now, waiting_since=None, call_again_on=None)
    event = await write_event(session, case, step, to, at=now, told=True)
    kind = NoticeKind.LAPSED if ends else NoticeKind.REMINDED
    if not await tell_step(case, kind, event, {}, now):
        raise _NotTold(case.reference)
