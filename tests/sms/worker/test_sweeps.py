"""What should have happened and did not, each put right: claims and departures of the dead, days missed, silence."""

import asyncio
from datetime import UTC, datetime, time

import pytest

from core.platform.settings import Settings
from sms.campaigns import steps
from sms.outbox import ledger
from sms.worker import sweeps
from sms.worker.sweeps import Swept
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    SETTINGS,
    Fate,
    Watch,
    approved,
    counted,
    crowd,
    fate_of,
    fates,
    living,
    notice,
    numbers,
    planned,
    running,
    sender,
    somebody,
    state_of,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.sms.worker.sweeping import DAY, HOUR, MINUTE, SECOND, claimed, left, reported, swept, unanswered
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")


QUIET = Swept(**dict.fromkeys(Swept.__slots__, 0))


async def test_where_all_is_well_there_is_nothing_to_do() -> None:
    await crowd(numbers(3))
    campaign = await running()
    await living("first", NOW)
    await claimed()
    before = await query("SELECT * FROM message ORDER BY id"), await query("SELECT * FROM sms_batch ORDER BY id")
    sweep = await sweeps.sweep(NOW, SETTINGS)
    assert (sweep, sweep.anything) == (QUIET, False)
    assert before == (await query("SELECT * FROM message ORDER BY id"), await query("SELECT * FROM sms_batch"))
    assert await state_of(campaign) == "running"


# Claimed


async def test_what_a_dead_worker_claimed_is_ready_again() -> None:
    await crowd([AWA])
    await running()
    await living("first", NOW)
    await claimed()
    assert await swept(NOW + 59 * SECOND) == {}
    assert await swept(NOW + 61 * SECOND) == {"given_back": 1}
    batch = await one("SELECT * FROM sms_batch")
    assert (batch.state, batch.worker, batch.claimed_at, batch.uncertain) == ("ready", None, None, False)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(), worker="second").drain()
    assert gateway.took == {AWA: 1}


async def test_what_a_worker_without_a_name_claimed_is_ready_again() -> None:
    await crowd([AWA])
    await running()
    await claimed("gone and its row too")
    assert await swept() == {"given_back": 1}


async def test_what_a_living_worker_claimed_is_its_own_for_five_minutes() -> None:
    await crowd([AWA])
    await running()
    await claimed()
    for after, outcome in ((299 * SECOND, {}), (301 * SECOND, {"given_back": 1})):
        await living("first", NOW + after)
        assert await swept(NOW + after) == outcome


# Left


async def test_what_left_with_a_dead_worker_is_uncertain_and_never_sent_by_itself() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    await living("first", NOW)
    await left()
    assert await swept(NOW + 59 * SECOND) == {}
    assert await swept(NOW + 61 * SECOND) == {"made_uncertain": 2, "finished": 1}
    assert await fates(campaign) == dict.fromkeys([AWA, BINTA], Fate("uncertain", "worker died"))
    batch = await one("SELECT state, uncertain, answered_at FROM sms_batch")
    assert (batch.state, batch.uncertain, batch.answered_at) == ("done", True, NOW + 61 * SECOND)
    assert await sender(ScriptedGateway(), Watch()).drain() == 0


async def test_claimed_and_left_are_told_apart() -> None:
    await crowd(numbers(2))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    await left("dead")
    await claimed("dead")
    assert await swept(NOW) == {"given_back": 1, "made_uncertain": 1}
    assert list((await fates(campaign)).values()) == [Fate("uncertain", "worker died"), Fate("planned")]


async def test_what_was_only_claimed_is_never_made_uncertain() -> None:
    await crowd([AWA])
    campaign = await running()
    await claimed("dead")
    assert await sweeps.make_uncertain(NOW + DAY, SETTINGS) == 0
    assert await fates(campaign) == {AWA: Fate("planned")}


async def test_a_living_worker_has_ten_minutes_to_write_an_answer_down() -> None:
    await crowd([AWA])
    campaign = await running()
    await left()
    for seconds, state in ((634, "planned"), (636, "uncertain")):
        await living("first", NOW + seconds * SECOND)
        await swept(NOW + seconds * SECOND)
        assert {fate.state for fate in (await fates(campaign)).values()} == {state}


