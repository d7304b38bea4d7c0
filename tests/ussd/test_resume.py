"""Cut off, and dialled again."""

from redis.asyncio import Redis

from simulator.gateway import UssdCall
from tests.ussd.conftest import CALLBACK, Line, a_client, an_engine, calls_asked

QUESTION = "L'appel a été coupé.\n1 Continuer\n2 Recommencer"


async def test_a_call_that_was_cut_goes_on_where_it_was(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2", "1")
    page = (await call.reply("9")).text
    again = line.phone(call.msisdn)
    assert (await again.dial()).text == QUESTION
    assert (await again.reply("1")).text == page
    assert (await again.reply("2")).text.startswith("You took 7.")


async def test_or_starts_again(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2", "1", "3")
    assert (await line.keyed(line.phone(call.msisdn), "2")).startswith("Home")


async def test_cut_at_the_question_it_is_asked_again(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2", "1", "3")
    await line.phone(call.msisdn).dial()
    third = line.phone(call.msisdn)
    assert (await third.dial()).text == QUESTION
    assert (await third.reply("5")).text == f"Choix non valable.\n{QUESTION}"
    assert (await third.reply("1")).text.startswith("You took 3.")


async def test_nothing_to_continue_after_an_end_or_at_home(line: Line) -> None:
    call = line.phone()
    assert (await line.keyed(call, "2", "2", "8", "1")).startswith("Done")
    again = line.phone(call.msisdn)
    assert (await again.dial()).text.startswith("Home")
    assert (await line.phone(call.msisdn).dial()).text.startswith("Home")


async def test_dialling_deep_asks_nothing(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2", "1", "3")
    assert (await line.phone(call.msisdn).dial("1*4")).text.startswith("You took 4.")


async def test_a_private_screen_is_not_shown_to_whoever_dials_next(line: Line) -> None:
    call = line.phone()
    assert (await line.keyed(call, "2", "4")).startswith("Hidden")
    assert "Hidden things" not in await line.keyed(line.phone(call.msisdn))


async def test_the_offer_expires(line: Line, redis: Redis) -> None:
    engine = an_engine(line.small.menu, redis, session_seconds=1)
    async with a_client(engine) as client:
        call = UssdCall(client, CALLBACK, "+22379990001")
        for key in ("", "2", "1", "3"):
            await (call.reply(key) if key else call.dial())
        assert await redis.ttl("jigi:{+22379990001}:call") <= 1
        await redis.delete("jigi:{+22379990001}:call")
        assert (await UssdCall(client, CALLBACK, "+22379990001").dial()).text.startswith("Home")


async def test_an_act_whose_answer_was_lost_is_not_done_again_by_the_next_call(line: Line, redis: Redis) -> None:
    """The act was done, its answer never came, Redis stands before it: the next call is told what was done."""
    call = line.phone()
    await line.keyed(call, "2", "2", "8")
    before = await redis.get(f"jigi:{{{call.msisdn}}}:call")
    assert before is not None
    end = await call.reply("1")
    await redis.set(f"jigi:{{{call.msisdn}}}:call", before)
    again = line.phone(call.msisdn)
    await line.keyed(again, "1")
    assert (await again.reply("1")).text == end.text
    assert (line.small.ran["done"], await calls_asked()) == (1, 1)
