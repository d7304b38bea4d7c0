"""The ledger at work: a request is claimed, departs, and is recorded, each in a transaction of its own.

Claimed: a worker has it and nothing left. Left: from here on it may have been taken. The request itself is made with no
transaction open. What a request tells is judged when it departs: stopped phones, changed payments, missed days and the
three SMS of a day are looked at at the last moment, one request after the other, so that two cannot both be the third.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.outbox.messages import Reason
from core.outbox.notices import NoticeKind
from core.platform.database import writing
from core.text.languages import Language
from sms.outbox.freshness import ANOTHER_NUMBER, CHANGED_SINCE, EVENT_CHANGED, FREE_TEXT_DAYS, LONG_AGO, TOLD_MEANWHILE
from sms.outbox.gateway import Policy, Result
from sms.outbox.texts import Written
from sms.outbox.window import Window

ONE_DEPARTURE_AT_A_TIME: Final = 7_551_903
"""Key of the advisory lock under which requests are judged."""

FROZEN_SECONDS: Final = 10
"""After so long in a transaction with nothing said, PostgreSQL ends it, so that a frozen worker holds up nobody."""

AHEAD: Final = timedelta(seconds=2)
"""How far ahead of its pace an operator may be claimed for, so that a slow one does not hold up the others."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that a worker has; `body` is None for a notice that is still to be written."""

    id: int
    worker: str
    claimed_at: datetime
    campaign_id: int | None
    operator: str | None
    size: int
    prompt: bool
    body: str | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A message in a request."""

    id: int
    msisdn: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Departure:
    """A request on its way to the gateway."""

    claim: Claim
    body: str
    recipients: Sequence[Recipient]


@dataclass(frozen=True, slots=True)
class WrittenNotice:
    """A notice as it goes out: its kind, the language it was written in, its text, parts and size."""

    kind: str
    language: Language
    written: Written

    def row(self) -> dict[str, Any]:
        """As a row of the texts."""
        size = {"body": self.written.body, "parts": self.written.parts, "size": self.written.size}
        return {"kind": self.kind, "language": self.language.value, **size}


CLAIM = text("""
WITH next AS (
    SELECT batch.id FROM sms_batch AS batch LEFT JOIN campaign ON campaign.id = batch.campaign_id
    WHERE batch.state = 'ready' AND batch.not_before <= :now AND (batch.prompt OR :open)
      AND (batch.campaign_id IS NULL OR campaign.state = 'running')
      AND NOT EXISTS (
          SELECT FROM sms_pace WHERE name IN ('all', batch.operator) AND (hold_until > :now OR next_free > :soon))
    ORDER BY batch.priority, batch.id LIMIT 1 FOR UPDATE OF batch SKIP LOCKED
)
UPDATE sms_batch AS batch SET state = 'claimed', worker = :worker, claimed_at = :now
FROM next WHERE batch.id = next.id
RETURNING batch.id, batch.campaign_id, batch.operator, batch.prompt,
    (SELECT count(*) FROM message WHERE message.batch_id = batch.id AND message.state = 'planned') AS size,
    (SELECT body FROM message_text WHERE message_text.id = batch.text_id) AS body
""")


async def claim(worker: str, now: datetime, window: Window) -> Claim | None:
    """Take the next request that may go now, single notices first; None when there is none."""
    values = {"worker": worker, "now": now, "soon": now + AHEAD, "open": window.is_open(now)}
    async with writing() as session:
        row = (await session.execute(CLAIM, values)).one_or_none()
    if row is None:
        return None
    return Claim(row.id, worker, now, row.campaign_id, row.operator, row.size, row.prompt, row.body)


ALONE = text(
    "SELECT pg_advisory_xact_lock(:lock), "
    "set_config('idle_in_transaction_session_timeout', CAST(:frozen AS text), true)"
)
LEAVE = text("""
UPDATE sms_batch AS batch SET state = 'left', left_at = :now
WHERE batch.id = :batch AND batch.state = 'claimed' AND batch.worker = :worker AND batch.claimed_at = :claimed_at
  AND (batch.campaign_id IS NULL OR EXISTS (
      SELECT FROM campaign WHERE campaign.id = batch.campaign_id AND campaign.state = 'running' FOR SHARE))
  AND NOT EXISTS (SELECT FROM sms_pace WHERE name IN ('all', batch.operator) AND hold_until > :now)
