"""Sessions in Redis: one for each phone, since a phone is in one call at a time.

A hop takes two trips: one takes the phone's lock and reads its session, one writes the session and frees the lock.
Redis holds only what can be rebuilt; when it does not answer, calls go on without it.
"""

import time
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.text.languages import Language
from ussd.state import State

log = structlog.get_logger(__name__)

LANGUAGE_SECONDS = 90 * 24 * 3600
PAUSE_SECONDS = 2.0
ANSWER_SECONDS = 0.5
MOST_CONNECTIONS = 1000


def connect(url: str) -> Redis:
    """A client that gives up at once: a call does not wait for Redis, it goes on without it."""
    return Redis.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        max_connections=MOST_CONNECTIONS,
    )


TAKE = """
local locked = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
return {locked and 1 or 0, redis.call('GET', KEYS[2])}
"""
KEEP = """
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
redis.call('DEL', KEYS[1])
if ARGV[3] ~= '' then redis.call('SET', KEYS[3], ARGV[3], 'EX', ARGV[4]) end
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What a hop found: whether this hop has the lock, and the phone's last session, of this call or another."""

    locked: bool
    state: State | None


class Sessions:
    """The sessions of the line. Every method gives way when Redis fails: it says so in the log and returns nothing."""

    def __init__(self, redis: Redis, *, seconds: int, lock_seconds: float) -> None:
        self._redis = redis
        self._take = redis.register_script(TAKE)
        self._keep = redis.register_script(KEEP)
        self._seconds = seconds
        self._lock_milliseconds = int(lock_seconds * 1000)
        self._paused_until = 0.0
        self.failures = 0

    async def take(self, msisdn: str, token: str) -> Held | None:
        """Try for the phone's lock and read its session, in one trip; None when Redis does not answer."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            locked, stored = await self._take(
                keys=[_lock(msisdn), _call(msisdn)], args=[token, self._lock_milliseconds]
            )
        except (RedisError, OSError) as error:
            self._failed(error)
            return None
        return Held(bool(locked), _read(stored))

    async def stored(self, msisdn: str) -> State | None:
        """The phone's last session, with no lock; None when there is none or Redis does not answer."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            stored = await self._redis.get(_call(msisdn))
        except (RedisError, OSError) as error:
            self._failed(error)
            return None
        return _read(stored)

    async def keep(self, msisdn: str, state: State, *, remember: Language | None) -> None:
        """Store the session and free the lock, in one trip; `remember` keeps the phone's language beside it."""
        try:
            await self._keep(
                keys=[_lock(msisdn), _call(msisdn), _language(msisdn)],
                args=[state.to_json(), self._seconds, remember.value if remember else "", LANGUAGE_SECONDS],
            )
        except (RedisError, OSError) as error:
            self._failed(error)

    async def free(self, msisdn: str) -> None:
        """Free the lock and leave the session as it was."""
        try:
            await self._redis.delete(_lock(msisdn))
        except (RedisError, OSError) as error:
            self._failed(error)

    async def language(self, msisdn: str) -> Language | None:
        """The language this phone last spoke, for when the database cannot be asked."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            stored = await self._redis.get(_language(msisdn))
        except (RedisError, OSError) as error:
            self._failed(error)
            return None
        return Language.named(stored.decode(errors="replace")) if isinstance(stored, bytes) else None

    def _failed(self, error: Exception) -> None:
        """Leave Redis alone for a moment, so that a dead one does not slow every hop."""
        self.failures += 1
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        log.warning("redis_unanswered", error=type(error).__name__)


def _read(stored: bytes | str | None) -> State | None:
    if stored is None:
        return None
    try:
        return State.from_json(stored)
    except (ValueError, KeyError, TypeError):
        log.warning("session_unreadable")
        return None


def _call(msisdn: str) -> str:
    return f"jigi:call:{msisdn}"


def _lock(msisdn: str) -> str:
    return f"jigi:lock:{msisdn}"


def _language(msisdn: str) -> str:
    return f"jigi:language:{msisdn}"
