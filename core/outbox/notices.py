"""Single notices: what one person must hear, queued in the transaction of the change that it tells of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from core.numbers.msisdn import can_get_sms, operator
from core.outbox.ceilings import ceiling_reached
from core.outbox.messages import BatchState, MessageState
from core.outbox.notice_kinds import NoticeKind
from core.platform import sql
from core.platform.database import writing
from core.platform.jobs import wake
from core.text.languages import Language


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one number, once for its `key`; `language` is spoken unless the phone chose another.

    A `prompt` one answers somebody who is there now: it goes at any hour and is not counted among the SMS of a day,
    unless it is one of many receipts.
    It is dropped after `not_after`.
    """

    key: str
    kind: NoticeKind
    msisdn: str
    language: Language
    filling: Mapping[str, Any] = field(default_factory=dict)
    prompt: bool = False
    not_after: datetime | None = None
    household_id: int | None = None


QUEUE: Final = f"""
WITH queued AS (
    INSERT INTO message
        (batch_id, kind, key, msisdn, operator, household_ids, language, filling, state, attempts, was_uncertain,
         planned_at)
    VALUES (nextval('sms_batch_id_seq'), %(kind)s, %(key)s, %(msisdn)s, %(operator)s,
        CAST(%(household_ids)s AS integer[]), %(language)s, CAST(%(filling)s AS jsonb), '{MessageState.PLANNED}', 0,
        false, %(now)s)
    ON CONFLICT DO NOTHING RETURNING batch_id
)
INSERT INTO sms_batch (id, operator, priority, prompt, not_before, not_after, state, uncertain)
SELECT batch_id, %(operator)s, 0, %(prompt)s, %(now)s, CAST(%(not_after)s AS timestamptz), '{BatchState.READY}',
    false
FROM queued RETURNING id
"""  # noqa: S608 - words of ours


async def queue_notice(notice: Notice, now: datetime) -> bool:
    """Queue a notice in this transaction.

    False when its key was queued before, its number cannot get an SMS, or a ceiling of the day is reached.
    """
    if not can_get_sms(notice.msisdn):
        return False
    reached, receipt_at_once = await ceiling_reached(notice.msisdn, notice.household_id, now)
    if reached is not None:
        return False
    values = {
        "key": notice.key,
        "kind": notice.kind,
        "msisdn": notice.msisdn,
        "operator": operator(notice.msisdn),
        "household_ids": [] if notice.household_id is None else [notice.household_id],
        "language": notice.language.value,
        "filling": json.dumps(dict(notice.filling), ensure_ascii=False),
        "prompt": notice.prompt and (receipt_at_once or notice.kind is not NoticeKind.RECEIVED),
        "not_after": notice.not_after,
        "now": now,
    }
    async with writing() as session:
        if await sql.scalar(QUEUE, values) is None:
            return False
        await wake(session)
    return True
