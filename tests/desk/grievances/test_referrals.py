"""A focal person sends somebody to a service, as they agreed, and is told true things of what the person gets."""

from dataclasses import replace

import pytest

from core.call_requests.vocabulary import Period
from core.staff.agents import Role
from tests.desk.addresses import case_page
from tests.desk.browser import seen
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import CONDUCT, do, filed
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("two_communes")

CLINIC = {"kind": "health", "name": "CSRéf de Kati", "place": "Kati", "phone": "20 22 00 00"}


async def test_who_agreed_is_sent_to_a_service_and_what_came_of_it_is_written_once(sign_in: SignIn) -> None:
    secret = await filed("a", CONDUCT)
    fanta, mariam = await sign_in("fanta", Role.FOCAL), await sign_in("mariam")
    assert "est dans l'annuaire" in seen(await fanta.submit("/desk/services", follow=True, **CLINIC))
    assert (await mariam.open("/desk/services")).status_code == 403
    await do(fanta, secret, "take")
    unasked = await do(fanta, secret, "refer", service="1")
    assert (unasked.status_code, "sans avoir dit oui" in seen(unasked)) == (422, True)
    page = seen(await do(fanta, secret, "refer", service="1", agreed="1"))
    assert "CSRéf de Kati · soins, Kati · 20 22 00 00" in page
    page = seen(await do(fanta, secret, "outcome", referral="1", outcome="received"))
    assert "reçue par le service" in page
    again = await do(fanta, secret, "outcome", referral="1", outcome="declined")
    assert again.status_code == 422
    await fanta.submit("/desk/services/of/1/close", page="/desk/services", follow=True)
    assert "CSRéf de Kati" in await fanta.see(await case_page(secret)), "a referral of before names it still"
    assert "CSRéf" not in await fanta.see("/desk/services")


async def test_a_service_that_is_no_more_takes_nobody(sign_in: SignIn) -> None:
    secret = await filed("a", CONDUCT)
    fanta = await sign_in("fanta", Role.FOCAL)
    await do(fanta, secret, "take")
    refused = await do(fanta, secret, "refer", service="7", agreed="1")
    assert (refused.status_code, "de l'annuaire" in seen(refused)) == (422, True)
    assert await query("SELECT id FROM referral") == []


@pytest.mark.parametrize(
    ("filing", "words"),
    [
        (CONDUCT, "Dites-la-lui de vive voix quand elle revient : n'appelez pas. Aucun SMS ne partira."),
        (
            replace(CONDUCT, call_back=True, call_safe=True, safe_period=Period.AFTERNOON),
            "Dites-la-lui par un appel (l'après-midi seulement), et notez-le. Aucun SMS ne partira.",
        ),
        (replace(CONDUCT, sms_safe=True), "Le SMS dit seulement d'appeler."),
    ],
)
async def test_the_page_says_how_the_person_hears_of_a_decision(sign_in: SignIn, filing: object, words: str) -> None:
    secret = await filed("a", filing)  # type: ignore[arg-type]
    fanta = await sign_in("fanta", Role.FOCAL)
    await do(fanta, secret, "take")
    page = await fanta.see(await case_page(secret))
    assert words in page
    assert "Texte que la personne lira" not in page
