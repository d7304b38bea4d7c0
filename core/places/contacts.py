"""Who is near a commune: the committee that knows its households, its town hall, the agency that pays there."""

from dataclasses import dataclass
from datetime import time
from typing import Final

from core.platform import sql


@dataclass(frozen=True, slots=True)
class NearContacts:
    """The telephones of a commune, in E.164, as far as they are known, and the hours of its town hall."""

    committee_phone: str | None = None
    town_hall_phone: str | None = None
    town_hall_opens: time | None = None
    town_hall_closes: time | None = None
    agency_name: str | None = None
    agency_phone: str | None = None

    def __bool__(self) -> bool:
        """Whether anybody near is known."""
        return self.nearest_phone is not None

    @property
    def nearest_phone(self) -> str | None:
        """Whom to call first about one's household: the committee, else the town hall, else the agency."""
        return self.committee_phone or self.town_hall_phone or self.agency_phone

    @property
    def town_hall_hours(self) -> tuple[time, time] | None:
        """From when to when the town hall is open, where both are known and go together."""
        opens, closes = self.town_hall_opens, self.town_hall_closes
        return (opens, closes) if opens and closes and opens < closes else None


NOBODY: Final = NearContacts()

NEAR: Final = """
SELECT committee_phone, town_hall_phone, town_hall_opens, town_hall_closes, agency_name, agency_phone
FROM commune WHERE pcode = %(pcode)s
"""


async def near_contacts(pcode: str) -> NearContacts:
    """Who is near the commune with this P-code: nobody where none is known, or there is no such commune."""
    return await sql.row(NearContacts, NEAR, {"pcode": pcode}) or NOBODY
