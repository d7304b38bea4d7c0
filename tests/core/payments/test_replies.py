"""Which payments a household is asked about, what it may reply, and what is kept of it."""

from dataclasses import fields

import pytest

from core.payments.account import PaymentNews, PaymentPhase, account
from core.payments.history import PaymentCard
from core.payments.replies import (
    MoneyReply,
    account_and_unreplied,
    asked_as,
    missing_sum,
    own_payment,
    reply_of,
    unreplied,
    write,
)
from core.payments.states import PaymentState
from core.platform.settings import settings
from tests.core import seed
from tests.core.payments.test_account import card
from tests.core.seed import NOW, TODAY, day, payment
from tests.support.database import one, scalar

PLANNED, ANNOUNCED, PAID = PaymentState.PLANNED, PaymentState.ANNOUNCED, PaymentState.PAID
UNCLAIMED, FAILED, CANCELLED = PaymentState.UNCLAIMED, PaymentState.FAILED, PaymentState.CANCELLED

PHASES = [
    (PLANNED, 1, None, None),
    (ANNOUNCED, 0, 3, None),
    (ANNOUNCED, -3, 0, None),
    (PLANNED, None, None, None),
    (PLANNED, -1, None, PaymentPhase.OVERDUE),
    (ANNOUNCED, -9, -1, PaymentPhase.OVERDUE),
    (ANNOUNCED, -400, None, PaymentPhase.OVERDUE),
    (ANNOUNCED, None, -1, PaymentPhase.OVERDUE),
    (PAID, 0, None, PaymentPhase.PAID),
    (PAID, -30, None, PaymentPhase.PAID),
    (PAID, -31, None, None),
    (PAID, 1, None, None),
    (PAID, None, None, None),
    (UNCLAIMED, -9, 0, None),
    (UNCLAIMED, -9, -1, None),
    (FAILED, -1, None, None),
    (CANCELLED, -1, None, None),
    (CANCELLED, 1, None, None),
]


@pytest.mark.parametrize(("state", "due", "last", "asked"), PHASES)
def test_what_is_asked_about(
    state: PaymentState, due: int | None, last: int | None, asked: PaymentPhase | None
) -> None:
    assert asked_as(card(state, due, last), TODAY, 30) is asked


async def one_query_tells_both(household: int) -> None:
    both = await account_and_unreplied(household, TODAY)
    money = await account(household, TODAY)
    assert (both.account is None) == (money is None)
    if money is not None and both.account is not None:
        assert [as_card(each) for each in both.account.news] == [as_card(each) for each in money.news]
        assert (both.account.status, both.account.running) == (money.status, money.running)
    assert [as_card(each) for each in both.unreplied] == [as_card(each) for each in await unreplied(household, TODAY)]


def as_card(news: PaymentNews) -> tuple[object, ...]:
    return news.phase, *(getattr(news.card, each.name) for each in fields(PaymentCard))


@pytest.mark.parametrize(("state", "due", "last", "asked"), PHASES)
async def test_the_database_gives_the_same(
    safo: None, state: PaymentState, due: int | None, last: int | None, asked: PaymentPhase | None
) -> None:
    household = await seed.household()
    await payment(
        household,
        state,
        due=None if due is None else day(due),
        last=None if last is None else day(last),
    )
    assert [news.phase for news in await unreplied(household, TODAY)] == ([asked] if asked else [])
    await one_query_tells_both(household)


async def test_the_day_it_was_paid_counts_and_the_newest_comes_first(safo: None) -> None:
    household = await seed.household()
    await payment(household, PAID, due=day(-60), paid=day(-2), amount=20_000)
    await payment(household, ANNOUNCED, due=day(-9), amount=9_000)
    await payment(household, PAID, due=day(-1), paid=day(-40), amount=7_000)
    await payment(household, PAID, paid=day(-1), amount=0)
    await payment(await seed.household(), PAID, paid=day(-1))
    assert [news.card.amount_xof for news in await unreplied(household, TODAY)] == [20_000, 9_000]
    await one_query_tells_both(household)
    await one_query_tells_both(await seed.household())
    await one_query_tells_both(0)


async def test_paid_and_planned_again_is_asked_about_all_the_same(safo: None) -> None:
    household = await seed.household()
    await payment(household, PAID, paid=day(-2))
    await payment(household, PLANNED, due=day(20))
    assert [news.phase for news in await unreplied(household, TODAY)] == [PaymentPhase.PAID]


async def test_the_days_are_a_setting(safo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    household = await seed.household()
    await payment(household, PAID, paid=day(-8))
    monkeypatch.setenv("JIGI_PAYMENT_REPLY_DAYS", "7")
    settings.cache_clear()
    try:
        assert await unreplied(household, TODAY) == ()
    finally:
        settings.cache_clear()


@pytest.mark.parametrize(
    ("typed", "xof"),
    [
        ("5000", 5_000),
        (" 5 000 ", 5_000),
        ("5.000", 5_000),
        ("5 000 F CFA", 5_000),
        ("5000f", 5_000),
        ("5", 5),
        ("30000", 30_000),
        ("4", None),
        ("0", None),
        ("30001", None),
        ("-5000", 5_000),
        ("999999999999", None),
        ("", None),
        ("beaucoup", None),
        ("5000 ou 6000", None),
    ],
)
def test_a_sum_is_typed_as_people_write_it(typed: str, xof: int | None) -> None:
    assert missing_sum(typed, 30_000) == xof


def test_what_is_missing_says_the_reply() -> None:
    replies = [reply_of(missing, 30_000) for missing in (None, 5, 29_999, 30_000)]
    assert replies == [MoneyReply.ALL, MoneyReply.NOT_ALL, MoneyReply.NOT_ALL, MoneyReply.NOTHING]


async def test_a_later_reply_replaces_the_earlier_and_it_is_asked_no_more(safo: None) -> None:
    household = await seed.household()
    await payment(household, PAID, paid=day(-2))
    (news,) = await unreplied(household, TODAY)
    await write(news.card, None, None, NOW)
    assert await one("SELECT reply, missing_xof, grievance_id FROM payment_reply") == ("all", None, None)
    await write(news.card, 5_000, None, NOW)
    assert await one("SELECT reply, missing_xof FROM payment_reply") == ("not_all", 5_000)
    assert await unreplied(household, TODAY) == ()


async def test_another_households_payment_is_not_there(safo: None) -> None:
    household, other = await seed.household(), await seed.household()
    await payment(household, PAID, paid=day(-2))
    payment_id = await scalar("SELECT id FROM payment")
    assert await own_payment(payment_id, household)
    assert await own_payment(payment_id, other) is None
