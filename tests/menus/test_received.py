"""After pay day the line asks whether the money came; what is missing becomes a complaint with a number."""

import pytest

from core.registry.callers import remember_language
from core.text.languages import Language
from demo.callers import Situation
from menus.bounds import BOUNDED
from tests.menus.conftest import NOW, Town, caller
from tests.support.database import change, count, one, query
from tests.support.dialling import pressed

FR, BM = Language("fr"), Language("bm")
QUESTION = "Avez-vous recu l'argent ?"
PAID = Situation.PAID
OF_PHONE = "SELECT household_id FROM household_phone WHERE msisdn = %(msisdn)s"


async def asked(town: Town, *keys: str) -> str:
    """The household that was paid last week: its payment page, the question, and what it presses there."""
    return await pressed(await town.speaking(PAID, FR), "00", "1", "1", *keys)


@pytest.mark.parametrize("situation", [each for each in Situation if each is not Situation.SHARED])
async def test_who_is_asked(town: Town, situation: Situation) -> None:
    """Those paid lately; of the demonstration no other has a round that is paid or over within thirty days."""
    call = await town.speaking(situation, FR)
    page = pages = await pressed(call, "1")
    while "9 Suite" in page:
        page = (await call.reply("9")).text
        pages += page
    rows = await query(
        "SELECT FROM payment WHERE amount_xof > 0 AND household_id IN (" + OF_PHONE + ") AND ("
        "state = 'paid' AND coalesce(paid_on, due_date) BETWEEN %(today)s - 30 AND %(today)s"
        " OR state IN ('planned', 'announced') AND coalesce(last_day, due_date) < %(today)s)",
        msisdn=caller(situation).msisdn,
        today=NOW.date(),
    )
    assert (QUESTION in pages) is bool(rows)


async def test_the_question_names_the_payment(town: Town) -> None:
    page = await asked(town)
    assert page.startswith("Payé le ")
    assert "F CFA\nAvez-vous recu l'argent ?\n1 Tout\n2 Il manque de l'argent\n3 Je n'ai rien touché" in page


async def test_all_of_it_is_thanked_and_asked_once(town: Town) -> None:
    assert await asked(town, "1") == "Merci. C'est noté."
    assert await one("SELECT reply, missing_xof FROM payment_reply") == ("all", None)
    assert QUESTION not in await pressed(town.phone(caller(PAID).msisdn), "00", "1")
    assert await query("SELECT FROM grievance WHERE filing_key NOT LIKE 'demo%%'") == []


async def test_what_is_missing_is_typed_said_once_more_and_filed(town: Town) -> None:
    page = await asked(town, "2", "5 000")
    assert page.startswith("Envoyer cette plainte ?\nIl manque de l'argent\nManque : 5 000 F CFA\n1 Oui, envoyer")
    call = town.phone(caller(PAID).msisdn)
    end = await pressed(call, "00", "1", "1", "2", "5 000", "1")
    assert await call.repeat() == call.screen
    reference = end.split("Numéro : ")[1].split("\n")[0]
    row = await one(
        "SELECT subcategory, household_id, words FROM grievance WHERE reference = %(r)s",
        r=reference,
    )
    assert row.subcategory == "incomplete"
    assert row.household_id == (await one(OF_PHONE + " LIMIT 1", msisdn=call.msisdn)).household_id
    assert "il manque 5 000 F CFA" in row.words
    assert await one("SELECT reply, missing_xof FROM payment_reply") == ("not_all", 5_000)
    assert reference in await pressed(town.phone(call.msisdn)), "a last page that was lost is shown again"
    assert reference in await pressed(town.phone(call.msisdn), "00", "4")


async def test_nothing_is_filed_as_not_paid_with_the_whole_sum(town: Town) -> None:
    page = await asked(town, "3")
    assert "Je n'ai rien touché\nManque : " in page
    assert "Numéro : " in await pressed(town.phone(caller(PAID).msisdn), "00", "1", "1", "3", "1")
    row = await one(
        "SELECT payment_reply.reply, missing_xof = amount_xof AS whole, subcategory FROM payment_reply "
        "JOIN payment ON payment.id = payment_id JOIN grievance ON grievance.id = grievance_id"
    )
    assert row == ("nothing", True, "not_paid")


@pytest.mark.parametrize("typed", ["4", "999999", "beaucoup"])
async def test_a_sum_that_does_not_fit_is_asked_again(town: Town, typed: str) -> None:
    page = await asked(town, "2", typed)
    assert page.startswith("Somme non valable. Au plus ")
    assert "combien manque-t-il ?" in page
    assert await count("payment_reply") == 0


async def test_who_answers_on_another_phone_at_the_same_time_is_told_the_number(town: Town) -> None:
    other = "+22370000096"
    await change(
        "INSERT INTO household_phone (household_id, position, msisdn) "
        "SELECT household_id, 2, %(other)s FROM household_phone WHERE msisdn = %(msisdn)s",
        other=other,
        msisdn=caller(PAID).msisdn,
    )
    await remember_language(other, FR)
    theirs = town.phone(other)
    assert "1 Oui, envoyer" in await pressed(theirs, "1", "1", "3")
    reference = (await asked(town, "3", "1")).split("Numéro : ")[1].split("\n")[0]
    assert (await theirs.reply("1")).text == f"Vous avez déjà fait cette plainte. Numéro : {reference}"


async def test_a_borrowed_phone_answers_and_leaves_nothing_there(town: Town) -> None:
    other = caller(PAID)
    assert other.household_no
    call = await town.speaking(Situation.UNREGISTERED, FR)
    end = await pressed(call, "00", "2", other.household_no, str(other.birth_year), "1", "1", "3", "1")
    reference = end.split("Numéro : ")[1].split("\n")[0]
    assert reference not in await pressed(town.phone(call.msisdn))
    assert reference not in await pressed(town.phone(call.msisdn), "00", "4")
    assert reference in await pressed(await town.speaking(PAID, FR), "00", "4")


async def test_a_cut_call_does_not_offer_the_typed_sum_to_the_next_caller(town: Town) -> None:
    await asked(town, "2", "5 000")
    again = town.phone(caller(PAID).msisdn)
    await again.dial()
    assert "5 000" not in (await again.reply("1")).text


async def test_answers_with_a_difference_are_bounded_as_complaints_are(town: Town) -> None:
    before = BOUNDED.labels("filing")._value.get()
    await change(
        "INSERT INTO daily_use (day, who, use, times) VALUES (%(day)s, %(who)s, 'filing', 1000)",
        day=NOW.date(),
        who=caller(PAID).msisdn,
    )
    assert (await asked(town, "3", "1")).startswith("C'est assez pour aujourd'hui.")
    assert BOUNDED.labels("filing")._value.get() == before + 1
    assert await count("payment_reply") == 0


async def test_in_bambara(town: Town) -> None:
    page = await pressed(await town.speaking(PAID, BM), "00", "1", "1")
    assert "Aw ye wari sòrò wa?\n1 A bèè\n2 Wari ma dafa\n3 N ma wari sòrò" in page