RETURNING batch.not_after < :now AS overdue, batch.not_after > :tomorrow AS can_wait, batch.text_id,
    (SELECT round_id FROM campaign WHERE campaign.id = batch.campaign_id) AS round_id,
    (SELECT subject -> 'event' ->> 'component' FROM campaign
     WHERE campaign.id = batch.campaign_id AND campaign.kind <> 'cancelled') AS event
""")
JUDGE = text(f"""
SELECT message.id, message.msisdn, message.attempts, CASE
    WHEN phone.sms_stopped_at IS NOT NULL AND message.kind <> :stop_itself THEN 'opted_out'
    WHEN {CHANGED_SINCE} OR {ANOTHER_NUMBER} OR {EVENT_CHANGED} THEN 'changed'
    WHEN {TOLD_MEANWHILE} THEN 'already_told'
    WHEN NOT :prompt AND :most <= (
        SELECT count(*) FROM message AS other JOIN sms_batch ON sms_batch.id = other.batch_id
        WHERE other.msisdn = message.msisdn AND other.id <> message.id AND NOT sms_batch.prompt
          AND other.state NOT IN ('left_out', 'dropped', 'failed') AND sms_batch.left_at >= :today
    ) THEN 'three_today'
END AS why
FROM message LEFT JOIN phone ON phone.msisdn = message.msisdn
WHERE message.batch_id = :batch AND message.state = 'planned' ORDER BY message.id
""")  # noqa: S608 - our own words
DROP = text(
    "UPDATE message SET state = 'dropped', reason = r.reason, final_at = :now "
    "FROM unnest(CAST(:ids AS bigint[]), CAST(:reasons AS text[])) AS r (id, reason) WHERE message.id = r.id"
)
DROP_ALL = text(
    "UPDATE message SET state = 'dropped', reason = :reason, final_at = :now "
    "WHERE batch_id = :batch AND state = 'planned'"
)
CLOSE = text("UPDATE sms_batch SET state = 'closed', answered_at = :now WHERE id = :batch")
WRITE = text("""
WITH written AS (
    INSERT INTO message_text (language, content, body, parts, size)
    VALUES (:language, :kind, :body, :parts, :size) RETURNING id
)
UPDATE sms_batch SET text_id = (SELECT id FROM written) WHERE id = :batch
""")


async def depart(
    claim: Claim, now: datetime, *, window: Window, most_a_day: int, written: WrittenNotice | None = None
) -> Departure | None:
    """Let a claimed request leave, or None: it is not ours any more, it is held up, or nobody is left in it.

    Held up: its campaign was stopped, or the gateway asked to wait since it was claimed. `written` is the text of a
    notice. From the commit of this on, the request counts as one that may have been taken.
    """
    async with writing() as session:
        await session.execute(ALONE, {"lock": ONE_DEPARTURE_AT_A_TIME, "frozen": f"{FROZEN_SECONDS}s"})
        leaving = (await session.execute(LEAVE, _mine(claim) | {"now": now, "tomorrow": window.next_day(now)})).first()
        if leaving is None:
            return None
        if leaving.overdue:
            await _drop_all(session, claim, Reason.MISSED_ITS_DAY, now)
            return None
        recipients = await _judged(session, claim, leaving, now, window, most_a_day)
        if not recipients:
            await session.execute(CLOSE, {"batch": claim.id, "now": now})
            return None
        if written is not None:
            await session.execute(WRITE, {**written.row(), "batch": claim.id})
    body = written.written.body if written is not None else claim.body
    return None if body is None else Departure(claim, body, recipients)


async def _judged(
    session: AsyncSession, claim: Claim, leaving: Any, now: datetime, window: Window, most_a_day: int
) -> list[Recipient]:
    """Those who are to get it, after the others were dropped or put off."""
    values = {
        "batch": claim.id,
        "prompt": claim.prompt,
        "most": most_a_day,
        "today": datetime.combine(now.date(), time(0), UTC),
        "round_id": leaving.round_id,
        "event": leaving.event,
        "text": leaving.text_id,
        "lately": now - LONG_AGO,
        "free_lately": now - timedelta(days=FREE_TEXT_DAYS),
        "event_text": leaving.text_id if leaving.event else None,
        "stop_itself": NoticeKind.SMS_STOPPED.value,
    }
    rows = (await session.execute(JUDGE, values)).all()
    late = [row.id for row in rows if row.why == Reason.THREE_TODAY and leaving.can_wait is not False]
    if late:
        await put_off(session, claim.id, late, window.next_day(now), now)
    dropped = [row for row in rows if row.why is not None and row.id not in late]
    if dropped:
        ids, reasons = [row.id for row in dropped], [row.why for row in dropped]
        await session.execute(DROP, {"ids": ids, "reasons": reasons, "now": now})
    return [Recipient(row.id, row.msisdn, row.attempts) for row in rows if row.why is None]


STILL_MINE = text(
    "SELECT id FROM sms_batch "
    "WHERE id = :batch AND worker = :worker AND claimed_at = :claimed_at AND state = 'claimed' FOR UPDATE"
)


async def drop_unwritable(claim: Claim, now: datetime) -> None:
    """End a notice that could not be written, if it is still this worker's."""
    async with writing() as session:
        if await session.scalar(STILL_MINE, _mine(claim)) is not None:
            await _drop_all(session, claim, Reason.CANNOT_BE_WRITTEN, now)


