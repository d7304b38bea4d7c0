"""A session is written only by the hop that still holds the phone's lock."""

import pytest
from redis.asyncio import Redis

from core.platform.redis import connect
from core.text.languages import Language
from tests.ussd.conftest import Line
from ussd import metrics
from ussd.sessions import Sessions
from ussd.state import State

PHONE = "+22376000001"


def sessions(redis: Redis, *, lock_seconds: float = 5.0) -> Sessions:
    return Sessions(redis, seconds=60, lock_seconds=lock_seconds)


async def test_one_hop_holds_a_phone_at_a_time(redis: Redis) -> None:
    store = sessions(redis)
    first, second = await store.take(PHONE, "first"), await store.take(PHONE, "second")
    assert first is not None
    assert second is not None
    assert (first.locked, second.locked) == (True, False)
    await store.free(PHONE, "second")
    third = await store.take(PHONE, "third")
    assert third is not None
    assert not third.locked, "a lock is freed with its own token only"


async def test_a_hop_that_took_too_long_writes_nothing_over_the_next(redis: Redis) -> None:
    store = sessions(redis)
    await store.take(PHONE, "slow")
    await redis.delete(f"jigi:{{{PHONE}}}:lock")  # as its time runs out
    await store.take(PHONE, "next")
    late = metrics.LATE_SESSIONS._value.get()
    assert not await store.keep(PHONE, "slow", State("call", typed="1"), remember=None)
    assert await store.keep(PHONE, "next", State("call", typed="2"), remember=None)
    stored = await store.stored(PHONE)
    assert stored is not None
    assert stored.typed == "2"
    assert metrics.LATE_SESSIONS._value.get() == late + 1


async def test_the_language_is_kept_with_the_session(redis: Redis) -> None:
    store = sessions(redis)
    await store.take(PHONE, "hop")
    assert await store.keep(PHONE, "hop", State("call"), remember=Language("fr"))
    assert await store.language(PHONE) == Language("fr")


async def test_the_keys_of_a_phone_are_in_one_slot(redis: Redis) -> None:
    store = sessions(redis)
    await store.take(PHONE, "hop")
    await store.keep(PHONE, "hop", State("call"), remember=Language("fr"))
    await store.take(PHONE, "hop")
    keys = [str(key) for key in await redis.keys("*")]
    assert len(keys) == 3
    assert {key.split("{")[1].split("}")[0] for key in keys} == {PHONE}


async def test_a_hop_is_answered_although_another_process_died_with_the_lock(line: Line, redis: Redis) -> None:
    call = line.phone()
    await line.keyed(call, "2")
    died = await sessions(redis, lock_seconds=1.8).take(call.msisdn, "of a process that is gone")
    assert died is not None
    assert died.locked
    assert (await call.reply("1")).text.startswith("Twelve")


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1", "redis+sentinel://127.0.0.1:1,127.0.0.1:2/jigi"])
async def test_without_redis_nothing_is_kept_and_nothing_fails(address: str) -> None:
    store = Sessions(connect(address), seconds=60, lock_seconds=1)
    assert await store.take(PHONE, "hop") is None
    assert not await store.keep(PHONE, "hop", State("call"), remember=None)
    assert await store.language(PHONE) is None
