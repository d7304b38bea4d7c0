"""What must not leave after all: looked at message by message at the last moment, when its request departs."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from core.outbox.messages import UNTOLD, MessageState, Reason
from core.outbox.notice_kinds import NoticeKind
from core.platform import sql
from core.platform.columns import listed
from sms.outbox.claims import Claim
from sms.outbox.freshness import (
    ANOTHER_NUMBER,
    CHANGED_SINCE,
    EVENT_CHANGED,
    FREE_TEXT_DAYS,
    LONG_AGO,
    MOVED_TODAY,
    TOLD_MEANWHILE,
    TOLD_TOGETHER,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A message that is about to leave, and why it must not, if so.

    `told_with` is the campaign whose message told its number the same beside its own round.
    """

    id: int
    msisdn: str
    attempts: int
    why: Reason | None
    told_with: int | None

    def because(self, why: Reason) -> "Judged":
        """The same, with a reason that holds for the whole request."""
        return replace(self, why=why, told_with=None)


def _judging(*changed: str) -> str:
    """SQL of every message that a request holds, and why it must not leave: by these, what it tells has changed."""
    return f"""
SELECT message.id, message.msisdn, message.attempts, CASE
    WHEN phone.sms_stopped_at IS NOT NULL AND message.kind <> '{NoticeKind.SMS_STOPPED}' THEN '{Reason.OPTED_OUT}'
    WHEN {" OR ".join(changed)} THEN '{Reason.CHANGED}'
    WHEN {TOLD_MEANWHILE} OR {MOVED_TODAY} THEN '{Reason.ALREADY_TOLD}'
    WHEN together.campaign_id IS NOT NULL THEN '{Reason.TOLD_TOGETHER}'
    WHEN NOT %(prompt)s AND %(most)s <= (
        SELECT count(*) FROM message AS other JOIN sms_batch ON sms_batch.id = other.batch_id
        WHERE other.msisdn = message.msisdn AND other.id <> message.id AND NOT sms_batch.prompt
          AND other.state NOT IN {listed(UNTOLD)} AND sms_batch.left_at >= %(today)s
    ) THEN '{Reason.THREE_TODAY}'
END AS why, together.campaign_id AS told_with
FROM message LEFT JOIN phone ON phone.msisdn = message.msisdn
LEFT JOIN LATERAL ({TOLD_TOGETHER}) AS together ON true
WHERE message.batch_id = %(batch)s AND message.state = '{MessageState.PLANNED}' ORDER BY message.id
"""  # noqa: S608 - our own words


JUDGE: Final = _judging(CHANGED_SINCE, ANOTHER_NUMBER)
JUDGE_OF_EVENT: Final = _judging(CHANGED_SINCE, ANOTHER_NUMBER, EVENT_CHANGED)
"""That of a request which tells of an event: no other looks for one at each of its messages."""


async def judge(claim: Claim, now: datetime, *, most_a_day: int) -> list[Judged]:
    """Every message that a request still holds, with the reason where it must not leave.

    A number gets at most `most_a_day` SMS on a day of UTC, those that answer it at once (`prompt`) not counted.
    """
    values = {
        "batch": claim.id,
        "prompt": claim.prompt,
        "most": most_a_day,
        "today": datetime.combine(now.date(), time(0), UTC),
        "round_id": claim.round_id,
        "event": claim.event,
        "text": claim.text_id,
        "lately": now - LONG_AGO,
        "free_lately": now - timedelta(days=FREE_TEXT_DAYS),
        "event_text": claim.text_id,
    }
    return await sql.rows(Judged, JUDGE_OF_EVENT if claim.event else JUDGE, values)
