"""Open grievances whose person wishes to be called about them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import IS_OPEN, GrievanceStep
from core.platform import sql
from core.text.languages import Language


@dataclass(frozen=True, slots=True)
class Wish:
    """An open grievance whose person wishes to be called about it and was not yet; the call is logged in the case."""

    id: int
    reference: str
    category: Category
    subcategory: Subcategory
    language: Language
    msisdn: str | None
    received_at: datetime
    decision_due: date
    again_on: date | None
    household_id: int | None
    head_name: str | None
    commune: str | None
    assigned_to: str | None


WISHES: Final = f"""
SELECT grievance.id, reference, category, subcategory, grievance.language, grievance.msisdn, grievance.received_at,
    grievance.decision_due, call_again_on AS again_on, household.id AS household_id, head_name,
    commune.name AS commune, agent.name AS assigned_to
FROM grievance LEFT JOIN household ON household.id = grievance.household_id
LEFT JOIN commune ON commune.pcode = grievance.commune_pcode LEFT JOIN agent ON agent.id = grievance.assigned_to
WHERE call_back AND {IS_OPEN} AND sensitivity <> '{Sensitivity.SENSITIVE}'
    AND NOT EXISTS (SELECT FROM grievance_event WHERE grievance_id = grievance.id AND kind = '{GrievanceStep.REACH}')
ORDER BY greatest(call_again_on, %(today)s) NULLS FIRST, grievance.decision_due, grievance.id LIMIT %(most)s
"""  # noqa: S608 - our own words


async def wishes(now: datetime, most: int) -> tuple[Wish, ...]:
    """Open grievances whose person wishes a call and was not reached, those to call first first; none sensitive."""
    return tuple(await sql.rows(Wish, WISHES, {"today": now.date(), "most": most}))
