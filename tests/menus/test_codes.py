"""The codes on posters mean one thing whoever calls, whatever language and household are still to be chosen."""

import pytest

from core.platform import sql
from core.registry.callers import remember_language
from core.text.languages import Language
from demo.callers import DEMO_CALLERS, DemoCaller, Situation
from demo.places import DEMO_PLACES
from menus import line
from simulator.gateway import UssdCall
from tests.menus.conftest import Town, caller

BM, FR = Language("bm"), Language("fr")
SAFO = DEMO_PLACES[0]
DIGITS = SAFO.commune_pcode.removeprefix("ML")

LANGUAGES = "Kan sugandi\nChoisissez la langue"
HOUSEHOLDS = "Plusieurs ménages"
NUMBER = "Tapez le numéro du ménage"


async def asked_first(call: UssdCall, page: str) -> tuple[list[str], str]:
    """Answer what is asked before the code leads on: language and household; what that was, and the page then."""
    asked = []
    for question, key in ((LANGUAGES, "2"), (HOUSEHOLDS, "1")):
        if page.startswith(question):
            asked.append(question)
            page = (await call.reply(key)).text
    return asked, page


@pytest.mark.parametrize("new", [False, True], ids=["called before", "never called"])
@pytest.mark.parametrize("who", DEMO_CALLERS, ids=lambda who: who.situation.name.lower())
async def test_every_code_leads_every_caller_to_the_same_place(town: Town, who: DemoCaller, new: bool) -> None:
    for code, begins in (("82", "Sujet de la plainte ?"), (f"83*{DIGITS}", "Safo\n")):
        call = await dialling(town, who, new)
        asked, page = await asked_first(call, (await call.dial(code)).text)
        assert page.startswith(begins), code
        assert (LANGUAGES in asked) is new
        assert (HOUSEHOLDS in asked) is (code == "82" and who.situation is Situation.SHARED)


@pytest.mark.parametrize("new", [False, True], ids=["called before", "never called"])
@pytest.mark.parametrize("who", DEMO_CALLERS, ids=lambda who: who.situation.name.lower())
async def test_81_is_what_key_1_of_the_menu_is(town: Town, who: DemoCaller, new: bool) -> None:
    call = await dialling(town, who, new)
    asked, page = await asked_first(call, (await call.dial("81")).text)
    assert (LANGUAGES in asked, HOUSEHOLDS in asked) == (new, who.situation is Situation.SHARED)
    if who.household_no is None:
        assert page.startswith(NUMBER)
        return
    by_key = town.phone(who.msisdn)
    _, home = await asked_first(by_key, (await by_key.dial()).text)
    if home.startswith("L'appel a été coupé"):
        _, home = await asked_first(by_key, (await by_key.reply("2")).text)
    assert page == (await by_key.reply("1")).text


async def dialling(town: Town, who: DemoCaller, new: bool) -> UssdCall:
    """The phone of somebody who chose French before, or never called."""
    if not new:
        await remember_language(who.msisdn, FR)
        return town.phone(who.msisdn)
    await sql.execute("DELETE FROM phone WHERE msisdn = %(msisdn)s", {"msisdn": who.msisdn})
    return town.phone(who.msisdn)


async def test_a_phone_without_a_household_names_one_and_then_lands_on_its_payment(town: Town) -> None:
    woman = caller(Situation.UPCOMING)
    call = await town.speaking(Situation.UNREGISTERED, FR)
    assert (await call.dial("81")).text.startswith(NUMBER)
    await call.reply(woman.household_no or "")
    assert (await call.reply(str(woman.birth_year))).text.startswith("Awa\nProchain paiement : ")
    assert "1 Date de paiement" in (await call.reply("0")).text


async def test_the_code_of_a_commune_is_the_same_page_as_its_letters(town: Town) -> None:
    by_code = await town.speaking(Situation.UNREGISTERED, FR)
    days = (await by_code.dial(f"83*{DIGITS}")).text
    by_letters = town.phone(by_code.msisdn)
    await by_letters.dial("1*1*safo*1")
    assert by_letters.screen is not None
    assert days.removesuffix("\n0 Retour") in by_letters.screen.text


@pytest.mark.parametrize("digits", ["999999", "0205", "20529", "x", "0205 29x"])
async def test_the_digits_of_no_commune_say_so_and_offer_the_search(town: Town, digits: str) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    page = (await call.dial(f"83*{digits}")).text
    assert page.startswith("Aucune commune de ce nom.\n1 Taper son nom\n2 Choisissez la région")
    assert (await call.reply("2")).text.startswith("Choisissez la région")
    assert (await call.reply("0")).text == page
    await call.reply("1")
    assert (await call.reply("Safo Kati")).text.startswith("Choisissez la commune\n1 Safo (Kati)")


async def test_without_digits_83_is_the_search(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    assert (await call.dial("83")).text.startswith("Votre commune ?")


async def test_a_code_goes_before_the_call_that_was_cut(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    await call.dial("3*1")
    assert (await town.phone(call.msisdn).dial("81")).text.startswith("Prochain paiement : ")


def test_the_codes_are_those_that_are_printed() -> None:
    """A code is never given another meaning: posters stay on walls."""
    assert {code: shortcut.screen for code, shortcut in line.shortcuts.items()} == {
        "81": "payment_code",
        "82": "complaint_code",
        "83": "commune_code",
    }
