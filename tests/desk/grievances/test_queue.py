"""The queue: what to do next, by place and level, and nobody gets what another has."""

import pytest

from core.staff.agents import Role, Scope
from tests.core.seed import SAFO
from tests.desk.addresses import case_page
from tests.desk.browser import seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import filed

pytestmark = pytest.mark.usefixtures("two_communes")


async def test_what_is_late_is_first_and_its_reason_is_said(sign_in: SignIn) -> None:
    new = await filed("new")
    late = await filed("late", days_ago=20)
    mariam = await sign_in("mariam")
    page = await mariam.see("/desk/queue")
    assert page.index(late) < page.index(new)
    assert "en retard" in page
    assert "À prendre 2" in page
    assert "En retard 1" in page
    assert "Rien depuis" not in page


async def test_the_next_one_is_taken_and_nobody_else_gets_the_same(sign_in: SignIn) -> None:
    late = await filed("late", days_ago=20)
    new = await filed("new")
    mariam, oumou = await sign_in("mariam"), await sign_in("oumou")
    first = await mariam.submit("/desk/queue/take", page="/desk/queue")
    second = await oumou.submit("/desk/queue/take", page="/desk/queue")
    third = await mariam.submit("/desk/queue/take", page="/desk/queue", follow=True)
    assert first.headers["location"] == await case_page(late)
    assert second.headers["location"] == await case_page(new)
    assert "Il n'y a plus de plainte à prendre" in seen(third)
    assert "À moi 1" in await mariam.see("/desk/queue")
    assert new in await mariam.see("/desk/queue", view="team")


async def test_each_sees_their_own_place(sign_in: SignIn) -> None:
    here, there = await filed("here"), await filed("there", commune=DIAGO)
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    page = await mariam.see("/desk/queue")
    assert here in page
    assert there not in page
    assert (await mariam.open(await case_page(there))).status_code == 404


async def test_an_administrator_has_no_queue(sign_in: SignIn) -> None:
    boss = await sign_in("boss", Role.ADMINISTRATOR)
    assert (await boss.open("/desk/queue")).status_code == 403


async def test_a_number_that_was_typed_opens_its_case(sign_in: SignIn) -> None:
    reference = await filed("new")
    mariam = await sign_in("mariam")
    answer = await mariam.submit("/desk/queue/open", page="/desk/queue", follow=True, reference=reference)
    assert f"Plainte {reference}" in seen(answer)
    answer = await mariam.submit("/desk/queue/open", page="/desk/queue", follow=True, reference="1234567")
    assert "regardez-le encore" in seen(answer)


async def test_page_after_page_shows_each_once(sign_in: SignIn) -> None:
    references = {await filed(f"key {number}", days_ago=number % 3) for number in range(53)}
    mariam = await sign_in("mariam")
    first = await mariam.open("/desk/queue")
    after = first.text.split("after=")[1].split('"')[0]
    second = await mariam.open("/desk/queue", after=after)
    pages = [{each for each in references if each in page.text} for page in (first, second)]
    assert [len(page) for page in pages] == [50, 3]
    assert pages[0] | pages[1] == references
