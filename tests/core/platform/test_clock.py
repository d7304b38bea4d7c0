"""The database's time, whatever this machine's clock says."""

from datetime import UTC, datetime, timedelta

import pytest

from core.platform.clock import KEPT_SECONDS, DatabaseClock

pytestmark = pytest.mark.usefixtures("world")


async def test_the_time_is_the_database_s_and_counts_on_by_a_clock_that_nobody_sets() -> None:
    seconds = [1000.0]
    clock = DatabaseClock(lambda: seconds[0])
    asked = await clock.ask()
    assert abs(asked - datetime.now(UTC)) < timedelta(hours=1)  # the test's database is on this machine
    seconds[0] += 90
    assert clock.now() - asked == timedelta(seconds=90)


async def test_a_time_of_long_ago_is_asked_for_anew() -> None:
    seconds = [1000.0]
    clock = DatabaseClock(lambda: seconds[0])
    first = await clock.fresh()
    assert await clock.fresh() == first
    seconds[0] += KEPT_SECONDS + 3600  # a machine that slept counts nothing meanwhile, one that jumps counts too much
    assert await clock.fresh() - first < timedelta(minutes=30)
