"""What fails is told in words, in time, in the person's language; and nothing is lost."""

import asyncio
import time

from redis.asyncio import Redis

from core.platform import database
from simulator.gateway import UssdCall
from tests.ussd.conftest import CALLBACK, Line, a_client, an_engine, calls_asked
from ussd.call import Call
from ussd.menu import Menu
from ussd.values import Value, choose, option, say

NOWHERE = "postgresql://postgres@/none?host=/nonexistent"
IN_FRENCH = "Service indisponible. Essayez plus tard."
IN_BOTH = f"A tè baara kè sisan. Aw ye a lajè kòfè.\n{IN_FRENCH}"


async def test_without_postgresql_the_call_ends_in_the_persons_language_and_can_go_on_later(
    line: Line, database_url: str
) -> None:
    call = line.phone()
    await line.keyed(call, "2", "2", "8")
    await database.close_database()
    database.open_database(NOWHERE)
    began = time.monotonic()
    screen = await call.reply("1")
    assert (screen.ends, screen.text) == (True, IN_FRENCH)
    assert time.monotonic() - began < 3.5
    later = line.phone(call.msisdn)
    assert (await later.dial()).text.startswith("L'appel a été coupé.")
    await database.close_database()
    database.open_database(database_url)
    assert (await later.reply("1")).text.startswith("8 is even.")
    assert (await later.reply("1")).ends
    assert await calls_asked() == 1


async def test_a_new_call_without_postgresql_ends_in_the_language_the_phone_last_spoke(line: Line) -> None:
    regular = line.phone()
    await line.keyed(regular, "2", "2", "8", "1")
    await database.close_database()
    database.open_database(NOWHERE)
    assert (await line.phone(regular.msisdn).dial()).text == IN_FRENCH
    assert (await line.phone().dial()).text == IN_BOTH


async def test_a_step_past_its_deadline_ends_in_words_and_its_work_is_cancelled(world: None, redis: Redis) -> None:
    menu = Menu(start="home")
    fate: list[str] = []

    @menu.screen("slow")
    async def home(call: Call) -> Value:
        return choose("Home", option("Slow", "slow"))

    @menu.screen()
    async def slow(call: Call) -> Value:
        try:
            await asyncio.sleep(0 if fate else 30)
        except asyncio.CancelledError:
            fate.append("cancelled")
            raise
        return say("At last.")

    engine = an_engine(menu, redis, step_seconds=0.3)
    async with a_client(engine) as client:
        call = UssdCall(client, CALLBACK, "+22370000777")
        await call.dial()
        began = time.monotonic()
        screen = await call.reply("1")
        assert screen.ends
        assert time.monotonic() - began < 1
        await engine.close()
        assert fate == ["cancelled"]
        assert not await redis.exists("jigi:{+22370000777}:lock")
        again = UssdCall(client, CALLBACK, "+22370000777")
        await again.dial()
        assert (await again.reply("1")).text == "At last."


async def test_a_screen_that_breaks_ends_the_call_in_words_and_tells_the_log_no_more_than_where(
    world: None, redis: Redis
) -> None:
    menu = Menu(start="home")

    @menu.screen()
    async def home(call: Call) -> Value:
        raise ValueError(f"{call.msisdn} was born in 1961")

    engine = an_engine(menu, redis)
    async with a_client(engine) as client:
        screen = await UssdCall(client, CALLBACK, "+22370000778").dial()
    assert (screen.ends, screen.text) == (True, IN_BOTH)


async def test_redis_frozen_or_gone_in_the_middle_of_a_call_is_not_noticed(line: Line, redis: Redis) -> None:
    call = line.phone()
    await line.keyed(call, "2", "1")
    await redis.client_pause(1500)
    began = time.monotonic()
    assert (await call.reply("3")).text.startswith("You took 3.")
    assert time.monotonic() - began < 2
