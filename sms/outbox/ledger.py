"""The ledger at work: a request that was claimed departs and is recorded, each in a transaction of its own.

What is one statement is its own transaction, without a trip to begin and one to end it: every request comes this way.

Claimed: a worker has it and nothing left. Left: from here on it may have been taken. The request itself is made with no
transaction open. What a request tells is judged when it departs: stopped phones, changed payments, missed days and the
three SMS of a day are looked at at the last moment, one request after the other, so that two cannot both be the third.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import col, update

from core.campaigns.models import CampaignKind, CampaignState
from core.campaigns.notes import NoteCode
from core.outbox.messages import (
    AT_A_WORKER,
    TO_RECORD,
    BatchState,
    Message,
    MessageKind,
    MessageState,
    Reason,
    SmsBatch,
)
from core.outbox.restoring import OPEN
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import Session, writing
from core.platform.locks import Lock
from core.text.languages import Language
from sms.outbox import claims
from sms.outbox.claims import Claim
from sms.outbox.composing import Written
from sms.outbox.first_messages import LeavingText, set_apart
from sms.outbox.gateway import Policy, Result
from sms.outbox.judging import Leaving, judge
from sms.outbox.routes import OTHERS, OVER
from sms.outbox.window import Window

FROZEN_SECONDS: Final = 10
"""After so long in a transaction with nothing said, PostgreSQL ends it, so that a frozen worker holds up nobody."""


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
    number: int = 0
    """The how manieth departure it is, of all that the database knows."""


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


_B, _M = BatchState, MessageState

ALONE: Final = (
    "SELECT pg_advisory_xact_lock(%(lock)s), set_config('idle_in_transaction_session_timeout', %(frozen)s, true)"
)
LEAVE: Final = f"""
UPDATE sms_batch AS batch SET state = '{_B.LEFT}', left_at = %(now)s
WHERE batch.id = %(batch)s AND batch.state = '{_B.CLAIMED}'
  AND batch.worker = %(worker)s AND batch.claimed_at = %(claimed_at)s
  AND (batch.campaign_id IS NULL OR EXISTS (
      SELECT FROM campaign
      WHERE campaign.id = batch.campaign_id AND campaign.state = '{CampaignState.RUNNING}' FOR SHARE))
  AND NOT EXISTS (
      SELECT FROM sms_pace
      WHERE name IN ('all', batch.operator, '{OTHERS}{OVER}' || batch.gateway) AND hold_until > %(now)s)
  AND NOT EXISTS ({OPEN})
RETURNING nextval('sms_departure') AS number,
    batch.not_after < %(now)s AS overdue, batch.not_after > %(tomorrow)s AS can_wait, batch.text_id,
    (SELECT round_id FROM campaign WHERE campaign.id = batch.campaign_id) AS round_id,
    (SELECT subject -> 'event' ->> 'component' FROM campaign
     WHERE campaign.id = batch.campaign_id AND campaign.kind <> '{CampaignKind.CANCELLED}') AS event
"""  # noqa: S608
DROP: Final = f"""
UPDATE message SET state = '{_M.DROPPED}', reason = r.reason, final_at = %(now)s,
    told_with = CASE WHEN r.reason = '{Reason.TOLD_TOGETHER}' THEN r.told_with END
FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(reasons)s AS text[]), CAST(%(told_with)s AS integer[]))
    AS r (id, reason, told_with)
