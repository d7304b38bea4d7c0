"""One connection to Redis for a whole process: each is answered in order, whatever becomes of the connection."""

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from core.platform.redis import connect
from core.platform.redis_link import RedisLink, Script

BOTH = "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])"


async def test_many_at_once_each_have_their_own_answer_and_a_refusal_is_theirs_alone(redis: Redis) -> None:
    link = RedisLink(redis)
    script = Script(link, BOTH)
    asked = [link.run("ECHO", str(number)) for number in range(50)]
    refused, *others = await asyncio.gather(
        link.run("NOSUCH"), script(["key"], ["kept"]), *asked, return_exceptions=True
    )
    assert isinstance(refused, ResponseError)
    assert others == [b"kept", *(str(number).encode() for number in range(50))]
    assert len(redis.connection_pool._in_use_connections) == 1
    await redis.script_flush()
    assert await script(["key"], ["again"]) == b"again"


async def test_who_does_not_wait_any_more_takes_nobody_elses_answer(redis: Redis) -> None:
    link = RedisLink(redis)
    await link.run("PING")
    left, stays = (asyncio.create_task(link.run("ECHO", word)) for word in ("left", "stays"))
    await asyncio.sleep(0)
    left.cancel()
    assert await stays == b"stays"


async def test_a_connection_that_is_lost_or_silent_fails_those_who_wait_and_the_next_has_another(redis: Redis) -> None:
    link = RedisLink(redis)
    number = await link.run("CLIENT", "ID")
    with pytest.raises(RedisError):
        await asyncio.gather(link.run("BLPOP", "nothing", 9), redis.client_kill_filter(_id=str(number)))
    assert await link.run("CLIENT", "ID") != number
    with pytest.raises(RedisError):
        await link.run("BLPOP", "nothing", 9)
    assert await link.run("PING") in (b"PONG", "PONG")
    await link.leave()
    assert await link.run("ECHO", "on") == b"on"


async def test_nobody_there_is_said_at_once() -> None:
    link = RedisLink(connect("redis://127.0.0.1:1"))
    outcomes = await asyncio.gather(link.run("PING"), link.run("PING"), return_exceptions=True)
    assert all(isinstance(each, RedisError) for each in outcomes)
