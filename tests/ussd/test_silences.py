"""Sessions that end by silence: whoever takes the binds over waits on for those of the process before.

That the answer follows by SMS is held by `tests/menus/test_cut_by_every_way.py`.
"""

import asyncio

import pytest
from redis.asyncio import Redis

from core.platform.locks import Lock
from core.platform.redis import connect
from simulator.smsc import StandInSmsc
from simulator.smsc_phones import SmscLine
from tests.support.database import query
from tests.support.patience import LONGEST_SECONDS
from tests.ussd.gateway_cases import HeardLine
from tests.ussd.test_smpp import AWA, BINTA, a_gateway, until
from ussd import silences, smpp
from ussd.silences import PhoneSession, Silence, SilenceBook

FIRST, SECOND = PhoneSession(AWA, "7"), PhoneSession(BINTA, "7")
NOBODY = "redis://127.0.0.1:1"


class Watch:
    """A clock turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_who_takes_over_waits_for_what_the_one_before_waited_for(redis: Redis) -> None:
    before, after = SilenceBook("smpp", redis, Watch()), SilenceBook("smpp", redis, watch := Watch())
    await before.expect(FIRST, 180, is_over=False)
    await before.expect(SECOND, 10, is_over=True)
    await after.take_over()
    assert (after.is_over(FIRST), after.is_over(SECOND), after.silent()) == (False, True, {})
    watch.now += 10
    assert after.silent() == {SECOND: Silence(1010.0, is_over=True)}
    watch.now += 170
    assert set(after.silent()) == {FIRST, SECOND}


async def test_another_gateways_sessions_are_another_book(redis: Redis) -> None:
    await SilenceBook("smpp", redis).expect(FIRST, 0, is_over=False)
    other = SilenceBook("onalink", redis)
    await other.take_over()
    assert other.silent() == {}


async def test_what_was_heard_is_not_waited_for_and_comes_back_where_its_page_never_went(redis: Redis) -> None:
    """Who dies between a hop and its page has not answered: the caller was cut, whatever was typed."""
    book, after = SilenceBook("smpp", redis), SilenceBook("smpp", redis)
    await book.expect(FIRST, 0, is_over=False)
    book.heard(FIRST)
    assert book.silent() == {}
    await after.take_over()
    assert set(after.silent()) == {FIRST}
    await after.ended(FIRST)
    await after.take_over()
    assert after.silent() == {}


async def test_a_page_that_follows_begins_the_wait_anew(redis: Redis) -> None:
    book = SilenceBook("smpp", redis, watch := Watch())
    await book.expect(FIRST, 10, is_over=False)
    (first,) = [Silence(1010.0, is_over=False)]
    watch.now += 10
    await book.expect(FIRST, 10, is_over=False)
    assert book.silent() == {}
    assert not book.is_waiting(FIRST, first)


async def test_without_redis_a_process_knows_its_own() -> None:
    for book in (SilenceBook("smpp"), SilenceBook("smpp", connect(NOBODY))):
        await book.expect(FIRST, 0, is_over=False)
        await book.expect(SECOND, 0, is_over=True)
        assert set(book.silent()) == {FIRST, SECOND}
        await book.ended(FIRST)
        assert set(book.silent()) == {SECOND}
        await book.take_over()
        assert book.silent() == {}


async def test_a_flood_is_waited_for_only_so_far(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silences, "MOST", 1)
    book = SilenceBook("smpp", redis)
    await book.expect(FIRST, 0, is_over=False)
    await book.expect(SECOND, 0, is_over=False)
    await book.expect(FIRST, 0, is_over=True)
    assert (set(book.silent()), book.is_over(FIRST)) == ({FIRST}, True)


async def test_nothing_of_it_stays_in_redis_for_good(redis: Redis) -> None:
    await SilenceBook("smpp", redis).expect(FIRST, 180, is_over=False)
    (key,) = await redis.keys("jigi:silences:*")
    assert 0 < await redis.ttl(key) <= silences.KEPT_SECONDS


@pytest.mark.usefixtures("world")
async def test_who_lost_the_turn_counts_no_silence_of_calls_that_go_on_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smpp, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr("core.platform.smpp.turn.LOOK_SECONDS", 0.05)
    lost, took = HeardLine(), HeardLine()
    async with StandInSmsc().running() as smsc, SmscLine(smsc).running() as phones:
        one, other = a_gateway(smsc, smpp_ussd_silent_seconds=1), a_gateway(smsc)
        async with one.running(lost):
            await phones.phone(AWA).dial()
            async with other.running(took), asyncio.timeout(LONGEST_SECONDS):
                while other.standing != "ok":
                    await query(
                        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = %(lock)s", lock=Lock.USSD_BINDS
                    )
                    await asyncio.sleep(0.2)
                await until(lambda: one.standing == "ok, another process holds it")
                await asyncio.sleep(1.2)
    assert (lost.endings, took.endings) == ([], [])