WHERE message.id = r.id
"""  # noqa: S608
WRITE: Final = """
WITH written AS (
    INSERT INTO message_text (language, content, body, parts, size)
    VALUES (%(language)s, %(kind)s, %(body)s, %(parts)s, %(size)s) RETURNING id
)
UPDATE sms_batch SET text_id = (SELECT id FROM written) WHERE id = %(batch)s
"""


async def depart(
    claim: Claim, now: datetime, *, window: Window, most_a_day: int, written: WrittenNotice | None = None
) -> Departure | None:
    """Let a claimed request leave, or None: it is not ours any more, it is held up, or nobody is left in it.

    Held up: its campaign was stopped, or the gateway asked to wait since it was claimed. `written` is the text of a
    notice. From the commit of this on, the request counts as one that may have been taken.
    """
    async with writing() as session:
        await sql.execute(ALONE, {"lock": Lock.DEPARTURE, "frozen": f"{FROZEN_SECONDS}s"})
        leaving = await sql.row(Leaving, LEAVE, claim.mine | {"now": now, "tomorrow": window.next_day(now)})
        if leaving is None:
            return None
        if leaving.overdue:
            await _drop_all(session, claim, Reason.MISSED_ITS_DAY, now)
            return None
        recipients = await _judged(claim, leaving, now, window, most_a_day)
        if claim.body is not None and leaving.text_id is not None and recipients:
            text = LeavingText(claim.id, leaving.text_id, claim.body)
            apart = await set_apart(text, [each.id for each in recipients], now)
            recipients = [each for each in recipients if each.id not in apart]
        if not recipients:
            await _close(session, claim, now)
            return None
        if written is not None:
            await sql.execute(WRITE, {**written.row(), "batch": claim.id})
    body = written.written.body if written is not None else claim.body
    return None if body is None else Departure(claim, body, recipients, leaving.number)


async def _judged(claim: Claim, leaving: Leaving, now: datetime, window: Window, most_a_day: int) -> list[Recipient]:
    """Those who are to get it, after the others were dropped or put off."""
    judged = await judge(claim.id, leaving, now, prompt=claim.prompt, most_a_day=most_a_day)
    late = [each.id for each in judged if each.why is Reason.THREE_TODAY and leaving.can_wait is not False]
    if late:
        await put_off(claim.id, late, window.next_day(now), now)
    dropped = [each for each in judged if each.why is not None and each.id not in late]
    if dropped:
        ids, reasons = [each.id for each in dropped], [each.why for each in dropped]
        told_with = [each.told_with for each in dropped]
        await sql.execute(DROP, {"ids": ids, "reasons": reasons, "told_with": told_with, "now": now})
    return [Recipient(each.id, each.msisdn, each.attempts) for each in judged if each.why is None]


async def drop_unwritable(claim: Claim, now: datetime) -> None:
    """End a notice that could not be written, if it is still this worker's."""
    async with writing() as session:
        if await sql.scalar(claims.STILL_MINE, claim.mine) is not None:
            await _drop_all(session, claim, Reason.CANNOT_BE_WRITTEN, now)


async def _drop_all(session: Session, claim: Claim, reason: Reason, now: datetime) -> None:
    drop = update(Message).where(col(Message.batch_id) == claim.id, col(Message.state) == _M.PLANNED)
    await session.exec(drop.values(state=_M.DROPPED, reason=reason, final_at=now))
    await _close(session, claim, now)


async def _close(session: Session, claim: Claim, now: datetime) -> None:
    batch = update(SmsBatch).where(col(SmsBatch.id) == claim.id)
    await session.exec(batch.values(state=_B.CLOSED, answered_at=now))


RELEASE: Final = f"""
UPDATE sms_batch SET state = '{_B.READY}', worker = NULL, claimed_at = NULL, left_at = NULL, gateway = DEFAULT,
    not_before = greatest(not_before, %(not_before)s)
WHERE id = %(batch)s AND worker = %(worker)s AND claimed_at = %(claimed_at)s AND state IN {listed(AT_A_WORKER)}
RETURNING id
"""  # noqa: S608
PUT_OFF: Final = f"""
WITH fresh AS (
    INSERT INTO sms_batch (campaign_id, text_id, operator, priority, prompt, not_before, not_after, state, uncertain)
    SELECT campaign_id, text_id, operator, priority, prompt, %(not_before)s, not_after, '{_B.READY}', false
    FROM sms_batch WHERE id = %(batch)s RETURNING id
)
UPDATE message SET batch_id = (SELECT id FROM fresh), state = '{_M.PLANNED}', reason = NULL, gateway = DEFAULT
WHERE id = ANY (CAST(%(ids)s AS bigint[])) AND state IN {listed(TO_RECORD)} AND batch_id = %(batch)s
"""  # noqa: S608
GO_ON: Final = f"""
WITH again AS (
    UPDATE campaign SET state = '{CampaignState.RUNNING}', ended_at = NULL FROM sms_batch
    WHERE sms_batch.id = %(batch)s AND campaign.id = sms_batch.campaign_id
        AND campaign.state = '{CampaignState.FINISHED}'
    RETURNING campaign.id
)
INSERT INTO campaign_change (campaign_id, at, from_state, to_state, note_code)
SELECT id, %(now)s, '{CampaignState.FINISHED}', '{CampaignState.RUNNING}', '{NoteCode.LEFT_TO_SEND}' FROM again
"""  # noqa: S608 - words of ours
UNCERTAIN_IN: Final = f"""
SELECT message.id FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
WHERE sms_batch.id = %(batch)s AND sms_batch.worker = %(worker)s AND sms_batch.claimed_at = %(claimed_at)s
  AND message.state = '{_M.UNCERTAIN}'
"""  # noqa: S608


