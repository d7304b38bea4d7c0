"""A request that was claimed departs: what it tells is judged at the last moment, and from then on it may be taken.

Stopped phones, changed payments, missed days and the three SMS of a day are looked at when it departs. Requests depart
one after the other, so that two cannot both be the third of somebody's day; but they are judged beside each other, and
leave in one trip to the database. Only where a request of somebody else departed that the judge may not have seen, it
is judged again while nobody else departs. A campaign writes to a number once, so that its own requests, which are
nearly all there are, never wait for that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.campaigns.models import CampaignState
from core.outbox.messages import BatchState, MessageKind, MessageState, Reason
from core.outbox.restoring import OPEN
from core.platform import sql
from core.platform.database import writing
from core.platform.locks import Lock
from core.text.languages import Language
from sms.outbox.claims import Claim
from sms.outbox.composing import Written
from sms.outbox.first_messages import APART, FirstMessages, LeavingText, first_messages
from sms.outbox.judging import Judged, judge
from sms.outbox.ledger import PUT_OFF, Departure, Recipient
from sms.outbox.routes import OTHERS, OVER
from sms.outbox.window import Window

FROZEN_SECONDS: Final = 10
"""After so long in a transaction with nothing said, PostgreSQL ends it, so that a frozen worker holds up nobody."""

UNNUMBERED: Final = timedelta(minutes=10)
"""How far back what left without a number may be of a departure that is not seen yet."""

ALL_SEEN: Final = 2**62
"""No departure has such a number: whoever departs alone has seen all."""

Step = tuple[str, dict[str, object]]
"""A statement and its values."""


@dataclass(frozen=True, slots=True)
class WrittenNotice:
    """A notice as it goes out: its kind, the language it was written in, its text, parts and size."""

    kind: MessageKind
    language: Language
    written: Written

    def row(self) -> dict[str, Any]:
        """As a row of the texts."""
        size = {"body": self.written.body, "parts": self.written.parts, "size": self.written.size}
        return {"kind": self.kind, "language": self.language, **size}


@dataclass(frozen=True, slots=True)
class _Left:
    """A request that left, by its number."""

    number: int


ALONE: Final = "SELECT pg_advisory_xact_lock(%(lock)s)"
UNFROZEN: Final = "SELECT set_config('idle_in_transaction_session_timeout', %(frozen)s, true)"
LEAVE: Final = f"""
UPDATE sms_batch AS batch
SET state = '{BatchState.LEFT}', left_at = %(now)s, departure = nextval('sms_departure')
WHERE batch.id = %(batch)s AND batch.state = '{BatchState.CLAIMED}'
  AND batch.worker = %(worker)s AND batch.claimed_at = %(claimed_at)s
  AND (batch.campaign_id IS NULL OR EXISTS (
      SELECT FROM campaign
      WHERE campaign.id = batch.campaign_id AND campaign.state = '{CampaignState.RUNNING}' FOR SHARE))
  AND NOT EXISTS (
      SELECT FROM sms_pace
      WHERE name IN ('all', batch.operator, '{OTHERS}{OVER}' || batch.gateway) AND hold_until > %(now)s)
  AND NOT EXISTS ({OPEN})
  AND NOT EXISTS (
      SELECT FROM sms_batch AS other
      WHERE NOT other.prompt AND other.departure >= %(departed)s AND other.id <> batch.id
        AND (other.campaign_id IS NULL OR other.campaign_id IS DISTINCT FROM batch.campaign_id))
  AND NOT EXISTS (
      SELECT FROM sms_batch AS other
      WHERE NOT other.prompt AND other.departure IS NULL AND other.left_at > %(unnumbered)s)
"""  # noqa: S608 - our own words
"""It leaves if it is still this worker's, may go, and nothing left that its judge may not have seen.

The version before numbers no request: whatever left by it of late is taken for one that was not seen.
"""

_OURS: Final = "own.id = %(batch)s AND own.worker = %(worker)s AND own.claimed_at = %(claimed_at)s"
LEFT: Final = f"EXISTS (SELECT FROM sms_batch AS own WHERE {_OURS} AND own.state = '{BatchState.LEFT}')"
"""SQL that tells whether it left by this worker: what belongs to a departure is done with it or not at all."""

NUMBER: Final = f"""
SELECT departure AS number FROM sms_batch AS own
WHERE {_OURS} AND own.state = '{BatchState.LEFT}'
"""  # noqa: S608
DROP: Final = f"""
UPDATE message SET state = '{MessageState.DROPPED}', reason = r.reason, final_at = %(now)s,
    told_with = CASE WHEN r.reason = '{Reason.TOLD_TOGETHER}' THEN r.told_with END
FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(reasons)s AS text[]), CAST(%(told_with)s AS integer[]))
    AS r (id, reason, told_with)
