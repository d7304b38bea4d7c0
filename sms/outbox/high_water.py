"""The highest number of a departure, kept outside the database: in a file of each machine, and in Redis.

It is written before what departed is asked of a gateway. A database that is behind it was restored.
"""

import fcntl
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from redis.exceptions import RedisError

from core.platform.redis import Client, empty

log = structlog.get_logger(__name__)

FILE: Final = "sms-departures"
KEY: Final = "jigi:sms:departures"
DIGITS: Final = 20
RAISE: Final = """
local kept = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > kept then redis.call('SET', KEYS[1], ARGV[1]) end
return math.max(kept, tonumber(ARGV[1]))
"""


class HighWater:
    """The mark of one worker, of the database that was made at a moment: a back-up of it has the same.

    The file is shared by the workers of a machine, Redis by all.
    """

    def __init__(self, folder: Path, redis: Client | None, made_at: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        which = f"{made_at.astimezone(UTC):%Y%m%dT%H%M%S%f}"
        self._file = os.open(folder / f"{FILE}-{which}", os.O_RDWR | os.O_CREAT, 0o600)
        self._key = f"{KEY}:{which}"
        self._redis = redis
        self.level = self._in_file()

    def close(self) -> None:
        """Let go of the file, once."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def reach(self, departure: int) -> None:
        """Write a departure's number down, where it is higher than what stands there."""
        self.level = max(self.level, departure)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            if self._in_file() < self.level:
                os.pwrite(self._file, f"{self.level:0{DIGITS}d}\n".encode(), 0)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    async def share(self) -> int:
        """Tell Redis, and hear what it and the workers of this machine know; the highest of all."""
        self.level = max(self.level, self._in_file())
        if self._redis is not None:
            try:
                self.level = max(self.level, int(await self._redis.eval(RAISE, 1, self._key, str(self.level))))
            except (RedisError, OSError, ValueError) as error:
                log.warning("departures_not_shared", error=type(error).__name__)
        return self.level

    async def forget(self) -> None:
        """Let Redis forget what it knows of a database that is of the past, but for the mark itself."""
        if self._redis is None:
            return
        try:
            await empty(self._redis)
        except (RedisError, OSError) as error:
            log.error("redis_not_emptied", error=type(error).__name__)
        await self.share()

    def _in_file(self) -> int:
        with suppress(ValueError):
            return int(os.pread(self._file, DIGITS, 0) or b"0")
        return 0
