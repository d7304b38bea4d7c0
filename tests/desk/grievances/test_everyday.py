"""Everyday work at few clicks: answer and go on, a phone put right in its case, and the household a case shows."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from core.grievances import prepared_answers
from core.payments.states import PaymentState
from core.text.languages import Language
from tests.core import seed
from tests.core.seed import TODAY
from tests.desk.addresses import case_page
from tests.desk.browser import seen
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import LATE, do, filed
from tests.desk.grievances.clicks import Clicks
from tests.support.database import one, query, scalar

pytestmark = pytest.mark.usefixtures("two_communes")

BAMBARA: Final = replace(LATE, language=Language("bm"))
READY: Final = re.compile(r'name="prepared" value="(\d+)"[^>]*>(?:<kbd>(\d)</kbd> )?<strong>([^<]*)')


async def test_a_prepared_answer_is_chosen_read_in_both_languages_and_given_and_the_next_case_opens(
    sign_in: SignIn,
) -> None:
    await prepared_answers.plant()
    first, second = await filed("a", BAMBARA, days_ago=3), await filed("b", BAMBARA)
    mariam = await sign_in("mariam")
    await do(mariam, first, "take")
    path = await case_page(first)
    clicks = Clicks(mariam, await mariam.open(path))
    ready = {title: (number, key) for number, key, title in READY.findall(clicks.page.text)}
    assert [key for _, key in ready.values()] == ["1", "2", "3", "4"], "a key for each"
    page = await clicks.choose(path, prepared=ready["Pas encore payé"][0])
    assert "En français : Pas encore payé. Pas encore de date fixée." in page
    assert "Le SMS sur son téléphone" in page
    decision = {"decision": "resolved", "words": "Wari ma di fɔlɔ. Don ma da fɔlɔ.", "then": "next"}
    page = await clicks.press(f"{path}/decide", **decision)
    assert "La réponse est donnée. La suivante est à vous." in page
    assert f"Plainte {second}" in page
    assert clicks.count <= 3, "choose, give"
    await clicks.press(f"{await case_page(second)}/decide", **(decision | {"words": "Wari bɛ na ntɛnɛndon."}))
    assert "Il n'y a plus de plainte à prendre" in seen(clicks.page)
    used = await query("SELECT title FROM prepared_answer WHERE used > 0")
    assert [row.title for row in used] == ["Pas encore payé"], "words of one's own are none of them"
    third = await filed("c", BAMBARA)
    await do(mariam, third, "take")
    first_ready = READY.search((await mariam.open(await case_page(third))).text)
    assert first_ready is not None
    assert first_ready[3] == "Pas encore payé", "what is given most comes first"


async def test_a_phone_that_changed_is_put_right_where_it_is_told(sign_in: SignIn) -> None:
    household = await seed.household(phones=("+22376000001",))
    reference = await filed("a", replace(LATE, category="phone", subcategory="sim_lost", household_id=household))
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    path = await case_page(reference)
    clicks = Clicks(mariam, await mariam.open(path))
    assert "Un téléphone se corrige ici après la vérification" in seen(clicks.page)
    assert 'placeholder="Le bon numéro"' not in clicks.page.text
    await clicks.press(f"{path}/identify", year="1970")
    page = await clicks.press(f"{path}/correct", field="phone", words="78 00 00 01")
    assert clicks.count <= 3
    assert "Premier téléphone : 78 00 00 01" in page
    assert "premier téléphone : 76 00 00 01 → 78 00 00 01" in page, "and what was corrected is there"
    assert await scalar("SELECT msisdn FROM household_phone") == "+22378000001"


async def test_a_case_shows_its_household_with_each_payment_and_leads_to_it(sign_in: SignIn) -> None:
    household = await seed.household(components=("TM",), phones=("+22376000001",))
    await seed.payment(household, PaymentState.FAILED, due=TODAY - timedelta(days=9))
    reference = await filed("a", replace(LATE, household_id=household))
    page = await (await sign_in("mariam")).open(await case_page(reference))
    assert f'href="/desk/households/of/{household}"' in page.text
    assert re.search(r"Montant.*30 000 F CFA.*", seen(page))
    assert "Premier téléphone : 76 00 00 01" in seen(page), "who does not hold it reads it"
    state = await one("SELECT state FROM payment")
    assert tuple(state) == ("failed",)


async def test_what_is_refused_is_said_where_the_form_is(sign_in: SignIn) -> None:
    reference = await filed("a")
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    page = (await do(mariam, reference, "decide", decision="resolved", words="")).text
    assert page.index('id="act"') < page.index('id="refusal"'), "in the column of the forms"
    assert re.search(r'action="[^"]+/decide#act"', page), "and the browser goes there"
