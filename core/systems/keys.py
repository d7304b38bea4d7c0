"""Keys of other systems: made, shown once, listed, withdrawn; each act stands in the audit trail.

A key is 256 random bits. What is kept of it is the keyed hash of its SHA-256, under the key that seals claims, which no
program reads: a slow hash as passwords have would protect nothing that 256 bits do not, and would cost each request.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, writing
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.administration import UnknownPlace
from core.staff.agents import Actor, Scope, check_scope
from core.staff.permissions import Permission, must
from core.systems.scopes import PUSHES, KeyScope

PREFIX: Final = "jigi_"
"""What every key begins with, so that those who search for lost secrets know one."""

SYSTEM: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
LONGEST: Final = timedelta(days=400)
"""A key is changed at least once a year."""


class BadSystem(JigiError, ValueError):
    """A system is named by 2 to 32 small letters, digits and dashes."""


class TwoKeysLive(JigiError, ValueError):
    """A system has two keys already: one is withdrawn before a third is made."""


class BadExpiry(JigiError, ValueError):
    """A key ends after now, and within some four hundred days."""


class NoScope(JigiError, ValueError):
    """A key without anything that it may do."""


class PlaceOfAPush(JigiError, ValueError):
    """What changes every place is for keys of the whole country."""


class NoSuchKey(JigiError, LookupError):
    """There is no such key, or it is withdrawn already."""


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """What a key may do, where, and until when."""

    scopes: frozenset[KeyScope]
    expires_at: datetime
    scope_kind: Scope = Scope.NATIONAL
    scope_code: str | None = None


@dataclass(frozen=True, slots=True)
class KeyCard:
    """A key as it is shown afterwards: all but itself."""

    id: int
    system: str
    ending: str
    scopes: tuple[KeyScope, ...]
    scope_kind: Scope
    scope_code: str | None
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.withdrawn_at is None and self.expires_at > now


END_EXPIRED: Final = """
UPDATE api_key SET withdrawn_at = expires_at
WHERE system = %(system)s AND withdrawn_at IS NULL AND expires_at <= %(now)s
"""
FREE_SLOT: Final = """
SELECT slot FROM generate_series(1, 2) AS slot WHERE slot NOT IN (
    SELECT slot FROM api_key WHERE system = %(system)s AND withdrawn_at IS NULL) ORDER BY slot LIMIT 1
"""
ADD: Final = """
INSERT INTO api_key (system, slot, digest, ending, scopes, scope_kind, scope_code, made_by, made_at,
    expires_at)
VALUES (%(system)s, %(slot)s, api_key_digest(%(presented)s), %(ending)s, %(scopes)s, %(scope_kind)s, %(scope_code)s,
    %(made_by)s, %(now)s, %(expires_at)s)
ON CONFLICT (system, slot) WHERE withdrawn_at IS NULL DO NOTHING RETURNING id
"""
IS_PLACE: Final = """
SELECT EXISTS (SELECT FROM commune WHERE %(kind)s = 'commune' AND pcode = %(code)s
    UNION ALL SELECT FROM cercle WHERE %(kind)s = 'cercle' AND pcode = %(code)s
    UNION ALL SELECT FROM region WHERE %(kind)s = 'region' AND pcode = %(code)s)
"""
WITHDRAW: Final = """
UPDATE api_key SET withdrawn_at = %(now)s, withdrawn_by = %(by)s WHERE id = %(id)s AND withdrawn_at IS NULL
RETURNING system
"""
CARDS: Final = """
SELECT id, system, ending, scopes, scope_kind, scope_code, made_at, expires_at, used_at, withdrawn_at
FROM api_key ORDER BY system, id
"""


def presented(key: str) -> str:
    """What the database is told of a key: its SHA-256, so that the key stands in no statement and no log."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


@goes_by(DatabaseTask.SIGN_IN)
async def make(system: str, grant: KeyGrant, now: datetime, actor: Actor | None = None) -> str:
    """Make a key for a system and give it: it is shown this once.

    `actor` is an administrator, or None at the shell of the server. Raises BadSystem, NoScope, BadExpiry,
    ScopeNeedsPlace, UnknownPlace, PlaceOfAPush and TwoKeysLive.
    """
    must_manage(actor)
    if SYSTEM.fullmatch(system) is None:
        raise BadSystem("a system is named by 2 to 32 small letters, digits and dashes")
    await _check(grant, now)
    by = actor.id if actor else None
    key = PREFIX + secrets.token_urlsafe(32)
    values = {
        "system": system,
        "presented": presented(key),
        "ending": key[-4:],
        "scopes": _sorted(grant.scopes),
        "scope_kind": grant.scope_kind.value,
        "scope_code": grant.scope_code,
        "made_by": by,
        "now": now,
        "expires_at": grant.expires_at,
    }
    async with writing():
        await sql.execute(END_EXPIRED, values)
        slot = await sql.scalar(FREE_SLOT, values)
        key_id = await sql.scalar(ADD, {**values, "slot": slot}) if slot else None
        if key_id is None:
            raise TwoKeysLive(f"{system} has two keys already: withdraw one first")
        detail = {
            "key": key_id,
            "scopes": _sorted(grant.scopes),
            "place": grant.scope_code,
            "until": f"{grant.expires_at:%Y-%m-%d}",
        }
        await audit.record(by, Act.KEY_MADE, f"system {system}", now, detail)
    return key


@goes_by(DatabaseTask.SIGN_IN)
async def withdraw(key_id: int, now: datetime, actor: Actor | None = None) -> str:
    """Let a key open nothing from now on, and give the name of its system; raises NoSuchKey."""
    must_manage(actor)
    by = actor.id if actor else None
    async with writing():
        system: str | None = await sql.scalar(WITHDRAW, {"id": key_id, "now": now, "by": by})
        if system is None:
            raise NoSuchKey(f"there is no key {key_id}, or it is withdrawn already")
        await audit.record(by, Act.KEY_WITHDRAWN, f"system {system}", now, {"key": key_id})
    return system


@goes_by(DatabaseTask.SIGN_IN)
async def cards() -> list[KeyCard]:
    """Every key there was, by system."""
    return await sql.rows(KeyCard, CARDS)


def _sorted(scopes: Collection[KeyScope]) -> list[str]:
    return [scope.value for scope in KeyScope if scope in scopes]


async def _check(grant: KeyGrant, now: datetime) -> None:
    if not grant.scopes:
        raise NoScope("a key may do something")
    if not now < grant.expires_at <= now + LONGEST:
        raise BadExpiry(f"a key ends after now, and within {LONGEST.days} days")
    if grant.scope_code is not None and grant.scopes & PUSHES:
        raise PlaceOfAPush("to push is for keys of the whole country: it changes every place")
    await must_be_place(grant.scope_kind, grant.scope_code)


async def must_be_place(kind: Scope, code: str | None) -> None:
    """Raise ScopeNeedsPlace or UnknownPlace for what is no place that something can be for."""
    check_scope(kind, code)
    if code is not None and not await sql.scalar(IS_PLACE, {"kind": kind.value, "code": code}):
        raise UnknownPlace(kind, code)


def must_manage(actor: Actor | None) -> None:
    """Raise NotAllowed for who does not manage other systems at the desk; None is the operator at the shell."""
    if actor is not None:
        must(actor, Permission.MANAGE_SYSTEMS)
