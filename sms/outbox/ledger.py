"""The ledger at work: what became of a request that departed is recorded, in a transaction of its own.

What is one statement is its own transaction, without a trip to begin and one to end it: every request comes this way.

Claimed: a worker has it and nothing left. Left: from here on it may have been taken. The request itself is made with no
transaction open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import col, update

from core.campaigns.models import CampaignState
from core.campaigns.notes import NoteCode
from core.outbox.messages import (
    AT_A_WORKER,
    TO_RECORD,
    BatchState,
    Message,
    MessageState,
    Reason,
    SmsBatch,
)
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import Session, writing
from sms.outbox import claims
from sms.outbox.claims import Claim
from sms.outbox.gateway import Policy, Result


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


_B, _M = BatchState, MessageState


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
    FROM sms_batch WHERE id = %(batch)s AND {{condition}} RETURNING id
)
UPDATE message SET batch_id = fresh.id, state = '{_M.PLANNED}', reason = NULL, gateway = DEFAULT FROM fresh
WHERE message.id = ANY (CAST(%(ids)s AS bigint[])) AND state IN {listed(TO_RECORD)} AND batch_id = %(batch)s
"""  # noqa: S608
"""Moves messages into a new request with the same text, if a condition holds."""

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
    await sql.execute(PUT_OFF.format(condition="true"), {"batch": batch, "ids": list(ids), "not_before": not_before})
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
