"""A database is a demonstration or a programme's own, and says which programs may run on it."""

import asyncio
from importlib.metadata import version

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from core.numbers.identifiers import household_no
from core.platform import sql
from core.platform.database import close_database, open_database
from core.platform.settings import Settings
from core.schema import identity, migrations
from core.schema.identity import DatabaseKind, OldProgram, OldTables, OtherKind, UnfitDatabase, is_older

DEMO, PRODUCTION = DatabaseKind.DEMO, DatabaseKind.PRODUCTION


async def refusal(url: str, kind: DatabaseKind) -> UnfitDatabase | None:
    """What a program that needs this kind is told at a database, None where it may run."""
    open_database(url, pool=2)
    try:
        await identity.fits(kind)
    except UnfitDatabase as unfit:
        return unfit
    finally:
        await close_database()
    return None


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("first", "other"), [(DEMO, PRODUCTION), (PRODUCTION, DEMO)])
async def test_a_database_becomes_one_kind_and_never_the_other(first: DatabaseKind, other: DatabaseKind) -> None:
    for kind in DatabaseKind:
        await identity.fits(kind)
    await identity.become(first)
    await identity.become(first)
    for refused in (identity.fits, identity.become):
        with pytest.raises(OtherKind, match="Nothing was done"):
            await refused(other)
    assert await sql.scalar("SELECT kind FROM database_identity") == first


@pytest.mark.usefixtures("world")
async def test_of_two_who_make_a_database_at_once_one_wins_and_the_other_is_refused() -> None:
    ends = await asyncio.gather(identity.become(DEMO), identity.become(PRODUCTION), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "OtherKind"]


def test_only_a_demonstration_has_the_telephone_to_try() -> None:
    assert identity.kind_asked_for(Settings(simulator=True)) is DEMO
    assert identity.kind_asked_for(Settings(simulator=False)) is PRODUCTION


def test_a_program_needs_the_tables_that_its_own_migrations_make() -> None:
    newest = ScriptDirectory.from_config(migrations.configuration("")).get_current_head()
    assert newest == identity.NEEDS


async def test_a_database_without_tables_is_refused_with_what_to_do(empty_url: str) -> None:
    unfit = await refusal(empty_url, PRODUCTION)
    assert isinstance(unfit, OldTables)
    assert "jigi db upgrade" in str(unfit)


@pytest.mark.parametrize("tables", ["0003", "0007"])
async def test_older_tables_are_refused_with_what_to_do(empty_url: str, tables: str) -> None:
    await asyncio.to_thread(command.upgrade, migrations.configuration(empty_url), tables)
    assert isinstance(await refusal(empty_url, PRODUCTION), OldTables)
    await asyncio.to_thread(migrations.upgrade, empty_url)
    assert await refusal(empty_url, PRODUCTION) is None


@pytest.mark.parametrize(
    ("oldest", "may_run"),
    [("0.0.1", True), (version("jigi"), True), ("99.0.0", False), (f"{version('jigi')}.1", False)],
)
async def test_tables_of_a_later_program_say_who_may_run_on_them(empty_url: str, oldest: str, may_run: bool) -> None:
    await asyncio.to_thread(migrations.upgrade, empty_url)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE database_identity SET oldest_program = %s", [oldest])
    await asyncio.to_thread(migrations.upgrade, empty_url)  # knows nothing of 9999, and leaves it
    unfit = await refusal(empty_url, PRODUCTION)
    assert unfit is None if may_run else isinstance(unfit, OldProgram)
    assert may_run or oldest in str(unfit)


@pytest.mark.parametrize(
    ("version", "other", "older"),
    [
        ("0.2.0", "0.3.0", True),
        ("0.9.9", "0.10.0", True),
        ("0.3.0", "0.3.0", False),
        ("0.3.0", "0.3.0.dev4", False),
        ("0.3", "0.3.1", True),
        ("1.0.0", "0.99.99", False),
        ("0.3.1rc1", "0.3.1", False),
    ],
)
def test_versions_are_compared_figure_by_figure(version: str, other: str, older: bool) -> None:
    assert is_older(version, other) is older


COMMUNE = """
INSERT INTO region VALUES ('ML02', 'Koulikoro');
INSERT INTO cercle VALUES ('ML0202', 'ML02', 'Kati');
INSERT INTO commune (pcode, cercle_pcode, name, search) VALUES ('ML020201', 'ML0202', 'Safo', 'safo')
"""
HOUSEHOLD = (
    "INSERT INTO household (household_no, head_name, commune_pcode, status) "
    "VALUES (%s, 'Awa', 'ML020201', 'beneficiary')"
)
AGENT = "INSERT INTO agent (login, name, role, scope_kind) VALUES ('awa', 'Awa', 'supervisor', 'national')"


@pytest.mark.parametrize(
    ("serials", "with_agent", "kind"),
    [
        ((), False, None),
        ((), True, PRODUCTION),
        ((9_000_000, 9_000_001), True, DEMO),
        ((9_000_000, 1_234_567), True, PRODUCTION),
        ((8_999_999,), False, PRODUCTION),
    ],
)
def test_an_older_database_is_what_its_households_are(
    empty_url: str, serials: tuple[int, ...], with_agent: bool, kind: DatabaseKind | None
) -> None:
    """A database made before there were kinds: invented households have numbers of their own."""
    command.upgrade(migrations.configuration(empty_url), "0007")
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(COMMUNE)
        for serial in serials:
            connection.execute(HOUSEHOLD, [household_no(serial)])
        if with_agent:
            connection.execute(AGENT)
    migrations.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT kind FROM database_identity").fetchone() == (kind,)
