"""What Prometheus is shown of calls is told by gateway."""

import pytest
from redis.asyncio import Redis

from core.calls.session_end import SessionEnd, SessionOutcome, Unsaid
from tests.support.counters import Growth
from tests.ussd.conftest import an_engine
from tests.ussd.small_menu import small_menu
from ussd.gateway import EngineLine, SessionEnding
from ussd.hops import Hop, LastInput

AWA = "+22376000001"


async def record(_: SessionEnd, __: Unsaid | None) -> None:
    return None


@pytest.mark.usefixtures("world")
async def test_hops_repeats_and_ends_are_counted_by_the_gateway_that_they_came_by(redis: Redis) -> None:
    engine = an_engine(small_menu().menu, redis)
    line = EngineLine(engine, record)
    grown = Growth("jigi_ussd_hop_seconds_count", "jigi_ussd_repeated_hops_total", "jigi_ussd_gateway_sessions_total")
    for gateway, phone in (("smpp", AWA), ("lastinput", "+22376000002"), ("smpp", "+22376000003")):
        await line.answer(Hop(gateway, "1", phone, LastInput("", 0, begins=True)))
    await line.answer(Hop("smpp", "1", AWA, LastInput("", 0, begins=True)))
    await line.ended(SessionEnding("smpp", "1", AWA, SessionOutcome.CUT))
    await line.ended(SessionEnding("lastinput", "1", "+22376000002", SessionOutcome.TIMED_OUT))
    await engine.close()
    assert grown.of("jigi_ussd_hop_seconds_count") == {("smpp",): 3, ("lastinput",): 1}
    assert grown.of("jigi_ussd_repeated_hops_total") == {("smpp",): 1}
    assert grown.of("jigi_ussd_gateway_sessions_total") == {("smpp", "cut"): 1, ("lastinput", "timed_out"): 1}


@pytest.mark.usefixtures("world")
async def test_a_hop_that_ends_in_an_apology_is_counted_with_its_gateway_and_why(redis: Redis) -> None:
    engine = an_engine(small_menu().menu, redis, step_seconds=0.0)
    grown = Growth("jigi_ussd_failed_hops_total")
    await engine.answer(Hop("lastinput", "1", AWA, LastInput("", 0, begins=True)))
    await engine.close()
    assert grown.of("jigi_ussd_failed_hops_total") == {("lastinput", "deadline"): 1}
