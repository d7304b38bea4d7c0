"""All that the desk knows of one household: the registry, its payments, SMS and grievances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.grievances.household import HouseholdGrievance, grievances_of
from core.outbox.household import SentCard, sent_about
from core.payments.account import account
from core.payments.history import PaymentCard, all_payments
from core.payments.replies import Replied, replies_of
from core.phrases.events import events_told
from core.phrases.telling import money_told
from core.registry.components import ComponentCode
from core.registry.corrections import CorrectionCard, corrections_of
from core.registry.households import PhoneCard, Standing, phones_of, standing
from core.registry.phone_claims import ClaimCard, claims_of
from core.registry.search import Hit, by_id
from core.text.languages import Language
from core.text.translator import translator


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """All that the desk knows of a household.

    `claims` are the phones that say they are its own; `replies` what it said of its payments, by their ids.
    `events` is what the line says of the next events of its components, and `money` of its money, in blocks.
    """

    hit: Hit
    standing: Standing
    events: Mapping[ComponentCode, Sequence[str]]
    phones: tuple[PhoneCard, ...]
    claims: tuple[ClaimCard, ...]
    corrections: Sequence[CorrectionCard]
    money: tuple[str, ...]
    payments: tuple[PaymentCard, ...]
    replies: Mapping[int, Replied]
    messages: tuple[SentCard, ...]
    grievances: tuple[HouseholdGrievance, ...]


async def household_file(household_id: int, now: datetime) -> HouseholdFile | None:
    """All that is known of the household of this row; None when there is none, or none that is seen."""
    hit = await by_id(household_id)
    stands = await standing(hit.id, now) if hit else None
    if hit is None or stands is None:
        return None
    return HouseholdFile(
        hit,
        stands,
        _events(stands, now.date()),
        await phones_of(hit.id),
        await claims_of(hit.id),
        await corrections_of(hit.id),
        await _money(hit.id, now.date()),
        await all_payments(hit.id),
        await replies_of(hit.id),
        await sent_about(hit.id),
        await grievances_of(hit.id),
    )


def _events(stands: Standing, today: date) -> Mapping[ComponentCode, Sequence[str]]:
    words = translator(Language.staff())
    return {
        each.component: [
            ", ".join(event.split("\n")) for event in events_told(words, each.component, each.events, today)
        ]
        for each in stands.enrolments
    }


async def _money(household_id: int, today: date) -> tuple[str, ...]:
    """What the line says of its money today, in the language of the desk."""
    money = await account(household_id, today)
    return tuple(money_told(translator(Language.staff()), money)) if money else ()
