"""Before a start: whether each way has its settings, replies, takes our name, and how SMS fared by it lately."""

from datetime import timedelta

import pytest

from core.numbers.msisdn import Operator
from core.outbox.messages import Reason
from core.platform.settings import Settings
from sms.campaigns import readiness, tally, ways
from sms.campaigns.readiness import NoWayOut, WayAhead
from sms.campaigns.scope import campaign_of
from sms.campaigns.ways import Shortage, TooLittleLeft
from sms.outbox import balances, rate_limit
from sms.outbox.gateway import Balance
from sms.outbox.routes import pace_of
from tests.core.seed import NOW
from tests.sms.campaign_world import Watch, crowd, numbers, planned, running, sender
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("safo")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ROUTES = "orange=orange>africastalking,*=africastalking"
SET = {"sms_rate": 0, "sms_routes": ROUTES, "sms_api_key": "key", "orange_authorization": "Basic key"}


def chosen(**settings: object) -> Settings:
    return Settings.model_validate({**SET, **settings})


async def ahead(campaign: int, settings: Settings) -> list[WayAhead]:
    counted = await tally.count(campaign, NOW)
    return list(await readiness.ways_ahead(await campaign_of(campaign), counted, settings, NOW))


async def test_each_way_says_whether_it_is_set_replies_and_takes_our_name() -> None:
    await crowd([*numbers(2), *numbers(1, "66")])
    campaign = (await planned()).campaign_id
    await balances.keep("orange", Balance("500 SMS", 500), NOW - MINUTE)
    await balances.keep("africastalking", Balance("XOF 5000", None), NOW - DAY)
    first, over, other = await ahead(campaign, chosen(sms_api_key=""))
    assert (first.operator, first.gateway, first.recipients, first.replies) == (Operator.ORANGE, "orange", 2, True)
    assert (over.gateway, over.turn, over.recipients, over.replies) == ("africastalking", 1, 0, False)
    assert (other.operator, other.missing) == (Operator.MALITEL, ("JIGI_SMS_API_KEY",))
    assert first.takes_sender is None
    await rate_limit.hold(NOW + MINUTE, Reason.INVALID_SENDER, NOW, pace_of("orange"))
    first, *_ = await ahead(campaign, chosen())
    assert (first.takes_sender, first.replies) == (False, False)


async def test_the_last_campaigns_tell_how_many_arrived_by_each_way() -> None:
    await crowd(numbers(4))
    await running()
    await sender(ScriptedGateway(), Watch()).drain()
    await change("UPDATE message SET state = 'delivered' WHERE msisdn < %(phone)s", phone=numbers(4)[3])
    await crowd(numbers(1, "66"))
    await change("UPDATE payment SET place = 'Bla'")
    over = next(way for way in await ahead((await planned()).campaign_id, chosen()) if way.turn == 1)
    assert (over.sent, over.delivered, over.delivered_percent, over.takes_sender) == (4, 3, 75, True)


async def test_what_no_gateway_can_carry_does_not_start_and_says_which_setting_lacks() -> None:
    await crowd([*numbers(1), *numbers(1, "66")])
    campaign = (await planned()).campaign_id
    await readiness.must_have_a_way(campaign, chosen())
    with pytest.raises(NoWayOut, match="africastalking lacks JIGI_SMS_API_KEY"):
        await readiness.must_have_a_way(campaign, chosen(sms_api_key=""))
    await change("UPDATE sms_batch SET state = 'closed' WHERE operator = 'malitel'")
    await readiness.must_have_a_way(campaign, chosen(sms_api_key=""))


async def test_money_at_a_gateway_is_held_against_the_estimate() -> None:
    await crowd(numbers(3, "66"))
    campaign = await running()
    settings = chosen(sms_part_price_xof=20)
    for balance, short in (("XOF 120.00", False), ("XOF 19.50", True), ("KES 1.00", False), ("USD 0.01", True)):
        await balances.keep("africastalking", Balance(balance), NOW)
        rates = settings.model_copy(update={"sms_currency_rates": {"USD": 600}})
        if not short:
            await ways.must_suffice(campaign, rates, NOW)
            continue
        with pytest.raises(TooLittleLeft) as refused:
            await ways.must_suffice(campaign, rates, NOW)
        left = refused.value.shortage
        assert left == Shortage("africastalking", 60, {"XOF 19.50": 19}.get(balance, 6), goes_over=False, in_xof=True)
