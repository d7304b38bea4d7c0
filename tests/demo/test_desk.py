"""The desk of the demonstration: people to sign in as, and grievances of every kind."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from core.call_requests.requests import to_call
from core.grievances.subjects import CATEGORIES
from core.grievances.vocabulary import GrievanceState
from core.platform import sql
from core.platform.settings import Settings
from core.schema import identity
from core.schema.identity import DatabaseKind, OtherKind
from core.staff import sign_in
from core.staff.agents import Role, actor_of, add_agent
from core.staff.row_security import seen_by
from demo import campaigns, desk
from tests.core import seed
from tests.desk.browser import Browser
from tests.desk.conftest import claiming

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
async def planted(app: Starlette) -> None:
    """The people, and grievances of five families in two communes."""
    await seed.places(("ML020201", "Safo"), ("ML030101", "Sikasso"))
    for number in range(5):
        commune = ("ML020201", "ML030101")[number % 2]
        await seed.household(commune=commune, phones=(f"+2237600000{number}",))
    await desk.people(datetime.now(UTC))
    await desk.grievances_and_calls(NOW)


@dataclass(frozen=True, slots=True)
class Case:
    """A grievance, as far as the demonstration draws it."""

    filing_key: str
    category: str
    subcategory: str
    state: GrievanceState
    sensitivity: str
    words: str | None
    name: str | None
    received_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    answer: str | None
    assigned_to: int | None


CASES = """
SELECT filing_key, category, subcategory, state, sensitivity, words, name, received_at, decided_at, decided_by, answer,
    assigned_to
FROM grievance ORDER BY filing_key
"""


async def cases() -> list[Case]:
    """Every grievance."""
    return await sql.rows(Case, CASES)


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
    drawn = await cases()
    assert len(drawn) == desk.GRIEVANCES
    assert {case.category for case in drawn} == set(CATEGORIES)
    assert {case.state for case in drawn} == set(GrievanceState)
    assert len(Counter((NOW - case.received_at).days // 14 for case in drawn)) >= 4
    for case in drawn:
        ended = case.state in (GrievanceState.RESOLVED, GrievanceState.REJECTED, GrievanceState.CLOSED)
        decided = (case.decided_at is not None, case.decided_by is not None, case.answer is not None)
        assert decided == (ended, ended, ended)
        assert (case.assigned_to is not None) == (case.state is not GrievanceState.RECEIVED)
        assert case.received_at <= NOW - timedelta(minutes=59)
        assert case.decided_at is None or case.received_at <= case.decided_at <= NOW
        assert not (case.words and case.sensitivity == "sensitive")


@pytest.mark.usefixtures("planted")
async def test_it_comes_out_the_same_again_and_takes_the_place_of_the_earlier_lot() -> None:
    before = await cases()
    await desk.people(datetime.now(UTC))
    await desk.grievances_and_calls(NOW)
    assert await cases() == before


@pytest.mark.usefixtures("planted")
async def test_a_few_wait_for_a_call() -> None:
    async with seen_by(await claiming(await actor_of("mariam"))):
        _, count = await to_call(NOW, 50)
    assert count == 5, "of the calls that each family asked for, one answers all"


async def test_without_a_household_there_is_no_grievance(app: Starlette) -> None:
    await desk.people(datetime.now(UTC))
    await desk.grievances_and_calls(NOW)
    assert await cases() == []


@pytest.mark.usefixtures("planted")
async def test_who_changed_their_password_keeps_it_when_the_demonstration_begins_again(browser: Browser) -> None:
    now = datetime.now(UTC)
    await sign_in.give_password((await actor_of("awa")).id, now, password="a word of their own")
    await desk.people(now)
    assert (await browser.submit("/desk/login", login="awa", password=desk.PASSWORD)).status_code != 303
    assert (await browser.submit("/desk/login", login="awa", password="a word of their own")).status_code == 303


async def test_nobody_is_let_into_a_programme_and_no_login_there_is_touched(app: Starlette, browser: Browser) -> None:
    await identity.become(DatabaseKind.PRODUCTION)
    now = datetime.now(UTC)
    await add_agent("admin", "The real one", Role.ADMINISTRATOR)
    await sign_in.give_password((await actor_of("admin")).id, now, password="a word of their own")
    before = await sql.rows(Login, LOGINS)
    for planting in (desk.people(now), desk.grievances_and_calls(NOW), campaigns.campaign(now, Settings())):
        with pytest.raises(OtherKind):
            await planting
    assert await sql.rows(Login, LOGINS) == before
    assert [row.login for row in before] == ["admin"]


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who can sign in, and with what."""

    login: str
    password_hash: str | None


LOGINS = "SELECT login, password_hash FROM agent LEFT JOIN agent_credential ON agent_id = agent.id ORDER BY login"
