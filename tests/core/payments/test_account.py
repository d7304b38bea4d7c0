"""What is to be said of a household's money: one table of states and days, which the screens and SMS say."""

from dataclasses import replace
from datetime import date

import pytest

from core.payments.account import MoneyAccount, PaymentPhase, account, can_come, news_of, phase_of
from core.payments.history import PaymentCard
from core.payments.states import PaymentState
from core.platform import sql
from core.registry.components import ComponentCode
from core.registry.households import standing
from core.registry.statuses import Status
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY, day, payment

PLANNED, ANNOUNCED, PAID = PaymentState.PLANNED, PaymentState.ANNOUNCED, PaymentState.PAID
UNCLAIMED, FAILED, CANCELLED = PaymentState.UNCLAIMED, PaymentState.FAILED, PaymentState.CANCELLED
OPEN, COMING, OVERDUE, UNDATED = PaymentPhase.OPEN, PaymentPhase.COMING, PaymentPhase.OVERDUE, PaymentPhase.UNDATED
CARRIED = PaymentPhase.CARRIED

CARD = PaymentCard(
    id=1,
    component=ComponentCode.TM,
    round="T4 2026",
    state=PLANNED,
    due_date=None,
    moved_from=None,
    last_day=None,
    place="Mairie de Safo",
    agency="Caisse",
    amount_xof=30_000,
    paid_on=None,
    reason=None,
    hour=None,
)


def card(state: PaymentState, due: int | None = None, last: int | None = None, **more: object) -> PaymentCard:
    """A payment by how many days its day and its last day are away."""
    fields: dict[str, object] = {"state": state, **more}
    fields |= {"due_date": None if due is None else day(due), "last_day": None if last is None else day(last)}
    return replace(CARD, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "due", "last", "phase"),
    [
        # before its day
        *[(state, 1, last, COMING) for state in (PLANNED, ANNOUNCED) for last in (None, 1, 5)],
        # on its day, and in its window to the last day itself
        *[(state, 0, last, OPEN) for state in (PLANNED, ANNOUNCED) for last in (None, 0, 3)],
        *[(state, -1, last, OPEN) for state in (PLANNED, ANNOUNCED) for last in (0, 3)],
        # after it
        *[(state, -1, last, OVERDUE) for state in (PLANNED, ANNOUNCED) for last in (None, -1)],
        # with no day
        *[(state, None, None, UNDATED) for state in (PLANNED, ANNOUNCED)],
        *[(state, None, 3, OPEN) for state in (PLANNED, ANNOUNCED)],
        *[(state, None, -1, OVERDUE) for state in (PLANNED, ANNOUNCED)],
        # money that waits
        (UNCLAIMED, -9, 0, OPEN),
        (UNCLAIMED, -9, -1, CARRIED),
        (UNCLAIMED, -9, None, CARRIED),
        # what failed, was called off, and was paid
        *[(FAILED, due, None, PaymentPhase.FAILED) for due in (-400, -1, None)],
        (CANCELLED, 0, None, PaymentPhase.CANCELLED),
        (CANCELLED, 9, None, PaymentPhase.CANCELLED),
        (CANCELLED, None, None, PaymentPhase.CANCELLED),
        (CANCELLED, -1, None, None),
        (PAID, -1, None, PaymentPhase.PAID),
    ],
)
def test_where_a_payment_stands_on_a_day(
    state: PaymentState, due: int | None, last: int | None, phase: PaymentPhase | None
) -> None:
    assert phase_of(card(state, due, last), TODAY) is phase


@pytest.mark.parametrize("last", [None, 3, -1])
def test_a_day_that_was_dropped_leaves_no_window_open(last: int | None) -> None:
    """The file that dropped it may have kept its last day; the SMS of the move says that there is no payment."""
    assert phase_of(card(PLANNED, None, last, moved_from=day(-2)), TODAY) is UNDATED


def phases(*cards: PaymentCard) -> list[tuple[PaymentPhase, date | None]]:
    """What is told of payments, by phase and day."""
    return [(news.phase, news.card.due_date) for news in news_of(cards, TODAY)]


def test_the_most_urgent_comes_first_and_nothing_hides_anything() -> None:
    news = phases(
        card(PLANNED),
        card(PLANNED, 40),
        card(CANCELLED, 3),
        card(PLANNED, 9),
        card(ANNOUNCED, -2, 5),
        card(UNCLAIMED, -20, 2),
        card(PLANNED, -30),
        card(FAILED, -90),
        card(UNCLAIMED, -120, -90),
    )
    assert news == [
        (OPEN, day(-20)),  # of what can be taken, what ends soonest
        (OPEN, day(-2)),
        (COMING, day(9)),
        (COMING, day(40)),
        (PaymentPhase.CANCELLED, day(3)),
        (OVERDUE, day(-30)),
        (PaymentPhase.FAILED, day(-90)),
        (CARRIED, day(-120)),
        (UNDATED, None),
    ]


