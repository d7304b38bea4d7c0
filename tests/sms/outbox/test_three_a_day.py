"""Nobody gets more than three SMS a day."""

import asyncio
from datetime import UTC, datetime, time

import pytest

from core.campaigns.models import CampaignKind as Kind
from sms.campaigns.audience import Audience
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import AWA, BINTA, PAY_DAY, Fate, crowd, family, fates, got, notice, running
from tests.sms.outbox.steps import DAY, SECOND, TOMORROW, claimed, depart, departed
from tests.support.database import change, one

pytestmark = pytest.mark.usefixtures("safo")


async def test_who_got_three_today_is_told_tomorrow_when_the_window_opens() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    await got(AWA, 3)
    assert [each.msisdn for each in (await departed()).recipients] == [BINTA]
    assert await fates(campaign) == {AWA: Fate("planned"), BINTA: Fate("planned")}
    batch = await one("SELECT * FROM sms_batch WHERE state = 'ready'")
    assert (batch.not_before, batch.not_after.date()) == (TOMORROW, PAY_DAY)
    assert [each.msisdn for each in (await departed(TOMORROW)).recipients] == [AWA]


async def test_who_got_three_today_is_not_told_of_tomorrow_too_late() -> None:
    await crowd([AWA], due=TODAY + DAY)
    campaign = await running(Kind.REMINDER_1)
    await got(AWA, 3)
    assert await depart(await claimed()) is None
    assert await fates(campaign) == {AWA: Fate("dropped", "three_today")}


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("accepted", True),
        ("on_its_way", True),
        ("delivered", True),
        ("silent", True),
        ("uncertain", True),
        ("planned", True),
        ("failed", False),
        ("dropped", False),
    ],
)
async def test_what_may_have_reached_somebody_today_counts(state: str, counts: bool) -> None:
    await crowd([AWA])
    await running()
    await got(AWA, 2)
    await got(AWA, state=state)
    assert (await depart(await claimed()) is None) is counts


@pytest.mark.parametrize(
    ("msisdn", "at", "prompt"),
    [(BINTA, NOW, False), (AWA, NOW, True), (AWA, datetime.combine(TODAY, time(0), UTC) - SECOND, False)],
)
async def test_what_others_got_answers_and_yesterday_do_not_count(msisdn: str, at: datetime, prompt: bool) -> None:
    await crowd([AWA])
    await running()
    await got(msisdn, 3, at=at, prompt=prompt)
    assert await depart(await claimed())


async def test_answers_are_given_to_who_got_three_today() -> None:
    await got(AWA, 3)
    await notice(AWA, prompt=True)
    assert await depart(await claimed())
    await notice(AWA, prompt=False)
    assert await depart(await claimed()) is None


@pytest.mark.parametrize("most", [1, 2, 5])
async def test_how_many_a_day_is_a_setting(most: int) -> None:
    await crowd([AWA])
    await running()
    await got(AWA, most - 1)
    claim = await claimed()
    assert await depart(claim, most_a_day=most)


async def test_two_requests_at_once_cannot_both_be_the_third_of_the_day() -> None:
    for place in range(6):
        await change("TRUNCATE household, campaign, sms_batch, message CASCADE")
        await family(AWA)
        await running()
        await running(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")
        await got(AWA, 2)
        claims = [await claimed(worker=worker) for worker in ("first", "second")]
        departures = await asyncio.gather(*(depart(claim) for claim in claims))
        assert sum(departure is not None for departure in departures) == 1, place
