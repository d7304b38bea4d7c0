"""The count of a great campaign is kept, and what a page asks reads no table of messages from end to end."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from core.outbox.messages import MessageState
from core.platform import sql
from core.platform.database import writing
from sms.campaigns import preview, steps, tally
from tests.core.seed import NOW
from tests.sms.campaign_world import SETTINGS, crowd, numbers, planned, running, somebody
from tests.support.database import change, one

pytestmark = pytest.mark.usefixtures("safo")

SECOND = timedelta(seconds=1)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three messages are many."""
    monkeypatch.setattr(tally, "MANY", 3)


async def delivered(phone: str) -> None:
    await change("UPDATE message SET state = 'delivered' WHERE msisdn = %(phone)s", phone=phone)


async def in_state(campaign: int, state: MessageState, *, after: timedelta) -> int:
    """How many are shown in a state to who looks after a while."""
    kept = await tally.tally_of(await preview.summary(campaign), NOW + after)
    return kept.states.get(state, 0)


async def test_a_small_campaign_is_counted_whenever_it_is_looked_at() -> None:
    await crowd(numbers(3))
    campaign = await running()
    assert await in_state(campaign, MessageState.DELIVERED, after=SECOND) == 0
    await delivered(numbers(1)[0])
    assert await in_state(campaign, MessageState.DELIVERED, after=SECOND) == 1
    assert (await one("SELECT count(*) AS kept FROM campaign_tally")).kept == 0


async def test_a_great_one_is_counted_anew_behind_who_looks(many: None) -> None:
    await crowd(numbers(3))
    campaign = await running()
    assert await in_state(campaign, MessageState.DELIVERED, after=SECOND) == 0
    await delivered(numbers(1)[0])
    assert await in_state(campaign, MessageState.DELIVERED, after=2 * SECOND) == 0
    await tally.behind.ended()
    assert await in_state(campaign, MessageState.DELIVERED, after=10 * SECOND) == 0
    await tally.behind.ended()
    assert await in_state(campaign, MessageState.DELIVERED, after=11 * SECOND) == 1


async def test_what_a_campaign_cost_is_asked_of_the_last_count_however_old_it_is(many: None) -> None:
    await crowd(numbers(3))
    campaign = await preview.summary(await running())
    await tally.keep(campaign.id, NOW)
    later = NOW + timedelta(hours=9)
    assert (await tally.last_tally_of(campaign, later)).at == NOW, "nobody waits"
    await tally.behind.ended()
    assert (await tally.last_tally_of(campaign, later)).at == later


async def test_nobody_waits_for_the_first_count_of_a_great_one(many: None) -> None:
    await crowd(numbers(3))
    campaign = await preview.summary(await running())
    await change("DELETE FROM campaign_tally")
    assert await tally.tally_at_hand(campaign, NOW) is None
    await tally.behind.ended()
    at_hand = await tally.tally_at_hand(campaign, NOW)
    assert at_hand is not None
    assert at_hand.messages == 3


async def test_a_great_plan_is_counted_for_who_looks_at_it_first(many: None) -> None:
    await crowd(numbers(3))
    await planned()
    assert (await one("SELECT counted_at, put_off FROM campaign_tally"))[:] == (NOW, 0)


async def test_what_is_decided_ends_a_kept_count_at_once(many: None) -> None:
    await crowd(numbers(3))
    campaign = await running()
    assert await in_state(campaign, MessageState.PLANNED, after=SECOND) == 3
    await steps.cancel(campaign, "Tour repoussé", await somebody("binta"), NOW)
    assert await in_state(campaign, MessageState.PLANNED, after=SECOND) == 0
    assert await in_state(campaign, MessageState.DROPPED, after=SECOND) == 3


async def test_a_worker_counts_what_is_under_way_and_an_old_count_is_not_shown(many: None) -> None:
    await crowd(numbers(3))
    campaign = await running()
    await in_state(campaign, MessageState.PLANNED, after=SECOND)
    await delivered(numbers(1)[0])
    assert await tally.count_under_way(NOW + timedelta(minutes=1)) == 1
    assert await in_state(campaign, MessageState.DELIVERED, after=timedelta(minutes=1)) == 1
    await delivered(numbers(2)[1])
    assert await in_state(campaign, MessageState.DELIVERED, after=timedelta(minutes=10)) == 2


async def test_a_kept_count_says_the_same_as_a_count(many: None) -> None:
    await crowd([*numbers(3), *numbers(2, "66")])
    campaign = await running()
    await delivered(numbers(1)[0])
    await change("UPDATE message SET cost = 24.5, currency = 'XOF' WHERE state = 'delivered'")
    fresh = await tally.tally_of(await preview.summary(campaign), NOW)
    kept = await tally.tally_of(await preview.summary(campaign), NOW)
    assert kept == fresh
    assert kept.put_off == 0
    shown = await preview.preview(campaign, SETTINGS, NOW, counted=kept)
    assert shown == await preview.preview(campaign, SETTINGS, NOW)


WHOLE: Mapping[str, str] = {
    "count": tally.COUNT,
    "put off": tally.PUT_OFF,
    "put off, few": tally.PUT_OFF_OF_FEW,
    "samples": preview.SAMPLES,
    "under way": preview.UNDER_WAY,
    "waiting": preview.WAITING,
    "speed": preview.SPEED,
}


@pytest.mark.parametrize("statement", WHOLE.values(), ids=WHOLE)
async def test_no_page_of_a_campaign_reads_every_message(statement: str) -> None:
    """Without an index that serves it, PostgreSQL reads the table even where it is told how dear that is."""
    await crowd(numbers(3))
    campaign = await running()
    values = {"id": campaign, "today": NOW, "since": NOW, "most": 3}
    async with writing():
        await sql.execute("SELECT set_config('enable_seqscan', 'off', true)")
        plan = "\n".join(await sql.scalars(f"EXPLAIN {statement}", values))
    assert "Seq Scan on message" not in plan, plan
