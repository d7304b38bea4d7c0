"""Villages that stood there before the loose spelling, or that a program of the version before writes, have it too."""

import psycopg
from alembic import command

from core.schema import migrations

PLACES = """
INSERT INTO region (pcode, name) VALUES ('ML02', 'Koulikoro');
INSERT INTO cercle (pcode, name, region_pcode) VALUES ('ML0202', 'Kati', 'ML02');
INSERT INTO commune (pcode, name, cercle_pcode, search) VALUES ('ML020201', 'Safo', 'ML0202', 'safo');
"""
HOUSEHOLD = """
INSERT INTO household (household_no, head_name, commune_pcode, village, status)
VALUES (%s, 'Awa Keita', 'ML020201', 'Fàracoro', 'beneficiary')
"""
EVENT = """
INSERT INTO component_event (component, commune_pcode, village, date, place, what)
VALUES ('MA', 'ML020201', 'FARAKORO', %s, 'École', '{}')
"""
SEARCH = "SELECT village_search FROM household UNION ALL SELECT village_search FROM component_event"


def test_rows_of_the_version_before_are_spelled_loosely(empty_url: str) -> None:
    configuration = migrations.configuration(empty_url)
    command.upgrade(configuration, "0010")
    with psycopg.connect(empty_url) as connection:
        connection.execute(PLACES)
        connection.execute(HOUSEHOLD, ["00000001"])
        connection.execute(EVENT, ["2026-12-01"])
    migrations.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute(HOUSEHOLD, ["00000002"])
        connection.execute(EVENT, ["2026-12-02"])
        assert connection.execute(SEARCH).fetchall() == [("farakoro",)] * 4
        connection.execute("UPDATE household SET village = 'Sirakoro'")
        assert connection.execute("SELECT DISTINCT village_search FROM household").fetchall() == [("sirakoro",)]


def test_a_downgrade_takes_the_mutual_away_with_who_is_enrolled_in_it(empty_url: str) -> None:
    migrations.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute(PLACES)
        connection.execute(HOUSEHOLD, ["00000001"])
        connection.execute("INSERT INTO enrolment (household_id, component) SELECT id, 'MUT' FROM household")
    command.downgrade(migrations.configuration(empty_url), "0010")
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT count(*) FROM enrolment").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM component").fetchone() == (8,)
