"""What people do besides calling is right when nothing is in its way, and a half deed would be seen."""

from pathlib import Path

import psycopg
import pytest

from core.platform.settings import settings
from faults import deeds
from faults.called import begin
from faults.done import Counts
from faults.rounds import Round, people

TRUST = "ALTER TABLE {0} DISABLE TRIGGER ALL; {1}; ALTER TABLE {0} ENABLE TRIGGER ALL"
HALVES = {
    "decide": ("grievance_event", "UPDATE grievance_event SET kind = 'noted' WHERE kind = 'decided'"),
    "bring_in households": ("household", "DELETE FROM household WHERE programme_no LIKE '%7'"),
    "bring_in payments": ("payment", "DELETE FROM payment WHERE id % 40 = 7"),
    "take_back": ("import_run", "UPDATE import_run SET undone_at = NULL"),
    "plan": ("message", "DELETE FROM message WHERE id = (SELECT max(id) FROM message)"),
    "approve": ("campaign_change", "DELETE FROM campaign_change WHERE to_state = 'approved'"),
    "schedule": ("campaign_change", "UPDATE campaign_change SET to_state = 'scheduled'"),
    "begin": ("campaign", "UPDATE campaign SET state = 'paused'"),
}
"""Of each deed: a table, and what leaves half of it there."""


@pytest.mark.usefixtures("world")
async def test_each_deed_is_whole_and_half_of_it_is_seen(database_url: str, tmp_path: Path) -> None:
    begin(database_url)
    await people()
    seen = set()
    async for deed in Round(1, tmp_path, Counts(database_url)).deeds():
        await deeds.DEEDS[deed.name](settings=settings(), **deed.given)
        assert [*deed.wrong(over=True)] == [], deed.kind
        with psycopg.connect(database_url) as connection:
            half = TRUST.format(*HALVES[deed.kind])
            with connection.transaction(force_rollback=True), pytest.MonkeyPatch.context() as inside:
                connection.execute(half.encode())
                inside.setattr(psycopg, "connect", lambda _: _Open(connection))
                assert [*deed.wrong(over=True)] != [], deed.kind
        seen.add(deed.kind)
    assert seen == HALVES.keys()


class _Open:
    """A connection that stays open, for who would close it."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> psycopg.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        pass
