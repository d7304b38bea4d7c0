"""PostgreSQL has no room left: what can be read is answered."""

from collections.abc import AsyncIterator

import pytest

from core.platform import database_metrics, sql
from core.text.languages import Language
from demo.callers import Situation
from tests.menus.conftest import Town, caller
from tests.support.database import count
from tests.support.dialling import pressed

FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON %%I EXECUTE FUNCTION no_room()', name);
    END LOOP;
END $$
"""
ROOM = "DROP FUNCTION no_room() CASCADE"


@pytest.fixture
async def full(town: Town) -> AsyncIterator[Town]:
    """The town, whose callers called before, on a database that takes nothing."""
    await town.speaking(Situation.UPCOMING, Language("fr"))
    await sql.execute(FULL)
    try:
        yield town
    finally:
        await sql.execute("DROP FUNCTION IF EXISTS no_room() CASCADE")


async def test_what_can_be_read_is_answered_and_what_cannot_be_written_ends_in_words(full: Town) -> None:
    before = await count("grievance")
    msisdn = caller(Situation.UPCOMING).msisdn
    for _ in range(6):
        assert "indisponible" in await pressed(full.phone(msisdn), "00", "3", "1", "1", "1")
    assert "F CFA" in await pressed(full.phone(msisdn), "00", "1"), (
        "nobody is turned away because others could not file"
    )
    assert database_metrics.lacks_room()
    assert await count("grievance") == before
    await sql.execute(ROOM)
    assert "Numéro : " in await pressed(full.phone(msisdn), "00", "3", "1", "1", "1")
