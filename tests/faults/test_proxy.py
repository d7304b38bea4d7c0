"""What stands behind the proxy is there, silent, or gone, as it is told."""

import asyncio
from pathlib import Path

import pytest

from faults.proxy import FatalProxy, StallingProxy


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(100):
        writer.write(block)
        await writer.drain()
    writer.close()


async def test_octets_pass_wait_and_end(tmp_path: Path) -> None:
    socket = str(tmp_path / "s")
    async with await asyncio.start_unix_server(echo, socket), StallingProxy(socket) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        stalled = asyncio.create_task(proxy.stall(0.4))
        await asyncio.sleep(0)
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.read(3)
        await stalled
        assert await reader.readexactly(3) == b"two"
        proxy.cut()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()


@pytest.mark.parametrize("passes", [True, False])
async def test_a_block_strikes_and_passes_or_not(passes: bool, tmp_path: Path) -> None:
    struck = []

    async def strike() -> None:
        struck.append(proxy.blocks)

    socket = str(tmp_path / "s")
    async with await asyncio.start_unix_server(echo, socket), FatalProxy(socket) as proxy:
        proxy.lay(3, strike, then_passes=passes)
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        for word in (b"one", b"two"):
            writer.write(word)
            if word == b"one" or passes:
                assert await reader.readexactly(3) == word
        if not passes:
            assert await reader.read(3) == b""
        writer.close()
    assert struck == [3]
