"""A difference between what came and what the file says is a grievance, once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.grievances.filing import Filed, file
from core.grievances.missing_money import Answerer, ComplainedBefore, answer_for
from core.payments.history import PaymentCard
from core.payments.replies import unreplied
from core.payments.states import PaymentState
from core.text.languages import Language
from tests.core import seed
from tests.core.grievances.handling import LATE
from tests.core.seed import NOW, TODAY, day
from tests.support.database import count, one, query

PHONE, OTHER = "+22376123456", "+22366123456"


@pytest.fixture
async def answerer(safo: None) -> Answerer:
    household = await seed.household(phones=(PHONE, OTHER))
    await seed.payment(household, PaymentState.PAID, paid=day(-2), round_name="T4 2026")
    return Answerer("call:4", PHONE, household, borrowed=False, language=Language("bm"))


async def asked(answerer: Answerer) -> PaymentCard:
    (news,) = await unreplied(answerer.household_id, TODAY)
    return news.card


@pytest.mark.parametrize(
    ("missing", "subcategory", "answer", "words"),
    [
        (
            5_000,
            "incomplete",
            "not_all",
            "Réponse après le jour de paiement : reçu en partie, il manque 5 000 F CFA sur 30 000 F CFA. "
            "Transferts monétaires, tour T4 2026, agence Caisse. Au fichier : payé le 22/11/2026.",
        ),
        (
            30_000,
            "not_paid",
            "nothing",
            "Réponse après le jour de paiement : rien reçu, il manque 30 000 F CFA sur 30 000 F CFA. "
            "Transferts monétaires, tour T4 2026, agence Caisse. Au fichier : payé le 22/11/2026.",
        ),
    ],
)
async def test_what_is_missing_is_an_ordinary_grievance_of_the_household(
    answerer: Answerer, missing: int, subcategory: str, answer: str, words: str
) -> None:
    filed = await answer_for(answerer, await asked(answerer), missing, NOW)
    assert isinstance(filed, Filed)
    row = await one(
        "SELECT category, subcategory, sensitivity, state, household_id, msisdn, words FROM grievance "
        "WHERE reference = %(r)s",
        r=filed.reference,
    )
    assert row == ("payment", subcategory, "ordinary", "received", answerer.household_id, PHONE, words)
    kept = await one(
        "SELECT payment_reply.reply, missing_xof, reference FROM payment_reply "
        "JOIN grievance ON grievance.id = grievance_id"
    )
    assert kept == (answer, missing, filed.reference)


async def test_all_of_it_is_no_grievance(answerer: Answerer) -> None:
    assert await answer_for(answerer, await asked(answerer), None, NOW) is None
    assert await count("grievance") == 0
    assert await one("SELECT reply, missing_xof, grievance_id FROM payment_reply") == ("all", None, None)


async def test_the_same_act_again_gives_the_same_number(answerer: Answerer) -> None:
    card = await asked(answerer)
    first = await answer_for(answerer, card, 5_000, NOW)
    assert await answer_for(answerer, card, 5_000, NOW) == first
    assert await count("grievance") == await count("payment_reply") == 1


async def test_after_a_complaint_the_first_answer_stands(answerer: Answerer) -> None:
    card = await asked(answerer)
    first = await answer_for(answerer, card, 5_000, NOW)
    assert isinstance(first, Filed)
    for missing in (None, 5_000, 30_000):
        later = await answer_for(replace(answerer, key=f"other:{missing}"), card, missing, NOW)
        assert later == ComplainedBefore(first.reference)
    assert await query("SELECT reply, missing_xof FROM payment_reply") == [("not_all", 5_000)]
    assert await count("grievance") == 1


async def test_what_the_household_complained_of_today_takes_the_answer_in(answerer: Answerer) -> None:
    own = replace(LATE, subcategory="not_paid", household_id=answerer.household_id, msisdn=PHONE)
    first = (await file(own, NOW)).reference
    card = await asked(answerer)
    assert await answer_for(answerer, card, card.amount_xof, NOW + timedelta(hours=2)) == ComplainedBefore(first)
    assert await count("grievance") == 1
    kind, words = await one("SELECT kind, note FROM grievance_event ORDER BY id DESC LIMIT 1")
    assert (kind, "rien reçu, il manque 30 000 F CFA" in words) == ("added", True)
    assert await one("SELECT grievance_id IS NOT NULL FROM payment_reply") == (True,)


async def test_an_older_complaint_of_the_same_is_another(answerer: Answerer) -> None:
    own = replace(LATE, subcategory="not_paid", household_id=answerer.household_id, msisdn=PHONE)
    await file(own, NOW - timedelta(days=2))
    card = await asked(answerer)
    assert isinstance(await answer_for(answerer, card, card.amount_xof, NOW), Filed)


async def test_after_all_of_it_a_household_may_still_complain(answerer: Answerer) -> None:
    card = await asked(answerer)
    await answer_for(answerer, card, None, NOW)
    assert isinstance(await answer_for(replace(answerer, key="later"), card, 30_000, NOW), Filed)
    assert await query("SELECT reply, missing_xof FROM payment_reply") == [("nothing", 30_000)]


async def test_two_phones_of_a_household_together_make_one_grievance(answerer: Answerer) -> None:
    card = await asked(answerer)
    both = [replace(answerer, key=phone, msisdn=phone) for phone in (PHONE, OTHER)]
    answers = await asyncio.gather(*(answer_for(each, card, 5_000, NOW) for each in both))
    assert sorted(type(each).__name__ for each in answers) == ["ComplainedBefore", "Filed"]
    assert len({each.reference for each in answers if each}) == 1
    assert await count("grievance") == 1


async def test_on_a_borrowed_phone_the_sms_goes_to_the_households_own(answerer: Answerer) -> None:
    stranger = replace(answerer, msisdn="+22399999999", borrowed=True)
    await answer_for(stranger, await asked(answerer), 5_000, NOW)
    assert [row.msisdn for row in await query("SELECT msisdn FROM message")] == [PHONE]
