"""A session keeps of what was typed only what tells a repeat from the next hop."""

import pytest
from redis.asyncio import Redis

from tests.support.mentions import mentions
from tests.ussd.conftest import Line
from ussd.seals import sealed


@pytest.mark.parametrize(("typed", "kept"), [("", ""), ("1", "1"), ("1*2*00", "1*2*00"), ("**", "**")])
def test_keys_of_menus_are_kept_as_they_are(typed: str, kept: str) -> None:
    assert sealed(typed, "session") == kept


def test_what_is_longer_is_sealed_by_itself_and_once() -> None:
    once = sealed("2*12345678*1931*1", "session")
    first, number, year, last = once.split("*")
    assert (first, last) == ("2", "1")
    assert mentions(once, "12345678", "1931") == []
    assert number != year
    assert sealed(once, "session") == once
    assert sealed("2*12345678*1931*1", "another") != once


async def test_redis_keeps_no_number_that_was_typed(line: Line, redis: Redis) -> None:
    call = line.phone()
    await call.dial()
    await call.reply("1")
    await call.reply("2")
    screen = await call.reply("777776")
    assert screen.text.startswith("777776 is even.")
    (stored,) = [await redis.get(key) for key in await redis.keys("*:call")]
    typed = str(stored).split('"typed":"')[1].split('"')[0]
    assert typed.startswith("1*2*~")
    assert "777776" not in typed
