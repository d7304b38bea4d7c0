"""Whose answer it is: by the first name on a shared or a borrowed phone, and nowhere else."""

import pytest

from core.text.languages import Language
from demo.callers import Situation
from menus.whose import first_name
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
