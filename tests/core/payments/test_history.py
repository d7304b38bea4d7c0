"""The payments behind a household, and the days of a commune."""

import pytest

from core.payments.history import PayDay, commune_days, past_payments
from core.payments.states import PaymentState
from core.registry.components import ComponentCode
from tests.core import seed
from tests.core.seed import SAFO, TODAY, day, payment

pytestmark = pytest.mark.usefixtures("world")

PLANNED, ANNOUNCED, PAID = PaymentState.PLANNED, PaymentState.ANNOUNCED, PaymentState.PAID
UNCLAIMED, CANCELLED = PaymentState.UNCLAIMED, PaymentState.CANCELLED


@pytest.fixture
async def awa(world: None) -> int:
    await seed.places((SAFO, "Safo"), ("ML020202", "Dio Gare"))
    return await seed.household()


async def test_a_household_without_payments_has_none_behind_it(awa: int) -> None:
    assert await past_payments(awa) == ()


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
        PayDay(ComponentCode.PNR, day(2), None, None, "Marché", None, "Dialakoroba"),
        PayDay(ComponentCode.TM, day(6), None, None, "Mairie de Safo", "Caisse", "Dialakoroba"),
    )


async def test_a_day_of_several_villages_names_none(awa: int) -> None:
    await payment(awa, PLANNED, due=day(6), round_name="T4")
    await payment(await seed.household(village="Sirakoro"), PLANNED, due=day(6), round_name="T4")
    (payday,) = await commune_days(SAFO, TODAY)
    assert payday.village is None


async def test_a_village_that_is_spelled_in_two_ways_is_one(awa: int) -> None:
    await payment(awa, PLANNED, due=day(6), round_name="T4")
    await payment(await seed.household(village="Dialacoroba"), PLANNED, due=day(6), round_name="T4")
    (payday,) = await commune_days(SAFO, TODAY)
    assert payday.village == "Dialakoroba"


async def test_a_day_is_moved_when_most_of_its_payments_were(awa: int) -> None:
    others = [await seed.household() for _ in range(2)]
    await payment(awa, PLANNED, due=day(6), round_name="T4", moves=((day(3), day(6)),))
    await payment(others[0], PLANNED, due=day(6), round_name="T4")
    (payday,) = await commune_days(SAFO, TODAY)
    assert payday.moved_from is None

    await payment(others[1], PLANNED, due=day(6), round_name="T4", moves=((day(3), day(6)),))
    (payday,) = await commune_days(SAFO, TODAY)
    assert payday.moved_from == day(3)


@pytest.mark.parametrize(("first", "last", "open_"), [(-1, 3, True), (-5, 0, True), (-5, -1, False), (0, 0, True)])
async def test_a_day_that_is_behind_is_told_while_its_window_is_open(
    awa: int, first: int, last: int, open_: bool
) -> None:
    await payment(awa, ANNOUNCED, due=day(first), last=day(last))
    days = await commune_days(SAFO, TODAY)
    assert [(each.day, each.last_day) for each in days] == (
        [(day(first), day(last) if last > first else None)] if open_ else []
    )


async def test_a_window_whose_first_day_nobody_set_is_open_already(awa: int) -> None:
    await payment(awa, PLANNED, last=day(4))
    (payday,) = await commune_days(SAFO, TODAY)
    assert (payday.day, payday.last_day) == (day(-1), day(4))


@pytest.mark.parametrize(("last", "told"), [(0, True), (9, True), (-1, False), (None, False)])
async def test_money_that_waits_is_told_to_its_last_day_without_saying_whose(
    awa: int, last: int | None, told: bool
) -> None:
    await payment(awa, UNCLAIMED, due=day(-9), last=None if last is None else day(last))
    days = await commune_days(SAFO, TODAY)
    assert [(each.day, each.last_day, each.village) for each in days] == (
        [(day(-9), day(last or 0), None)] if told else []
    )


async def test_a_day_that_was_dropped_is_told_no_more_though_its_last_day_is_written(awa: int) -> None:
    await payment(awa, PLANNED, last=day(4), moves=((day(2), None),))
    assert await commune_days(SAFO, TODAY) == ()
