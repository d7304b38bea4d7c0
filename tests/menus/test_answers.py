"""Every kind of caller is answered, in both languages."""

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from core.numbers.identifiers import is_reference
from core.platform.database import reading, writing
from core.registry.components import ComponentCode
from core.text.languages import Language
from demo.callers import Situation
from tests.menus.conftest import Town, caller
from tests.support.dialling import pressed
from tests.support.mentions import mentions

BM, FR = Language("bm"), Language("fr")


async def grievances() -> int:
    async with reading() as connection:
        return int(
            await connection.scalar(text("SELECT count(*) FROM grievance WHERE filing_key NOT LIKE 'demo%'")) or 0
        )


@pytest.mark.parametrize(
    ("situation", "french", "bambara"),
    [
        (Situation.UPCOMING, "Prochain paiement : ", "Wari bèna di: "),
        (Situation.NO_DATE, "Pas encore de date fixée", "Don ma da fòlò"),
        (Situation.PAID, "Payé le ", "Wari dira "),
        (Situation.UNCLAIMED, "Dernier jour : ", "Don laban: "),
        (Situation.FAILED, "Paiement impossible : ", "Wari ma se ka di: "),
        (Situation.MOVED, "Jour changé : ", "Don yèlèmana: "),
        (Situation.CANCELLED, "Nous donnerons un autre jour", "An bèna don wèrè fò"),
    ],
)
async def test_the_next_payment_is_read_after_one_key(
    town: Town, situation: Situation, french: str, bambara: str
) -> None:
    assert french in await pressed(await town.speaking(situation, FR), "1")
    assert bambara in await pressed(await town.speaking(situation, BM), "00", "1")


async def test_a_first_caller_chooses_the_language_and_may_change_it(town: Town) -> None:
    call = town.phone(caller(Situation.UPCOMING).msisdn)
    first = await call.dial()
    assert first.text == "Kan sugandi\nChoisissez la langue\n1 Bamanankan\n2 Francais"
    assert "Wari dili don" in (await call.reply("1")).text
    assert "Bamanankan" in (await pressed(call, "5", "5"))
    assert "Date de paiement" in (await call.reply("2")).text


async def test_the_amount_is_never_bare(town: Town) -> None:
    assert "000 F CFA" in await pressed(await town.speaking(Situation.UPCOMING, BM), "1")


async def test_past_payments_come_in_pages_and_the_last_screen_stays(town: Town) -> None:
    call = await town.speaking(Situation.PAID, FR)
    page = await pressed(call, "1", "2")
    seen = page
    while "9 Suite" in page:
        page = (await call.reply("9")).text
        seen += page
    assert seen.count("F CFA") >= 12
    assert "Total payé" in seen
    await pressed(town.phone(call.msisdn), "00", "1", "3")
    call = town.phone(call.msisdn)
    await call.dial("1*3")
    assert call.screen is not None
    assert call.screen.ends
    assert "Vous ne payez rien" in call.screen.text or "gratuit" in call.screen.text


@pytest.mark.parametrize(
    ("situation", "french"),
    [
        (Situation.ELIGIBLE, "On vous inscrira"),
        (Situation.WAITING, "attend une place"),
        (Situation.NOT_RETAINED, "n'a pas été choisi"),
        (Situation.SUSPENDED, "Appelez le +223 20 22 16 15"),
        (Situation.FINISHED, "a fini le programme"),
    ],
)
async def test_a_household_outside_is_told_why_and_what_to_do(town: Town, situation: Situation, french: str) -> None:
    assert french in await pressed(await town.speaking(situation, FR), "2")


async def test_each_component_has_its_own_lines(town: Town) -> None:
    call = await town.speaking(Situation.ALL_COMPONENTS, FR)
    names = set()
    for page in ((), ("9",)):
        for key in "12345":
            text_ = await pressed(town.phone(call.msisdn), "00", "2", *page, key)
            if "Choix non valable" not in text_:
                names.add(text_.split("\n")[0])
    assert len(names) == len(ComponentCode)


async def test_a_shared_phone_chooses_the_household(town: Town) -> None:
    page = await pressed(await town.speaking(Situation.SHARED, FR))
    assert page.startswith("Plusieurs ménages")
    assert "3 " in page


async def test_a_grievance_is_filed_within_four_keys_and_once(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, BM)
    await pressed(call, "3", "1", "1")
    end = await call.reply("1")
    assert end.ends
    assert await call.repeat() == end
    reference = end.text.split("Nimòrò: ")[1].split("\n")[0]
    assert is_reference(reference)
    assert await grievances() == 1
    assert reference in await pressed(town.phone(call.msisdn), "1", "4")


async def test_a_grievance_is_filed_once_even_when_the_session_and_its_journal_are_gone(
    town: Town, redis: Redis
) -> None:
    call = await town.speaking(Situation.UPCOMING, BM)
    await pressed(call, "3", "1", "1")
    end = await call.reply("1")
    await redis.flushall()
    async with writing() as session:
        await session.execute(text("DELETE FROM ussd_journal"))
    assert await call.repeat() == end
    assert await grievances() == 1


