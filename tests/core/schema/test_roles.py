"""Roles by task come to a database that has people at work."""

import psycopg
from alembic import command
from sqlalchemy.engine import make_url

from core.schema import migrations
from core.schema.migrations.versions import r0017_roles


def test_who_signed_in_for_all_tasks_without_owning_the_tables_goes_on_to(empty_url: str) -> None:
    """A programme whose `jigi serve` had a sign-in of its own keeps it at the upgrade, and its line answers."""
    command.upgrade(migrations.configuration(empty_url), r0017_roles.down_revision)
    with psycopg.connect(empty_url, autocommit=True) as owner:
        owner.execute("CREATE ROLE serving LOGIN IN ROLE jigi_desk")
        try:
            owner.execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO serving")
            migrations.upgrade(empty_url)
            url = make_url(empty_url).set(username="serving").render_as_string(hide_password=False)
            with psycopg.connect(url) as connection:
                connection.execute("INSERT INTO ussd_journal (key, session_id, position) VALUES ('k', 's', 1)")
                assert connection.execute("SELECT key FROM ussd_journal").fetchall() == [("k",)]
        finally:
            owner.execute("DROP OWNED BY serving")
            owner.execute("DROP ROLE serving")