async def test_a_notice_that_left_with_a_dead_worker_is_uncertain_too() -> None:
    key = await notice()
    await change("UPDATE sms_batch SET state = 'left', worker = 'dead', claimed_at = %(at)s, left_at = %(at)s", at=NOW)
    assert await swept() == {"made_uncertain": 1}
    assert await fate_of(key) == Fate("uncertain", "worker died")


# Missed


async def test_who_could_not_be_told_in_time_is_dropped() -> None:
    await crowd([AWA], due=TODAY + DAY)
    campaign = await running()
    end = datetime.combine(TODAY + DAY, time(19), UTC)
    assert await swept(end) == {}
    assert await swept(end + SECOND) == {"missed": 1, "finished": 1}
    assert await fates(campaign) == {AWA: Fate("dropped", "missed_its_day")}
    assert (await one("SELECT final_at FROM message")).final_at == end + SECOND


async def test_what_left_in_time_is_not_dropped() -> None:
    await crowd([AWA], due=TODAY + DAY)
    campaign = await running()
    await left()
    await living("first", NOW + 3 * DAY)
    await change("UPDATE sms_batch SET left_at = %(at)s", at=NOW + 3 * DAY)
    assert await swept(NOW + 3 * DAY) == {}
    assert await fates(campaign) == {AWA: Fate("planned")}


# Planned and never sent


async def test_who_was_forgotten_in_a_request_that_is_over_goes_into_a_new_one() -> None:
    await crowd([AWA, BINTA])
    await running()
    await change("UPDATE message SET state = 'accepted' WHERE msisdn = %(binta)s", binta=BINTA)
    await change("UPDATE sms_batch SET state = 'done', left_at = %(at)s, answered_at = %(at)s", at=NOW)
    assert await sweeps.send_anew(NOW + 59 * SECOND) == 0
    assert await sweeps.send_anew(NOW + 60 * SECOND) == 1
    assert await sweeps.send_anew(NOW + 60 * SECOND) == 0
    gateway = ScriptedGateway()
    await sender(gateway, Watch(NOW + 2 * MINUTE)).drain()
    assert gateway.took == {AWA: 1}


async def test_who_was_forgotten_is_sent_to_even_when_the_campaign_was_thought_finished() -> None:
    await crowd([AWA])
    campaign = await running()
    await change("UPDATE sms_batch SET state = 'done', left_at = %(at)s, answered_at = %(at)s", at=NOW)
    await swept(NOW)
    await swept(NOW + 2 * MINUTE)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(NOW + 3 * MINUTE)).drain()
    assert await fates(campaign) == {AWA: Fate("accepted")}
    assert gateway.took == {AWA: 1}


async def test_what_came_back_to_a_cancelled_campaign_is_dropped() -> None:
    await crowd([AWA])
    campaign = await running()
    departure = await left()
    await steps.cancel(campaign, "a mistake", await somebody("binta"), NOW)
    await ledger.release(departure.claim, NOW)
    await swept(NOW)
    assert await fates(campaign) == {AWA: Fate("dropped", "cancelled")}
    assert (await one("SELECT state FROM sms_batch")).state == "closed"


async def test_who_is_planned_still_in_a_closed_request_of_a_cancelled_campaign_is_dropped() -> None:
    """So it stood when a worker gave its request back in the middle of the cancelling."""
    await crowd([AWA])
    campaign = await running()
    await left()
    await steps.cancel(campaign, "a mistake", await somebody("binta"), NOW)
    await change("UPDATE sms_batch SET state = 'closed', answered_at = %(now)s", now=NOW)
    await swept(NOW + 2 * MINUTE)
    assert await fates(campaign) == {AWA: Fate("dropped", "cancelled")}


# Finished


