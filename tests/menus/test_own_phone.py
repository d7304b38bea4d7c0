"""A phone that identified itself is remembered after one yes of the household; what a locked-out phone can do."""

from core.registry.callers import recognise
from core.text.languages import Language
from demo.callers import Situation
from simulator.gateway import UssdCall
from tests.core import seed
from tests.menus.conftest import Town, caller
from tests.support.database import one, query
from tests.support.dialling import pressed

FR = Language("fr")
OWN, BORROWED = Situation.UPCOMING, Situation.UNREGISTERED


async def asks(town: Town) -> UssdCall:
    """Somebody of the household, on a phone that is not registered, gives number and year and asks."""
    household = caller(OWN)
    call = await town.speaking(BORROWED, FR)
    page = await pressed(call, "00", "2", household.household_no or "", str(household.birth_year), "5", "9")
    key = next(line[0] for line in page.splitlines() if line.endswith("Ce téléphone est à moi"))
    assert "On demande d'abord au ménage" in (await call.reply(key)).text
    assert (await call.reply("1")).text == "On demandera au ménage."
    return call


async def test_the_household_is_asked_first_and_told_by_sms(town: Town) -> None:
    call = await asks(town)
    assert (await recognise(call.msisdn)).households == ()
    (row,) = await query("SELECT msisdn, filling->>'phone' AS phone FROM message WHERE kind = 'phone_asks'")
    assert (row.msisdn, row.phone) == (caller(OWN).msisdn, call.msisdn)


async def test_its_yes_opens_the_household_on_the_other_phone(town: Town) -> None:
    call = await asks(town)
    own = await town.speaking(OWN, FR)
    first = await own.dial()
    assert "70 00 00 99 est-il un téléphone de votre ménage" in first.text
    assert "1 Date de paiement" in (await own.reply("1")).text
    assert "1 Date de paiement" in await pressed(town.phone(call.msisdn))
    assert "1 Date de paiement" in await pressed(town.phone(own.msisdn)), "it is asked once"


async def test_its_no_keeps_it_shut(town: Town) -> None:
    call = await asks(town)
    await pressed(await town.speaking(OWN, FR), "2")
    assert "1 Paiements de ma commune" in await pressed(town.phone(call.msisdn))


async def test_who_does_not_know_goes_on_and_is_asked_again(town: Town) -> None:
    await asks(town)
    own = await town.speaking(OWN, FR)
    assert "1 Date de paiement" in await pressed(own, "3")
    assert "est-il un téléphone" in await pressed(town.phone(own.msisdn), "2")
    assert await one("SELECT state FROM phone_claim") == ("asked",)


async def test_a_phone_that_is_not_lent_is_not_asked_to_be_remembered(town: Town) -> None:
    page = await pressed(await town.speaking(OWN, FR), "5", "9")
    assert "Ce téléphone est à moi" not in page


async def test_the_number_of_the_programme_may_be_typed_where_it_is_all_digits(town: Town) -> None:
    household = caller(OWN)
    call = await town.speaking(BORROWED, FR)
    wrong = await pressed(call, "2", "1234567890")
    assert "Numéro mal tapé" in wrong
    await seed.known_as(household.household_no or "", "12 3456 7890")
    page = await pressed(town.phone(call.msisdn), "00", "2", "1234567890", str(household.birth_year))
    assert "1 Date de paiement" in page


async def test_a_locked_out_phone_can_ask_to_be_called(town: Town) -> None:
    household = caller(OWN)
    call = await town.speaking(BORROWED, FR)
    page = await pressed(call, "2", household.household_no or "", "1950", "1951", "1952")
    assert page.startswith("Bloqué 24 heures. Attendez.\nAppelez le +223 20 22 16 15.\n1 Rappelez-moi")
    assert "Nous appellerons le" in await _after(call, "1", "1")
    assert await one("SELECT count(*) FROM callback_request") == (1,)


async def _after(call: UssdCall, *keys: str) -> str:
    text = ""
    for key in keys:
        text = (await call.reply(key)).text
    return text
