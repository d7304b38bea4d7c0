"""What callers do is counted at each screen, once, and can be taken and given back."""

from dataclasses import replace

from redis.asyncio import Redis

from core.calls.events import Event
from core.calls.journal import Journal
from core.text.alphabet import GSM7
from core.text.languages import Language
from simulator.gateway import UssdCall
from tests.support.counters import Growth
from tests.ussd.conftest import CALLBACK, a_client
from tests.ussd.small_menu import small_menu
from ussd.counting import Counted, Counts, Finished, NoCounts, SpokenScreen
from ussd.engine import Engine
from ussd.sessions import Sessions

BM = Language("bm")


def an_engine_that_counts(redis: Redis, counts: Counts) -> Engine:
    sessions = Sessions(redis, seconds=600, lock_seconds=6)
    return Engine(
        small_menu().menu,
        sessions=sessions,
        journal=Journal(),
        alphabet=GSM7,
        step_seconds=3,
        typed_inputs=120,
        counts=counts,
        tasks={"twelve": "see the twelve"},
    )


async def test_each_thing_a_caller_does_is_counted_where_it_is_done(world: None, redis: Redis) -> None:
    """Language, home, a wrong key, the list and its second page, back, and the line goes dead."""
    counts = Counts()
    async with a_client(an_engine_that_counts(redis, counts)) as client:
        call = UssdCall(client, CALLBACK, "+22370000001")
        await call.dial()
        for key in ("1", "8", "1", "9", "0", "0"):
            await call.reply(key)
        await call.repeat()
        await call.end_event("Incomplete")
    counted = counts.take()
    assert counted.events == {
        (Event.ENTERED, SpokenScreen("language", "")): 1,
        (Event.ANSWERED, SpokenScreen("language", "")): 1,
        (Event.ENTERED, SpokenScreen("home", "bm")): 2,
        (Event.WRONG_KEY, SpokenScreen("home", "bm")): 1,
        (Event.ANSWERED, SpokenScreen("home", "bm")): 1,
        (Event.ENTERED, SpokenScreen("twelve", "bm")): 1,
        (Event.WENT_BACK, SpokenScreen("twelve", "bm")): 2,
        (Event.DROPPED, SpokenScreen("home", "bm")): 1,
    }
    finished = counted.tasks[SpokenScreen("see the twelve", "bm")]
    assert (finished.times, finished.hops) == (1, 4)
    assert 0 <= finished.seconds < 60


async def test_a_task_is_finished_once_in_a_call_and_a_session_that_ran_out_of_time_is_told_as_such(
    world: None, redis: Redis
) -> None:
    counts = Counts()
    async with a_client(an_engine_that_counts(redis, counts)) as client:
        call = UssdCall(client, CALLBACK, "+22370000001")
        await call.dial()
        for key in ("1", "1", "0", "1"):
            await call.reply(key)
        await call.end_event("Failed")
    counted = counts.take()
    assert counted.tasks[SpokenScreen("see the twelve", "bm")].times == 1
    assert counted.events[Event.TIMED_OUT, SpokenScreen("twelve", "bm")] == 1


def test_what_was_taken_is_not_taken_again_unless_it_is_given_back() -> None:
    counts = Counts()
    counts.count(Event.ENTERED, "home", BM)
    counts.finished("payment date", BM, 2, 7.5)
    first = counts.take()
    assert first == Counted(
        {(Event.ENTERED, SpokenScreen("home", "bm")): 1}, {SpokenScreen("payment date", "bm"): Finished(1, 2, 7.5)}
    )
    assert counts.take() == Counted({}, {})
    counts.give_back(first)
    counts.count(Event.ENTERED, "home", BM)
    assert counts.take() == replace(first, events={(Event.ENTERED, SpokenScreen("home", "bm")): 2})


def test_prometheus_is_shown_the_totals_and_no_number() -> None:
    counts, growth = Counts(), Growth("jigi_ussd_screens_total", "jigi_ussd_task_hops_total")
    counts.count(Event.WRONG_KEY, "home", BM)
    counts.finished("payment date", BM, 2, 7.5)
    assert growth.of("jigi_ussd_screens_total") == {("wrong_key", "bm", "home"): 1}
    assert growth.of("jigi_ussd_task_hops_total") == {("bm", "payment date"): 2}


def test_counting_can_be_left_out() -> None:
    counts = NoCounts()
    counts.count(Event.ENTERED, "home", BM)
    counts.finished("payment date", BM, 2, 7.5)
    assert counts.take() == Counted({}, {})
