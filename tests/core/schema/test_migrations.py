"""The migrations make the tables that the code speaks of."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from core.registry.components import ComponentCode
from core.schema import migrations
from core.schema.models import metadata

CHECKS = text(
    "SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'c' AND connamespace = 'public'::regnamespace "
    "AND conrelid::regclass::text NOT LIKE 'procrastinate%'"
)


def _ours(name: str | None, kind: str, _: object) -> bool:
    """The queue of jobs brings its own tables and checks."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


COMPARED = {"compare_type": True, "compare_server_default": True, "include_name": _ours}


def test_the_migrated_database_has_every_table_column_and_check_of_the_code(empty_url: str) -> None:
    migrations.upgrade(empty_url)
    engine = create_engine(make_url(empty_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        differences = compare_metadata(context, metadata)
        migrated = set(connection.scalars(CHECKS))
        connection.execute(text("CREATE SCHEMA again"))
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        connection.execute(
            text("CREATE FUNCTION name_search(text) RETURNS tsvector IMMUTABLE RETURN CAST('' AS tsvector)")
        )
        connection.execute(text("CREATE FUNCTION loose_village(text) RETURNS text IMMUTABLE RETURN ''"))
        metadata.create_all(connection)
        declared = set(connection.scalars(CHECKS))
    engine.dispose()
    assert differences == []
    assert migrated == declared


def test_several_processes_may_upgrade_at_once_and_again(empty_url: str) -> None:
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as processes:
        list(processes.map(migrations.upgrade, [empty_url] * 3))
    migrations.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT count(*) FROM component").fetchone() == (len(ComponentCode),)
        made = connection.execute(
            "SELECT count(DISTINCT xmin::text) > 5 FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchone()
        assert made == (True,), "no migration keeps the locks of those before it"


def test_an_upgrade_that_callers_stood_in_the_way_of_goes_on(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def upgrade(_: object, to: str) -> None:
        begun.append(to)
        if len(begun) < 3:
            raise OperationalError("ALTER TABLE household", {}, psycopg.errors.DeadlockDetected())

    monkeypatch.setattr(command, "upgrade", upgrade)
    migrations.upgrade(empty_url)
    assert begun == ["head"] * 3


RELEASED = "0008"
"""The newest migration of the last release."""

FILES = """
SELECT relname, relfilenode FROM pg_class
WHERE relkind = 'r' AND relname IN
    ('household', 'household_phone', 'payment', 'payment_move', 'phone', 'message', 'grievance', 'ussd_journal')
"""


def test_no_migration_since_the_release_writes_a_table_of_callers_anew(empty_url: str) -> None:
    """While a table is written anew nobody reads it, for as long as it has rows."""
    rewritten = {}
    command.upgrade(migrations.configuration(empty_url), RELEASED)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        before: dict[str, int] = dict(connection.execute(FILES).fetchall())
        for revision in sorted(migrations._known()):
            if revision > RELEASED:
                command.upgrade(migrations.configuration(empty_url), revision)
                now: dict[str, int] = dict(connection.execute(FILES).fetchall())
                if tables := sorted(name for name in now if now[name] != before.get(name, now[name])):
                    rewritten[revision] = tables
                before = now
    assert rewritten == {}


def test_households_of_the_release_are_found_by_their_village(empty_url: str) -> None:
    command.upgrade(migrations.configuration(empty_url), RELEASED)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(HOUSEHOLDS)
        migrations.upgrade(empty_url)
        villages = connection.execute("SELECT village_search, count(*) FROM household GROUP BY 1 ORDER BY 1").fetchall()
    assert villages == [("safokura", 6000), (None, 1)]


HOUSEHOLDS = """
INSERT INTO region (pcode, name) VALUES ('ML01', 'R');
INSERT INTO cercle (pcode, region_pcode, name) VALUES ('ML0101', 'ML01', 'C');
INSERT INTO commune (pcode, cercle_pcode, name, search) VALUES ('ML010101', 'ML0101', 'C', 'c');
INSERT INTO household (household_no, head_name, commune_pcode, village, status)
SELECT lpad(h::text, 8, '0'), 'Awa', 'ML010101', CASE WHEN h > 1 THEN 'Safo-Koura' END, 'beneficiary'
FROM generate_series(1, 6001) AS h
"""


def test_a_downgrade_leaves_nothing(empty_url: str) -> None:
    migrations.upgrade(empty_url)
    command.downgrade(migrations.configuration(empty_url), "base")
    with psycopg.connect(empty_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("alembic_version",)]
