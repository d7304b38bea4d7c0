"""Receivers of events: made, switched on and off, and what is due to be sent to each.

At least once, and never more: who receives an event twice knows it by its id. In order for each subject: what waits of
one holds up what came later of the same one, and of no other. A receiver that takes nothing for days is switched off
and somebody is told; its events wait until it is switched on, or had their time.
"""

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.outbox.outgoing import EventKind, SendingState
from core.platform import sql
from core.platform.database import writing
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Scope, check_scope
from core.systems.keys import SYSTEM, BadSystem

SECRET: Final = "whsec_"  # noqa: S105 - what every secret begins with (Standard Webhooks)
SECRET_BYTES: Final = 32
URL: Final = re.compile(r"https://[^\s/@]+(?:/\S*)?|http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/\S*)?")
PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
"""After how many failures an event waits how long; after all of them a day each time."""

LEASE: Final = timedelta(minutes=2)
"""So long an event that is being sent is nobody else's to send; who sends it may have died."""

DEAD_AFTER: Final = timedelta(days=3)
GONE: Final = 410
"""A receiver that says so wants no more (RFC 9110, 15.5.11)."""


class BadReceiver(JigiError, ValueError):
    """A receiver has an address over TLS, or on loopback, and wants some kind of event."""


class NoSuchReceiver(JigiError, LookupError):
    """There is no such receiver, or it is not where this could be done to it."""


@dataclass(frozen=True, slots=True)
class ReceiverCard:
    """A receiver as it is shown afterwards: all but its secret, and how many events wait for it."""

    id: int
    system: str
    url: str
    kinds: tuple[EventKind, ...]
    scope_code: str | None
    failing_since: datetime | None
    off_at: datetime | None
    withdrawn_at: datetime | None
    pending: int


@dataclass(frozen=True, slots=True)
class DueEvent:
    """An event that is to be sent now; `is_hidden`: it became sensitive, and is not."""

    receiver_id: int
    event_id: int
    key: str
    attempts: int
    url: str
    secret: str
    earlier_secret: str | None
    kind: EventKind
    at: datetime
    data: dict[str, Any]
    is_hidden: bool


ADD: Final = """
INSERT INTO event_receiver (system, url, kinds, secret, scope_kind, scope_code, made_at)
VALUES (%(system)s, %(url)s, %(kinds)s, %(secret)s, %(scope_kind)s, %(scope_code)s, %(now)s) RETURNING id
"""
ROTATE: Final = """
UPDATE event_receiver SET earlier_secret = CASE WHEN %(keep)s THEN secret END,
    secret = coalesce(%(secret)s, secret) WHERE id = %(id)s AND withdrawn_at IS NULL RETURNING system
"""
SWITCH_ON: Final = """
UPDATE event_receiver SET off_at = NULL, failing_since = NULL WHERE id = %(id)s AND withdrawn_at IS NULL
RETURNING system
"""
SOON: Final = f"""
UPDATE event_sending SET next_at = %(now)s, attempts = 0
WHERE receiver_id = %(id)s AND state = '{SendingState.PENDING}'
"""  # noqa: S608 - our own words
WITHDRAW: Final = """
UPDATE event_receiver SET withdrawn_at = %(now)s WHERE id = %(id)s AND withdrawn_at IS NULL RETURNING system
"""
FORGET: Final = "DELETE FROM event_sending WHERE receiver_id = %(id)s"
REPLAY: Final = f"""
UPDATE event_sending SET state = '{SendingState.PENDING}', attempts = 0, next_at = %(now)s, delivered_at = NULL
FROM outgoing_event WHERE outgoing_event.id = event_id AND receiver_id = %(id)s AND at >= %(since)s
    AND state = '{SendingState.DELIVERED}'
"""  # noqa: S608
CARDS: Final = f"""
SELECT id, system, url, kinds, scope_code, failing_since, off_at, withdrawn_at, (SELECT count(*) FROM event_sending
    WHERE receiver_id = event_receiver.id AND state = '{SendingState.PENDING}') AS pending
FROM event_receiver ORDER BY system, id
"""  # noqa: S608
CLAIM: Final = f"""
WITH due AS (
    SELECT sending.receiver_id, sending.event_id FROM event_sending AS sending
    JOIN event_receiver AS receiver ON receiver.id = sending.receiver_id
    WHERE sending.state = '{SendingState.PENDING}' AND next_at <= %(now)s AND off_at IS NULL AND withdrawn_at IS NULL
        AND NOT EXISTS (SELECT FROM event_sending AS earlier WHERE earlier.receiver_id = sending.receiver_id
            AND earlier.about = sending.about AND earlier.event_id < sending.event_id
            AND earlier.state = '{SendingState.PENDING}')
    ORDER BY sending.event_id LIMIT %(most)s FOR UPDATE OF sending SKIP LOCKED
), claimed AS (
    UPDATE event_sending SET attempts = attempts + 1, next_at = %(until)s FROM due
    WHERE event_sending.receiver_id = due.receiver_id AND event_sending.event_id = due.event_id
    RETURNING event_sending.receiver_id, event_sending.event_id, event_sending.attempts
)
SELECT receiver_id, event_id, key, attempts, url, secret, earlier_secret, kind, at, data,
    kind LIKE 'grievance.%%' AND NOT EXISTS (SELECT FROM grievance
        WHERE reference = data ->> 'reference' AND sensitivity <> 'sensitive') AS is_hidden
FROM claimed JOIN event_receiver ON event_receiver.id = receiver_id JOIN outgoing_event ON outgoing_event.id = event_id
ORDER BY event_id
"""  # noqa: S608
SETTLE: Final = """
UPDATE event_sending SET state = %(state)s, delivered_at = %(now)s, last_status = %(status)s
WHERE receiver_id = %(receiver_id)s AND event_id = %(event_id)s
"""
TAKES: Final = "UPDATE event_receiver SET failing_since = NULL WHERE id = %(receiver_id)s AND failing_since IS NOT NULL"
AGAIN: Final = """
UPDATE event_sending SET next_at = %(next_at)s, last_status = %(status)s
WHERE receiver_id = %(receiver_id)s AND event_id = %(event_id)s
"""
FAILS: Final = """
UPDATE event_receiver SET failing_since = coalesce(failing_since, %(now)s),
    off_at = CASE WHEN %(gone)s OR failing_since < %(dead)s THEN CAST(%(now)s AS timestamptz) ELSE off_at END
WHERE id = %(receiver_id)s
"""


