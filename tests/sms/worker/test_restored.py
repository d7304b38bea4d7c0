"""After a restore nothing is sent by itself, and nobody is told twice unmarked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.outbox import restoring
from core.outbox.restorations import RestorationSign
from core.platform import sql
from core.platform.redis import connect, empty
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from sms.campaigns import steps
from sms.outbox.high_water import KEY, HighWater
from sms.worker import sweeps
from sms.worker.restored import found_restored
from sms.worker.sender import Clock, Sender
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    SETTINGS,
    Fate,
    Watch,
    approved,
    counted,
    crowd,
    fate_of,
    fates,
    notice,
    numbers,
    planned,
    running,
    somebody,
    state_of,
)
from tests.sms.scripted_gateway import ScriptedGateway, alone
from tests.support.database import change, query

pytestmark = pytest.mark.usefixtures("safo")
ONE_EACH = Settings(sms_rate=0, sms_batch_size=1)


@pytest.fixture
def high_water(tmp_path: Path) -> HighWater:
    return HighWater(tmp_path, None, NOW)


@pytest.fixture(autouse=True)
async def going_on(safo: None) -> AsyncIterator[None]:
    """The sequence of the tests' database goes on, as that of one that was not restored."""
    (before,) = await sql.scalars("SELECT last_value FROM sms_departure")
    await change("SELECT setval('sms_departure', 1, false)")
    yield
    await change("SELECT setval('sms_departure', %(n)s)", n=before + 1000)


def sending(gateway: ScriptedGateway, high_water: HighWater | None, watch: Watch) -> Sender:
    clock = Clock(now=lambda: watch.now, sleep=watch.sleep)
    return Sender(alone(gateway), SETTINGS, worker="first", clock=clock, high_water=high_water)


async def restored(departures: int) -> None:
    """The tables as they were after so many departures, one number each: what left since is to be sent again."""
    ids = await sql.scalars(
        "SELECT batch_id FROM message WHERE state = 'accepted' ORDER BY batch_id OFFSET %(n)s", {"n": departures}
    )
    await change("UPDATE message SET state = 'planned', provider_id = NULL WHERE batch_id = ANY(%(ids)s)", ids=ids)
    await change(
        "UPDATE sms_batch SET state = 'ready', worker = NULL, claimed_at = NULL, left_at = NULL "
        "WHERE id = ANY(%(ids)s)",
        ids=ids,
    )
    await change("SELECT setval('sms_departure', %(n)s)", n=max(departures, 1))


async def half_sent(high_water: HighWater, watch: Watch) -> tuple[int, ScriptedGateway]:
    """A campaign of ten, told in full; the database is that of when three had been told."""
    await crowd(numbers(10))
    campaign = await running(settings=ONE_EACH)
    gateway = ScriptedGateway()
    await sending(gateway, high_water, watch).drain()
    assert gateway.took.total() == 10
    await restored(3)
    return campaign, gateway


async def test_a_worker_that_starts_on_a_restored_database_sends_nothing(high_water: HighWater) -> None:
    watch = Watch()
    campaign, gateway = await half_sent(high_water, watch)
    await found_restored(high_water, high_water.level, watch.now)
    await sending(gateway, high_water, watch).drain()
    assert (gateway.took.total(), await state_of(campaign)) == (10, "paused")
    assert await counted(campaign) == {"accepted": 3, "uncertain": 7}
    assert {fate.reason for fate in (await fates(campaign)).values()} == {None, "restored"}
    (found,) = await query("SELECT sign, departures, known, uncertain, paused FROM restoration")
    assert tuple(found) == ("behind", 3, 10, 7, 1)


async def test_a_worker_that_lives_through_a_restore_sees_it_at_its_next_departure(high_water: HighWater) -> None:
    """Its request had departed, of a database of the past; the gateway is not asked."""
    watch = Watch()
    campaign, gateway = await half_sent(high_water, watch)
    await sending(gateway, high_water, watch).drain()
    assert (gateway.took.total(), await state_of(campaign)) == (10, "paused")
    assert await counted(campaign) == {"accepted": 3, "uncertain": 7}


async def test_without_the_mark_everybody_would_be_told_twice(high_water: HighWater) -> None:
    """What this file guards against."""
    watch = Watch()
    _, gateway = await half_sent(high_water, watch)
    await sending(gateway, None, watch).drain()
    assert gateway.took.total() == 17


