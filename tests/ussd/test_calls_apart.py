"""Session ids come again: for another phone, on another day, through another gateway. Such calls never meet."""

from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from core.calls.journal import Journal
from core.text.alphabet import GSM7
from tests.ussd.conftest import calls_asked
from tests.ussd.small_menu import small_menu
from ussd.engine import Engine
from ussd.hops import Hop, Reply, call_of, is_of, on_day
from ussd.sessions import Sessions

AWA, BINTA = "+22376000001", "+22376000002"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Gateway:
    """A gateway that numbers its sessions from one again and again, before one engine with a clock of its own."""

    def __init__(self, redis: Redis) -> None:
        self.now = NOON
        self.redis = redis
        self.engine = Engine(
            small_menu().menu,
            sessions=Sessions(redis, seconds=600, lock_seconds=2),
            journal=Journal(),
            alphabet=GSM7,
            step_seconds=3.0,
            typed_inputs=120,
            clock=lambda: self.now,
        )

    async def hop(self, text: str, *, phone: str = AWA, session: str = "1", gateway: str = "one") -> Reply:
        return await self.engine.answer(Hop(gateway, session, phone, text))

    async def acted(self, **call: str) -> Reply:
        """A call that chooses its language and does the act."""
        reply = await self.hop("", **call)
        for text in ("2", "2*2", "2*2*8", "2*2*8*1"):
            reply = await self.hop(text, **call)
        return reply


@pytest.fixture
def gateway(world: None, redis: Redis) -> Gateway:
    return Gateway(redis)


async def test_the_same_id_of_another_phone_is_another_call(gateway: Gateway) -> None:
    await gateway.acted(phone=AWA)
    first = await gateway.hop("", phone=BINTA)
    assert "Langue" in first.text, "nothing of the other phone's call"
    await gateway.acted(phone=BINTA)
    assert await calls_asked() == 2


async def test_the_same_id_of_the_same_phone_on_another_day_is_another_call(gateway: Gateway) -> None:
    await gateway.acted()
    gateway.now += timedelta(days=1)
    await gateway.redis.flushall()
    reply = await gateway.hop("2*8*1")  # all of it comes from what is kept: nothing, today
    assert reply.ends
    assert await calls_asked() == 2, "the answer of yesterday's call is not given again"


async def test_the_same_id_through_another_gateway_is_another_call(gateway: Gateway) -> None:
    await gateway.acted(gateway="one")
    assert not (await gateway.hop("", gateway="two")).ends
    for text in ("2", "2*8", "2*8*1"):
        await gateway.hop(text, gateway="two")
    assert await calls_asked() == 2


async def test_a_call_goes_on_over_midnight_although_its_session_is_lost(gateway: Gateway) -> None:
    gateway.now = NOON.replace(hour=23, minute=59)
    for text in ("", "2", "2*2", "2*2*8"):
        await gateway.hop(text)
    done = await gateway.hop("2*2*8*1")
    gateway.now += timedelta(minutes=2)
    await gateway.redis.flushall()
    assert await gateway.hop("2*2*8*1") == done, "the gateway repeated the hop: the act is not done again"
    assert await calls_asked() == 1


def test_a_name_tells_no_number_and_is_its_own_on_each_day() -> None:
    call = call_of("one", AWA, "1")
    assert AWA[1:] not in call
    assert len({call, call_of("two", AWA, "1"), call_of("one", BINTA, "1"), call_of("one", AWA, "2")}) == 4
    kept = on_day(call, NOON)
    assert kept != on_day(call, NOON + timedelta(days=1))
    assert is_of(kept, call)
    assert not is_of(kept, call_of("one", BINTA, "1"))
