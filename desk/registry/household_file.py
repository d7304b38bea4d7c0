"""All that the desk knows of one household: the registry, its payments, SMS and grievances."""

from dataclasses import dataclass
from datetime import date

from core.grievances.household import HouseholdGrievance, grievances_of
from core.outbox.household import SentCard, sent_about
from core.payments.history import PaymentCard, all_payments
from core.registry.households import PhoneCard, Standing, phones_of, standing
from core.registry.search import CannotSearch, Hit, by_number


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """All that the desk knows of a household."""

    hit: Hit
    standing: Standing
    phones: tuple[PhoneCard, ...]
    payments: tuple[PaymentCard, ...]
    messages: tuple[SentCard, ...]
    grievances: tuple[HouseholdGrievance, ...]


async def household_file(household_no: str, today: date) -> HouseholdFile | None:
    """All that is known of the household with this number; None when there is none, or none that is seen."""
    try:
        hit = await by_number(household_no)
    except CannotSearch:
        return None
    stands = await standing(hit.id, today) if hit else None
    if hit is None or stands is None:
        return None
    return HouseholdFile(
        hit,
        stands,
        await phones_of(hit.id),
        await all_payments(hit.id),
        await sent_about(hit.id),
        await grievances_of(hit.id),
    )
