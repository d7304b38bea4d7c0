"""The desk of the demonstration: people to sign in as, and grievances of every kind."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from core.call_requests.requests import to_call
from core.grievances.filing import CATEGORIES, GrievanceState
from core.platform.database import reading
from core.staff.agents import Role, actor_of
from core.staff.row_security import seen_by
from demo import desk
from tests.core import seed
from tests.desk.browser import Browser

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def planted(app: Starlette) -> None:
    """The people, and grievances of five families in two communes."""
    await seed.places(("ML020201", "Safo"), ("ML030101", "Sikasso"))
    for number in range(5):
        place = ("ML020201", "ML030101")[number % 2]
        await seed.household(commune=place, phones=(f"+2237600000{number}",))
    await desk.people(NOW)
    await desk.grievances_and_calls(NOW)


async def rows(columns: str) -> list[tuple[object, ...]]:
    """Columns of every grievance."""
    async with reading() as connection:
        query = text(f"SELECT {columns} FROM grievance ORDER BY filing_key")  # noqa: S608 - names of ours
        return [tuple(row) for row in await connection.execute(query)]


@pytest.mark.usefixtures("planted")
async def test_everybody_comes_in_with_the_printed_password(browser: Browser) -> None:
    for login, _ in desk.logins():
        answer = await browser.submit("/desk/login", login=login, password=desk.PASSWORD)
        assert answer.status_code == 303, login
        await browser.submit("/desk/logout", page="/desk/account")
    assert {(await actor_of(login)).role for login, _ in desk.logins()} == set(Role)
    assert (await actor_of("fanta")).watches_focal
    assert (await actor_of("adama")).scope_code == "ML02"


@pytest.mark.usefixtures("planted")
async def test_grievances_are_of_every_category_state_and_age_and_make_sense() -> None:
    found = await rows("category, state, received_at, decided_at, decided_by, answer, assigned_to, words, sensitivity")
    assert len(found) == desk.GRIEVANCES
    assert {row[0] for row in found} == set(CATEGORIES)
    assert {row[1] for row in found} == {str(state) for state in GrievanceState}
    ages = Counter((NOW - row[2]).days // 14 for row in found)  # type: ignore[operator]
    assert len(ages) >= 4
    for _, state, received, decided, by, answer, assigned, words, sensitivity in found:
        ended = state in ("resolved", "rejected", "closed")
        assert (decided is not None, by is not None, answer is not None) == (ended, ended, ended)
        assert (assigned is not None) == (state != "received")
        assert received <= NOW - timedelta(minutes=59)  # type: ignore[operator]
        assert decided is None or received <= decided <= NOW  # type: ignore[operator]
        assert not (words and sensitivity == "sensitive")


@pytest.mark.usefixtures("planted")
async def test_it_comes_out_the_same_again_and_takes_the_place_of_the_earlier_lot() -> None:
    columns = "filing_key, category, subcategory, state, received_at, name"
    before = await rows(columns)
    await desk.people(NOW)
    await desk.grievances_and_calls(NOW)
    assert await rows(columns) == before


@pytest.mark.usefixtures("planted")
async def test_a_few_wait_for_a_call() -> None:
    async with seen_by(await actor_of("mariam")):
        _, count = await to_call(NOW, 50)
    assert count == desk.CALLS


async def test_without_a_household_there_is_no_grievance(app: Starlette) -> None:
    await desk.people(NOW)
    await desk.grievances_and_calls(NOW)
    assert await rows("reference") == []
