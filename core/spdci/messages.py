"""Messages of partners: each is taken once, and what became of it can be asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.platform import sql
from core.spdci.envelope import LONGEST_ID, Envelope, Unacceptable, new_id
from core.spdci.vocabulary import HeaderFault, SpdciAction, TransportFault

PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 6 * 3600, 12 * 3600))
"""After how many failures what is answered later waits how long; after all of them it is given up."""

LEASE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class TakenMessage:
    """A message that was taken, and what became of the requests in it."""

    transaction_id: str
    correlation_id: str
    outcomes: list[dict[str, Any]]
    received_at: datetime
    is_pending: bool


@dataclass(frozen=True, slots=True)
class DueReply:
    """What is to be answered now."""

    id: int
    system: str
    reply: dict[str, Any]
    reply_action: SpdciAction
    reply_path: str
    attempts: int


TAKE: Final = """
INSERT INTO spdci_message (system, message_id, action, transaction_id, correlation_id, outcomes, received_at, reply,
    reply_action, reply_path, attempts, next_at)
VALUES (%(system)s, %(message_id)s, %(action)s, %(transaction_id)s, %(correlation_id)s, CAST(%(outcomes)s AS jsonb),
    %(now)s, CAST(%(reply)s AS jsonb), %(reply_action)s, %(reply_path)s, 0,
    CASE WHEN CAST(%(reply)s AS text) IS NULL THEN NULL ELSE CAST(%(now)s AS timestamptz) END)
ON CONFLICT (system, message_id) DO NOTHING
"""
ASKED: Final = """
SELECT transaction_id, correlation_id, outcomes, received_at, next_at IS NOT NULL AS is_pending
FROM spdci_message WHERE system = %(system)s AND action = 'search' AND CASE %(by)s
    WHEN 'transaction_id' THEN transaction_id = ANY (%(wanted)s)
    WHEN 'correlation_id' THEN correlation_id = ANY (%(wanted)s)
    ELSE EXISTS (SELECT FROM jsonb_array_elements(outcomes) AS each WHERE each ->> 'reference_id' = ANY (%(wanted)s))
END ORDER BY id DESC LIMIT %(most)s
"""
CLAIM: Final = """
UPDATE spdci_message SET attempts = attempts + 1, next_at = %(until)s WHERE id IN (
    SELECT id FROM spdci_message WHERE next_at <= %(now)s ORDER BY next_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, system, reply, reply_action, reply_path, attempts
"""
DELIVERED: Final = """
UPDATE spdci_message SET reply = NULL, next_at = NULL, replied_at = %(now)s WHERE id = %(id)s
"""
AGAIN: Final = "UPDATE spdci_message SET next_at = %(next_at)s WHERE id = %(id)s"
GIVEN_UP: Final = "UPDATE spdci_message SET reply = NULL, next_at = NULL WHERE id = %(id)s"
MOST_ASKED: Final = 20


@dataclass(frozen=True, slots=True)
class LaterReply:
    """What is answered later: the message, what it is, and where below a partner's address it goes."""

    message: Mapping[str, Any]
    action: SpdciAction
    path: str


async def take(
    system: str,
    envelope: Envelope,
    action: SpdciAction,
    outcomes: Sequence[Mapping[str, Any]],
    now: datetime,
    later: LaterReply | None = None,
    correlation_id: str | None = None,
) -> str:
    """Take a message of a partner, once, and give the id by which it is known here.

    In the transaction of what is done with it. Raises Unacceptable for one that was taken before.
    """
    transaction_id = envelope.transaction_id
    if not 0 < len(transaction_id) <= LONGEST_ID:
        raise Unacceptable(TransportFault.BAD, "transaction_id")
    correlation_id = correlation_id or new_id()
    values = {
        "system": system,
        "message_id": envelope.message_id,
        "action": action.value,
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        "outcomes": json.dumps(list(outcomes)),
        "reply": json.dumps(later.message) if later else None,
        "reply_action": later.action.value if later else None,
        "reply_path": later.path if later else None,
        "now": now,
    }
    if not await sql.execute(TAKE, values):
        raise Unacceptable(HeaderFault.DUPLICATE)
    return correlation_id


async def asked(system: str, by: str, wanted: Sequence[str]) -> list[TakenMessage]:
    """The searches of a partner with any of these ids, the newest first."""
    return await sql.rows(TakenMessage, ASKED, {"system": system, "by": by, "wanted": list(wanted), "most": MOST_ASKED})


async def claim(now: datetime, most: int) -> list[DueReply]:
    """What is to be answered now, for whoever sends it: nobody else's for a while."""
    return await sql.rows(DueReply, CLAIM, {"now": now, "until": now + LEASE, "most": most})


async def delivered(reply: DueReply, now: datetime) -> None:
    """It was taken: what was found is kept no longer."""
    await sql.execute(DELIVERED, {"id": reply.id, "now": now})


async def not_delivered(reply: DueReply, now: datetime) -> bool:
    """It was not: it waits, or is given up. Gives whether it waits."""
    if reply.attempts > len(PAUSES):
        await sql.execute(GIVEN_UP, {"id": reply.id})
        return False
    await sql.execute(AGAIN, {"id": reply.id, "next_at": now + PAUSES[reply.attempts - 1]})
    return True
