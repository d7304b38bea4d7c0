"""The household of a case: what the registry has of it, what it is paid, and what the line tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.grievances.cases import Case
from core.payments.history import PaymentCard, all_payments
from core.payments.replies import Replied, replies_of
from core.registry.corrections import CorrectionCard, corrections_of
from core.registry.households import PhoneCard, Standing, phones_of, standing
from core.registry.statuses import PhonePosition
from core.text.languages import Language
from menus.eligibility import component, eligibility
from menus.payments import earlier_payments, payment
from ussd.call import Call
from ussd.values import Choose


@dataclass(frozen=True, slots=True)
class CaseHousehold:
    """The household of a case; `heard` is what the line tells it, in French, by the title of the screen.

    `phones` go by their position; `replies` is what it said of its payments, by their ids.
    """

    id: int
    standing: Standing
    phones: Mapping[PhonePosition, PhoneCard]
    payments: tuple[PaymentCard, ...]
    replies: Mapping[int, Replied]
    corrections: Sequence[CorrectionCard]
    heard: Sequence[tuple[str, str]]


async def household_of(case: Case, now: datetime) -> CaseHousehold | None:
    """The household of a case as the transaction sees it; None where the case has none, or it is not seen."""
    stands = await standing(case.household_id, now) if case.household_id else None
    if case.household_id is None or stands is None:
        return None
    return CaseHousehold(
        case.household_id,
        stands,
        {phone.position: phone for phone in await phones_of(case.household_id)},
        await all_payments(case.household_id),
        await replies_of(case.household_id),
        await corrections_of(case.household_id),
        await _heard(case, stands, now),
    )


async def _heard(case: Case, stands: Standing, now: datetime) -> list[tuple[str, str]]:
    """What the line says to this household, in French: the very screens of the line."""
    memory: dict[str, Any] = {"household": case.household_id}

    def call(**more: str) -> Call:
        return Call(msisdn=case.msisdn or "", language=Language.staff(), memory=memory | more, key="", now=now)

    screens = [("Inscription", await eligibility(call())), ("Paiement", await payment(call()))]
    screens += [(each.component, await component(call(component=each.component))) for each in stands.enrolments]
    screens.append(("Paiements passés", await earlier_payments(call())))
    return [(title, value.text) for title, value in screens if isinstance(value, Choose)]