def test_a_failure_is_told_although_a_later_round_is_planned_or_paid() -> None:
    assert (PaymentPhase.FAILED, day(-90)) in phases(card(PLANNED, 5), card(FAILED, -90))
    assert (PaymentPhase.FAILED, day(-90)) in phases(card(PAID, -5), card(FAILED, -90))


def test_what_was_carried_over_is_told_until_something_of_the_component_was_paid() -> None:
    carried = card(UNCLAIMED, -90, -60)
    assert (CARRIED, day(-90)) in phases(card(PLANNED, 5), carried)
    assert phases(card(PAID, -5, paid_on=day(-5)), carried) == [(PaymentPhase.PAID, day(-5))]
    other = card(PAID, -5, paid_on=day(-5), component=ComponentCode.PNR)
    assert (CARRIED, day(-90)) in phases(other, carried)


def test_the_last_payment_is_told_where_nothing_else_is_of_its_component() -> None:
    assert phases(card(PAID, -5), card(PAID, -95)) == [(PaymentPhase.PAID, day(-5))]
    assert phases(card(PLANNED, 5), card(PAID, -95)) == [(COMING, day(5))]


@pytest.fixture
async def awa(world: None) -> int:
    await seed.places((SAFO, "Safo"))
    return await seed.household(components=("TM", "PNR", "ANAM"))


async def money(household: int) -> MoneyAccount:
    """What is told of a household of the database."""
    whole = await account(household, TODAY)
    assert whole
    return whole


async def test_payments_of_two_components_on_one_day_are_both_told(awa: int) -> None:
    await payment(awa, ANNOUNCED, due=day(6))
    await payment(awa, ANNOUNCED, due=day(6), component="PNR")
    whole = await money(awa)
    assert [(each.phase, each.card.component) for each in whole.urgent] == [(COMING, "PNR"), (COMING, "TM")]
    assert [each.phase for each in whole.of(ComponentCode.PNR)] == [COMING]


async def test_a_date_is_awaited_only_where_one_can_come(awa: int) -> None:
    household = await standing(awa, NOW)
    assert household
    waiting = {each.component: can_come(each, TODAY) for each in household.enrolments}
    assert waiting == {ComponentCode.TM: True, ComponentCode.PNR: True, ComponentCode.ANAM: False}
    assert (await money(awa)).expects
    assert not (await money(await seed.household(components=("ANAM",)))).expects


async def test_what_has_ended_is_awaited_no_more(awa: int) -> None:
    assert (await money(awa)).running == frozenset({ComponentCode.TM, ComponentCode.PNR, ComponentCode.ANAM})
    await sql.execute("UPDATE enrolment SET ended = %(day)s WHERE component <> 'ANAM'", {"day": TODAY})
    whole = await money(awa)
    assert whole.running == frozenset({ComponentCode.ANAM})
    assert not whole.expects


@pytest.mark.parametrize("component", ["AGR", "TM"])
async def test_of_who_has_finished_only_what_follows_is_not_taken_back(world: None, component: str) -> None:
    await seed.places((SAFO, "Safo"))
    household = await seed.household(status=Status.EXITED, components=("AGR", "TM"))
    await sql.execute("UPDATE enrolment SET ended = %(day)s WHERE component = 'TM'", {"day": day(-9)})
    await payment(household, CANCELLED, due=day(2), component=component)
    whole = await money(household)
    follows = component == "AGR"
    assert [bool(told) for told in (whole.urgent, whole.of(ComponentCode(component)))] == [follows, follows]


async def test_two_instalments_that_were_paid_are_told_as_paid(awa: int) -> None:
    for part in (1, 2):
        await payment(awa, PAID, due=day(-100 * part), paid=day(-100 * part), component="PNR")
    assert [(each.phase, each.card.due_date) for each in (await money(awa)).of(ComponentCode.PNR)] == [
        (PaymentPhase.PAID, day(-100))
    ]


async def test_a_payment_of_another_household_is_not_told(awa: int) -> None:
    await payment(await seed.household(), PLANNED, due=day(1))
    assert (await money(awa)).news == ()


async def test_a_household_that_is_not_there_has_no_money(awa: int) -> None:
    assert await account(awa + 1, TODAY) is None


async def test_where_the_household_stands_goes_with_its_money(world: None) -> None:
    await seed.places((SAFO, "Safo"))
    whole = await money(await seed.household(status=Status.SUSPENDED, reason="document"))
    assert (whole.status, whole.status_reason) == (Status.SUSPENDED, "document")


async def test_a_household_whose_components_no_file_named_may_still_be_paid(world: None) -> None:
    await seed.places((SAFO, "Safo"))
    whole = await money(await seed.household())
    assert whole.running is None
    assert whole.expects
