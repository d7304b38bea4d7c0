"""Whose answer it is: by the first name on a shared or a borrowed phone, and nowhere else."""

from itertools import product

import pytest

from core.payments.states import PaymentState
from core.platform import sql
from core.text.languages import Language
from demo.callers import Situation
from menus.whose import first_name
from tests.core import seed
from tests.core.seed import day
from tests.menus.conftest import Town, caller
from tests.support.dialling import pressed

FR = Language("fr")


async def test_a_shared_phone_says_whose_answer_it_is_also_on_the_page_that_is_kept(town: Town) -> None:
    call = await town.speaking(Situation.SHARED, FR)
    choice = await pressed(call)
    name = choice.split("\n1 ")[1].split(" ")[0]
    answer = await pressed(town.phone(call.msisdn), "1", "1")
    assert answer.split("\n")[0] == name
    kept = await pressed(town.phone(call.msisdn), "00", "1", "1", _finish(answer))
    assert kept.split("\n")[0] == name
    household = await pressed(town.phone(call.msisdn), "00", "1", "2")
    assert household.split("\n")[0] == name


async def test_each_page_says_it_also_the_last_one_which_stays_on_the_phone(town: Town) -> None:
    woman = caller(Situation.SHARED)
    households = await sql.scalars(
        "SELECT household_id FROM household_phone WHERE msisdn = %(own)s", {"own": woman.msisdn}
    )
    for household, component in product(households, ("TM", "PNR", "AGR")):
        await seed.payment(household, PaymentState.ANNOUNCED, due=day(3), last=day(9), component=component)
    first = (await pressed(await town.speaking(Situation.SHARED, FR))).split("\n1 ")[1].split(" ")[0]
    call = town.phone(woman.msisdn)
    pages = [await pressed(call, "00", "1", "1")]
    while "9 Suite" in pages[-1]:
        pages.append((await call.reply("9")).text)
    last = await call.reply(_finish(pages[-1]))
    kept = [last]
    while not kept[-1].ends:
        kept.append(await call.reply("9"))
    assert len(pages) > 1
    assert len(kept) > 1
    assert "C'est gratuit." in kept[-1].text
    assert {page.split("\n")[0] for page in (*pages, *(screen.text for screen in kept))} == {first}


async def test_a_borrowed_phone_says_whose_answer_it_is(town: Town) -> None:
    other = caller(Situation.UPCOMING)
    assert other.household_no
    await pressed(await town.speaking(Situation.UNREGISTERED, FR))
    call = town.phone(caller(Situation.UNREGISTERED).msisdn)
    answer = await pressed(call, "00", "2", other.household_no, str(other.birth_year), "1")
    own = await pressed(await town.speaking(Situation.UPCOMING, FR), "1")
    assert answer.split("\n")[1:] == own.split("\n")
    assert answer.split("\n")[0].isalpha()


def _finish(page: str) -> str:
    """The key of `Finir` on a page."""
    return next(line[0] for line in page.split("\n") if line[1:] == " Finir")


@pytest.mark.parametrize(
    ("name", "others", "short"),
    [
        ("Awa Traoré", ["Awa Traoré", "Moussa Keïta"], "Awa"),
        ("Awa Traoré", ["Awa Traoré", "Awa Diarra"], "Awa Traoré"),
        ("Awa Traoré 90000012", ["Awa Traoré 90000012", "Awa Traoré 90000024"], "Awa Traoré 90000012"),
        ("Awa", ["Awa"], "Awa"),
        ("", [""], ""),
    ],
)
def test_a_first_name_is_enough_where_it_tells_people_apart(name: str, others: list[str], short: str) -> None:
    assert first_name(name, others) == short
