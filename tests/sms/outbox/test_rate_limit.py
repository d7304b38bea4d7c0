"""How fast: each request takes the time of its recipients, of its operator and of all together, over all workers."""

import asyncio
from datetime import datetime, timedelta

import pytest

from core.numbers.msisdn import Operator
from sms.outbox import rate_limit
from sms.outbox.rate_limit import RateLimit
from tests.core.seed import NOW
from tests.support.database import one, query

ORANGE, MALITEL, TELECEL = Operator.ORANGE, Operator.MALITEL, Operator.TELECEL

pytestmark = pytest.mark.usefixtures("world")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


async def waits(rate: RateLimit, *asked: tuple[Operator | None, int], now: datetime = NOW) -> list[float]:
    return [round(await rate.reserve(operator, recipients, now), 6) for operator, recipients in asked]


async def test_each_request_waits_until_those_before_it_are_through() -> None:
    assert await waits(RateLimit(100, {}), (ORANGE, 100), (MALITEL, 50), (None, 100)) == [0, 1, 1.5]


async def test_time_that_nobody_used_is_gone() -> None:
    rate = RateLimit(100, {})
    assert await waits(rate, (None, 100)) == [0]
    assert await waits(rate, (None, 100), (None, 100), now=later(60)) == [0, 1]


async def test_a_slow_operator_does_not_hold_up_the_others() -> None:
    rate = RateLimit(0, {"orange": 50, "telecel": 1})
    asked = ((TELECEL, 10), (TELECEL, 10), (ORANGE, 100), (ORANGE, 50), (MALITEL, 1000))
    assert await waits(rate, *asked) == [0, 10, 0, 2, 0]


async def test_the_slower_of_both_paces_decides() -> None:
    rate = RateLimit(100, {"orange": 10})
    assert await waits(rate, (ORANGE, 100), (ORANGE, 100), (MALITEL, 100)) == [0, 10, 2]


@pytest.mark.parametrize("rate", [RateLimit(0, {}), RateLimit(0, {"malitel": 10})])
async def test_without_a_limit_nobody_waits_and_nothing_is_written(rate: RateLimit) -> None:
    assert await waits(rate, (ORANGE, 1000), (ORANGE, 1000)) == [0, 0]
    assert await query("SELECT name FROM sms_pace") == []


async def test_nobody_takes_no_time() -> None:
    assert await waits(RateLimit(1, {}), (None, 0), (None, 1)) == [0, 0]


async def test_a_single_notice_waits_for_the_notices_before_it_and_for_no_campaign() -> None:
    """What it takes is the campaign's loss, so that both together keep the pace that was agreed."""
    rate = RateLimit(10, {"orange": 10})
    assert await waits(rate, (ORANGE, 100), (ORANGE, 100)) == [0, 10]
    notices = [round(await rate.reserve(ORANGE, 1, NOW, is_notice=True), 6) for _ in range(3)]
    assert notices == [0, 0.1, 0.2]
    assert await waits(rate, (ORANGE, 100)) == [20.3]


async def test_a_gateway_that_is_too_fast_for_lets_notices_wait_too() -> None:
    rate = RateLimit(0, {}, {"*>orange": 10})
    await rate_limit.slow_down(later(5), "*>orange")
    assert await rate.reserve(ORANGE, 1, NOW, "orange", is_notice=True) == 5


async def test_workers_at_once_share_one_pace() -> None:
    first, second = RateLimit(10, {"orange": 5}), RateLimit(10, {"orange": 5})
    asked = [rate.reserve(ORANGE, 5, NOW) for rate in (first, second) for _ in range(4)]
    assert sorted(await asyncio.gather(*asked)) == [0, 1, 2, 3, 4, 5, 6, 7]
    ahead = {row.name: row.next_free for row in await query("SELECT name, next_free FROM sms_pace")}
    assert ahead == {"all": later(4), "orange": later(8)}


async def test_the_longest_of_the_waits_that_were_asked_for_holds() -> None:
    await rate_limit.hold(later(60), "HTTP 503", NOW)
    await rate_limit.hold(later(30), "HTTP 429", NOW)
    row = await one("SELECT hold_until, why FROM sms_pace")
    assert (row.hold_until, row.why) == (later(60), "HTTP 429")
    await rate_limit.hold(later(90), "x" * 300, NOW)
    row = await one("SELECT hold_until, why FROM sms_pace")
    assert (row.hold_until, len(row.why)) == (later(90), 200)


async def test_a_wait_can_be_ended() -> None:
    await rate_limit.hold(later(600), "no_balance", NOW)
    await rate_limit.go_on()
    row = await one("SELECT hold_until, why FROM sms_pace")
    assert (row.hold_until, row.why) == (None, None)


async def test_a_wait_changes_no_pace() -> None:
    rate = RateLimit(10, {})
    assert await waits(rate, (None, 10)) == [0]
    await rate_limit.hold(later(60), "HTTP 503", NOW)
    assert await waits(rate, (None, 10)) == [1]
