"""A household that was forgotten, and somebody enrolled wrongly: where they are to be looked for, from any phone."""

from typing import Any

import pytest

from core.text.languages import Language
from demo.callers import Situation
from tests.menus.conftest import Town, caller
from tests.support.database import change, one
from tests.support.dialling import pressed

FR = Language("fr")
SAFO = "ML020529"
STRANGER, OWN = Situation.UNREGISTERED, Situation.UPCOMING
FORGOTTEN, WRONGLY = ("3", "3", "4"), ("3", "3", "5")
BY_LETTERS = ("1", "saf", "1")
SEND, HIDE = "1", "4"


async def dialled(town: Town, situation: Situation, *keys: str) -> str:
    return await pressed(await town.speaking(situation, FR), *keys)


async def filed() -> Any:
    return await one(
        "SELECT subcategory, commune_pcode, village, name, words, household_id IS NOT NULL AS of_household "
        "FROM grievance ORDER BY id DESC LIMIT 1"
    )


async def test_a_forgotten_household_says_where_it_lives_and_its_name(town: Town) -> None:
    asked = await dialled(town, STRANGER, *FORGOTTEN)
    assert asked.startswith("Votre commune ?\n1 Taper son nom\n2 Choisissez la région\n3 Je ne sais pas")
    page = await dialled(town, STRANGER, "00", *FORGOTTEN, *BY_LETTERS, "Dabani", "Moussa Coulibaly")
    assert page.startswith("Envoyer cette plainte ?\nMon ménage a été oublié\nDabani, Safo\n1 Oui, envoyer")
    await dialled(town, STRANGER, "00", *FORGOTTEN, *BY_LETTERS, "Dabani", "Moussa Coulibaly", SEND)
    assert await filed() == ("left_out", SAFO, "Dabani", "Moussa Coulibaly", None, False)


async def test_the_commune_is_found_by_its_region_too(town: Town) -> None:
    call = await town.speaking(STRANGER, FR)
    page = await pressed(call, *FORGOTTEN, "2")
    for choice in ("Koulikoro", "Kati", "Safo"):
        while choice not in page:
            page = (await call.reply("9")).text
        page = (await call.reply(next(line[0] for line in page.split("\n") if line[2:] == choice))).text
    assert page.startswith("Tapez le nom du village.\n1 Je ne sais pas")


async def test_nobody_is_stuck_at_what_they_do_not_know(town: Town) -> None:
    page = await dialled(town, STRANGER, *FORGOTTEN, "3", "1", "1")
    assert page.startswith("Envoyer cette plainte ?\nMon ménage a été oublié\n1 Oui, envoyer")
    await dialled(town, STRANGER, "00", *FORGOTTEN, "3", "1", "1", SEND)
    assert await filed() == ("left_out", None, None, None, None, False)


async def test_a_registered_phone_is_asked_too_since_it_is_another_household(town: Town) -> None:
    await dialled(town, OWN, *FORGOTTEN, "1", "bla", "1", "Kola", "Moussa Coulibaly", SEND)
    row = await filed()
    assert row.commune_pcode != SAFO
    assert (row.village, row.name, row.of_household) == ("Kola", "Moussa Coulibaly", True)


async def test_an_appeal_of_a_household_asks_nothing_that_is_known(town: Town) -> None:
    page = await dialled(town, Situation.NOT_RETAINED, "2", "1")
    assert page.startswith("Envoyer cette plainte ?\nMon ménage a été oublié\n1 Oui, envoyer")


async def test_who_was_enrolled_wrongly_is_looked_for_where_the_callers_household_lives(town: Town) -> None:
    asked = await dialled(town, OWN, *WRONGLY)
    assert asked.startswith("Tapez le nom de la personne qui n'y a pas droit.\n1 Je ne sais pas")
    household = await one(
        "SELECT commune_pcode, village FROM household WHERE household_no = %(no)s", no=caller(OWN).household_no
    )
    await dialled(town, OWN, "00", *WRONGLY, "Seydou Coulibaly", SEND)
    row = await filed()
    assert (row.commune_pcode, row.village) == tuple(household)
    assert (row.name, row.words) == (None, "Inscrit à tort : Seydou Coulibaly"), "it is not who complains"


async def test_an_unknown_phone_says_where_who_was_enrolled_wrongly_lives(town: Town) -> None:
    await dialled(town, STRANGER, *WRONGLY, *BY_LETTERS, "Dabani", "Seydou Coulibaly", "3", "Il a deux maisons.", SEND)
    words = "Inscrit à tort : Seydou Coulibaly\nIl a deux maisons."
    assert await filed() == ("wrong_in", SAFO, "Dabani", None, words, False)


@pytest.mark.parametrize(("subject", "words"), [(FORGOTTEN, None), (WRONGLY, "Inscrit à tort : Seydou Coulibaly")])
async def test_a_hidden_name_keeps_the_place_and_only_the_name_that_is_complained_of(
    town: Town, subject: tuple[str, ...], words: str | None
) -> None:
    await dialled(town, STRANGER, *subject, *BY_LETTERS, "Dabani", "Seydou Coulibaly", HIDE, SEND)
    row = await filed()
    assert (row.commune_pcode, row.village, row.name, row.words) == (SAFO, "Dabani", None, words)


async def test_names_that_were_typed_are_not_offered_to_the_next_caller(town: Town) -> None:
    await dialled(town, STRANGER, *FORGOTTEN, *BY_LETTERS, "Dabani", "Moussa Coulibaly")
    again = town.phone(caller(STRANGER).msisdn)
    assert "1 Continuer" in (await again.dial()).text
    page = (await again.reply("1")).text
    assert page.startswith("Tapez le nom du village.")
    assert "Dabani" not in page


async def test_the_longest_place_stands_whole_beside_the_key_that_sends(town: Town) -> None:
    await change("UPDATE commune SET name = 'Sere Moussa Ani Samo' WHERE pcode = %(pcode)s", pcode=SAFO)
    long = (*FORGOTTEN, "1", "sere moussa", "1", "N'Golobougou Dougoukoura Marena Sud", "Moussa Coulibaly")
    place = "N'Golobougou Dougoukoura Maren, Sere Moussa Ani Samo"
    page = await dialled(town, STRANGER, *long)
    assert page.startswith(f"Envoyer cette plainte ?\nMon ménage a été oublié\n{place}\n1 Oui, envoyer")
    page = await dialled(town, STRANGER, "00", *long, "9", "3")
    assert page.startswith(f"Envoyer cette plainte ?\n{place}\nVotre nom est caché.\n1 Oui, envoyer")


async def test_words_of_a_forgotten_household_are_shown_again_beside_the_key_that_sends(town: Town) -> None:
    words = "Le chef du village a pris ma part " * 6
    page = await dialled(town, STRANGER, *FORGOTTEN, *BY_LETTERS, "Dabani", "Moussa Coulibaly", "3", words)
    assert "La fin de vos mots est coupée.\n1 Oui, envoyer" in page


async def test_a_village_that_phones_cannot_show_is_kept_and_not_shown(town: Town) -> None:
    page = await dialled(town, STRANGER, *FORGOTTEN, *BY_LETTERS, "ߘߓߊߣߌ", "Moussa")
    assert "oublié\nSafo\n1 Oui" in page
    await dialled(town, STRANGER, "00", *FORGOTTEN, *BY_LETTERS, "ߘߓߊߣߌ", "Moussa", SEND)
    assert (await filed()).village == "ߘߓߊߣߌ"
