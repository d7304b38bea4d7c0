"""Which payment to talk about, the ones behind, and the days of a commune."""

import pytest

from core.payments.history import PayDay, PaymentCard, commune_days, current_payment, past_payments
from core.payments.states import PaymentState
from core.registry.components import ComponentCode
from tests.core import seed
from tests.core.seed import SAFO, TODAY, day, payment

pytestmark = pytest.mark.usefixtures("world")

PLANNED, ANNOUNCED, PAID = PaymentState.PLANNED, PaymentState.ANNOUNCED, PaymentState.PAID
UNCLAIMED, FAILED, CANCELLED = PaymentState.UNCLAIMED, PaymentState.FAILED, PaymentState.CANCELLED


@pytest.fixture
async def awa(world: None) -> int:
    await seed.places((SAFO, "Safo"), ("ML020202", "Dio Gare"))
    return await seed.household()


async def current(household: int) -> PaymentCard:
    card = await current_payment(household, TODAY)
    assert card
    return card


async def test_no_payment_nothing_to_say(awa: int) -> None:
    assert await current_payment(awa, TODAY) is None
    assert await past_payments(awa) == ()


async def test_a_coming_payment_is_told_whole(awa: int) -> None:
    await payment(awa, ANNOUNCED, due=day(6), last=day(8), round_name="T4 2026")
    assert await current(awa) == PaymentCard(
        component=ComponentCode.TM,
        round="T4 2026",
        state=ANNOUNCED,
        due_date=day(6),
        moved_from=None,
        last_day=day(8),
        place="Mairie de Safo",
        agency="Caisse",
        amount_xof=30_000,
        paid_on=None,
        reason=None,
    )


async def test_the_soonest_of_the_coming_payments_comes_first(awa: int) -> None:
    await payment(awa, PLANNED, due=day(20))
    await payment(awa, PLANNED, due=day(0))
    await payment(awa, ANNOUNCED, due=day(3))
    assert (await current(awa)).due_date == TODAY


async def test_a_payment_of_another_household_is_not_told(awa: int) -> None:
    await payment(await seed.household(), PLANNED, due=day(1))
    assert await current_payment(awa, TODAY) is None


async def test_money_that_waits_comes_before_a_coming_payment(awa: int) -> None:
    await payment(awa, PLANNED, due=day(3))
    await payment(awa, UNCLAIMED, due=day(-20), last=day(0))
    assert (await current(awa)).state is UNCLAIMED


async def test_money_that_waited_too_long_is_not_told_any_more(awa: int) -> None:
    await payment(awa, UNCLAIMED, due=day(-20), last=day(-1))
    assert await current_payment(awa, TODAY) is None
    await payment(awa, PLANNED, due=day(3))
    assert (await current(awa)).state is PLANNED


async def test_money_that_waits_without_a_last_day_is_told_until_the_next_round(awa: int) -> None:
    await payment(awa, UNCLAIMED, due=day(-20))
    assert (await current(awa)).state is UNCLAIMED
    await payment(awa, PLANNED, due=day(3))
    assert (await current(awa)).state is PLANNED


async def test_a_failure_is_told_with_its_reason(awa: int) -> None:
    await payment(awa, PAID, due=day(-100), paid=day(-100))
    await payment(awa, FAILED, due=day(-5), reason="téléphone éteint")
    card = await current(awa)
    assert (card.state, card.reason) == (FAILED, "téléphone éteint")


@pytest.mark.parametrize(
    ("state", "due", "paid"), [(PAID, -2, -2), (PLANNED, 5, None), (ANNOUNCED, 5, None), (PLANNED, None, None)]
)
async def test_a_failure_that_something_followed_is_behind(
    awa: int, state: PaymentState, due: int | None, paid: int | None
) -> None:
    await payment(awa, FAILED, due=day(-10))
    await payment(awa, state, due=None if due is None else day(due), paid=None if paid is None else day(paid))
    assert (await current(awa)).state is state


async def test_the_later_of_two_failures_is_told(awa: int) -> None:
    await payment(awa, FAILED, due=day(-3), reason="later")
    await payment(awa, FAILED, due=day(-90), reason="earlier")
    assert (await current(awa)).reason == "later"


async def test_a_payment_still_open_until_its_last_day_is_coming(awa: int) -> None:
    await payment(awa, PAID, due=day(-1), paid=day(-1))
    await payment(awa, ANNOUNCED, due=day(-2), last=day(2))
    assert (await current(awa)).state is ANNOUNCED


