"""What a household's phone shows is seen from the desk; it is recorded, and nothing of it is kept."""

import html
import re
from datetime import timedelta

import pytest

from core.numbers.identifiers import household_no
from core.payments.states import PaymentState
from core.registry.callers import language_of, remember_language
from core.text.languages import Language
from desk.registry.dialling import pressed
from tests.core import seed
from tests.core.seed import TODAY
from tests.desk.addresses import household_page
from tests.desk.browser import Browser, seen
from tests.desk.conftest import AWA, DIAGO, FIRST, SignIn
from tests.desk.trail import trail
from tests.sms.campaign_world import Watch
from tests.support.database import count


@pytest.fixture(autouse=True)
async def french(household_of_awa: int) -> None:
    """The first phone of the household speaks French."""
    await remember_language(FIRST, Language("fr"))


async def dialled(browser: Browser, *keys: str) -> str:
    sent = {"keys": "*".join(keys[:-1]), "key": keys[-1]} if keys else {}
    page = await household_page(AWA)
    answer = await browser.submit(f"{page}/dial", page=page, position="1", **sent)
    assert answer.status_code == 200, seen(answer)
    return seen(answer)


async def test_the_line_answers_as_to_that_phone_and_each_look_is_recorded(mariam: Browser) -> None:
    assert "Premier écran" in await dialled(mariam)
    assert "Touches : 1" in await dialled(mariam, "1")
    entries = await trail("dialled as the household", about=f"household {AWA}")
    assert [entry.detail for entry in entries] == [{"position": 1, "keys": 0}, {"position": 1, "keys": 1}]


async def test_it_is_called_at_the_hour_of_the_desk(sign_in: SignIn, watch: Watch, household_of_awa: int) -> None:
    """The line tells there what the page around it tells of the same money, on the same day."""
    due = TODAY + timedelta(days=300)
    await seed.payment(household_of_awa, PaymentState.ANNOUNCED, due=due)
    watch.turn(days=299)
    mariam = await sign_in("mariam")
    page = await mariam.open(f"/desk/households/of/{household_of_awa}")
    (told,) = re.findall(r'<p class="words mb-0">(.*?)</p>', page.text, re.DOTALL)
    assert "emain" in told, told
    assert " ".join(html.unescape(told).split()) in await dialled(mariam, "1")


@pytest.mark.parametrize("subject", [("1", "1"), ("4", "4", "1")])
async def test_filing_is_shown_up_to_the_last_question_and_files_nothing(
    mariam: Browser, subject: tuple[str, ...]
) -> None:
    assert "ne s'essaie pas" not in await dialled(mariam, "3", *subject)
    assert "Cette étape ne s'essaie pas d'ici" in await dialled(mariam, "3", *subject, "1")
    for table in ("grievance", "message", "ussd_journal"):
        assert await count(table) == 0, table


async def test_a_language_chosen_there_is_not_kept(mariam: Browser, page_of_awa: str) -> None:
    await seed.household(household_no(1_000_004), phones=("+22366000004",))
    answer = await mariam.submit(f"{await household_page(household_no(1_000_004))}/dial", page=page_of_awa, key="2")
    assert answer.status_code == 200
    assert "ne s'essaie pas" not in seen(answer)
    assert await language_of("+22366000004") is None


async def test_another_household_of_that_phone_stays_unseen_where_one_does_not_work(mariam: Browser) -> None:
    await seed.household(household_no(1_000_002), head_name="Fanta Keita", commune=DIAGO, phones=(FIRST,))
    for key in "123456":
        assert "Fanta" not in await dialled(mariam, key)


async def test_a_household_elsewhere_is_not_dialled(mariam: Browser, page_of_awa: str) -> None:
    other = household_no(1_000_003)
    await seed.household(other, commune=DIAGO, phones=("+22366000004",))
    answer = await mariam.submit(f"{await household_page(other)}/dial", page=page_of_awa, position="1")
    assert answer.status_code == 404
    assert await trail("dialled%") == []


def test_keys_are_carried_by_the_form() -> None:
    assert pressed("1*2", "3") == ("1", "2", "3")
    assert pressed("", "") == ()
    assert pressed("1", "a*b") == ("1", "a b")
