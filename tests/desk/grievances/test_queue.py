"""The queue: what to do next, by place and level, and nobody gets what another has."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from core.grievances.filing import Filing, file
from core.platform.database import writing
from core.staff.agents import Role, Scope
from core.text.languages import Language
from tests.core import seed
from tests.desk.browser import seen
from tests.desk.conftest import SignIn

NOW = datetime.now(UTC)
KATI = "ML020301"
LATE = Filing(
    key="1",
    msisdn="+22376000001",
    household_id=None,
    category="payment",
    subcategory="late",
    words="Rien depuis trois mois",
    anonymous=False,
    call_back=False,
    call_safe=None,
    sms_safe=None,
    language=Language("fr"),
)


async def filed(key: str, filing: Filing = LATE, days_ago: int = 0, commune: str = seed.SAFO) -> str:
    """A grievance of a commune, filed some days ago."""
    reference = (await file(replace(filing, key=key), NOW - timedelta(days=days_ago))).reference
    async with writing() as session:
        await session.execute(
            text("UPDATE grievance SET commune_pcode = :commune WHERE reference = :reference"),
            {"commune": commune, "reference": reference},
        )
    return reference


@pytest.fixture(autouse=True)
async def two_communes(app: Starlette) -> None:
    await seed.places((seed.SAFO, "Safo"), (KATI, "Kati"))


async def test_what_is_late_is_first_and_its_reason_is_said(sign_in: SignIn) -> None:
    new = await filed("new")
    late = await filed("late", days_ago=20)
    mariam = await sign_in("mariam")
    page = await mariam.see("/desk/queue")
    assert page.index(late) < page.index(new)
    assert "en retard" in page
    assert "À personne 2" in page
    assert "En retard 1" in page
    assert "Rien depuis" not in page


async def test_the_next_one_is_taken_and_nobody_else_gets_the_same(sign_in: SignIn) -> None:
    late = await filed("late", days_ago=20)
    new = await filed("new")
    mariam, oumou = await sign_in("mariam"), await sign_in("oumou")
    first = await mariam.submit("/desk/queue/take", page="/desk/queue")
    second = await oumou.submit("/desk/queue/take", page="/desk/queue")
    third = await mariam.submit("/desk/queue/take", page="/desk/queue", follow=True)
    assert first.headers["location"].endswith(late)
    assert second.headers["location"].endswith(new)
    assert "Il n'y a plus de plainte à prendre" in seen(third)
    assert "À moi 1" in await mariam.see("/desk/queue")
    assert new in await mariam.see("/desk/queue", view="team")


async def test_each_sees_their_own_place(sign_in: SignIn) -> None:
    here, there = await filed("here"), await filed("there", commune=KATI)
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=seed.SAFO)
    page = await mariam.see("/desk/queue")
    assert here in page
    assert there not in page
    assert (await mariam.open(f"/desk/cases/{there}")).status_code == 404


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
