"""What the desk's page of a household says of its money is what the line says, whatever has become of a payment."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from core.grievances.filing import file
from core.payments.account import PaymentPhase, account
from core.payments.states import PaymentState
from core.phrases.telling import money_told
from core.registry.callers import remember_language
from core.registry.statuses import Status
from core.text.languages import Language
from core.text.translator import translator
from proof.histories import dialled
from tests.core import seed
from tests.core.seed import NOW, TODAY
from tests.desk.addresses import case_page, household_page
from tests.desk.browser import Browser
from tests.desk.conftest import AWA, FIRST
from tests.desk.grievances.cases import LATE
from tests.support.database import change

FRENCH: Final = Language("fr")


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


PAYMENTS: Final[Mapping[PaymentPhase, tuple[PaymentState, Mapping[str, Any], str]]] = {
    PaymentPhase.OPEN: (
        PaymentState.ANNOUNCED,
        {"due": day(-1), "last": day(3)},
        "Vous pouvez encore prendre 30 000 F CFA Mairie de Safo Dernier jour : vendredi 27 novembre (dans 3 jours)",
    ),
    PaymentPhase.COMING: (PaymentState.PLANNED, {"due": day(1)}, "Prochain paiement : mercredi 25 novembre (demain)"),
    PaymentPhase.CANCELLED: (
        PaymentState.CANCELLED,
        {"due": day(1)},
        "Pas de paiement le mercredi 25 novembre (demain). Nous donnerons un autre jour.",
    ),
    PaymentPhase.OVERDUE: (PaymentState.ANNOUNCED, {"due": day(-9)}, "15/11/2026 : 30 000 F CFA Pas encore payé."),
    PaymentPhase.FAILED: (
        PaymentState.FAILED,
        {"due": day(-9), "reason": "name"},
        "Paiement impossible : 30 000 F CFA Le nom ne correspond pas.",
    ),
    PaymentPhase.CARRIED: (
        PaymentState.UNCLAIMED,
        {"due": day(-90), "last": day(-60)},
        "Argent non retiré : 30 000 F CFA Il sera ajouté au prochain paiement.",
    ),
    PaymentPhase.UNDATED: (PaymentState.PLANNED, {}, "Pas encore de date fixée. Montant : 30 000 F CFA"),
    PaymentPhase.PAID: (
        PaymentState.PAID,
        {"due": day(-400), "paid": day(-400)},
        "Payé le lundi 20 octobre 2025 : 30 000 F CFA",
    ),
}


def test_there_is_an_example_of_each_phase() -> None:
    assert set(PAYMENTS) == set(PaymentPhase)


async def shown(browser: Browser, household: int) -> str:
    """What the page says of money, which is all that the line says, in the order in which it says it."""
    page = (await browser.see(await household_page(AWA))).replace("’", "'")
    money = await account(household, TODAY)
    assert money
    told = " ".join(" ".join(money_told(translator(FRENCH), money)).replace("’", "'").split())
    assert f"Ce que la ligne dit de son argent {told} Paiements" in page
    return told


@pytest.mark.parametrize("phase", PAYMENTS)
async def test_each_phase_is_said_at_the_desk_as_on_the_line(
    mariam: Browser, household_of_awa: int, phase: PaymentPhase
) -> None:
    state, days, words = PAYMENTS[phase]
    await seed.payment(household_of_awa, state, **days)
    assert words in await shown(mariam, household_of_awa)
    await remember_language(FIRST, FRENCH)
    assert words in " ".join((await dialled(FIRST, "1")).split())
    case = await file(replace(LATE, msisdn=FIRST, household_id=household_of_awa), NOW)
    page = await mariam.see(await case_page(case.reference))
    assert f"Paiement {words}" in page.replace("’", "'")


async def test_all_of_them_are_said_each_with_its_component(mariam: Browser, household_of_awa: int) -> None:
    for state, days, _ in PAYMENTS.values():
        await seed.payment(household_of_awa, state, **days)
    await seed.payment(household_of_awa, PaymentState.ANNOUNCED, due=day(6), component="PNR")
    words = await shown(mariam, household_of_awa)
    assert words.count("Transfert d'argent") == len(PAYMENTS) - 1  # what was paid is behind what is not
    assert words.count("Argent des mois difficiles") == 1


async def test_where_it_stands_comes_first_and_no_money_is_promised(mariam: Browser, household_of_awa: int) -> None:
    await change(
        "UPDATE household SET status = %(status)s, status_reason = 'document' WHERE id = %(id)s",
        status=Status.SUSPENDED,
        id=household_of_awa,
    )
    await seed.payment(household_of_awa, PaymentState.ANNOUNCED, due=day(6))
    words = await shown(mariam, household_of_awa)
    assert "Il manque un papier. Apportez votre papier à la mairie." in words
    assert "F CFA" not in words


async def test_a_household_that_nothing_was_planned_for_is_told_so(mariam: Browser, household_of_awa: int) -> None:
    assert await shown(mariam, household_of_awa) == "Pas encore de date fixée."
