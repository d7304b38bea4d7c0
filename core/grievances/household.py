"""The grievances of a household, as the desk shows them on its page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core.grievances.subjects import Category, Subcategory
from core.grievances.vocabulary import GrievanceState
from core.platform import sql


@dataclass(frozen=True, slots=True)
class HouseholdGrievance:
    """A grievance of a household."""

    id: int
    reference: str
    category: Category
    subcategory: Subcategory
    state: GrievanceState
    received_at: datetime
    next_due: date | None


GRIEVANCES: Final = """
SELECT id, reference, category, subcategory, state, received_at, next_due FROM grievance
WHERE household_id = %(household_id)s ORDER BY received_at DESC, id DESC
"""


async def grievances_of(household_id: int) -> tuple[HouseholdGrievance, ...]:
    """The grievances of a household that the transaction sees, newest first."""
    return tuple(await sql.rows(HouseholdGrievance, GRIEVANCES, {"household_id": household_id}))
