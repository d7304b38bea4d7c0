"""Three wrong tries, then 24 h, by phone and by household."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from core.numbers.identifiers import household_no
from core.platform.database import reading
from core.platform.settings import Settings
from core.registry.identification import Blocked, Identified, Mismatch, identify, may_be_right
from tests.core import seed
from tests.support.mentions import mentions

pytestmark = pytest.mark.usefixtures("world")

AWA, BAKARY, FANTA = "+22376000001", "+22366000002", "+22396000003"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
NUMBER, OTHER, UNKNOWN = "10000001", "10000002", "10000003"


@pytest.fixture(autouse=True)
async def household(world: None) -> int:
    await seed.safo()
    await seed.household(OTHER, birth_year=1985, head_name="Bakary Diarra")
    return await seed.household(NUMBER, birth_year=1970, head_name="Awa Traoré")


async def tries() -> int:
    async with reading() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM identification_try")) or 0)


async def test_number_and_year_open_the_household(household: int) -> None:
    assert await identify(AWA, NUMBER, 1970, NOW) == Identified(household, "Awa Traoré")


async def test_the_programmes_own_number_opens_it_too_and_buys_no_tries() -> None:
    theirs = await seed.household("30000018", birth_year=1960, head_name="Sira Bah", programme_no="0220117")
    assert await identify(AWA, "0220117", 1960, NOW) == Identified(theirs, "Sira Bah")
    assert await identify(AWA, "30000018", 1960, NOW) == Identified(theirs, "Sira Bah")
    assert await identify(BAKARY, "0220117", 1961, NOW) == Mismatch(tries_left=2)
    assert await identify(FANTA, "30000018", 1962, NOW) == Mismatch(tries_left=1)
    assert await identify(AWA[:-1] + "7", "0220117", 1963, NOW) == Blocked(NOW + DAY), "by either number it is one"


async def test_of_two_households_with_one_number_the_line_means_whose_phone_number_it_is() -> None:
    ours = await seed.household("30000018", birth_year=1960, head_name="Sira Bah", programme_no="KT/02/77")
    await seed.household("30000022", birth_year=1950, programme_no="30000018")
    assert await identify(AWA, "30000018", 1960, NOW) == Identified(ours, "Sira Bah")


async def test_a_slip_is_told_by_our_digit_and_by_how_many_the_programmes_have() -> None:
    """Nobody learns from it which numbers there are."""
    assert await may_be_right(household_no(1_234_567))
    assert not await may_be_right(household_no(1_234_567)[:7] + "x")
    assert not await may_be_right("0220118")
    await seed.household("30000018", programme_no="0220117")
    await seed.household("30000022", programme_no="KT/02/77")
    assert await may_be_right("0220118")
    for odd in ("022011", "02201188", "022011x", "", "7" * 41, "²" * 7):
        assert not await may_be_right(odd), odd


async def test_a_wrong_year_and_an_unknown_number_read_the_same() -> None:
    assert await identify(AWA, NUMBER, 1971, NOW) == Mismatch(tries_left=2)
    assert await identify(BAKARY, UNKNOWN, 1971, NOW) == Mismatch(tries_left=2)


async def test_the_third_wrong_try_blocks_for_24_hours_even_the_right_year() -> None:
    assert await identify(AWA, NUMBER, 1971, NOW) == Mismatch(2)
    assert await identify(AWA, NUMBER, 1972, NOW + timedelta(minutes=1)) == Mismatch(1)
    third = NOW + timedelta(minutes=2)
    assert await identify(AWA, NUMBER, 1973, third) == Blocked(third + DAY)

    assert await identify(AWA, NUMBER, 1970, third + timedelta(hours=23, minutes=59)) == Blocked(third + DAY)
    assert isinstance(await identify(AWA, NUMBER, 1970, third + DAY), Identified)


async def test_after_the_24_hours_there_are_three_tries_again() -> None:
    for _ in range(3):
        await identify(AWA, UNKNOWN, 1971, NOW)
    assert await identify(AWA, UNKNOWN, 1971, NOW + DAY) == Mismatch(2)
    assert await identify(AWA, UNKNOWN, 1971, NOW + DAY) == Mismatch(1)
    assert await identify(AWA, UNKNOWN, 1971, NOW + DAY) == Blocked(NOW + 2 * DAY)


async def test_a_phone_cannot_go_from_household_to_household() -> None:
    await identify(AWA, NUMBER, 1971, NOW)
    await identify(AWA, OTHER, 1971, NOW)
    assert await identify(AWA, UNKNOWN, 1971, NOW) == Blocked(NOW + DAY)
    assert await identify(AWA, NUMBER, 1970, NOW) == Blocked(NOW + DAY)


async def test_a_household_cannot_be_tried_from_phone_to_phone() -> None:
    assert await identify(AWA, NUMBER, 1971, NOW) == Mismatch(2)
    assert await identify(BAKARY, NUMBER, 1972, NOW) == Mismatch(1)
    assert await identify(FANTA, NUMBER, 1973, NOW) == Blocked(NOW + DAY)
    assert await identify("+22350000004", NUMBER, 1970, NOW) == Blocked(NOW + DAY)


async def test_an_unknown_number_is_blocked_like_a_household() -> None:
    for phone in (AWA, BAKARY, FANTA):
        await identify(phone, UNKNOWN, 1971, NOW)
    assert await identify("+22350000004", UNKNOWN, 1970, NOW) == Blocked(NOW + DAY)


async def test_others_are_not_blocked(household: int) -> None:
    for _ in range(3):
        await identify(AWA, OTHER, 1971, NOW)
    assert await identify(BAKARY, NUMBER, 1970, NOW) == Identified(household, "Awa Traoré")


async def test_a_right_try_does_not_buy_wrong_ones() -> None:
    await identify(AWA, UNKNOWN, 1971, NOW)
    await identify(AWA, UNKNOWN, 1972, NOW)
    assert isinstance(await identify(AWA, NUMBER, 1970, NOW), Identified)
    assert isinstance(await identify(AWA, OTHER, 1971, NOW), Blocked)


async def test_right_tries_never_block(household: int) -> None:
    for _ in range(5):
        assert await identify(AWA, NUMBER, 1970, NOW) == Identified(household, "Awa Traoré")


async def test_a_blocked_try_is_not_counted_and_does_not_prolong() -> None:
    for hours in range(6):
        await identify(AWA, NUMBER, 1971, NOW + timedelta(hours=hours))
    assert await tries() == 3
    assert isinstance(await identify(AWA, NUMBER, 1970, NOW + timedelta(hours=26)), Identified)


@pytest.mark.parametrize("spread", ["phones", "households"])
async def test_exactly_three_tries_however_many_come_together(spread: str) -> None:
    guesses = (
        identify(f"+223760000{n:02}", NUMBER, 1971, NOW)
        if spread == "phones"
        else identify(AWA, f"200000{n:02}", 1971, NOW)
        for n in range(8)
    )
    answers = await asyncio.gather(*guesses)

    assert Counter(type(answer) for answer in answers) == {Mismatch: 2, Blocked: 6}
    assert await tries() == 3


async def test_the_year_typed_is_nowhere_in_the_database() -> None:
    await identify(AWA, NUMBER, 1234, NOW)
    async with reading() as connection:
        row = (await connection.execute(text("SELECT to_jsonb(t)::text FROM identification_try t"))).scalar_one()
    assert mentions(row, "1234") == []


async def test_a_stranger_cannot_shut_a_household_out_day_after_day(household: int) -> None:
    for days in range(10):
        at = NOW + timedelta(days=days, hours=days)
        for _ in range(3):
            await identify(AWA, NUMBER, 1971, at)
        answer = await identify(f"+223760001{days:02}", NUMBER, 1970, at + timedelta(minutes=1))
        assert isinstance(answer, Blocked if days == 0 else Identified), days


async def test_strangers_who_come_again_are_counted_together(household: int) -> None:
    strangers = [f"+223760002{number:02}" for number in range(6)]
    for number, phone in enumerate(strangers):
        await identify(phone, NUMBER, 1971, NOW + timedelta(days=2 * number))
    later = NOW + timedelta(days=2 * len(strangers))
    answers = [await identify(phone, NUMBER, 1971, later) for phone in strangers]
    assert Counter(type(answer) for answer in answers) == {Mismatch: 2, Blocked: 4}
    assert isinstance(await identify(FANTA, NUMBER, 1970, later), Identified), "a phone that is new to it"


async def test_who_got_it_right_before_is_not_shut_out_by_others(household: int) -> None:
    assert isinstance(await identify(AWA, NUMBER, 1970, NOW), Identified)
    for _ in range(3):
        await identify(BAKARY, NUMBER, 1971, NOW + timedelta(hours=1))
    assert isinstance(await identify(FANTA, NUMBER, 1970, NOW + timedelta(hours=1)), Blocked)
    assert isinstance(await identify(AWA, NUMBER, 1970, NOW + timedelta(hours=1)), Identified)


async def test_many_households_shut_in_an_hour_are_an_error_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.registry.identification.settings", lambda: Settings(locks_alarm=2))
    with capture_logs() as lines:
        for number, unknown in enumerate((NUMBER, OTHER)):
            for _ in range(3):
                await identify(f"+223760003{number:02}", unknown, 1971, NOW)
    assert [line["event"] for line in lines] == ["many_households_shut"]
