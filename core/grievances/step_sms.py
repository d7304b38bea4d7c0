"""The SMS that tells of a step, tied to it by its key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from core.grievances.changes import tie
from core.grievances.locked import Locked
from core.grievances.vocabulary import GrievanceStep
from core.outbox.messages import MessageState, Reason
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform import sql

STOP_DECISION: Final = f"""
WITH stopped AS (
    UPDATE message SET state = '{MessageState.DROPPED}', reason = '{Reason.CHANGED}', final_at = %(now)s
    WHERE state = '{MessageState.PLANNED}' AND id IN (SELECT message_id FROM grievance_event
        WHERE grievance_id = %(id)s AND kind IN ('{GrievanceStep.DECIDE}', '{GrievanceStep.AMEND}'))
    RETURNING message.id
)
SELECT count(*) FROM stopped
"""  # noqa: S608 - our own words


async def stop_decision(grievance_id: int, now: datetime) -> bool:
    """Drop the SMS of a decision where it did not leave yet; whether there was one."""
    return bool(await sql.scalar(STOP_DECISION, {"id": grievance_id, "now": now}))


async def tell_step(
    case: Locked, kind: NoticeKind, event: int | None, filling: Mapping[str, Any], now: datetime
) -> bool:
    """Queue the SMS of a step, once for its event; of a sensitive one it says no more than the number.

    False where none may go, or none goes today.
    """
    if not case.sms_goes or case.msisdn is None:
        return False
    notice = Notice(
        key=f"{kind} {case.reference} {event}",
        kind=kind,
        msisdn=case.msisdn,
        language=case.language,
        filling={"ref": case.reference, "discreet": case.sensitive, **filling},
        household_id=case.household_id,
    )
    queued = await queue_notice(notice, now)
    if queued:
        await tie(event, notice.key)
    return queued
