"""The page of a household gathers what each subject knows of it, as far as one may see."""

from dataclasses import replace

import pytest

from core.grievances.filing import file
from core.numbers.identifiers import household_no
from core.outbox.messages import MessageState
from core.outbox.notice_kinds import NoticeKind
from core.payments.states import PaymentState
from core.registry.statuses import PhonePosition
from core.staff.agents import Actor, Role, Scope
from core.staff.row_security import seen_by
from desk.registry.household_file import household_file
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY
from tests.desk.conftest import DIAGO, FIRST
from tests.desk.grievances.cases import CONDUCT, LATE

MARIAM = Actor(1, "Mariam", Role.AGENT, Scope.COMMUNE, SAFO)


@pytest.fixture(autouse=True)
async def neighbour(household_of_awa: int) -> None:
    """Another household, which shares the first phone of Awa's."""
    await seed.household(household_no(1_000_002), phones=(FIRST,))


async def test_it_has_payments_sms_and_the_grievances_one_may_see(household_of_awa: int) -> None:
    await seed.payment(household_of_awa, PaymentState.PAID, due=TODAY, paid=TODAY)
    await seed.payment(household_of_awa, PaymentState.CANCELLED, due=TODAY)
    for filing in (LATE, CONDUCT):
        await file(replace(filing, msisdn=FIRST, household_id=household_of_awa), NOW)
    async with seen_by(MARIAM):
        household = await household_file(household_of_awa, NOW)
    assert household is not None
    assert {payment.state for payment in household.payments} == {PaymentState.PAID, PaymentState.CANCELLED}
    assert [grievance.category for grievance in household.grievances] == ["payment"]
    assert [(sent.kind, sent.state) for sent in household.messages] == [(NoticeKind.RECEIVED, MessageState.PLANNED)]
    positions = [(phone.position, phone.others) for phone in household.phones]
    assert positions == [(PhonePosition.FIRST, 1), (PhonePosition.SECOND, 0)]


async def test_there_is_none_elsewhere_nor_of_a_row_that_is_not_there(household_of_awa: int) -> None:
    elsewhere = Actor(1, "Mariam", Role.AGENT, Scope.COMMUNE, DIAGO)
    async with seen_by(elsewhere):
        assert await household_file(household_of_awa, NOW) is None
        assert await household_file(9_999_999, NOW) is None
