"""A gateway's access token, kept once for all workers: in Redis, no longer than it lives; without Redis, in each."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from redis.exceptions import RedisError

from core.platform.redis import Client, connect

log = structlog.get_logger(__name__)

EARLY_SECONDS: Final = 60.0
"""So long before its end a token is not used any more."""

LEAST_SECONDS: Final = 5.0
RENEWING_SECONDS: Final = 20.0
"""For so long the others wait for who renews it; then the next one does."""

LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token, and for how many seconds it is good."""

    value: str
    seconds: float


Ask = Callable[[], Awaitable[AccessToken]]
"""Asks the gateway for a new token; raises GatewayTrouble."""


class SharedToken:
    """The token of one application at a gateway; `name` is its key in Redis."""

    def __init__(self, redis_url: str, name: str, ask: Ask) -> None:
        self._redis: Client | None = connect(redis_url) if redis_url else None
        self._key, self._lock_key = f"jigi:token:{name}", f"jigi:token:{name}:renewing"
        self._ask = ask
        self._one = asyncio.Lock()
        self._own = AccessToken("", 0.0)
        self._own_until = 0.0

    async def value(self, refused: str = "") -> str:
        """A token that is good, another than the one that was `refused`; raises what asking for it raises."""
        async with self._one:
            if self._own.value in ("", refused) or time.monotonic() >= self._own_until:
                self._keep(await self._shared(refused))
            return self._own.value

    async def close(self) -> None:
        """Let go of Redis."""
        if self._redis is not None:
            await self._redis.aclose()

    def _keep(self, token: AccessToken) -> None:
        self._own = token
        self._own_until = time.monotonic() + _useful(token)

    async def _shared(self, refused: str) -> AccessToken:
        """The token of all workers, renewed by one of them."""
        if self._redis is None:
            return await self._ask()
        until = time.monotonic() + RENEWING_SECONDS
        try:
            while time.monotonic() < until:
                kept = await self._kept(self._redis, refused)
                if kept is not None:
                    return kept
                holder = secrets.token_hex(8)
                if await self._redis.set(self._lock_key, holder, nx=True, px=int(RENEWING_SECONDS * 1000)):
                    return await self._renewed(self._redis, refused)
                await asyncio.sleep(LOOK_SECONDS)
        except RedisError as error:
            log.warning("token_not_shared", error=type(error).__name__)
        return await self._ask()

    async def _kept(self, redis: Client, refused: str) -> AccessToken | None:
        given = await redis.get(self._key)
        value = given.decode() if isinstance(given, bytes) else given
        if value is None or value == refused:
            return None
        return AccessToken(value, await redis.pttl(self._key) / 1000 + EARLY_SECONDS)

    async def _renewed(self, redis: Client, refused: str) -> AccessToken:
        """Ask for a new one, unless somebody did between our look and our lock."""
        try:
            kept = await self._kept(redis, refused)
            if kept is not None:
                return kept
            token = await self._ask()
            await redis.set(self._key, token.value, px=int(_useful(token) * 1000))
            return token
        finally:
            await redis.delete(self._lock_key)


def _useful(token: AccessToken) -> float:
    """For how many seconds it is used."""
    return max(token.seconds - EARLY_SECONDS, min(token.seconds, LEAST_SECONDS))