async def test_a_campaign_with_nothing_left_is_over() -> None:
    await crowd([AWA])
    campaign = await running()
    await sender(ScriptedGateway(), Watch()).drain()
    assert await swept(NOW + MINUTE) == {"finished": 1}
    row = await one("SELECT state, ended_at FROM campaign WHERE id = %(id)s", id=campaign)
    assert (row.state, row.ended_at) == ("finished", NOW + MINUTE)


async def test_a_plan_that_waits_for_its_approval_is_left_alone() -> None:
    await crowd([AWA])
    campaign = (await planned()).campaign_id
    assert await swept(NOW + DAY) == {}
    assert await fates(campaign) == {AWA: Fate("planned")}


# Silence


@pytest.mark.parametrize("state", ["accepted", "on_its_way"])
async def test_without_a_report_for_three_days_a_message_is_silent_and_a_late_report_still_counts(state: str) -> None:
    await crowd([AWA])
    campaign = await running()
    await sender(ScriptedGateway(), Watch()).drain()
    await change("UPDATE message SET state = %(state)s", state=state)
    assert await swept(NOW + 72 * HOUR) == {"finished": 1}
    assert await swept(NOW + 72 * HOUR + SECOND) == {"silent": 1}
    assert await fates(campaign) == {AWA: Fate("silent")}
    assert (await one("SELECT state FROM sms_batch")).state == "closed"

    await reported("at-1", at=NOW + 80 * HOUR)
    assert await fates(campaign) == {AWA: Fate("delivered")}


@pytest.mark.parametrize("state", ["delivered", "failed"])
async def test_what_is_final_is_not_silent(state: str) -> None:
    await crowd([AWA])
    campaign = await running()
    await sender(ScriptedGateway(), Watch()).drain()
    await change("UPDATE message SET state = %(state)s", state=state)
    assert "silent" not in await swept(NOW + 73 * HOUR)
    assert await fates(campaign) == {AWA: Fate(state)}


async def test_how_long_silence_is_waited_for_is_a_setting() -> None:
    await crowd([AWA])
    await running()
    await sender(ScriptedGateway(), Watch()).drain()
    assert await swept(NOW + 2 * HOUR, sms_silent_hours=1) == {"silent": 1, "finished": 1}


async def waiting(now: datetime) -> int:
    return sum((await sweeps.waiting_for_a_decision(now, SETTINGS)).values())


# What a supervisor is asked


async def test_a_supervisor_is_asked_after_an_hour() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    await unanswered()
    assert [await waiting(NOW + HOUR), await waiting(NOW + HOUR + SECOND)] == [0, 2]

    await reported("strange")
    await swept(NOW + 10 * MINUTE)
    assert await waiting(NOW + 2 * HOUR) == 1
    await steps.settle(campaign, await somebody("binta"), NOW, again=False)
    assert await waiting(NOW + 2 * HOUR) == 0


async def test_a_supervisor_is_asked_until_they_answer() -> None:
    await crowd([AWA])
    campaign = await running()
    await unanswered()
    for hours in (1, 24, 71, 73, 200):
        now = NOW + hours * HOUR + SECOND
        await swept(now)
        assert await waiting(now) == 1, f"nobody is asked any more after {hours} hours"
    assert (await counted(campaign)) == {"uncertain": 1}


async def test_two_sweeps_at_once_do_it_once() -> None:
    await crowd(numbers(20))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=2))
    for _ in range(5):
        await left("dead")
        await claimed("dead")
    swept_by_each = await asyncio.gather(*(sweeps.sweep(NOW, SETTINGS) for _ in range(3)))
    assert sum(each.given_back for each in swept_by_each) == 5
    assert sum(each.made_uncertain for each in swept_by_each) == 10
    assert await counted(campaign) == {"planned": 10, "uncertain": 10}


async def test_a_campaign_that_waits_for_its_start_keeps_its_messages() -> None:
    await crowd([AWA])
    campaign = await approved(await planned())
    await steps.start(campaign, await somebody("binta"), NOW, NOW + DAY)
    assert await swept(NOW + HOUR) == {}
    assert await fates(campaign) == {AWA: Fate("planned")}