async def release(claim: Claim, now: datetime, not_before: datetime | None = None) -> None:
    """Give back a request of which nothing was taken, to go again from `not_before` (None: now), at no cost.

    If it was taken for uncertain meanwhile, its messages go into a new request: we know now that they did not leave.
    """
    async with writing():
        if await sql.scalar(RELEASE, claim.mine | {"not_before": not_before or now}) is None:
            ids = await sql.scalars(UNCERTAIN_IN, claim.mine)
            if ids:
                await put_off(claim.id, ids, not_before or now, now)


async def put_off(batch: int, ids: Sequence[int], not_before: datetime, now: datetime | None = None) -> None:
    """Move messages to a new request with the same text, in this transaction; a campaign thought finished goes on."""
    await sql.execute(PUT_OFF, {"batch": batch, "ids": list(ids), "not_before": not_before})
    await sql.execute(GO_ON, {"batch": batch, "now": now or not_before})


EACH_ALONE: Final = f"""
WITH many AS (
    SELECT message.id AS message_id, nextval('sms_batch_id_seq') AS fresh_id, sms_batch.*
    FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
    WHERE message.id = ANY (CAST(%(ids)s AS bigint[])) AND message.state IN {listed(TO_RECORD)}
), made AS (
    INSERT INTO sms_batch
        (id, campaign_id, text_id, operator, priority, prompt, not_before, not_after, state, uncertain)
    SELECT fresh_id, campaign_id, text_id, operator, priority, prompt, %(not_before)s, not_after, '{_B.READY}', false
    FROM many
)
UPDATE message SET batch_id = fresh_id, state = '{_M.PLANNED}', reason = NULL, gateway = DEFAULT
FROM many WHERE message.id = message_id
"""  # noqa: S608


async def put_off_alone(ids: Sequence[int], not_before: datetime) -> None:
    """Move messages to new requests of one number each, in this transaction: what one came to takes no other along."""
    await sql.execute(EACH_ALONE, {"ids": list(ids), "not_before": not_before})


async def unanswered(claim: Claim, reason: str, now: datetime) -> None:
    """Make everybody of a request uncertain."""
    async with writing() as session:
        doubt = update(Message).where(col(Message.batch_id) == claim.id, col(Message.state) == _M.PLANNED)
        gateway = claim.gateway
        await session.exec(doubt.values(state=_M.UNCERTAIN, was_uncertain=True, reason=reason, gateway=gateway))
        await _done(claim, now, uncertain=True)


DONE: Final = f"""
UPDATE sms_batch SET state = '{_B.DONE}', answered_at = %(now)s, uncertain = uncertain OR %(uncertain)s
WHERE id = %(batch)s AND state IN {listed(AT_A_WORKER | {_B.DONE})}
"""  # noqa: S608


async def _done(claim: Claim, now: datetime, *, uncertain: bool) -> None:
    """Close a request's books."""
    await sql.execute(DONE, {"batch": claim.id, "now": now, "uncertain": uncertain})


