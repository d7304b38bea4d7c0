"""A grievance is taken at the desk: the household found, the errors beside the fields, filed once."""

import re

import httpx
import pytest

from core.numbers.identifiers import household_no
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.browser import Browser, seen
from tests.desk.conftest import AWA, DIAGO, FIRST
from tests.desk.grievances.cases import grievances
from tests.desk.trail import trail
from tests.support.database import count, scalar

pytestmark = pytest.mark.usefixtures("household_of_awa")

ORDINARY = {"who": "household", "q": AWA, "what": "payment.late", "channel": "call", "language": "fr", "do": "file"}


async def sent(browser: Browser, **fields: str) -> httpx.Response:
    page = await browser.open("/desk/intake")
    key = re.search(r'name="key"[^>]* value="([^"]+)"', page.text)
    assert key
    return await browser.submit("/desk/intake", follow=True, **{"key": key[1], **fields})


async def test_a_grievance_told_by_telephone_is_filed_and_its_receipt_goes_out(mariam: Browser) -> None:
    answer = await sent(mariam, **ORDINARY, words="Rien depuis deux mois.", sex="F")
    assert "Donnez ce numéro à la personne" in seen(answer)
    (case,) = await grievances()
    assert (case.channel, case.name, case.sex, case.msisdn) == ("call", "Awa Traoré", "F", FIRST)
    assert (case.commune_pcode, case.village, case.filed_by) == (SAFO, "Dialakoroba", mariam.actor.id)
    assert case.reference in seen(answer).replace(" ", "")
    assert answer.url.path == "/desk/intake"
    assert not answer.url.query, "its number stands in no address"
    assert await scalar("SELECT kind FROM message") == "received"
    (entry,) = await trail("filed")
    assert (entry.about, entry.detail) == (f"grievance {case.reference}", {"channel": "call"})


async def test_a_form_sent_twice_files_once(mariam: Browser) -> None:
    pages = [seen(await sent(mariam, **ORDINARY | {"key": "the same"})).replace(" ", "") for _ in range(2)]
    (case,) = await grievances()
    assert all(case.reference in page for page in pages)
    assert len(await trail("filed")) == 1


async def test_looking_for_a_household_loses_nothing_that_was_typed(mariam: Browser) -> None:
    await seed.household(household_no(1_000_002), head_name="Awa Traoré", village="Kola")
    answer = await sent(mariam, **ORDINARY | {"q": "awa traore", "do": "find"}, words="Rien depuis <b>deux</b> mois.")
    assert "2 ménages trouvés" in seen(answer)
    assert "Rien depuis &lt;b&gt;deux&lt;/b&gt; mois.</textarea>" in answer.text
    answer = await sent(mariam, **ORDINARY | {"q": "awa traore", "household": household_no(1_000_002)})
    assert [case.village for case in await grievances()] == ["Kola"]


@pytest.mark.parametrize(
    ("fields", "correction"),
    [
        ({"q": "12345678"}, "vérifiez chaque chiffre"),
        ({"q": ""}, "Cherchez le ménage"),
        ({"what": ""}, "Choisissez de quoi il s'agit"),
        ({"phone": "12"}, "Numéro inutilisable"),
        ({"who": "person", "commune": "Safo"}, "Écrivez le nom"),
        ({"who": "person", "name": "Sira"}, "Dites de quelle commune"),
        ({"who": "anonymous", "commune": "zzzz"}, "Aucune commune de ce nom"),
        ({"who": "anonymous", "call_back": "1"}, "il faut un numéro"),
        ({"what": "conduct.bribe", "phone": "76123456"}, "si un appel est sans danger"),
        ({"what": "conduct.bribe", "phone": "76123456", "call_back": "1", "call_safe": "no"}, "Un appel n'est pas sûr"),
        ({"what": "abuse.violence", "phone": "76123456", "call_safe": "no"}, "ce numéro ne serait pas gardé"),
        ({"what": "abuse.violence"}, "Personne ne pourrait la joindre"),
        ({"what": "conduct.bribe"}, "Personne ne pourrait la joindre"),
        ({"who": "anonymous", "commune": "Safo", "phone": "76123456"}, "n'est gardé que pour la rappeler"),
    ],
)
async def test_what_is_wrong_is_told_beside_it_and_nothing_is_lost(
    mariam: Browser, fields: dict[str, str], correction: str
) -> None:
    answer = await sent(mariam, **{**ORDINARY, **fields}, words="Mes mots")
    assert answer.status_code == 422
    assert correction in seen(answer)
    assert "Mes mots</textarea>" in answer.text
    assert await grievances() == []


