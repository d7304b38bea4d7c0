"""A call that is agreed is told by SMS, once for each time it is moved."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import select

from core.call_requests.models import CallRequest
from core.call_requests.requests import ask_call
from core.call_requests.rules import AlreadyCalled
from core.call_requests.steps import agree_call
from core.call_requests.vocabulary import CallRequestState, Period
from core.outbox.messages import Message
from core.platform.database import reading, writing
from core.staff.agents import Actor, Role, actor_of, add_agent
from core.text.languages import Language

AWA = "+22376000001"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
THURSDAY, FRIDAY = date(2026, 11, 26), date(2026, 11, 27)


@pytest.fixture
async def mariam(world: None) -> Actor:
    await add_agent("mariam", "Mariam", Role.AGENT)
    return await actor_of("mariam")


async def asked(number: str = AWA) -> int:
    """Somebody who waits to be called."""
    await ask_call(f"key {number}", number, Language("fr"), None, NOON)
    return (await request(number)).id or 0


async def request(number: str = AWA) -> CallRequest:
    async with reading() as session:
        return (await session.exec(select(CallRequest).where(CallRequest.msisdn == number))).one()


async def notices() -> list[tuple[str, str | None, Any]]:
    """Each message: its kind, whom it goes to and what it was filled with, oldest first."""
    async with reading() as session:
        messages = await session.exec(select(Message).order_by("id"))
        return [(str(message.kind), message.msisdn, message.filling) for message in messages]


async def test_a_call_that_is_agreed_is_told_once_and_told_again_when_it_is_moved(mariam: Actor) -> None:
    number = await asked()
    for day, period in (
        (THURSDAY, Period.MORNING),
        (THURSDAY, Period.MORNING),
        (THURSDAY, Period.NOON),
        (FRIDAY, Period.NOON),
    ):
        await agree_call(number, day, period, NOON, mariam)

    assert await notices() == [
        ("call_agreed", AWA, {"day": "2026-11-26", "period": "morning"}),
        ("call_agreed", AWA, {"day": "2026-11-26", "period": "noon"}),
        ("call_agreed", AWA, {"day": "2026-11-27", "period": "noon"}),
    ]
    agreed = await request()
    assert (agreed.state, agreed.agreed_on, agreed.agreed_period) == (CallRequestState.AGREED, FRIDAY, Period.NOON)


async def test_a_call_that_is_moved_and_moved_back_is_told_where_it_is(mariam: Actor) -> None:
    number = await asked()
    for period in (Period.MORNING, Period.NOON, Period.MORNING):
        await agree_call(number, THURSDAY, period, NOON, mariam)
    assert [filling["period"] for _, _, filling in await notices()] == ["morning", "noon", "morning"]


@pytest.mark.parametrize("state", [CallRequestState.CALLED, CallRequestState.UNREACHABLE])
async def test_who_was_called_already_is_told_nothing(mariam: Actor, state: CallRequestState) -> None:
    number = await asked()
    async with writing() as session:
        row = (await session.exec(select(CallRequest))).one()
        row.state = state
        session.add(row)
    for each in (number, number + 1):
        with pytest.raises(AlreadyCalled):
            await agree_call(each, THURSDAY, Period.MORNING, NOON, mariam)
    assert await notices() == []


async def test_a_call_to_a_fixed_line_is_agreed_without_sms(mariam: Actor) -> None:
    await agree_call(await asked("+22320221615"), THURSDAY, Period.MORNING, NOON, mariam)
    assert (await request("+22320221615")).state is CallRequestState.AGREED
    assert await notices() == []
