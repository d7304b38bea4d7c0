"""Who is near a commune, and whom one calls first."""

from datetime import time

import pytest

from core.places.contacts import NOBODY, NearContacts, near_contacts
from core.platform import sql
from tests.core import seed


@pytest.mark.parametrize(
    ("near", "phone"),
    [
        (NearContacts("+22370000101", "+22320200102", agency_phone="+22370000103"), "+22370000101"),
        (NearContacts(town_hall_phone="+22320200102", agency_phone="+22370000103"), "+22320200102"),
        (NearContacts(agency_phone="+22370000103"), "+22370000103"),
        (NearContacts(agency_name="Caisse Kanaga", town_hall_opens=time(8)), None),
        (NOBODY, None),
    ],
)
def test_the_committee_is_nearest_then_the_town_hall_then_the_agency(near: NearContacts, phone: str | None) -> None:
    assert near.nearest_phone == phone
    assert bool(near) is (phone is not None)


@pytest.mark.parametrize(
    ("opens", "closes", "hours"),
    [
        (time(8), time(15, 30), (time(8), time(15, 30))),
        (time(8), None, None),
        (None, time(15), None),
        (time(15), time(8), None),
    ],
)
def test_hours_are_told_where_both_are_known_and_go_together(
    opens: time | None, closes: time | None, hours: tuple[time, time] | None
) -> None:
    assert NearContacts(town_hall_opens=opens, town_hall_closes=closes).town_hall_hours == hours


async def test_a_commune_is_asked_by_its_code(world: None) -> None:
    await seed.safo()
    assert await near_contacts(seed.SAFO) == NOBODY
    await sql.execute("UPDATE commune SET agency_name = 'Caisse Kanaga', agency_phone = '+22370000103'")
    assert await near_contacts(seed.SAFO) == NearContacts(agency_name="Caisse Kanaga", agency_phone="+22370000103")
    assert await near_contacts("ML999999") == NOBODY
