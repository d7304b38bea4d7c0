"""Redis may lose everything between any two hops, or never answer: the person notices nothing."""

import random

import pytest
from redis.asyncio import Redis

from core.platform.redis import connect
from simulator.gateway import PhoneScreen, UssdCall
from tests.ussd.conftest import Line, OpenLine, calls_asked

KEYS = ("1", "1", "1", "2", "2", "3", "4", "5", "9", "0", "00", "7", "8", "a*b", "", "11", "9", "1*2")
SEEDS = range(80)


async def _pressed(call: UssdCall, keys: list[str], before_each: Redis | None, seed: int) -> list[PhoneScreen]:
    """The pages of a dialogue; with a Redis given, it is emptied at random before a hop."""
    chance = random.Random(seed)
    screens = [await call.dial()]
    for key in keys:
        if screens[-1].ends:
            break
        if before_each is not None and chance.random() < 0.6:
            await before_each.flushall()
        screens.append(await call.reply(key))
    return screens


def _dialogue(seed: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(["1", "2"]), *(chance.choice(KEYS) for _ in range(chance.randint(1, 14)))]


def _told(screens: list[PhoneScreen]) -> list[tuple[bool, str]]:
    return [(screen.ends, screen.text) for screen in screens]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_lost_session_is_rebuilt_so_that_nobody_notices(line: Line, redis: Redis, seed: int) -> None:
    """A dialogue and its twin whose session is lost over and over show the same pages and do the same acts."""
    keys = _dialogue(seed)
    untouched = await _pressed(line.phone(), keys, None, seed)
    done = await calls_asked()
    lossy = await _pressed(line.phone(), keys, redis, seed)
    assert _told(lossy) == _told(untouched), keys
    assert await calls_asked() == 2 * done


@pytest.mark.parametrize("seed", range(40))
async def test_without_any_redis_the_dialogue_is_the_same(line: Line, open_line: OpenLine, seed: int) -> None:
    keys = _dialogue(seed)
    untouched = await _pressed(line.phone(), keys, None, seed)
    without = open_line(connect("redis://127.0.0.1:1"))
    assert _told(await _pressed(without.phone(), keys, None, seed)) == _told(untouched), keys


async def test_the_end_of_a_lost_session_repeats_without_a_second_act(line: Line, redis: Redis) -> None:
    call = line.phone()
    await line.keyed(call, "2", "2", "8")
    end = await call.reply("1")
    await redis.flushall()
    assert await call.repeat() == end
    assert (line.small.ran["done"], await calls_asked()) == (1, 1)


async def test_a_continued_call_survives_the_loss_of_its_session(line: Line, redis: Redis) -> None:
    call = line.phone()
    await line.keyed(call, "2", "1", "3")
    again = line.phone(call.msisdn)
    assert (await again.dial()).text == "L'appel a été coupé.\n1 Continuer\n2 Recommencer"
    await redis.flushall()
    assert (await again.reply("1")).text.startswith("You took 3.")
    await redis.flushall()
    assert (await again.reply("0")).text.startswith("Twelve")