async def test_what_is_uncertain_is_settled_by_reports_or_sent_again_marked_once_somebody_said_so(
    high_water: HighWater,
) -> None:
    watch = Watch()
    campaign, gateway = await half_sent(high_water, watch)
    await found_restored(high_water, high_water.level, watch.now)
    doubted = [msisdn for msisdn, fate in (await fates(campaign)).items() if fate.state == "uncertain"]
    awa = await somebody("awa")
    await change(
        "INSERT INTO early_report (gateway, provider_id, msisdn, state, received_at) "
        "VALUES ('africastalking', 'lost', %(msisdn)s, 'delivered', %(at)s)",
        msisdn=doubted[0],
        at=watch.now + timedelta(seconds=30),
    )
    await sweeps.settle_by_reports(watch.turn(minutes=10), SETTINGS)
    assert (await fates(campaign))[doubted[0]] == Fate("delivered")
    await steps.settle(campaign, awa, watch.now, again=True)
    await steps.resume(campaign, awa, watch.now)
    await sending(gateway, high_water, watch).drain()
    assert gateway.took.total() == 10
    await restoring.go_on(awa.id, watch.now)
    await sending(gateway, high_water, watch).drain()
    assert gateway.took.total() == 16
    twice = [msisdn for msisdn, count in gateway.took.items() if count > 1]
    marked = await sql.scalars("SELECT msisdn FROM message WHERE was_uncertain")
    assert set(twice) <= set(marked)
    await found_restored(high_water, high_water.level, watch.now)
    assert not await restoring.is_waiting()


async def test_a_notice_and_a_campaign_whose_time_came_are_uncertain_and_what_nobody_started_is_marked() -> None:
    await crowd(numbers(4))
    key = await notice(AWA)
    campaign = await approved(await planned(settings=ONE_EACH))
    doubts = await restoring.doubt(RestorationSign.SAID, 0, NOW)
    assert doubts == restoring.Doubts(uncertain=1, paused=0)
    assert await fate_of(key) == Fate("uncertain", "restored")
    assert await counted(campaign) == {"planned": 4}
    marked = "SELECT DISTINCT was_uncertain FROM message WHERE campaign_id = %(id)s"
    assert await sql.scalars(marked, {"id": campaign}) == [True]


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_campaign_that_was_to_begin_does_not_begin_by_itself(hours: int) -> None:
    await crowd(numbers(2))
    campaign = await approved(await planned(settings=ONE_EACH))
    awa = await somebody("awa")
    await steps.start(campaign, awa, NOW - timedelta(hours=3), at=NOW + timedelta(hours=hours))
    await restoring.doubt(RestorationSign.SAID, 0, NOW)
    assert await state_of(campaign) == "paused"
    assert await counted(campaign) == ({"uncertain": 2} if hours < 0 else {"planned": 2})


async def test_a_database_in_another_cluster_was_restored_and_one_that_moved_whole_was_not() -> None:
    assert await restoring.sign_of_restoration(0) is None
    assert await restoring.sign_of_restoration(0) is None
    await change("UPDATE database_identity SET cluster = '1'")
    assert await restoring.sign_of_restoration(0) is RestorationSign.OTHER_CLUSTER
    await restoring.complete(0)
    assert await restoring.sign_of_restoration(0) is None


async def test_two_workers_that_find_the_same_say_it_once(high_water: HighWater) -> None:
    watch = Watch()
    await half_sent(high_water, watch)
    for _ in range(2):
        await found_restored(high_water, high_water.level, watch.now)
    assert len(await query("SELECT FROM restoration")) == 1


async def test_redis_forgets_what_it_knew_of_the_database_of_later_and_keeps_the_mark(
    tmp_path: Path, redis_server: OwnRedis
) -> None:
    client, watch = connect(redis_server.url), Watch()
    mark = HighWater(tmp_path, client, NOW)
    await half_sent(mark, watch)
    await client.set("jigi:{+22376000001}:call", "a page of a payment that is not there any more")
    await found_restored(mark, await mark.share(), watch.now)
    assert await client.get("jigi:{+22376000001}:call") is None
    assert len(await client.keys(f"{KEY}*")) == 1
    await empty(client)
    await client.aclose()


async def test_a_sequence_that_ran_ahead_in_a_crash_is_no_restore(high_water: HighWater) -> None:
    high_water.reach(5)
    await change("SELECT setval('sms_departure', 37)")
    assert await restoring.sign_of_restoration(high_water.level) is None


async def test_nobody_lets_go_on_what_was_not_restored() -> None:
    with pytest.raises(restoring.NothingRestored):
        await restoring.go_on((await somebody("awa")).id, NOW)


# The mark outside the database


async def test_the_mark_outlives_its_worker_and_is_shared_on_a_machine_and_over_redis(
    tmp_path: Path, redis_server: OwnRedis
) -> None:
    client = connect(redis_server.url)
    first, second = HighWater(tmp_path / "one", client, NOW), HighWater(tmp_path / "one", None, NOW)
    first.reach(7)
    first.reach(5)
    assert (first.level, await second.share(), HighWater(tmp_path / "one", None, NOW).level) == (7, 7, 7)
    await first.share()
    other = HighWater(tmp_path / "two", client, NOW)
    assert (other.level, await other.share()) == (0, 7)
    of_another_database = HighWater(tmp_path / "one", client, NOW + timedelta(seconds=1))
    assert (of_another_database.level, await of_another_database.share()) == (0, 0)
    assert await empty(client) >= 1
    assert await client.keys(f"{KEY}*") == []
    await client.aclose()


def test_a_file_that_cannot_be_read_is_no_mark(tmp_path: Path) -> None:
    HighWater(tmp_path, None, NOW).close()
    (file,) = tmp_path.iterdir()
    file.write_text("nonsense")
    assert HighWater(tmp_path, None, NOW).level == 0