async def make(
    system: str,
    url: str,
    kinds: Sequence[EventKind],
    now: datetime,
    scope: Scope = Scope.NATIONAL,
    place: str | None = None,
) -> str:
    """Let a system be told of these events at an address, and give the secret that they are signed with: shown once.

    Raises BadSystem, BadReceiver and ScopeNeedsPlace.
    """  # fmt: skip
    if SYSTEM.fullmatch(system) is None:
        raise BadSystem("a system is named by 2 to 32 small letters, digits and dashes")
    if URL.fullmatch(url) is None or not kinds:
        raise BadReceiver(
            "a receiver has an address over TLS (https://…), or on loopback, and wants some kind of event"
        )
    check_scope(scope, place)
    secret = _new_secret()
    values = {
        "system": system,
        "url": url,
        "kinds": [kind.value for kind in EventKind if kind in kinds],
        "secret": secret,
        "scope_kind": scope.value,
        "scope_code": place,
        "now": now,
    }
    async with writing():
        number = await sql.scalar(ADD, values)
        detail = {"receiver": number, "url": url, "kinds": values["kinds"], "place": place}
        await audit.record(None, Act.RECEIVER_CHANGED, f"system {system}", now, {"after": detail})
    return secret


async def new_secret(receiver_id: int, now: datetime) -> str:
    """Another secret; until `forget_secret` events bear the signatures of both. Raises NoSuchReceiver."""
    secret = _new_secret()
    await _changed(ROTATE, {"id": receiver_id, "secret": secret, "keep": True}, "new secret", now)
    return secret


async def forget_secret(receiver_id: int, now: datetime) -> None:
    """Sign by the earlier secret no more. Raises NoSuchReceiver."""
    await _changed(ROTATE, {"id": receiver_id, "secret": None, "keep": False}, "earlier secret forgotten", now)


async def switch_on(receiver_id: int, now: datetime) -> None:
    """Send to a receiver again, what waits first. Raises NoSuchReceiver."""
    async with writing():
        await _changed(SWITCH_ON, {"id": receiver_id}, "on", now)
        await sql.execute(SOON, {"id": receiver_id, "now": now})


async def withdraw(receiver_id: int, now: datetime) -> None:
    """Tell a receiver nothing any more. Raises NoSuchReceiver."""
    async with writing():
        await _changed(WITHDRAW, {"id": receiver_id, "now": now}, "withdrawn", now)
        await sql.execute(FORGET, {"id": receiver_id})


async def replay(receiver_id: int, since: datetime, now: datetime) -> int:
    """Send once more what a receiver took since a moment and is kept still; how many events. Raises NoSuchReceiver."""
    async with writing():
        count = await sql.execute(REPLAY, {"id": receiver_id, "since": since, "now": now})
        await _changed(SWITCH_ON, {"id": receiver_id}, f"replayed {count}", now)
    return count


async def cards() -> list[ReceiverCard]:
    """Every receiver there was, by system."""
    return await sql.rows(ReceiverCard, CARDS)


async def claim(now: datetime, most: int) -> list[DueEvent]:
    """What is due, the oldest first, each for whoever asks here and nobody else for a while."""
    return await sql.rows(DueEvent, CLAIM, {"now": now, "until": now + LEASE, "most": most})


async def settled(event: DueEvent, status: int | None, now: datetime) -> None:
    """Write down that an event was taken, or (without a status) is not to be sent."""
    state = SendingState.DROPPED if status is None else SendingState.DELIVERED
    values = {"receiver_id": event.receiver_id, "event_id": event.event_id, "now": now, "status": status}
    async with writing():
        await sql.execute(SETTLE, {**values, "state": state.value})
        if status is not None:
            await sql.execute(TAKES, values)


async def failed(event: DueEvent, status: int | None, now: datetime) -> None:
    """Write down that an event was not taken: it waits, and a receiver that took nothing for days is switched off."""
    pause = PAUSES[min(event.attempts, len(PAUSES)) - 1]
    values = {"receiver_id": event.receiver_id, "event_id": event.event_id, "now": now, "status": status}
    async with writing():
        await sql.execute(AGAIN, {**values, "next_at": now + pause})
        await sql.execute(FAILS, {**values, "gone": status == GONE, "dead": now - DEAD_AFTER})


def _new_secret() -> str:
    return SECRET + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


async def _changed(statement: str, values: dict[str, Any], what: str, now: datetime) -> None:
    async with writing():
        system = await sql.scalar(statement, values)
        if system is None:
            raise NoSuchReceiver(f"there is no receiver {values['id']}")
        detail = {"after": {"receiver": values["id"], "step": what}}
        await audit.record(None, Act.RECEIVER_CHANGED, f"system {system}", now, detail)
