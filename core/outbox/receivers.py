"""Receivers of events: made, switched on and off, and what is due to be sent to each.

At least once, and never more: who receives an event twice knows it by its id. In order for each subject: what waits of
one holds up what came later of the same one, and of no other. A receiver that takes nothing for days is switched off
and somebody is told; its events wait until it is switched on, or had their time.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from core.outbox.outgoing import WANTED, EventKind, ReceiverFault, SendingState
from core.outbox.signing import SigningScheme, new_key, told_key
from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, writing
from core.platform.errors import JigiError
from core.platform.outside import Network, must_be_outside
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor, Scope
from core.systems.keys import SYSTEM, BadSystem, must_be_place, must_manage

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
    """A receiver as it is shown afterwards: all but its secret, and how many events wait for it.

    `public_key` is what one verifies by who has no secret of ours; `changing`: events bear two signatures.
    """

    id: int
    system: str
    url: str
    kinds: tuple[EventKind, ...]
    scope_kind: Scope
    scope_code: str | None
    scheme: SigningScheme
    public_key: str | None
    changing: bool
    made_at: datetime
    taken_at: datetime | None
    fault: ReceiverFault | None
    fault_status: int | None
    failing_since: datetime | None
    off_at: datetime | None
    withdrawn_at: datetime | None
    pending: int

    @property
    def is_on(self) -> bool:
        """Whether events are sent to it."""
        return self.withdrawn_at is None and self.off_at is None


@dataclass(frozen=True, slots=True)
class ReceiverTerms:
    """Where a system is told of what, for which place, and how it verifies that we tell it."""

    url: str
    kinds: Sequence[EventKind]
    scope_kind: Scope = Scope.NATIONAL
    scope_code: str | None = None
    scheme: SigningScheme = SigningScheme.HMAC


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
INSERT INTO event_receiver (system, url, kinds, scheme, secret, scope_kind, scope_code, made_at)
VALUES (%(system)s, %(url)s, %(kinds)s, %(scheme)s, %(secret)s, %(scope_kind)s, %(scope_code)s, %(now)s) RETURNING id
"""
ROTATE: Final = """
UPDATE event_receiver SET earlier_secret = CASE WHEN %(keep)s THEN secret END,
    secret = coalesce(%(secret)s, secret) WHERE id = %(id)s AND withdrawn_at IS NULL RETURNING system
"""
SCHEME: Final = "SELECT scheme FROM event_receiver WHERE id = %(id)s AND withdrawn_at IS NULL"
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
SELECT id, system, url, kinds, scope_kind, scope_code, scheme, made_at, taken_at, fault, fault_status, failing_since,
    off_at, withdrawn_at, earlier_secret IS NOT NULL AS changing,
    CASE WHEN scheme = '{SigningScheme.ED25519}' THEN secret END AS public_key, (SELECT count(*) FROM event_sending
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
TAKES: Final = """
UPDATE event_receiver SET failing_since = NULL, fault = NULL, fault_status = NULL, taken_at = %(now)s
WHERE id = %(receiver_id)s AND (failing_since IS NOT NULL OR taken_at IS NULL OR taken_at < %(minute)s)
"""
AGAIN: Final = """
UPDATE event_sending SET next_at = %(next_at)s, last_status = %(status)s
WHERE receiver_id = %(receiver_id)s AND event_id = %(event_id)s
"""
FAILS: Final = """
UPDATE event_receiver SET failing_since = coalesce(failing_since, %(now)s), fault = %(fault)s,
    fault_status = %(status)s,
    off_at = CASE WHEN %(gone)s OR failing_since < %(dead)s THEN CAST(%(now)s AS timestamptz) ELSE off_at END
WHERE id = %(receiver_id)s
"""


TRY: Final = f"""
WITH tried AS (
    INSERT INTO outgoing_event (key, at, kind, about, data)
    VALUES (%(key)s, %(now)s, '{EventKind.TEST}', %(about)s, '{{}}')
    RETURNING id
)
INSERT INTO event_sending (receiver_id, event_id, about, state, attempts, next_at)
SELECT %(id)s, id, %(about)s, '{SendingState.PENDING}', 0, %(now)s FROM tried
"""  # noqa: S608
IS_ON: Final = "SELECT system FROM event_receiver WHERE id = %(id)s AND off_at IS NULL AND withdrawn_at IS NULL"


@goes_by(DatabaseTask.SIGN_IN)
async def make(
    system: str, terms: ReceiverTerms, now: datetime, allowed: Sequence[Network] = (), actor: Actor | None = None
) -> str:
    """Let a system be told of events, and give what it verifies by: a secret, shown this once, or a public key.

    Raises BadSystem, BadReceiver, InsideAddress, ScopeNeedsPlace and UnknownPlace.
    """
    must_manage(actor)
    if SYSTEM.fullmatch(system) is None:
        raise BadSystem("a system is named by 2 to 32 small letters, digits and dashes")
    kinds = [kind.value for kind in WANTED if kind in terms.kinds]
    if URL.fullmatch(terms.url) is None or not kinds:
        raise BadReceiver(
            "a receiver has an address over TLS (https://…), or on loopback, and wants some kind of event"
        )
    await must_be_outside(terms.url, allowed)
    key = new_key(terms.scheme)
    values = {
        "system": system,
        "url": terms.url,
        "kinds": kinds,
        "scheme": terms.scheme.value,
        "secret": key,
        "scope_kind": terms.scope_kind.value,
        "scope_code": terms.scope_code,
        "now": now,
    }
    async with writing():
        await must_be_place(terms.scope_kind, terms.scope_code)
        number = await sql.scalar(ADD, values)
        detail = {"receiver": number, "url": terms.url, "kinds": kinds, "place": terms.scope_code}
        await audit.record(_id(actor), Act.RECEIVER_CHANGED, f"system {system}", now, {"after": detail})
    return told_key(key)


@goes_by(DatabaseTask.SIGN_IN)
async def new_secret(receiver_id: int, now: datetime, actor: Actor | None = None) -> str:
    """Another secret or key pair, and what is verified by it; raises NoSuchReceiver.

    Until `forget_secret` events bear both signatures.
    """
    must_manage(actor)
    scheme = await sql.scalar(SCHEME, {"id": receiver_id})
    if scheme is None:
        raise NoSuchReceiver(f"there is no receiver {receiver_id}")
    key = new_key(SigningScheme(scheme))
    await _changed(ROTATE, {"id": receiver_id, "secret": key, "keep": True}, "new secret", now, actor)
    return told_key(key)


@goes_by(DatabaseTask.SIGN_IN)
async def forget_secret(receiver_id: int, now: datetime, actor: Actor | None = None) -> None:
    """Sign by the earlier secret no more. Raises NoSuchReceiver."""
    must_manage(actor)
    values = {"id": receiver_id, "secret": None, "keep": False}
    await _changed(ROTATE, values, "earlier secret forgotten", now, actor)


@goes_by(DatabaseTask.SIGN_IN)
async def switch_on(receiver_id: int, now: datetime, actor: Actor | None = None) -> None:
    """Send to a receiver again, what waits first. Raises NoSuchReceiver."""
    must_manage(actor)
    async with writing():
        await _changed(SWITCH_ON, {"id": receiver_id}, "on", now, actor)
        await sql.execute(SOON, {"id": receiver_id, "now": now})


@goes_by(DatabaseTask.SIGN_IN)
async def withdraw(receiver_id: int, now: datetime, actor: Actor | None = None) -> None:
    """Tell a receiver nothing any more. Raises NoSuchReceiver."""
    must_manage(actor)
    async with writing():
        await _changed(WITHDRAW, {"id": receiver_id, "now": now}, "withdrawn", now, actor)
        await sql.execute(FORGET, {"id": receiver_id})


@goes_by(DatabaseTask.SIGN_IN)
async def replay(receiver_id: int, since: datetime, now: datetime, actor: Actor | None = None) -> int:
    """Send once more what a receiver took since a moment and is kept still; how many events. Raises NoSuchReceiver."""
    must_manage(actor)
    async with writing():
        count = await sql.execute(REPLAY, {"id": receiver_id, "since": since, "now": now})
        await _changed(SWITCH_ON, {"id": receiver_id}, f"replayed {count}", now, actor)
    return count


@goes_by(DatabaseTask.SIGN_IN)
async def send_test(receiver_id: int, now: datetime, actor: Actor | None = None) -> None:
    """Send an event that tells of nothing. Raises NoSuchReceiver, also for one that is switched off."""
    must_manage(actor)
    values = {"id": receiver_id, "now": now, "key": f"evt_{uuid4().hex}", "about": f"receiver {receiver_id}"}
    async with writing():
        await _changed(IS_ON, {"id": receiver_id}, "tested", now, actor)
        await sql.execute(TRY, values)


@goes_by(DatabaseTask.SIGN_IN)
async def cards() -> list[ReceiverCard]:
    """Every receiver there was, by system."""
    rows = await sql.rows(ReceiverCard, CARDS)
    return [replace(row, public_key=told_key(row.public_key)) if row.public_key else row for row in rows]


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
            await sql.execute(TAKES, {**values, "minute": now - timedelta(minutes=1)})


async def failed(event: DueEvent, fault: ReceiverFault, status: int | None, now: datetime) -> None:
    """Write down that an event was not taken: it waits, and a receiver that took nothing for days is switched off."""
    pause = PAUSES[min(event.attempts, len(PAUSES)) - 1]
    values = {"receiver_id": event.receiver_id, "event_id": event.event_id, "now": now, "status": status}
    values["fault"] = fault.value
    async with writing():
        await sql.execute(AGAIN, {**values, "next_at": now + pause})
        await sql.execute(FAILS, {**values, "gone": status == GONE, "dead": now - DEAD_AFTER})


def _id(actor: Actor | None) -> int | None:
    return actor.id if actor else None


async def _changed(statement: str, values: Mapping[str, Any], what: str, now: datetime, actor: Actor | None) -> None:
    async with writing():
        system = await sql.scalar(statement, values)
        if system is None:
            raise NoSuchReceiver(f"there is no receiver {values['id']}")
        detail = {"after": {"receiver": values["id"], "step": what}}
        await audit.record(_id(actor), Act.RECEIVER_CHANGED, f"system {system}", now, detail)