WHERE message.id = r.id AND {LEFT}
"""  # noqa: S608
WRITE: Final = f"""
WITH written AS (
    INSERT INTO message_text (language, content, body, parts, size)
    SELECT %(language)s, %(kind)s, %(body)s, %(parts)s, %(size)s WHERE {LEFT} RETURNING id
)
UPDATE sms_batch SET text_id = written.id FROM written WHERE sms_batch.id = %(batch)s
"""  # noqa: S608
CLOSE: Final = f"""
UPDATE sms_batch SET state = '{BatchState.CLOSED}', answered_at = %(now)s WHERE id = %(batch)s AND {LEFT}
RETURNING departure AS number
"""  # noqa: S608


async def depart(
    claim: Claim, now: datetime, *, window: Window, most_a_day: int, written: WrittenNotice | None = None
) -> Departure | None:
    """Let a claimed request leave, or None: it is not ours any more, it is held up, or nobody is left in it.

    Held up: its campaign was stopped, or the gateway asked to wait since it was claimed. `written` is the text of a
    notice. From the commit of this on, the request counts as one that may have been taken.
    """
    departing = _Departing(claim, now, window, most_a_day, written)
    judgement = await departing.judge()
    left = await sql.row_in_one_trip(_Left, [departing.lock(), *departing.steps(judgement, claim.departed)])
    if left is None:
        judgement, left = await departing.alone()
    body = written.written.body if written is not None else claim.body
    if left is None or body is None or not judgement.recipients:
        return None
    return Departure(claim, body, judgement.recipients, left.number)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What is done with the messages of a request that leaves: sent, put off, dropped, sent apart."""

    recipients: Sequence[Recipient]
    late: Sequence[int]
    dropped: Sequence[Judged]
    first: FirstMessages | None


@dataclass(frozen=True, slots=True)
class _Departing:
    """A request that is to leave now."""

    claim: Claim
    now: datetime
    window: Window
    most_a_day: int
    written: WrittenNotice | None

    async def alone(self) -> tuple[_Judgement, _Left | None]:
        """Judge it again while nobody else departs, and let it leave if it may."""
        async with writing():
            await sql.execute(UNFROZEN, {"frozen": f"{FROZEN_SECONDS}s"})
            await sql.execute(*self.lock())
            judgement = await self.judge()
            *steps, number = self.steps(judgement, ALL_SEEN)
            for statement, values in steps:
                await sql.execute(statement, values)
            return judgement, await sql.row(_Left, *number)

    def lock(self) -> Step:
        """What lets nobody else depart until the transaction ends."""
        return ALONE, {"lock": int(Lock.DEPARTURE)}

    async def judge(self) -> _Judgement:
        """Look at each message: what is to become of it."""
        judged = await judge(self.claim, self.now, most_a_day=self.most_a_day)
        end = self.claim.not_after
        if end is not None and end < self.now:
            return _Judgement((), (), [each.because(Reason.MISSED_ITS_DAY) for each in judged], None)
        can_wait = end is None or end > self.window.next_day(self.now)
        late = [each.id for each in judged if each.why is Reason.THREE_TODAY and can_wait]
        dropped = [each for each in judged if each.why is not None and each.id not in late]
        recipients = [Recipient(each.id, each.msisdn, each.attempts) for each in judged if each.why is None]
        text = self._text()
        first = await first_messages(text, [each.id for each in recipients]) if text else None
        apart = frozenset(first.ids) if first else frozenset()
        return _Judgement([each for each in recipients if each.id not in apart], late, dropped, first)

    def steps(self, judgement: _Judgement, departed: int) -> list[Step]:
        """Leaving, where all departures below that number were seen; what goes with it; last, the number it got."""
        mine = {**self.claim.mine, "now": self.now}
        unnumbered = self.now if departed == ALL_SEEN else self.now - UNNUMBERED
        steps: list[Step] = [(LEAVE, {**mine, "departed": departed, "unnumbered": unnumbered})]
        if judgement.late:
            values = {"ids": list(judgement.late), "not_before": self.window.next_day(self.now)}
            steps.append((PUT_OFF.format(condition=LEFT), {**mine, **values}))
        if judgement.dropped:
            steps.append((DROP, {**mine, **_dropped(judgement.dropped)}))
        text = self._text()
        if judgement.first and text:
            steps.append((APART.format(condition=LEFT), {**mine, **judgement.first.values(text)}))
        if not judgement.recipients:
            return [*steps, (CLOSE, mine)]
        if self.written is not None:
            steps.append((WRITE, {**mine, **self.written.row()}))
        return [*steps, (NUMBER, self.claim.mine)]

    def _text(self) -> LeavingText | None:
        """The text that it leaves with, where that is a campaign's."""
        if self.claim.body is None or self.claim.text_id is None:
            return None
        return LeavingText(self.claim.text_id, self.claim.body)


def _dropped(judged: Sequence[Judged]) -> dict[str, object]:
    return {
        "ids": [each.id for each in judged],
        "reasons": [each.why for each in judged],
        "told_with": [each.told_with for each in judged],
    }
