"""Who holds a key, and what is there for them: a transaction narrowed by the row security of the database.

The database knows the key and seals a claim for its holder, as it does for who signed in at the desk
(`core.staff.row_security`); its policies ask the claim, and whether the key is still alive, at each statement.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.platform import sql
from core.platform.database import DatabaseTask, Session, goes_by, signed_in_for, writing
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Scope
from core.systems.keys import presented
from core.systems.scopes import KeyScope
from core.text.words import Code


class KeyFault(Code):
    """Why a key opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A system that asks for something now, what its key may do and where; `claim` is the database's word of it."""

    key_id: int
    system: str
    scopes: tuple[KeyScope, ...]
    scope_kind: Scope
    scope_code: str | None
    claim: str = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class _KnownKey:
    key_id: int
    system: str
    scopes: tuple[KeyScope, ...]
    scope_kind: Scope
    scope_code: str | None
    fault: KeyFault | None
    claim: str | None


KNOWN: Final = """
SELECT key_id, system, scopes, scope_kind, scope_code, fault, claim FROM api_claim(%(presented)s)
"""
BEAR: Final = "SELECT set_config('jigi.claim', %(claim)s, true), set_config('role', 'jigi_api', true)"


@goes_by(DatabaseTask.API)
async def holder_of(key: str) -> KeyHolder | KeyFault:
    """Who holds this key, or why it opens nothing."""
    known = await sql.row(_KnownKey, KNOWN, {"presented": presented(key)})
    if known is None:
        return KeyFault.UNKNOWN
    if known.claim is None:
        return known.fault or KeyFault.UNKNOWN
    return KeyHolder(known.key_id, known.system, known.scopes, known.scope_kind, known.scope_code, known.claim)


@asynccontextmanager
async def seen_by_system(holder: KeyHolder) -> AsyncIterator[Session]:
    """One transaction as the role of the API, in which only what the key's holder may see is there."""
    with signed_in_for(DatabaseTask.API):
        async with writing() as session:
            await sql.execute(BEAR, {"claim": holder.claim})
            yield session


async def enter(holder: KeyHolder, act: Act, now: datetime, **detail: object) -> None:
    """Enter what a system did in the trail, in the transaction of the act."""
    await audit.record(None, act, f"system {holder.system}", now, {"key": holder.key_id, **detail})