async def test_a_cancelled_day_is_told_while_it_is_to_come(awa: int) -> None:
    await payment(awa, PAID, due=day(-90), paid=day(-90))
    await payment(awa, CANCELLED, due=day(2), reason="insécurité")
    assert (await current(awa)).state is CANCELLED


async def test_a_cancelled_day_behind_is_not_told(awa: int) -> None:
    await payment(awa, CANCELLED, due=day(-1))
    assert await current_payment(awa, TODAY) is None


async def test_a_day_that_holds_is_told_before_a_cancelled_one(awa: int) -> None:
    await payment(awa, CANCELLED, due=day(2))
    await payment(awa, PLANNED, due=day(9))
    assert (await current(awa)).state is PLANNED


async def test_a_payment_without_a_day_is_told_before_what_is_behind(awa: int) -> None:
    await payment(awa, PAID, due=day(-20), paid=day(-20))
    await payment(awa, PLANNED)
    card = await current(awa)
    assert (card.state, card.due_date) == (PLANNED, None)


async def test_a_coming_day_is_told_before_a_payment_without_a_day(awa: int) -> None:
    await payment(awa, PLANNED)
    await payment(awa, PLANNED, due=day(12))
    assert (await current(awa)).due_date == day(12)


async def test_of_what_is_behind_the_latest_is_told(awa: int) -> None:
    await payment(awa, PAID, due=day(-90), paid=day(-88))
    assert (await current(awa)).paid_on == day(-88)
    await payment(awa, PLANNED, due=day(-4))
    assert (await current(awa)).due_date == day(-4)
    await payment(awa, PAID, due=day(-4), paid=day(-3))
    assert (await current(awa)).paid_on == day(-3)


async def test_a_moved_payment_tells_the_day_it_was_on_last(awa: int) -> None:
    await payment(awa, ANNOUNCED, due=day(9), moves=((day(3), day(6)), (day(6), day(9))))
    card = await current(awa)
    assert (card.moved_from, card.due_date) == (day(6), day(9))


async def test_past_payments_are_the_paid_ones_newest_first(awa: int) -> None:
    await payment(awa, PAID, due=day(-200), paid=day(-199), round_name="T1")
    await payment(awa, PAID, due=day(-20), paid=day(-18), round_name="T3")
    await payment(awa, PAID, due=day(-110), paid=day(-109), round_name="T2", component="PNR", amount=60_000)
    await payment(awa, UNCLAIMED, due=day(-50))
    await payment(awa, PLANNED, due=day(6))

    assert [(card.component, card.round, card.amount_xof) for card in await past_payments(awa)] == [
        ("TM", "T3", 30_000),
        ("PNR", "T2", 60_000),
        ("TM", "T1", 30_000),
    ]


async def test_the_days_of_a_commune_are_those_to_come_once_each(awa: int) -> None:
    others = [await seed.household() for _ in range(2)]
    elsewhere = await seed.household(commune="ML020202")
    for household in (awa, *others):
        await payment(household, ANNOUNCED, due=day(6), round_name="T4")
        await payment(household, PAID, due=day(-90), paid=day(-90), round_name="T3")
    await payment(awa, PLANNED, due=day(2), place="Marché", agency=None, component="PNR")
    await payment(awa, CANCELLED, due=day(3))
    await payment(awa, PLANNED)
    await payment(elsewhere, PLANNED, due=day(1))

    assert await commune_days(SAFO, TODAY) == (
        PayDay(ComponentCode.PNR, day(2), None, "Marché", None, "Dialakoroba"),
        PayDay(ComponentCode.TM, day(6), None, "Mairie de Safo", "Caisse", "Dialakoroba"),
    )


async def test_a_day_of_several_villages_names_none(awa: int) -> None:
    await payment(awa, PLANNED, due=day(6), round_name="T4")
    await payment(await seed.household(village="Sirakoro"), PLANNED, due=day(6), round_name="T4")
    (payday,) = await commune_days(SAFO, TODAY)
    assert payday.village is None


async def test_a_day_is_moved_when_most_of_its_payments_were(awa: int) -> None:
    others = [await seed.household() for _ in range(2)]
    await payment(awa, PLANNED, due=day(6), round_name="T4", moves=((day(3), day(6)),))
    await payment(others[0], PLANNED, due=day(6), round_name="T4")
    (payday,) = await commune_days(SAFO, TODAY)
    assert payday.moved_from is None

    await payment(others[1], PLANNED, due=day(6), round_name="T4", moves=((day(3), day(6)),))
    (payday,) = await commune_days(SAFO, TODAY)
    assert payday.moved_from == day(3)
