"""What stands in the database is shown as it is, read by the worker's own role."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from core.outbox.messages import BatchState
from core.platform import sql
from core.platform.database import DatabaseTask, close_database, open_database, signed_in_for
from core.schema import migrations
from sms.worker.measures import measure
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, MALITEL, crowd, running
from tests.support.counters import samples

pytestmark = pytest.mark.usefixtures("safo")


async def test_what_waits_is_counted_and_how_long(database_url: str, by_task: Mapping[DatabaseTask, str]) -> None:
    await crowd([AWA, MALITEL])
    await running()
    later = NOW + timedelta(days=2)
    await close_database()
    open_database(database_url, by_task=by_task)
    with signed_in_for(DatabaseTask.WORKER):
        await measure(later)
    waiting = samples("jigi_sms_open_requests")
    assert sum(waiting.values()) == 2
    assert {state for _, state in waiting} == {BatchState.READY.value}
    ((_, longest),) = samples("jigi_sms_oldest_waiting_seconds").items()
    assert 0 < longest <= 2 * 86_400
    await sql.execute("UPDATE sms_batch SET state = %(done)s", {"done": BatchState.DONE.value})
    await measure(later)
    assert samples("jigi_sms_open_requests") == {}
    assert samples("jigi_sms_oldest_waiting_seconds") == {(): 0}


async def test_the_migration_of_the_database_stands_beside_the_one_that_is_wanted() -> None:
    await measure(NOW)
    assert samples("jigi_migration") == samples("jigi_migration_wanted") == {(): int(migrations.newest())}
    assert samples("jigi_measured_timestamp_seconds")[()] > 0
