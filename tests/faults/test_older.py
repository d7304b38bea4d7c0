"""The last release beside this one: hop by hop a call goes to either, and each goes on from where the other left it.

A screen that came since is none to 0.3.0: a call that goes there ends in words, and is dialled again. From this release
on it is at its start again (tests/ussd/test_other_release.py).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from random import Random

import httpx
import pytest

from asgi import build
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.platform.settings.types import Part
from core.schema.ground import Ground
from faults.older import NoHistory, OlderWeb, unpacked
from faults.wishes import FILE, OF_THE_LAST_RELEASE, Wish
from simulator.gateway import UssdCall
from tests.support.database import count
from tests.support.processes import free_port

TOKEN = "0123456789abcdef0123456789abcdef"
WAY = f"/ussd/africastalking/{TOKEN}"
STARTING_SECONDS = 60
MOST_HOPS, MOST_CALLS = 9, 12


@pytest.fixture
async def both(
    world: None, database_url: str, redis: object, redis_server: OwnRedis, tmp_path: Path
) -> AsyncIterator[Sequence[httpx.AsyncClient]]:
    """The line of the last release, in a process, and today's, on one database and one Redis."""
    try:
        release = unpacked(tmp_path / "release")
    except NoHistory as shallow:
        pytest.skip(f"commit {shallow} of the last release is not in this copy")
    port = free_port()
    environment = {
        "JIGI_DATABASE_URL": database_url, "JIGI_REDIS_URL": redis_server.url, "JIGI_CALLBACK_TOKENS": TOKEN,
    }  # fmt: skip
    older = OlderWeb(release, environment, port, tmp_path / "older.log")
    app = build(Settings(callback_tokens=(TOKEN,), only=(Part.LINE,)), on=Ground(database_url, redis_server.url))
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as today,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as before,
        ):
            await _ready(before, tmp_path / "older.log")
            yield before, today
    finally:
        older.end()


async def _ready(client: httpx.AsyncClient, log: Path) -> None:
    """Wait until it says that it can serve, on tables of today."""
    until, answer = time.monotonic() + STARTING_SECONDS, ""
    while time.monotonic() < until:
        try:
            ready = await client.get("/health/ready")
            if ready.status_code == httpx.codes.OK:
                return
            answer = ready.text
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError(f"{answer} {log.read_text()[-2000:]}")


async def test_what_is_wanted_is_done_once_by_calls_that_go_to_both(both: Sequence[httpx.AsyncClient]) -> None:
    number = 0
    chance = Random(5)
    turns = iter(lambda: chance.choice(both), None)
    for _ in range(3):
        for wish in OF_THE_LAST_RELEASE:
            number += 1
            for _ in range(MOST_CALLS):
                if await _told(turns, wish, f"+2237600000{number}"):
                    break
            else:
                raise AssertionError(wish.name)
    assert await count("grievance") == 3 * sum(wish is FILE for wish in OF_THE_LAST_RELEASE)
    assert await count("phone") == number


async def _told(turns: Iterator[httpx.AsyncClient], wish: Wish, msisdn: str) -> bool:
    """Whether a call whose hops go to either ends with what was wanted."""
    call = UssdCall(next(turns), WAY, msisdn)
    screen = await call.dial()
    for _ in range(MOST_HOPS):
        if wish.is_told(screen.text) or screen.ends:
            break
        key = "2" if "1 Bamanankan" in screen.text else wish.key(screen.text)
        assert key is not None, screen.text
        call.client = next(turns)
        screen = await call.reply(key)
    return wish.is_told(screen.text)
