"""A complaint in secret: what may be told of it, when a call is safe, and a last page that betrays nothing."""

from typing import Any

import pytest
from redis.asyncio import Redis

from core.text.languages import Language
from demo.callers import Situation
from tests.menus.conftest import Town, caller
from tests.support.database import one, query
from tests.support.dialling import pressed

FR = Language("fr")
OWN, OTHER = Situation.UPCOMING, Situation.UNREGISTERED
BRIBE, ASKED_FOR_HER_BODY = ("3", "4", "1"), ("3", "4", "5")
CALL, DO_NOT_CALL = "1", "2"
HOW_MUCH, WORDS = ("4", "1"), ("4", "2")
ANOTHER_NUMBER = "5"


async def dialled(town: Town, *keys: str, situation: Situation = OWN) -> str:
    return await pressed(await town.speaking(situation, FR), *keys)


async def filed() -> Any:
    return await one(
        "SELECT words, msisdn, call_back, call_safe, safe_period, sms_safe, secret FROM grievance "
        "WHERE sensitivity = 'sensitive' ORDER BY id DESC LIMIT 1"
    )


async def test_a_woman_who_was_asked_for_favours_recognises_it(town: Town) -> None:
    page = await dialled(town, "3", "4")
    assert "4 On m'a fait violence" in page
    assert "5 Mon corps contre l'aide" in page


async def test_the_last_page_tells_a_number_and_a_code_and_nothing_else(town: Town) -> None:
    lines = (await dialled(town, *ASKED_FOR_HER_BODY, DO_NOT_CALL)).split("\n")
    assert [line.split(" : ")[0] for line in lines] == ["C'est envoyé. Numéro", "Code secret"]
    lines = (await dialled(town, "00", *ASKED_FOR_HER_BODY, CALL, "4")).split("\n")
    assert lines[1:] == ["Nous vous rappellerons."]


@pytest.mark.parametrize(("key", "period"), [("1", "morning"), ("2", "noon"), ("3", "afternoon"), ("4", None)])
async def test_the_hour_at_which_a_call_is_safe_is_kept(town: Town, key: str, period: str | None) -> None:
    asked = await dialled(town, *ASKED_FOR_HER_BODY, CALL)
    assert asked.startswith(
        "Une personne formée vous appellera.\nEnvoyer. Quand vous appeler sans danger ?\n1 le matin"
    )
    await dialled(town, "00", *ASKED_FOR_HER_BODY, CALL, key)
    assert await filed() == (None, caller(OWN).msisdn, True, True, period, False, None)


async def test_another_number_is_shown_once_to_be_looked_at_and_called_instead(town: Town) -> None:
    asked = await dialled(town, *ASKED_FOR_HER_BODY, CALL, ANOTHER_NUMBER, "76 00 00 44")
    assert asked.startswith("Nous appellerons le 76 00 00 44")
    page = await dialled(town, "00", *ASKED_FOR_HER_BODY, CALL, ANOTHER_NUMBER, "76 00 00 44", "3")
    assert "76" not in page.split("\n")[-1]
    row = await filed()
    assert (row.msisdn, row.safe_period, row.call_safe) == ("+22376000044", "afternoon", True)


async def test_who_gave_another_number_follows_it_by_number_and_secret_alone(town: Town) -> None:
    page = await dialled(town, *ASKED_FOR_HER_BODY, CALL, ANOTHER_NUMBER, "76 00 00 44", "3")
    reference, secret = page.split("Numéro : ")[1].split("\n")[0], (await filed()).secret
    assert len(reference) == 10
    asked = await dialled(town, "00", "4", "1", reference)
    assert asked.startswith("Tapez le code secret")
    assert "Elle est notée." in await dialled(town, "00", "4", "1", reference, secret)
    assert (await pressed(town.phone("+22376000044"), "2", "4", "1", reference)).startswith("Tapez le code secret")


@pytest.mark.parametrize("number", ["12", "20 22 16 15", "+33 6 12 34 56 78"])
async def test_another_number_is_a_mobile_of_mali(town: Town, number: str) -> None:
    page = await dialled(town, *ASKED_FOR_HER_BODY, CALL, ANOTHER_NUMBER, number)
    assert page.startswith("Numéro mal tapé.")
    assert await query("SELECT 1 FROM grievance WHERE category = 'abuse'") == []


async def test_no_number_stays_where_a_call_is_not_safe(town: Town) -> None:
    await dialled(town, *ASKED_FOR_HER_BODY, CALL, ANOTHER_NUMBER, "76 00 00 44", "0", "0", "0", DO_NOT_CALL)
    assert (await filed())[1:5] == (None, False, False, None)


async def test_of_money_that_was_asked_for_it_may_be_told_how_much_and_more(town: Town) -> None:
    steps = (*BRIBE, *HOW_MUCH, "5 000", *WORDS, "Il a pris ma part.")
    page = await dialled(town, *steps)
    assert "Vos mots sont gardés." in page
    end = await dialled(town, "00", *steps, DO_NOT_CALL)
    assert not any(told in page + end for told in ("5 000", "5000", "pris ma part", "argent"))
    assert (await filed()).words == "Demandé : 5 000 F CFA\nIl a pris ma part."
    assert not [row for row in await query("SELECT * FROM message") if "5 000" in str(row)]


@pytest.mark.parametrize("typed", ["5 000", "5.000", "5000f", "5000 F CFA", "5000cfa"])
async def test_a_sum_is_typed_in_many_ways(town: Town, typed: str) -> None:
    await dialled(town, *BRIBE, *HOW_MUCH, typed, DO_NOT_CALL)
    assert (await filed()).words == "Demandé : 5 000 F CFA"


@pytest.mark.parametrize("typed", ["cinq mille", "5 mille", "0000", "-5"])
async def test_what_is_no_sum_is_asked_for_again(town: Town, typed: str) -> None:
    page = await dialled(town, *BRIBE, *HOW_MUCH, typed)
    assert page.startswith("Numéro mal tapé. Regardez-le encore.\nCombien ?")


async def test_of_abuse_no_words_and_no_sum_are_asked(town: Town) -> None:
    page = await dialled(town, *ASKED_FOR_HER_BODY)
    assert "En dire plus" not in page
    assert "mots" not in page


async def test_the_next_caller_meets_nothing_of_it(town: Town, redis: Redis) -> None:
    for keys in ((*BRIBE, *HOW_MUCH, "5000", *WORDS), (*ASKED_FOR_HER_BODY, CALL, ANOTHER_NUMBER, "76 00 00 44")):
        await dialled(town, "00", *keys)
        again = town.phone(caller(OWN).msisdn)
        assert "1 Continuer" in (await again.dial()).text
        page = (await again.reply("1")).text
        assert page.startswith("Mauvais comportement")


async def test_redis_holds_nothing_that_was_typed_once_it_is_filed(town: Town, redis: Redis) -> None:
    await dialled(town, *BRIBE, *HOW_MUCH, "5 000", *WORDS, "Il a pris ma part.", DO_NOT_CALL)
    kept = [str(await redis.get(key)) for key in await redis.keys("*") if b":call" in key]
    assert kept
    assert not any("pris ma part" in each or "5 000" in each for each in kept)
