"""A number that operators say is none, again and again, is kept out, listed, and comes back once it lives."""

from datetime import timedelta

import pytest

from core.platform.settings import Settings
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, BINTA, crowd, left_out, planned, recipients_of
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("safo")


async def failed(msisdn: str, times: int, reason: str = "no_such_number", days_ago: int = 10) -> None:
    for number in range(times):
        await change(
            "INSERT INTO message (kind, household_ids, msisdn, state, reason, attempts, was_uncertain, final_at) "
            "VALUES ('information', '{}', %(msisdn)s, 'failed', %(reason)s, 0, false, %(at)s)",
            msisdn=msisdn,
            reason=reason,
            at=NOW - timedelta(days=days_ago, minutes=number),
        )


async def told(settings: Settings | None = None) -> set[str]:
    plan = await (planned(settings=settings) if settings else planned())
    return await recipients_of(plan.campaign_id)


async def test_a_number_that_is_none_three_times_is_kept_out_and_stands_in_the_report() -> None:
    await crowd([AWA, BINTA])
    await failed(AWA, 3)
    await failed(BINTA, 2)
    plan = await planned()
    assert await recipients_of(plan.campaign_id) == {BINTA}
    assert await left_out(plan.campaign_id) == {"dead_number": 1}


@pytest.mark.parametrize(
    ("reason", "days_ago"), [("absent", 10), ("expired", 10), ("refused", 1), ("no_such_number", 400)]
)
async def test_other_failures_and_those_of_long_ago_keep_nobody_out(reason: str, days_ago: int) -> None:
    await crowd([AWA])
    await failed(AWA, 5, reason, days_ago)
    assert await told() == {AWA}


async def test_a_number_that_lives_again_is_told_again() -> None:
    await crowd([AWA, BINTA])
    for msisdn in (AWA, BINTA):
        await failed(msisdn, 4)
    await change(
        "INSERT INTO message (kind, household_ids, msisdn, state, attempts, was_uncertain, final_at) "
        "VALUES ('help', '{}', %(awa)s, 'delivered', 0, false, %(at)s)",
        awa=AWA,
        at=NOW - timedelta(days=1),
    )
    await change(
        "INSERT INTO inbound_sms (gateway_id, msisdn, intent, at, answered) "
        "VALUES ('in-1', %(binta)s, 'help', %(at)s, true)",
        binta=BINTA,
        at=NOW - timedelta(days=1),
    )
    assert await told() == {AWA, BINTA}


async def test_how_often_is_a_setting() -> None:
    await crowd([AWA, BINTA])
    await failed(AWA, 1)
    assert await told(Settings(sms_rate=0, sms_dead_after=1)) == {BINTA}