async def test_words_and_a_hidden_name_can_be_added(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    page = await pressed(call, "3", "1", "4", "3", "On a pris 5 000 *francs*")
    assert '"On a pris 5 000 *francs*"' in page
    assert "Votre nom est caché." in (await call.reply("4")).text
    assert (await call.reply("1")).ends
    async with reading() as connection:
        row = (await connection.execute(text("SELECT * FROM grievance WHERE subcategory = 'stolen'"))).mappings().one()
    assert (row["words"], row["anonymous"], row["msisdn"], row["household_id"]) == (
        "On a pris 5 000 *francs*", True, None, None,
    )  # fmt: skip


async def test_a_sensitive_grievance_leaves_the_least_and_shows_nothing_back(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    page = await pressed(call, "3", "4", "4")
    assert "Vous appeler, est-ce dangereux ?" in page
    assert "iolence" not in page
    end = await call.reply("2")
    assert end.ends
    assert "iolence" not in end.text
    reference = end.text.split("Numéro : ")[1].split("\n")[0]
    assert reference not in await pressed(town.phone(call.msisdn), "4")
    async with reading() as connection:
        row = (await connection.execute(text("SELECT * FROM grievance WHERE category = 'abuse'"))).mappings().one()
    assert (row["words"], row["msisdn"], row["household_id"], row["call_safe"]) == (None, None, None, False)


async def test_the_next_caller_on_a_shared_phone_does_not_see_a_sensitive_screen(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    await pressed(call, "3", "4", "4")
    again = town.phone(call.msisdn)
    assert "1 Continuer" in (await again.dial()).text
    assert "dangereux" not in (await again.reply("1")).text


async def test_an_answer_is_read_from_the_list_or_by_reference_and_appealed_once(town: Town) -> None:
    woman = caller(Situation.GRIEVANCE_ANSWERED)
    call = await town.speaking(Situation.GRIEVANCE_ANSWERED, FR)
    assert "Réponse : Votre nom" in await pressed(call, "4", "1")
    assert woman.reference is not None
    wrong = woman.reference[:-1] + str((int(woman.reference[-1]) + 1) % 10)
    assert "Numéro mal tapé" in await pressed(town.phone(call.msisdn), "00", "4", "2", wrong)
    by_number = town.phone(call.msisdn)
    read = await pressed(by_number, "00", "4", "2", woman.reference)
    assert "Réponse : Votre nom" in read
    while "Est-ce réglé ?" not in read:
        read = (await by_number.reply("9")).text
    assert "reprendre" in (await by_number.reply("2")).text
    end = await by_number.reply("1")
    assert end.ends
    assert "reprise" in end.text
    assert "reprendre" not in await pressed(town.phone(call.msisdn), "1", "4", "1")


async def test_the_days_of_a_commune_are_found_by_letters_and_by_region(town: Town) -> None:
    call = await town.speaking(Situation.UNREGISTERED, FR)
    async with reading() as connection:
        name = await connection.scalar(text("SELECT name FROM commune ORDER BY pcode LIMIT 1"))
    assert name is not None
    page = await pressed(call, "1", "1", name[:4].lower())
    assert name in page
    assert name in (await call.reply("1")).text
    assert await pressed(town.phone(call.msisdn), "2", "1", "2", "1", "1", "1")


async def test_three_wrong_years_close_it_and_leave_no_year_behind(town: Town) -> None:
    other = caller(Situation.UPCOMING)
    call = await town.speaking(Situation.UNREGISTERED, FR)
    assert other.household_no is not None
    mistyped = other.household_no[:-1] + str((int(other.household_no[-1]) + 1) % 10)
    await pressed(call, "2")
    assert "Numéro mal tapé" in (await call.reply(mistyped)).text
    await call.reply(other.household_no)
    assert "Tapez 4 chiffres" in (await call.reply("61")).text
    assert "Encore 2 essais" in (await call.reply("1950")).text
    assert "Encore 1 essai." in (await call.reply("1951")).text
    shut = (await call.reply("1952")).text
    assert shut == "Bloqué 24 heures. Attendez.\nAppelez le +223 20 22 16 15.\n1 Rappelez-moi\n0 Retour"
    async with reading() as connection:
        kept = str((await connection.execute(text("SELECT state::text FROM ussd_journal"))).all())
    assert mentions(kept, "1950", "1951", "1952") == []


async def test_a_stranger_who_knows_number_and_year_sees_the_household(town: Town) -> None:
    other = caller(Situation.UPCOMING)
    call = await town.speaking(Situation.UNREGISTERED, FR)
    page = await pressed(call, "2", other.household_no or "", str(other.birth_year))
    assert "1 Date de paiement" in page
    assert "Prochain paiement" in (await call.reply("1")).text


async def test_sms_are_stopped_and_started_again(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    assert "plus de SMS" in await pressed(call, "5", "4", "1")
    assert "de nouveau" in await pressed(town.phone(call.msisdn), "5", "4")


async def test_a_call_back_is_asked_for_this_phone_or_another(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    assert "70 00 00 01" in await pressed(call, "5", "1", "1")
    again = town.phone(call.msisdn)
    await pressed(again, "1", "5", "1", "2")
    assert "Numéro mal tapé" in (await again.reply("123")).text
    assert "76 12 34 56" in (await again.reply("76123456")).text
    async with reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM callback_request")) == 2


async def test_contacts_and_what_the_programme_is(town: Town) -> None:
    assert "20 22 16 15" in await pressed(await town.speaking(Situation.UPCOMING, FR), "5", "2")
    assert "ménages pauvres" in await pressed(town.phone("+22370000001"), "5", "3")
