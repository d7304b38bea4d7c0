"""The page of a household gathers what each subject knows of it, as far as one may see."""

from datetime import UTC, datetime

import pytest

from core.grievances.filing import Filing, file
from core.numbers.identifiers import household_no
from core.outbox.messages import MessageState
from core.outbox.notices import NoticeKind
from core.payments.states import PaymentState
from core.registry.statuses import PhonePosition
from core.staff.agents import Actor, Role, Scope
from core.staff.row_security import seen_by
from core.text.languages import Language
from desk.registry.household_file import household_file
from tests.core import seed
from tests.core.seed import SAFO, TODAY

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AWA = household_no(1_000_001)
PHONE = "+22376123456"
MARIAM = Actor(1, "Mariam", Role.AGENT, Scope.COMMUNE, SAFO)


@pytest.fixture
async def awa(world: None) -> int:
    await seed.safo()
    await seed.household(household_no(1_000_002), phones=(PHONE,))
    return await seed.household(AWA, phones=(PHONE, "+22366123456"))


async def test_it_has_payments_sms_and_the_grievances_one_may_see(awa: int) -> None:
    await seed.payment(awa, PaymentState.PAID, due=TODAY, paid=TODAY)
    await seed.payment(awa, PaymentState.CANCELLED, due=TODAY)
    for key, category, subcategory in (("1", "payment", "late"), ("2", "conduct", "bribe")):
        filing = Filing(
            key, PHONE, awa, category, subcategory, None, anonymous=False, call_back=False, call_safe=None,
            sms_safe=None, language=Language("fr"),
        )  # fmt: skip
        await file(filing, NOW)
    async with seen_by(MARIAM):
        household = await household_file(AWA, TODAY)
    assert household is not None
    assert {payment.state for payment in household.payments} == {PaymentState.PAID, PaymentState.CANCELLED}
    assert [grievance.category for grievance in household.grievances] == ["payment"]
    assert [(sent.kind, sent.state) for sent in household.messages] == [(NoticeKind.RECEIVED, MessageState.PLANNED)]
    positions = [(phone.position, phone.others) for phone in household.phones]
    assert positions == [(PhonePosition.FIRST, 1), (PhonePosition.SECOND, 0)]


async def test_there_is_none_elsewhere_nor_of_a_wrong_number(awa: int) -> None:
    elsewhere = Actor(1, "Mariam", Role.AGENT, Scope.COMMUNE, "ML030303")
    async with seen_by(elsewhere):
        assert await household_file(AWA, TODAY) is None
        assert await household_file("12345678", TODAY) is None
