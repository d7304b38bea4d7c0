"""One connection to Redis for all of a process: the commands of one turn of the loop go out together.

It is opened as the client opens its own, with its sign-in, TLS and sentinels, and its octets are then read here: a
command costs some microseconds of the processor, and a tenth of what the client's own way takes. A cluster is asked by
its client, which knows whose slot a key is in.
"""

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Final, cast

import hiredis
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisSlow

from core.platform.redis import ANSWER_SECONDS, Client, leave

Word = str | bytes | int
"""Of a command."""


class RedisLink:
    """Sends commands for whoever asks, and gives each its reply; opened when it is first needed, and again when lost.

    Whoever closes the client closes the link.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._octets: _Octets | None = None
        self._opening: asyncio.Task[_Octets] | None = None

    async def run(self, *command: Word) -> Any:
        """The reply to a command; raises RedisError, within half a second where Redis says nothing."""
        if not isinstance(self._client, Redis):
            return await self._client.execute_command(*command)
        octets = self._octets
        if octets is None or octets.is_over:
            octets = await self._opened()
        return await octets.ask(command)

    async def leave(self) -> None:
        """Close what is open, so that the next command finds the master there is now."""
        if self._octets is not None:
            self._octets.end(RedisAway("left"))
        await leave(self._client)

    async def _opened(self) -> "_Octets":
        """The connection that is being opened, by one for all who wait for it."""
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._open(cast(Redis, self._client)))
        return await asyncio.shield(self._opening)

    async def _open(self, client: Redis) -> "_Octets":
        if self._octets is not None:
            before, self._octets = self._octets, None
            await before.connection.disconnect(nowait=True)
            await client.connection_pool.release(before.connection)
        pool: Any = client.connection_pool
        connection = await pool.get_connection()
        self._octets = _Octets(connection)
        return self._octets


class Script:
    """A script of Redis, sent by its digest; whole where the server has not had it yet."""

    def __init__(self, link: RedisLink, text: str) -> None:
        self._link = link
        self._text = text
        self._digest: Final = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], args: Sequence[Word]) -> Any:
        """What the script gives; raises RedisError."""
        try:
            return await self._link.run("EVALSHA", self._digest, len(keys), *keys, *args)
        except NoScriptError:
            return await self._link.run("EVAL", self._text, len(keys), *keys, *args)


class _Octets(asyncio.Protocol):
    """Speaks Redis's protocol in the place of the client's own streams, which are told when the connection is lost."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.is_over = False
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport = connection._writer.transport
        self._streams = self._transport.get_protocol()
        self._transport.set_protocol(self)
        self._reader = hiredis.Reader(replyError=_refusal)
        self._unsent: list[bytes] = []
        self._asked: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._watch: asyncio.TimerHandle | None = None

    def ask(self, command: tuple[Word, ...]) -> asyncio.Future[Any]:
        """Send a command at the end of this turn of the loop."""
        reply = self._loop.create_future()
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent.append(hiredis.pack_command(cast(Any, command)))
        self._asked.append((reply, time.monotonic()))
        if self._watch is None:
            self._watch = self._loop.call_later(ANSWER_SECONDS, self._look)
        return reply

    def data_received(self, data: bytes) -> None:
        """Give each reply to who asked, in the order they asked."""
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                if isinstance(reply, hiredis.PushNotification):
                    continue
                asked, _ = self._asked.popleft()
                if asked.done():
                    continue
                if isinstance(reply, RedisError):
                    asked.set_exception(reply)
                else:
                    asked.set_result(reply)
        except (hiredis.HiredisError, IndexError):
            self.end(RedisAway("what came is no reply"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is answered any more."""
        self.end(RedisAway("the connection was closed"))
        self._streams.connection_lost(exc)

    def end(self, error: RedisError) -> None:
        """Close, and let all who wait know why."""
        self.is_over = True
        self._transport.abort()
        if self._watch is not None:
            self._watch.cancel()
        while self._asked:
            asked, _ = self._asked.popleft()
            if not asked.done():
                asked.set_exception(error)

    def _send(self) -> None:
        if not self.is_over:
            self._transport.write(b"".join(self._unsent))
        self._unsent.clear()

    def _look(self) -> None:
        """Whether the first who waits has waited too long; all behind it would, too."""
        self._watch = None
        if not self._asked:
            return
        left = self._asked[0][1] + ANSWER_SECONDS - time.monotonic()
        if left <= 0:
            self.end(RedisSlow("no reply in time"))
        else:
            self._watch = self._loop.call_later(left, self._look)


def _refusal(message: str) -> RedisError:
    return NoScriptError(message) if message.startswith("NOSCRIPT") else ResponseError(message)