async def test_somebody_without_a_household_and_somebody_without_a_name(mariam: Browser) -> None:
    person = {"who": "person", "name": "Sira Diallo", "commune": "SAFFO", "phone": "66123456", "village": "Kola"}
    await sent(mariam, **ORDINARY | person)
    await sent(mariam, **ORDINARY | {"who": "anonymous", "name": "Sira Diallo", "commune": "Safo"})
    named, anonymous = await grievances()
    assert (named.name, named.msisdn, named.household_id) == ("Sira Diallo", "+22366123456", None)
    assert (named.commune_pcode, named.village) == (SAFO, "Kola")
    assert (anonymous.name, anonymous.msisdn, anonymous.commune_pcode) == (None, None, SAFO)
    assert await count("message") == 1, "nothing is sent about an anonymous one"


async def test_abuse_keeps_the_least_and_its_agent_sees_only_a_reference(mariam: Browser) -> None:
    form = {"what": "abuse.violence", "phone": "66123456", "call_safe": "yes", "call_back": "1", "sex": "F"}
    answer = await sent(mariam, **ORDINARY | form, words="Ce qui s'est passé")
    assert "Donnez ce numéro" in seen(answer)
    assert "Violence" not in seen(answer).split("Qui se plaint")[0]
    (case,) = await grievances()
    assert case.msisdn == "+22366123456"
    assert {case.words, case.household_id, case.commune_pcode, case.name, case.sex, case.village} == {None}
    assert await count("message") == 0, "no SMS was said to be safe"


@pytest.mark.parametrize(
    ("who", "what", "safe"),
    [
        ("household", "abuse.violence", {"call_safe": "yes"}),
        ("household", "abuse.violence", {"call_safe": "no", "sms_safe": "yes"}),
        ("anonymous", "conduct.bribe", {"call_safe": "yes"}),
        ("anonymous", "conduct.bribe", {"call_safe": "no", "sms_safe": "yes"}),
    ],
)
async def test_a_number_that_is_safe_is_kept_whatever_else_is_ticked(
    mariam: Browser, who: str, what: str, safe: dict[str, str]
) -> None:
    answer = await sent(mariam, **ORDINARY | {"who": who, "what": what, "phone": "66123456"} | safe)
    assert "Donnez ce numéro" in seen(answer)
    (case,) = await grievances()
    assert case.msisdn == "+22366123456"


async def test_without_a_safe_number_it_is_filed_once_she_says_she_comes_back(mariam: Browser) -> None:
    form = {"what": "abuse.violence", "comes_back": "1", "sex": "F"}
    answer = await sent(mariam, **ORDINARY | form, words="Ce qui s'est passé")
    assert "Jigi n'a pas gardé : ses mots, le ménage, femme ou homme." in seen(answer)
    (case,) = await grievances()
    assert (case.msisdn, case.words) == (None, None)


async def test_a_household_of_another_place_is_not_found(mariam: Browser) -> None:
    other = household_no(1_000_009)
    await seed.household(other, head_name="Fanta Keita", commune=DIAGO)
    for asked in (other, "fanta keita"):
        answer = await sent(mariam, **ORDINARY | {"q": asked, "do": "find"})
        assert "0 ménage trouvé" in seen(answer)
        assert "Diago" not in seen(answer)