async def _drop_all(session: AsyncSession, claim: Claim, reason: Reason, now: datetime) -> None:
    await session.execute(DROP_ALL, {"batch": claim.id, "reason": reason.value, "now": now})
    await session.execute(CLOSE, {"batch": claim.id, "now": now})


RELEASE = text("""
UPDATE sms_batch SET state = 'ready', worker = NULL, claimed_at = NULL, left_at = NULL,
    not_before = greatest(not_before, :not_before)
WHERE id = :batch AND worker = :worker AND claimed_at = :claimed_at AND state IN ('claimed', 'left') RETURNING id
""")
PUT_OFF = text("""
WITH fresh AS (
    INSERT INTO sms_batch (campaign_id, text_id, operator, priority, prompt, not_before, not_after, state, uncertain)
    SELECT campaign_id, text_id, operator, priority, prompt, :not_before, not_after, 'ready', false
    FROM sms_batch WHERE id = :batch RETURNING id
)
UPDATE message SET batch_id = (SELECT id FROM fresh), state = 'planned', reason = NULL
WHERE id = ANY (CAST(:ids AS bigint[])) AND state IN ('planned', 'uncertain') AND batch_id = :batch
""")
GO_ON = text("""
WITH again AS (
    UPDATE campaign SET state = 'running', ended_at = NULL FROM sms_batch
    WHERE sms_batch.id = :batch AND campaign.id = sms_batch.campaign_id AND campaign.state = 'finished'
    RETURNING campaign.id
)
INSERT INTO campaign_change (campaign_id, at, from_state, to_state, note)
SELECT id, :now, 'finished', 'running', 'something is left to send' FROM again
""")
UNCERTAIN_IN = text(
    "SELECT message.id FROM message JOIN sms_batch ON sms_batch.id = message.batch_id WHERE sms_batch.id = :batch "
    "AND sms_batch.worker = :worker AND sms_batch.claimed_at = :claimed_at AND message.state = 'uncertain'"
)


async def release(claim: Claim, now: datetime, not_before: datetime | None = None) -> None:
    """Give back a request of which nothing was taken, to go again from `not_before` (None: now), at no cost.

    If it was taken for uncertain meanwhile, its messages go into a new request: we know now that they did not leave.
    """
    async with writing() as session:
        if await session.scalar(RELEASE, _mine(claim) | {"not_before": not_before or now}) is None:
            ids = list(await session.scalars(UNCERTAIN_IN, _mine(claim)))
            if ids:
                await put_off(session, claim.id, ids, not_before or now, now)


async def put_off(
    session: AsyncSession, batch: int, ids: Sequence[int], not_before: datetime, now: datetime | None = None
) -> None:
    """Move messages to a new request with the same text; a campaign that was thought finished goes on."""
    await session.execute(PUT_OFF, {"batch": batch, "ids": list(ids), "not_before": not_before})
    await session.execute(GO_ON, {"batch": batch, "now": now or not_before})


