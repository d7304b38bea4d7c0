"""The telephones that may stand in an answer beside the programme's: the person's own, and who is near them."""

from typing import Final

from core.platform import sql

NUMBERS: Final = """
SELECT number FROM grievance
LEFT JOIN household ON household.id = grievance.household_id
LEFT JOIN commune ON commune.pcode = coalesce(grievance.commune_pcode, household.commune_pcode)
CROSS JOIN LATERAL (
    SELECT unnest(ARRAY[grievance.msisdn, commune.committee_phone, commune.town_hall_phone, commune.agency_phone])
    UNION SELECT msisdn FROM household_phone WHERE household_phone.household_id = household.id
) AS near (number)
WHERE grievance.reference = %(reference)s AND number IS NOT NULL
"""


async def near_numbers(reference: str) -> list[str]:
    """In E.164: of whom a grievance is, of their household, and of who is near their commune."""
    return await sql.scalars(NUMBERS, {"reference": reference})
