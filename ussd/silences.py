"""Sessions of which something has to be heard yet: a gateway on a link of its own may tell of no end but by silence.

Who holds the link keeps them at hand, and in Redis: whoever takes over, at an upgrade or after a death, goes on
waiting, and a caller who was cut in between still gets the answer by SMS. Without Redis each process knows its own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from redis.exceptions import RedisError

from core.platform.redis import Client

log = structlog.get_logger(__name__)

MOST: Final = 50_000
"""Sessions that are waited for at a time."""

KEPT_SECONDS: Final = 3600
"""So long after the last page they are forgotten in Redis, should nobody take over."""

PAUSE_SECONDS: Final = 2.0
"""How long Redis is left alone that did not answer."""

KEEP: Final = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
"""


@dataclass(frozen=True, slots=True)
class PhoneSession:
    """A session of a phone (E.164) under the gateway's own id."""

    msisdn: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Until when (seconds since 1970) something is to be heard of a session, and whether it had its last page."""

    until: float
    is_over: bool


class SilenceBook:
    """The sessions of one gateway that are waited for."""

    def __init__(self, gateway: str, redis: Client | None = None, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._keep: Any = redis.register_script(KEEP) if redis is not None else None
        self._key = f"jigi:silences:{gateway}"
        self._clock = clock
        self._paused_until = 0.0
        self._silences: dict[PhoneSession, Silence] = {}

    async def take_over(self) -> None:
        """Forget what was known here, and go on with what the process before us waited for."""
        self._silences.clear()
        if self._redis is None:
            return
        try:
            kept = await self._redis.hgetall(self._key)
        except (RedisError, OSError) as error:
            self._failed(error)
            return
        self._silences.update(_read(name, value) for name, value in kept.items())

    async def expect(self, session: PhoneSession, seconds: float, *, is_over: bool) -> None:
        """Wait for a session, for so long."""
        if len(self._silences) >= MOST and session not in self._silences:
            return
        silence = Silence(self._clock() + seconds, is_over)
        self._silences[session] = silence
        if self._redis is not None and self._clock() >= self._paused_until:
            try:
                await self._keep(keys=[self._key], args=[*_written(session, silence), KEPT_SECONDS])
            except (RedisError, OSError) as error:
                self._failed(error)

    def heard(self, session: PhoneSession) -> None:
        """Something came of a session. In Redis it stays until its next page: who dies before has not answered."""
        self._silences.pop(session, None)

    def is_over(self, session: PhoneSession) -> bool:
        """Whether a session had its last page."""
        silence = self._silences.get(session)
        return silence is not None and silence.is_over

    async def ended(self, session: PhoneSession) -> None:
        """A session is no more, and that is written down."""
        self._silences.pop(session, None)
        if self._redis is not None and self._clock() >= self._paused_until:
            try:
                await self._redis.hdel(self._key, _name(session))
            except (RedisError, OSError) as error:
                self._failed(error)

    def silent(self) -> dict[PhoneSession, Silence]:
        """The sessions of which nothing was heard in their time."""
        now = self._clock()
        return {session: silence for session, silence in self._silences.items() if silence.until <= now}

    def is_waiting(self, session: PhoneSession, silence: Silence) -> bool:
        """Whether nothing came of a session since."""
        return self._silences.get(session) is silence

    def _failed(self, error: Exception) -> None:
        self._paused_until = self._clock() + PAUSE_SECONDS
        log.warning("silences_not_kept", error=type(error).__name__)


def _name(session: PhoneSession) -> str:
    return f"{session.msisdn} {session.session_id}"


def _written(session: PhoneSession, silence: Silence) -> tuple[str, str]:
    return _name(session), f"{silence.until:.3f} {int(silence.is_over)}"


def _read(name: bytes | str, value: bytes | str) -> tuple[PhoneSession, Silence]:
    msisdn, _, session_id = _text(name).partition(" ")
    until, _, is_over = _text(value).partition(" ")
    return PhoneSession(msisdn, session_id), Silence(float(until), is_over == "1")


def _text(kept: bytes | str) -> str:
    return kept.decode() if isinstance(kept, bytes) else kept
