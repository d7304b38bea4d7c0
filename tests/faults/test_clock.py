"""The clock of a suite is turned for all its processes, and time passes only where nothing else happens."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from core.platform.settings import Settings
from faults import clock, passing
from faults.passing import Passing
from faults.story import Deal, losing_power, story
from faults.ways import By
from tests.sms.campaign_world import crowd, numbers, running
from tests.support.database import change, one


@pytest.fixture(autouse=True)
def own_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.FILE, "")
    clock.begin(tmp_path / "clock")


def test_it_is_turned_further_each_time() -> None:
    clock.turn(timedelta(hours=1))
    clock.turn(timedelta(minutes=5))
    assert clock.ahead() == timedelta(hours=1, minutes=5)
    assert timedelta(0) <= clock.now() - datetime.now(UTC) - clock.ahead() + timedelta(seconds=1) < timedelta(seconds=2)


async def test_a_night_passes_where_the_window_is_closed_and_who_lives_lives_on(
    safo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "STILL_SECONDS", 0.0)
    await crowd(numbers(2))
    await running()
    await change("INSERT INTO sms_worker VALUES ('here:7:a', now(), '2026-01-01Z'), ('here:8:b', now(), '2026-01-01Z')")
    living: list[int] | None = None
    run = Passing(Settings(), time(19, 59, 57), lambda: living)
    for _ in range(3):
        await run.look()
    assert run.turns == 0, "not while a worker is frozen"
    living = [7]
    clock.turn(timedelta(seconds=10))
    for _ in range(2):
        await run.look()
    assert run.turns == 1
    seen = await one("SELECT * FROM (SELECT max(seen_at) - min(seen_at) AS passed FROM sms_worker) AS each")
    assert seen.passed == run.passed


def test_in_a_run_without_power_the_cluster_is_lost_once() -> None:
    for seed in range(20):
        deals = [each.deal for each in losing_power(story(seed, By.MIXED)).disturbances]
        assert deals.count(Deal.CRASH_POSTGRES) == 1
