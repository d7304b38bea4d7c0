"""What a campaign truly cost: bills and estimates in one currency, and what is missing is named."""

from decimal import Decimal

import pytest

from core.platform.settings import Settings
from sms.campaigns import planning, tally
from sms.campaigns.audience import Audience
from sms.campaigns.budgets import Budget, budgets_of
from sms.campaigns.cost import CampaignCost, cost_of
from tests.core import seed
from tests.core.seed import NOW
from tests.sms.campaign_world import Watch, crowd, drafted, numbers, planned, round_id, running, sender
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("safo")


async def sent(*bills: tuple[str, str] | None) -> int:
    """A campaign that was sent, and what the gateway billed for each SMS (amount and currency), or no bill."""
    await crowd(numbers(len(bills)))
    campaign = await running()
    await sender(ScriptedGateway(), Watch()).drain()
    for phone, bill in zip(numbers(len(bills)), bills, strict=True):
        amount, currency = bill or (None, None)
        await change(
            "UPDATE message SET cost = CAST(%(amount)s AS numeric), currency = %(currency)s WHERE msisdn = %(phone)s",
            amount=amount,
            currency=currency,
            phone=phone,
        )
    await change("UPDATE message_text SET parts = 2")
    return campaign


async def cost(campaign: int, **settings: object) -> CampaignCost:
    return cost_of(await tally.count(campaign, NOW), Settings.model_validate({"sms_rate": 0, **settings}))


async def test_what_a_report_settled_costs_what_the_gateway_bills_for_the_others() -> None:
    """Two of four were billed: their answer came. The others cost as much."""
    campaign = await sent(("35.20", "XOF"), ("35.20", "XOF"), None, None)
    assert await cost(campaign) == CampaignCost(70, 2, 70, 2, 0)
    assert (await cost(campaign)).total_xof == 140


async def test_without_any_bill_the_price_of_the_route_counts_and_without_a_price_it_is_missing() -> None:
    campaign = await sent(None, None)
    assert await cost(campaign, sms_part_price_xof=20) == CampaignCost(0, 0, 80, 2, 0)
    assert await cost(campaign) == CampaignCost(0, 0, 0, 0, unpriced=2)


async def test_what_failed_without_a_bill_cost_nothing() -> None:
    campaign = await sent(None, None)
    await change("UPDATE message SET state = 'failed' WHERE msisdn = %(phone)s", phone=numbers(1)[0])
    assert await cost(campaign, sms_part_price_xof=20) == CampaignCost(0, 0, 40, 1, 0)


async def test_bills_in_other_currencies_are_converted_where_a_rate_is_set_and_named_where_none_is() -> None:
    campaign = await sent(("0.10", "EUR"), ("0.02", "USD"))
    assert await cost(campaign) == CampaignCost(66, 1, 0, 0, 0, {"USD": Decimal("0.0200")})
    rates = {"EUR": 655.957, "USD": 600}
    assert await cost(campaign, sms_currency_rates=rates) == CampaignCost(78, 2, 0, 0, 0)


# Budgets of a month


async def test_a_campaign_that_passes_the_budget_of_its_programme_or_of_all_takes_two_approvals() -> None:
    await crowd(numbers(2))
    priced = {"sms_rate": 0, "sms_part_price_xof": 10}
    first = await planned(settings=Settings.model_validate(priced))
    assert not first.needs_second
    cost_xof = first.cost_xof or 0
    await change("UPDATE campaign SET state = 'finished', started_at = %(now)s", now=NOW)
    for budget, two in (({"TM": 2 * cost_xof}, False), ({"TM": 2 * cost_xof - 1}, True), ({"*": cost_xof}, True)):
        settings = Settings.model_validate({**priced, "sms_budgets": budget})
        again = await planning.plan(await drafted(), settings, NOW)
        own = await budgets_of(again.campaign_id, settings, NOW)
        ((programme, most),) = budget.items()
        assert own == (Budget(programme, most, 0, cost_xof),)
        assert again.needs_second == (two and bool(again.recipients)), budget


async def test_what_was_spent_in_another_month_or_on_another_programme_does_not_count() -> None:
    await crowd(numbers(1))
    settings = Settings.model_validate({"sms_rate": 0, "sms_part_price_xof": 10, "sms_budgets": {"TM": 5, "MA": 9}})
    await planned(settings=settings)
    await change("UPDATE campaign SET state = 'finished', started_at = %(then)s", then=NOW.replace(month=NOW.month - 1))
    other = await seed.pay_round("MA", "T1 2027")
    await change(
        "INSERT INTO campaign (kind, title, round_id, subject, state, needs_second, recipients, parts, cost_xof, "
        "started_at) VALUES ('announce', 'x', %(round)s, '{}', 'running', false, 1, 1, 7, %(now)s)",
        round=other,
        now=NOW,
    )
    again = await drafted(audience=Audience(round_id=await round_id()))
    assert await budgets_of(again, settings, NOW) == (Budget("TM", 5, 0, 0),)


async def test_a_budget_counts_bills_and_estimates_and_a_cancelled_campaign_as_far_as_it_went() -> None:
    """Two of four left and were billed; two are still to leave, at what the gateway billed for the others."""
    settings = Settings.model_validate({"sms_rate": 0, "sms_part_price_xof": 10, "sms_budgets": {"TM": 500}})
    campaign = await sent(("35", "XOF"), ("35", "XOF"), None, None)
    await change("UPDATE message SET state = 'planned' WHERE cost IS NULL")
    again = await drafted(audience=Audience(round_id=await round_id()))
    await change("UPDATE campaign SET state = 'paused', started_at = %(now)s WHERE id = %(id)s", now=NOW, id=campaign)
    assert await budgets_of(again, settings, NOW) == (Budget("TM", 500, 70, 70),)
    await change("UPDATE campaign SET state = 'cancelled' WHERE id = %(id)s", id=campaign)
    assert await budgets_of(again, settings, NOW) == (Budget("TM", 500, 70, 0),)
