"""By which ways a campaign went and what each cost, and whether what is left at a gateway is enough to start it."""

from datetime import timedelta

import pytest

from core.numbers.msisdn import Operator
from core.platform.settings import Settings
from sms.campaigns import ways
from sms.campaigns.ways import Shortage, TooLittleLeft, WayGone
from sms.outbox import balances, rate_limit
from sms.outbox.gateway import Balance, Gateway, NotReached
from sms.outbox.routes import pace_of
from sms.worker.sender import Sender
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, MALITEL, TELECEL, Watch, crowd, numbers, planned, running
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("safo")

BY_OPERATOR = "orange=orange>africastalking,malitel=orange,*=africastalking"
DAY = timedelta(days=1)


def chosen(**settings: object) -> Settings:
    return Settings.model_validate({"sms_rate": 0, "sms_routes": BY_OPERATOR, **settings})


async def test_each_way_is_counted_with_its_price() -> None:
    await crowd([*numbers(2), MALITEL, TELECEL])
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    priced = chosen(sms_part_price_xof=20, sms_route_prices="*>orange=15,malitel>orange=10.5")
    gateways: dict[str, Gateway] = {"orange": ScriptedGateway(), "africastalking": ScriptedGateway()}
    await Sender(gateways, priced, worker="first", clock=Watch().clock()).drain()
    gone = {(way.operator, way.gateway): way for way in (await ways.ways_of(campaign, priced, NOW)).gone}
    (parts,) = {row.parts for row in await query("SELECT parts FROM message_text")}
    assert gone == {
        (each.operator, each.gateway): each
        for each in (
            WayGone(Operator.ORANGE, "orange", 2, 2 * parts, 2 * parts * 15),
            WayGone(Operator.MALITEL, "orange", 1, parts, round(parts * 10.5)),
            WayGone(Operator.TELECEL, "africastalking", 1, parts, parts * 20),
        )
    }
    assert {way.cost_xof for way in (await ways.ways_of(campaign, chosen(), NOW)).gone} == {None}


async def test_a_plan_is_priced_by_the_first_way_of_each_operator() -> None:
    await crowd([*numbers(2), MALITEL, TELECEL])
    plan = await planned(settings=chosen(sms_part_price_xof=20, sms_route_prices="*>orange=15,malitel>orange=10.5"))
    each = plan.parts // 4
    assert plan.cost_xof == round(each * (2 * 15 + 10.5 + 20))


@pytest.mark.parametrize(
    ("left", "until", "short"),
    [(99, DAY, False), (3, DAY, False), (2, DAY, True), (99, -DAY, True), (99, None, False), (None, DAY, False)],
)
async def test_a_start_needs_what_it_sends_where_no_other_way_is(
    left: int | None, until: timedelta | None, short: bool
) -> None:
    """Three SMS of one part, or more parts each, are to go to Malitel by Orange's gateway alone."""
    await crowd(numbers(3, start="66"))
    campaign = await running(settings=Settings(sms_rate=0))
    (parts,) = {row.parts for row in await query("SELECT parts FROM message_text")}
    messages = None if left is None else left * parts
    await balances.keep("orange", Balance("so many", messages, None if until is None else NOW + until), NOW)
    if not short:
        await ways.must_suffice(campaign, chosen(), NOW)
        return
    with pytest.raises(TooLittleLeft) as refused:
        await ways.must_suffice(campaign, chosen(), NOW)
    has = 0 if until == -DAY else messages
    assert refused.value.shortage == Shortage("orange", 3 * parts, has or 0, goes_over=False)


async def test_where_the_rest_goes_over_it_is_said_and_starts() -> None:
    await crowd([AWA])
    campaign = await running(settings=Settings(sms_rate=0))
    await balances.keep("orange", Balance("0 SMS", 0), NOW)
    await ways.must_suffice(campaign, chosen(), NOW)
    (shortage,) = (await ways.ways_of(campaign, chosen(), NOW)).shortages
    assert (shortage.gateway, shortage.left, shortage.goes_over) == ("orange", 0, True)


class Purse(ScriptedGateway):
    """Says what is left, or does not."""

    def __init__(self, left: Balance | Exception | None, *lacks: str) -> None:
        super().__init__()
        self._left, self._lacks = left, lacks

    def missing(self) -> tuple[str, ...]:
        return self._lacks

    async def balance(self) -> Balance | None:
        if isinstance(self._left, Exception):
            raise self._left
        return self._left


async def test_what_gateways_say_is_kept_and_what_they_do_not_say_changes_nothing() -> None:
    until = NOW + DAY
    await balances.ask_all({"orange": Purse(Balance("40 SMS", 40, until)), "smpp": Purse(None)}, NOW)
    for silent in (Purse(NotReached("ConnectError")), Purse(Balance("0", 0), "JIGI_ORANGE_AUTHORIZATION")):
        await balances.ask_all({"orange": silent}, NOW + DAY)
    await rate_limit.hold(until, "HTTP 503", NOW, pace_of("africastalking"))
    standings = await balances.standings(NOW)
    assert {*standings} == {"orange", "africastalking"}
    orange, other = standings["orange"], standings["africastalking"]
    assert (orange.balance, orange.messages_left, orange.balance_until, orange.balance_at) == ("40 SMS", 40, until, NOW)
    assert (orange.held_until, other.held_until, other.why, other.balance) == (None, until, "HTTP 503", None)
    assert (await balances.standings(until))["africastalking"].held_until is None
