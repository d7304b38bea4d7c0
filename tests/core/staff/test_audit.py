"""The audit trail is only added to, and tells when it was meddled with."""

from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.platform.database import reading, undone, writing
from core.staff.acts import Act
from core.staff.agents import Actor, Role, Scope, add_agent
from core.staff.audit import SOURCE, first_broken, has_seal, record, trail
from core.staff.row_security import seen_by
from tests.core import seed

pytestmark = pytest.mark.usefixtures("world")

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ADMIN = Actor(1, "Admin", Role.ADMINISTRATOR)
MEDDLING = (
    "UPDATE audit_entry SET act = 'nothing' WHERE about = 'agent 2'",
    "DELETE FROM audit_entry WHERE about = 'agent 2'",
    "TRUNCATE audit_entry",
)


@pytest.fixture
async def three(world: None) -> None:
    """Three acts of an administrator."""
    await add_agent("admin", "Admin", Role.ADMINISTRATOR)
    for number in range(1, 4):
        await record(1, Act.PERSON_CHANGED, f"agent {number}", NOW, {"why": "é", "n": number})


async def numbered(number: int) -> int:
    """The number in the trail of the entry about this agent."""
    async with reading() as connection:
        query = text("SELECT id FROM audit_entry WHERE about = :about")
        return int(await connection.scalar(query, {"about": f"agent {number}"}) or 0)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("meddling", MEDDLING)
async def test_neither_the_desk_nor_the_owner_rewrites_it(meddling: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with seen_by(ADMIN) as session:
            await session.execute(text(meddling))
    with pytest.raises(DBAPIError, match="only added to"):
        async with writing() as session:
            await session.execute(text(meddling))


@pytest.mark.usefixtures("three")
async def test_an_untouched_trail_is_whole_and_its_last_seal_can_be_written_down() -> None:
    assert await first_broken() is None
    end = await trail()
    assert end
    assert (end.entries, end.last_id, end.last_at) == (3, await numbered(3), NOW)
    assert await has_seal(end.last_id, end.seal[:32])
    assert not await has_seal(await numbered(2), end.seal)
    assert not await has_seal(end.last_id, "")
    assert not await has_seal(end.last_id + 1, end.seal)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("meddling", "broken"),
    [
        ("UPDATE audit_entry SET act = 'nothing' WHERE about = 'agent 2'", 2),
        ("UPDATE audit_entry SET detail = '{}' WHERE about = 'agent 1'", 1),
        ("UPDATE audit_entry SET agent_id = NULL WHERE about = 'agent 3'", 3),
        ("DELETE FROM audit_entry WHERE about = 'agent 2'", 3),
        ("UPDATE audit_entry SET act = 'x', seal = sha256('x') WHERE about = 'agent 2'", 2),
    ],
)
async def test_who_switches_the_guards_off_is_found_out(database_url: str, meddling: str, broken: int) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(meddling.encode())
    assert await first_broken() == await numbered(broken)


@pytest.mark.usefixtures("three")
async def test_an_end_that_was_cut_off_is_found_by_the_seal_written_down(database_url: str) -> None:
    end = await trail()
    assert end
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM audit_entry WHERE about = 'agent 3'")
    assert await first_broken() is None
    assert not await has_seal(end.last_id, end.seal)


async def test_an_empty_trail_is_whole() -> None:
    assert await first_broken() is None
    assert await trail() is None


async def test_an_act_that_is_undone_leaves_no_entry() -> None:
    async with undone():
        await record(None, Act.PERSON_ADDED, "agent x", NOW)
    async with reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM audit_entry")) == 0


async def test_entries_are_numbered_without_gaps_although_acts_are_undone() -> None:
    await record(None, Act.UNKNOWN_LOGIN, None, NOW)
    for _ in range(3):
        async with undone():
            await record(None, Act.PERSON_ADDED, "agent x", NOW)
    await record(None, Act.UNKNOWN_LOGIN, None, NOW)
    async with reading() as connection:
        assert (await connection.execute(text("SELECT id FROM audit_entry ORDER BY id"))).scalars().all() == [1, 2]
    assert await first_broken() is None


async def test_an_entry_says_from_where_and_its_seal_holds_that_too(database_url: str) -> None:
    mark = SOURCE.set("192.0.2.7")
    await record(None, Act.UNKNOWN_LOGIN, None, NOW)
    SOURCE.reset(mark)
    assert await first_broken() is None
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE audit_entry SET source = '192.0.2.8'")
    assert await first_broken() == 1


async def test_supervisors_see_the_acts_of_who_works_for_their_places() -> None:
    await seed.places(("ML020201", "Near"), ("ML030101", "Far"))
    team = {
        "near": (Role.AGENT, Scope.COMMUNE, "ML020201"),
        "cercle": (Role.SUPERVISOR, Scope.CERCLE, "ML0202"),
        "far": (Role.AGENT, Scope.COMMUNE, "ML030101"),
        "focal": (Role.FOCAL, Scope.COMMUNE, "ML020201"),
        "everywhere": (Role.AGENT, Scope.NATIONAL, None),
    }
    for login, (role, scope, code) in team.items():
        await record(await add_agent(login, login, role, scope, code), Act.HOUSEHOLD_READ, login, NOW)
    for code, seen in (
        ("ML02", {"near", "cercle"}),
        ("ML03", {"far"}),
        (None, {"near", "cercle", "far", "everywhere"}),
    ):
        supervisor = Actor(1, "Awa", Role.SUPERVISOR, Scope.REGION if code else Scope.NATIONAL, code)
        async with seen_by(supervisor) as session:
            assert set((await session.execute(text("SELECT about FROM audit_entry"))).scalars()) == seen
