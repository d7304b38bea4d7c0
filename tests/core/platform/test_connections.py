"""Connections that owe something: a real server on loopback, with clocks of parts of a second."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.platform import connections
from core.platform.connections import CUT, BoundedProtocol, accepted

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\n"
PATIENCE = 20.0
"""Seconds in which what must end has to end, on a busy machine too."""


async def echo(request: Request) -> Response:
    assert accepted(request.scope) > 0
    return PlainTextResponse(await request.body() or b"empty")


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(connections, "SILENT_SECONDS", 0.4)
    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])
    config = uvicorn.Config(app, port=0, http=BoundedProtocol, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def said(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """All that the server says to these octets until it ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(pause)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    return answer


def cut(why: str) -> float:
    return float(CUT.labels(why)._value.get())


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ((), "no head"),
        ((GET[:20],), "no head"),
        ((b"\r\n",), "no head"),
        ((POST,), "silent body"),
        ((POST, b"ab"), "silent body"),
        ((b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000,), "large head"),
        ((b"GET /" + b"a" * 40_000,), "large head"),
    ],
    ids=["nothing", "half a head", "an empty line", "no body", "half a body", "large header", "long path"],
)
async def test_who_owes_something_is_not_waited_for(port: int, parts: tuple[bytes, ...], why: str) -> None:
    before = cut(why)
    assert b"200" not in await said(port, *parts)
    assert cut(why) == before + 1


async def test_who_asks_and_sends_is_answered(port: int) -> None:
    close = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert (await said(port, close)).endswith(b"empty")
    posted = POST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert (await said(port, posted, b"12345")).endswith(b"12345")


async def test_a_slow_link_that_goes_on_is_waited_for(port: int) -> None:
    posted = POST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = await said(port, posted, *(bytes([each]) for each in b"12345"), pause=0.2)
    assert answer.endswith(b"12345"), "it took longer than the clock of one silence"


async def test_a_later_request_on_the_same_connection_owes_its_head_too(port: int) -> None:
    before = cut("no head")
    answer = await said(port, GET, GET[:10], pause=0.1)
    assert answer.count(b"200 OK") == 1
    assert cut("no head") == before + 1
