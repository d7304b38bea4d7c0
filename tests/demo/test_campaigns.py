"""The campaign of the demonstration, ready to be started."""

import pytest

from core.payments.states import PaymentState
from core.platform.settings import Settings
from demo.campaigns import campaign as demo_campaign
from sms.campaigns import preview, steps
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, BINTA, CHEICK, SETTINGS, family, recipients_of, somebody, state_of
from tests.support.database import one, query

pytestmark = pytest.mark.usefixtures("safo")


async def test_the_coming_payments_are_planned_by_one_and_approved_by_another() -> None:
    await family(AWA)
    campaign = await demo_campaign(NOW, SETTINGS)
    assert campaign is not None
    summary = await preview.summary(campaign)
    assert (summary.state, summary.title, summary.recipients) == ("approved", "Annonce du paiement, TM T4 2026", 1)
    assert (summary.planned_by, summary.approved_by, summary.second_approved_by) == ("Awa", "Moussa", None)
    await steps.start(campaign, await somebody("awa"), NOW)
    assert await state_of(campaign) == "running"


async def test_a_dear_one_is_approved_by_a_third() -> None:
    await family(AWA)
    campaign = await demo_campaign(NOW, Settings(sms_cap_parts=0))
    assert campaign is not None
    summary = await preview.summary(campaign)
    assert (summary.state, summary.approved_by, summary.second_approved_by) == ("approved", "Moussa", "Fanta")


async def test_the_round_with_most_coming_payments_is_told() -> None:
    await family(AWA, round_name="T3 2026")
    for phone in (BINTA, CHEICK):
        await family(phone, round_name="T4 2026")
    for number in range(3):
        await family(f"+2237700000{number}", round_name="T2 2026", state=PaymentState.PAID)
    campaign = await demo_campaign(NOW, SETTINGS)
    assert campaign is not None
    assert await recipients_of(campaign) == {BINTA, CHEICK}


async def test_without_a_coming_payment_there_is_none() -> None:
    await family(AWA, state=PaymentState.PAID)
    assert await demo_campaign(NOW, SETTINGS) is None
    assert (await one("SELECT count(*) AS n FROM campaign")).n == 0


async def test_who_works_here_already_is_not_added_twice() -> None:
    await family(AWA)
    await somebody("awa")
    assert await demo_campaign(NOW, SETTINGS)
    logins = await query("SELECT login FROM agent ORDER BY login")
    assert [row.login for row in logins] == ["awa", "fanta", "moussa"]
