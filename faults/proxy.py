"""A TCP proxy of ours on loopback that stalls or cuts: a server behind it is there, and does not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Self

BLOCK: Final = 1 << 16
Blow = Callable[[], Awaitable[object]]


class StallingProxy:
    """Passes what comes to its port on to a Unix socket; `port` is known once it runs."""

    port = 0

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._passes = asyncio.Event()
        self._passes.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stall(self, seconds: float) -> None:
        """Let no octet through for so long, in either direction; connections are taken, and stand."""
        self._passes.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._passes.set()

    def cut(self) -> None:
        """End each connection at once."""
        for writer in [*self._open]:
            writer.transport.abort()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        own = asyncio.current_task()
        if own is not None:
            self._tasks.add(own)
        try:
            await self._passes.wait()
            with suppress(OSError):
                behind_reader, behind = await asyncio.open_unix_connection(self._socket)
                self._open.add(behind)
                await asyncio.gather(self._carry(reader, behind), self._carry(behind_reader, writer))
                self._open.discard(behind)
        finally:
            self._open.discard(writer)
            writer.transport.abort()
            if own is not None:
                self._tasks.discard(own)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while block := await reader.read(BLOCK):
                await self._passes.wait()
                if not await self._is_passed():
                    break
                writer.write(block)
                await writer.drain()
        writer.transport.abort()

    async def _is_passed(self) -> bool:
        """Whether the next block is passed on; its connection ends where it is not."""
        return True


class FatalProxy(StallingProxy):
    """Strikes at a block that passes, in whichever direction: `lay` says at which, and what the blow is.

    `blocks` counts those that have passed since.
    """

    def __init__(self, socket: str) -> None:
        super().__init__(socket)
        self.blocks = 0
        self._at = 0
        self._blow: Blow | None = None
        self._then_passes = True

    def lay(self, at: int, blow: Blow | None, *, then_passes: bool = True) -> None:
        """Count anew, and strike at block `at`; with `then_passes` that block gets there all the same."""
        self.blocks, self._at, self._blow, self._then_passes = 0, at, blow, then_passes

    async def _is_passed(self) -> bool:
        self.blocks += 1
        if self._blow is None or self.blocks != self._at:
            return True
        blow, self._blow = self._blow, None
        await blow()
        return self._then_passes
