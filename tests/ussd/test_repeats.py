"""The gateway repeats: a hop answered twice does its work once."""

import asyncio

import pytest
from redis.asyncio import Redis

from core.platform.redis import connect
from tests.ussd.conftest import Line, OpenLine, a_client, an_engine, calls_asked


async def test_a_repeated_hop_is_the_same_page_and_moves_nothing(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2", "1")
    before = line.small.ran.copy()
    page = await call.reply("9")
    assert await call.repeat() == page
    assert await call.repeat() == page
    assert line.small.ran == before
    assert (await call.reply("1")).text.startswith("You took 6.")


async def test_a_repeated_end_is_the_same_and_the_act_is_done_once(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2", "2", "8")
    end = await call.reply("1")
    assert end.ends
    assert [await call.repeat() for _ in range(3)] == [end] * 3
    assert (line.small.ran["done"], await calls_asked()) == (1, 1)


@pytest.mark.parametrize("copies", [2, 20])
async def test_copies_that_arrive_together_do_the_work_once(line: Line, redis: Redis, copies: int) -> None:
    """Half of them reach another process."""
    call = line.phone()
    await line.keyed(call, "2", "2", "8")
    other = a_client(an_engine(line.small.menu, redis))
    here = line.client
    form = {"sessionId": call.session_id, "phoneNumber": call.msisdn, "text": "2*2*8*1"}
    answers = await asyncio.gather(
        *((here if copy % 2 else other).post(call.callback, data=form) for copy in range(copies))
    )
    await other.aclose()
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].text.startswith("END Done")
    assert (line.small.ran["done"], await calls_asked()) == (1, 1)


async def test_copies_that_arrive_together_without_redis_do_the_act_once(open_line: OpenLine) -> None:
    line = open_line(connect("redis://127.0.0.1:1"))
    call = line.phone()
    await line.keyed(call, "2", "2", "8")
    form = {"sessionId": call.session_id, "phoneNumber": call.msisdn, "text": "2*2*8*1"}
    answers = await asyncio.gather(*(line.client.post(call.callback, data=form) for _ in range(10)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert await calls_asked() == 1


async def test_copies_of_a_hop_that_only_shows_ask_its_screen_once(line: Line) -> None:
    call = line.phone()
    await line.keyed(call, "2")
    form = {"sessionId": call.session_id, "phoneNumber": call.msisdn, "text": "2*1"}
    answers = await asyncio.gather(*(line.client.post(call.callback, data=form) for _ in range(10)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].text.startswith("CON Twelve")
    assert line.small.ran["twelve"] == 1
