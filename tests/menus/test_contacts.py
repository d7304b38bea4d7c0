"""Help says who is near: those of one's commune where they are known, then the programme."""

import pytest

from core.platform import sql
from core.text.languages import Language
from demo.callers import Situation
from demo.places import DEMO_PLACES
from tests.menus.conftest import Town, caller
from tests.support.dialling import pressed

BM, FR = Language("bm"), Language("fr")
PROGRAMME = "Jigisèmèjiri : 20 22 16 15, 20 22 16 17"
ADDRESS = "Adresse : Bamako"
SAFO = DEMO_PLACES[0].commune_pcode
OF_COMMUNE = """
UPDATE commune SET committee_phone = %(phone)s, town_hall_phone = NULL, agency_phone = NULL
WHERE pcode = (SELECT commune_pcode FROM household WHERE household_no = %(number)s)
"""


async def known_near(phone: str | None) -> None:
    """Who is near the caller: one telephone, or nobody."""
    await sql.execute(OF_COMMUNE, {"phone": phone, "number": caller(Situation.UPCOMING).household_no})


async def test_a_household_is_told_who_is_near_and_it_stays_on_the_phone(town: Town) -> None:
    await known_near("+22370000101")
    call = await town.speaking(Situation.UPCOMING, FR)
    text = await pressed(call, "5", "2")
    assert call.screen is not None
    assert call.screen.ends
    assert text == f"Comité : 70 00 01 01\n{PROGRAMME}"


async def test_where_nobody_near_is_known_the_programme_stays_on_the_phone(town: Town) -> None:
    await known_near(None)
    call = await town.speaking(Situation.UPCOMING, FR)
    text = await pressed(call, "5", "2")
    assert call.screen is not None
    assert call.screen.ends
    assert text.startswith(f"{PROGRAMME}\n{ADDRESS}")


async def test_a_phone_without_household_is_told_the_programme_and_may_ask_a_commune(town: Town) -> None:
    call = await town.speaking(Situation.UNREGISTERED, FR)
    text = await pressed(call, "5", "2")
    assert call.screen is not None
    assert call.screen.ends
    assert text.startswith(f"{PROGRAMME}\n{ADDRESS}")
    again = town.phone(call.msisdn)
    assert "1 Téléphones de la commune" in await pressed(again, "1", "1", "safo", "1")


@pytest.mark.parametrize(("language", "label", "committee"), [
    (FR, "1 Téléphones de la commune", "Comité : 70 00 01 01"),
    (BM, "1 Komini telefòniw", "Komite: 70 00 01 01"),
])  # fmt: skip
async def test_the_phones_of_a_commune_are_one_key_from_its_days(
    town: Town, language: Language, label: str, committee: str
) -> None:
    await known_near("+22370000101")
    await sql.execute("UPDATE commune SET committee_phone = '+22370000101' WHERE pcode = %(pcode)s", {"pcode": SAFO})
    call = await town.speaking(Situation.UNREGISTERED, language)
    assert label in (await call.dial(f"83*{SAFO.removeprefix('ML')}")).text
    end = await call.reply("1")
    assert end.ends
    assert end.text.startswith(f"Safo\n{committee}\n")


async def test_a_commune_of_which_nobody_is_known_has_no_such_key(town: Town) -> None:
    await sql.execute("UPDATE commune SET committee_phone = NULL, town_hall_phone = NULL, agency_phone = NULL")
    call = await town.speaking(Situation.UNREGISTERED, FR)
    assert "Téléphones" not in (await call.dial(f"83*{SAFO.removeprefix('ML')}")).text


async def test_a_commune_without_a_date_still_says_whom_to_call(town: Town) -> None:
    await sql.execute("UPDATE commune SET committee_phone = '+22370000101' WHERE pcode = %(pcode)s", {"pcode": SAFO})
    await sql.execute("DELETE FROM payment_move")
    await sql.execute("DELETE FROM payment")
    call = await town.speaking(Situation.UNREGISTERED, FR)
    page = (await call.dial(f"83*{SAFO.removeprefix('ML')}")).text
    assert page.startswith("Safo\nPas encore de date fixée.\n1 Téléphones de la commune")
    assert "Comité : 70 00 01 01" in (await call.reply("1")).text
