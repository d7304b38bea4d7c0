"""Sessions in Redis: one for each phone, since a phone is in one call at a time.

A hop takes two trips: one takes the phone's lock and reads its session, one writes the session and frees the lock. Each
is one script, on keys of one slot of a cluster. A session is written, and a lock freed, only by the hop whose token the
lock still holds, so that a hop that took too long changes nothing of the next one's.
Redis holds only what can be rebuilt; when it does not answer, calls go on without it.
"""

import time
from dataclasses import dataclass
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from core.platform.redis import Client, is_demoted
from core.platform.redis_link import RedisLink, Script
from core.text.languages import Language
from ussd import metrics
from ussd.state import State

log = structlog.get_logger(__name__)

LANGUAGE_SECONDS = 90 * 24 * 3600
PAUSE_SECONDS = 2.0
LOCK_SHARE = 0.6
"""How much of a hop's deadline its lock lives: a hop that follows a process that died still has time to be answered."""

TAKE = """
local locked = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
return {locked and 1 or 0, redis.call('GET', KEYS[2])}
"""
KEEP = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('DEL', KEYS[1])
if ARGV[4] ~= '' then redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[5]) end
return 1
"""
FREE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What a hop found: whether this hop has the lock, and the phone's last session, of this call or another."""

    locked: bool
    state: State | None


class Store(Protocol):
    """Where the engine keeps a phone's session between hops; `Sessions` is the real one."""

    async def take(self, msisdn: str, token: str) -> Held | None:
        """Try for the phone's lock and read its session; None when the store does not answer."""
        ...

    async def stored(self, msisdn: str) -> State | None:
        """The phone's last session, with no lock."""
        ...

    async def keep(self, msisdn: str, token: str, state: State, *, remember: Language | None) -> bool:
        """Store the session and free the lock, if it is still this token's."""
        ...

    async def free(self, msisdn: str, token: str) -> None:
        """Free the lock, if it is still this token's."""
        ...

    async def language(self, msisdn: str) -> Language | None:
        """The language this phone last spoke."""
        ...


class Sessions:
    """The sessions of the line. Every method gives way when Redis fails: it counts it, logs it and returns nothing."""

    def __init__(self, redis: Client, *, seconds: int, lock_seconds: float) -> None:
        self._link = RedisLink(redis)
        self._take = Script(self._link, TAKE)
        self._keep = Script(self._link, KEEP)
        self._free = Script(self._link, FREE)
        self._seconds = seconds
        self._lock_milliseconds = int(lock_seconds * 1000)
        self._paused_until = 0.0

    async def take(self, msisdn: str, token: str) -> Held | None:
        """Try for the phone's lock and read its session, in one trip; None when Redis does not answer."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            locked, stored = await self._take((_lock(msisdn), _call(msisdn)), (token, self._lock_milliseconds))
        except (RedisError, OSError) as error:
            await self._failed(error)
            return None
        return Held(bool(locked), _read(stored))

    async def stored(self, msisdn: str) -> State | None:
        """The phone's last session, with no lock; None when there is none or Redis does not answer."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            stored = await self._link.run("GET", _call(msisdn))
        except (RedisError, OSError) as error:
            await self._failed(error)
            return None
        return _read(stored)

    async def keep(self, msisdn: str, token: str, state: State, *, remember: Language | None) -> bool:
        """Store the session and free the lock, in one trip; `remember` keeps the phone's language beside it.

        False when the lock is not this token's any more, so that nothing was written, or when Redis does not answer.
        """
        keys = [_lock(msisdn), _call(msisdn), _language(msisdn)]
        spoken = remember.value if remember else ""
        try:
            kept = await self._keep(keys=keys, args=[token, state.to_json(), self._seconds, spoken, LANGUAGE_SECONDS])
        except (RedisError, OSError) as error:
            await self._failed(error)
            return False
        if not kept:
            metrics.LATE_SESSIONS.inc()
            log.warning("session_not_kept", why="the lock was another's")
        return bool(kept)

    async def free(self, msisdn: str, token: str) -> None:
        """Free the lock, if it is still this token's, and leave the session as it was."""
        try:
            await self._free(keys=[_lock(msisdn)], args=[token])
        except (RedisError, OSError) as error:
            await self._failed(error)

    async def language(self, msisdn: str) -> Language | None:
        """The language this phone last spoke, for when the database cannot be asked."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            stored = await self._link.run("GET", _language(msisdn))
        except (RedisError, OSError) as error:
            await self._failed(error)
            return None
        return Language.named(stored.decode(errors="replace")) if isinstance(stored, bytes) else None

    async def _failed(self, error: Exception) -> None:
        """Leave Redis alone for a moment, so that a dead one does not slow every hop, and a demoted one for good."""
        metrics.REDIS_FAILURES.labels("demoted" if is_demoted(error) else "unanswered").inc()
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        log.warning("redis_unanswered", error=type(error).__name__)
        if is_demoted(error):
            await self._link.leave()


def _read(stored: bytes | str | None) -> State | None:
    if stored is None:
        return None
    try:
        return State.from_json(stored)
    except (ValueError, KeyError, TypeError):
        log.warning("session_unreadable")
        return None


def _call(msisdn: str) -> str:
    return f"jigi:{{{msisdn}}}:call"


def _lock(msisdn: str) -> str:
    return f"jigi:{{{msisdn}}}:lock"


def _language(msisdn: str) -> str:
    return f"jigi:{{{msisdn}}}:language"
