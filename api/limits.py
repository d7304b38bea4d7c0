"""How often a system may ask in a minute: counted in Redis, which may forget it."""

from datetime import datetime
from typing import Final

from redis.exceptions import RedisError

from api.problems import ApiProblem, NotDone
from core.platform.redis import Client

MINUTE: Final = 60
KEY: Final = "jigi:api:{{{system}}}:{minute}"


async def count(redis: Client, system: str, most: int, now: datetime) -> None:
    """Count a request; raises NotDone beyond the most of a minute. Without Redis nobody is held back."""
    second = int(now.timestamp())
    key = KEY.format(system=system, minute=second // MINUTE)
    try:
        counted = int(await redis.incr(key))
        if counted == 1:
            await redis.expire(key, 2 * MINUTE)
    except (RedisError, OSError):
        return
    if counted > most:
        raise NotDone(ApiProblem.TOO_MANY_REQUESTS, headers={"Retry-After": str(MINUTE - second % MINUTE)})