UNANSWERED = text(
    "UPDATE message SET state = 'uncertain', was_uncertain = true, reason = :reason "
    "WHERE batch_id = :batch AND state = 'planned'"
)
DONE = text("""
UPDATE sms_batch SET state = 'done', answered_at = :now, uncertain = uncertain OR :uncertain
WHERE id = :batch AND state IN ('claimed', 'left', 'done')
""")


async def unanswered(claim: Claim, reason: str, now: datetime) -> None:
    """Make everybody of a request uncertain."""
    async with writing() as session:
        await session.execute(UNANSWERED, {"batch": claim.id, "reason": reason})
        await session.execute(DONE, {"batch": claim.id, "uncertain": True, "now": now})


RECORD = text("""
UPDATE message SET state = r.state, reason = nullif(r.reason, ''), provider_id = r.provider_id,
    was_uncertain = was_uncertain OR r.state = 'uncertain', cost = r.cost, currency = r.currency,
    attempts = attempts + r.attempt, final_at = CASE WHEN r.state = 'failed' THEN CAST(:now AS timestamptz) END
FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:reasons AS text[]), CAST(:provider_ids AS text[]),
    CAST(:costs AS numeric[]), CAST(:currencies AS text[]), CAST(:attempts AS integer[]))
    AS r (id, state, reason, provider_id, cost, currency, attempt)
WHERE message.id = r.id AND message.batch_id = :batch AND message.state IN ('planned', 'uncertain')
""")


@dataclass(frozen=True, slots=True)
class Retrying:
    """How often, and after how many seconds, a number is tried again for which the gateway failed."""

    attempts: int
    seconds: int


async def record(departure: Departure, results: Sequence[Result], now: datetime, retrying: Retrying) -> list[str]:
    """Write down what became of each recipient; give the reasons to stop, if any.

    Whoever is to be tried again, or was refused for a reason to stop, goes into a new request.
    """
    claim = departure.claim
    rows = [_row(recipient, result, retrying) for recipient, result in zip(departure.recipients, results, strict=True)]
    stopped = [row for row, result in zip(rows, results, strict=True) if result.policy is Policy.STOP]
    again: dict[int, list[int]] = {}
    for recipient, row, result in zip(departure.recipients, rows, results, strict=True):
        if result.policy is Policy.AGAIN and row["state"] == "planned":
            again.setdefault(recipient.attempts, []).append(recipient.id)
    async with writing() as session:
        values = {f"{name}s": [row[name] for row in rows] for name in ("id", "state", "reason", "provider_id", "cost")}
        values |= {"currencies": [row["currency"] for row in rows], "attempts": [row["attempt"] for row in rows]}
        await session.execute(RECORD, values | {"batch": claim.id, "now": now})
        for attempts, ids in again.items():
            await put_off(session, claim.id, ids, now + timedelta(seconds=retrying.seconds * 2**attempts), now)
        if stopped:
            await put_off(session, claim.id, [row["id"] for row in stopped], now)
        uncertain = any(row["state"] == "uncertain" for row in rows)
        await session.execute(DONE, {"batch": claim.id, "uncertain": uncertain, "now": now})
    return sorted({result.reason for result in results if result.policy is Policy.STOP})


_STATES: Final = {
    Policy.ACCEPTED: "accepted",
    Policy.FINAL: "failed",
    Policy.UNCERTAIN: "uncertain",
    Policy.STOP: "planned",
    Policy.KEEP: "planned",
    Policy.AGAIN: "planned",
}


def _row(recipient: Recipient, result: Result, retrying: Retrying) -> dict[str, Any]:
    again = result.policy is Policy.AGAIN
    state = _STATES[result.policy]
    if again and recipient.attempts + 1 >= retrying.attempts:
        state = "failed"
    return {
        "id": recipient.id,
        "state": state,
        "reason": "" if result.policy is Policy.ACCEPTED else result.reason,
        "provider_id": result.provider_id,
        "cost": result.cost,
        "currency": result.currency,
        "attempt": int(again),
    }


def _mine(claim: Claim) -> dict[str, Any]:
    return {"batch": claim.id, "worker": claim.worker, "claimed_at": claim.claimed_at}