RECORD: Final = f"""
WITH done AS ({DONE})
UPDATE message SET state = r.state, reason = nullif(r.reason, ''), provider_id = r.provider_id,
    was_uncertain = was_uncertain OR r.state = '{_M.UNCERTAIN}',
    cost = CASE WHEN r.cost IS NULL OR message.cost IS NULL OR r.currency IS DISTINCT FROM message.currency
        THEN coalesce(r.cost, message.cost) ELSE message.cost + r.cost END,
    currency = coalesce(r.currency, message.currency),
    attempts = attempts + r.attempt, gateway = %(gateway)s,
    final_at = CASE WHEN r.state = '{_M.FAILED}' THEN CAST(%(now)s AS timestamptz) END
FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(states)s AS text[]), CAST(%(reasons)s AS text[]),
    CAST(%(provider_ids)s AS text[]), CAST(%(costs)s AS numeric[]), CAST(%(currencies)s AS text[]),
    CAST(%(attempts)s AS integer[])) AS r (id, state, reason, provider_id, cost, currency, attempt)
WHERE message.id = r.id AND message.batch_id = %(batch)s AND message.state IN {listed(TO_RECORD)}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Retrying:
    """How often, and after how many seconds, a number is tried again for which the gateway failed."""

    attempts: int
    seconds: int


async def record(departure: Departure, results: Sequence[Result], now: datetime, retrying: Retrying) -> list[str]:
    """Write down what became of each recipient; give the reasons to stop, if any.

    Whoever is to be tried again or keeps the place, or was refused for a reason to stop, goes into a new request; each
    alone where the request failed for all of them, so that the one that is the cause does not take the others along.
    """
    claim = departure.claim
    outcomes = [
        _Outcome.of(recipient, result, retrying)
        for recipient, result in zip(departure.recipients, results, strict=True)
    ]
    stopped = [each.recipient.id for each in outcomes if each.result.policy is Policy.STOP]
    later: dict[int, list[int]] = {}
    for each in outcomes:
        if each.state is _M.PLANNED and each.result.policy is not Policy.STOP:
            wait = retrying.seconds * (2**each.recipient.attempts if each.again else 1)
            later.setdefault(wait, []).append(each.recipient.id)
    uncertain = any(each.state is _M.UNCERTAIN for each in outcomes)
    values = _columns(outcomes) | {"batch": claim.id, "gateway": claim.gateway, "now": now, "uncertain": uncertain}
    if not later and not stopped:
        await sql.execute(RECORD, values)
        return []
    alone = len(outcomes) > 1 and all(each.again for each in outcomes)
    async with writing():
        await sql.execute(RECORD, values)
        for wait, ids in later.items():
            if alone:
                await put_off_alone(ids, now + timedelta(seconds=wait))
            else:
                await put_off(claim.id, ids, now + timedelta(seconds=wait), now)
        if stopped:
            await put_off(claim.id, stopped, now)
    return sorted({result.reason for result in results if result.policy is Policy.STOP})


_STATES: Final = {
    Policy.ACCEPTED: _M.ACCEPTED,
    Policy.FINAL: _M.FAILED,
    Policy.UNCERTAIN: _M.UNCERTAIN,
    Policy.STOP: _M.PLANNED,
    Policy.KEEP: _M.PLANNED,
    Policy.AGAIN: _M.PLANNED,
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a recipient, and the state that its message takes; `again`: the try cost an attempt."""

    recipient: Recipient
    result: Result
    state: MessageState
    again: bool

    @classmethod
    def of(cls, recipient: Recipient, result: Result, retrying: Retrying) -> "_Outcome":
        again = result.policy is Policy.AGAIN
        given_up = again and recipient.attempts + 1 >= retrying.attempts
        return cls(recipient, result, _M.FAILED if given_up else _STATES[result.policy], again)


def _columns(outcomes: Sequence[_Outcome]) -> dict[str, Any]:
    accepted = Policy.ACCEPTED
    return {
        "ids": [each.recipient.id for each in outcomes],
        "states": [each.state for each in outcomes],
        "reasons": ["" if each.result.policy is accepted else each.result.reason for each in outcomes],
        "provider_ids": [each.result.provider_id for each in outcomes],
        "costs": [each.result.cost for each in outcomes],
        "currencies": [each.result.currency for each in outcomes],
        "attempts": [int(each.again) for each in outcomes],
    }
