"""Pausing, cancelling and finishing a campaign, and what becomes of its messages."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from enum import Enum, auto

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.campaigns.models import CampaignState as S
from core.campaigns.steps import CampaignError
from core.platform.settings import Settings
from core.staff.agents import Actor
from core.text.words import COMMAND
from sms.campaigns import steps
from sms.campaigns.audience import Audience
from sms.campaigns.notes import note_text
from sms.outbox import claims
from sms.outbox.gateway import Policy, Unanswered
from sms.worker import sweeps
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    SETTINGS,
    Fate,
    Watch,
    approved,
    counted,
    crowd,
    family,
    fates,
    numbers,
    planned,
    running,
    sender,
    somebody,
    state_of,
)
from tests.sms.campaigns.standing import HOUR, ROUTES, in_state
from tests.sms.scripted_gateway import ScriptedGateway, SlowGateway
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")


# Pausing and going on


async def test_pausing_holds_back_what_is_ready_and_resuming_repeats_nobody() -> None:
    await crowd(numbers(5))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    watch, gateway = Watch(), ScriptedGateway()
    working = sender(gateway, watch)
    for _ in range(2):
        claim = await claims.claim("first", NOW, ROUTES)
        assert claim
        await working.send(claim)

    await steps.pause(campaign, "network", NOW)
    assert await working.drain() == 0
    assert await counted(campaign) == {"accepted": 2, "planned": 3}
    assert (await one("SELECT why FROM campaign")).why == "network"

    await steps.resume(campaign, await somebody("binta"), NOW)
    assert await working.drain() == 3
    assert gateway.took == dict.fromkeys(numbers(5), 1)
    assert (await one("SELECT why FROM campaign")).why is None


async def test_a_request_claimed_before_the_pause_does_not_leave() -> None:
    await family(AWA)
    campaign = await running()
    gateway = ScriptedGateway()
    claim = await claims.claim("first", NOW, ROUTES)
    assert claim
    await steps.pause(campaign, "network", NOW)
    await sender(gateway, Watch()).send(claim)
    assert (gateway.asked, await fates(campaign)) == ([], {AWA: Fate("planned")})
    assert (await one("SELECT state FROM sms_batch")).state == "ready"


async def test_what_left_before_the_pause_is_recorded() -> None:
    await family(AWA)
    campaign = await running()

    async def paused_meanwhile() -> None:
        await steps.pause(campaign, "network", NOW)

    gateway = SlowGateway(paused_meanwhile)
    await sender(gateway, Watch()).drain()
    assert await fates(campaign) == {AWA: Fate("accepted")}


async def test_a_scheduled_campaign_that_was_paused_keeps_its_date() -> None:
    await family(AWA)
    campaign = await approved(await planned())
    binta = await somebody("binta")
    await steps.start(campaign, binta, NOW, NOW + 5 * HOUR)
    await steps.pause(campaign, "wait", NOW + HOUR, binta)
    assert await steps.begin_due(NOW + 5 * HOUR) == []

    await steps.resume(campaign, binta, NOW + 2 * HOUR)
    row = await one("SELECT state, starts_at FROM campaign")
    assert (row.state, row.starts_at) == ("scheduled", NOW + 5 * HOUR)
    assert await steps.begin_due(NOW + 5 * HOUR) == [campaign]


async def test_a_scheduled_campaign_that_was_paused_past_its_date_goes_on_at_once() -> None:
    await family(AWA)
    campaign = await approved(await planned())
    binta = await somebody("binta")
    await steps.start(campaign, binta, NOW, NOW + HOUR)
    await steps.pause(campaign, "wait", NOW, binta)
    await steps.resume(campaign, binta, NOW + 2 * HOUR)
    row = await one("SELECT state, started_at FROM campaign")
    assert (row.state, row.started_at) == ("running", NOW + 2 * HOUR)


async def test_the_gateway_stops_a_running_campaign_and_no_other() -> None:
    campaign = await in_state(S.FINISHED)
    assert not await steps.stop_for_gateway(campaign, "no_balance", NOW)
    await change("UPDATE campaign SET state = 'running'")
    assert await steps.stop_for_gateway(campaign, "no_balance", NOW)
    assert not await steps.stop_for_gateway(campaign, "no_balance", NOW)


# Cancelling


async def test_cancelling_drops_what_is_planned_and_records_what_is_under_way() -> None:
    await crowd(numbers(3))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    binta = await somebody("binta")
    gateway = SlowGateway(lambda: steps.cancel(campaign, "a mistake", binta, NOW))
    await sender(gateway, Watch()).drain()

    first, *rest = numbers(3)
    dropped = Fate("dropped", "cancelled")
    assert await fates(campaign) == {first: Fate("accepted"), **dict.fromkeys(rest, dropped)}
    assert gateway.took == {first: 1}
    batches = await query("SELECT state FROM sms_batch ORDER BY id")
    assert [row.state for row in batches] == ["done", "closed", "closed"]


@pytest.mark.parametrize("policy", [Policy.AGAIN, Policy.STOP])
async def test_what_comes_back_after_the_campaign_was_cancelled_is_dropped(policy: Policy) -> None:
    await family(AWA)
    campaign = await running()
    binta = await somebody("binta")
    await sender(SlowGateway(lambda: steps.cancel(campaign, "a mistake", binta, NOW), policy), Watch()).drain()
    assert await state_of(campaign) == "cancelled"
    await sweeps.sweep(NOW + HOUR, SETTINGS)
    assert await fates(campaign) == {AWA: Fate("dropped", "cancelled")}


async def test_cancelling_a_plan_lets_others_tell_its_numbers() -> None:
    await family(AWA)
    plan = await planned()
    await approved(plan)
    assert (await planned()).recipients == 0
    await steps.cancel(plan.campaign_id, "a mistake", await somebody("awa"), NOW)
    assert (await planned()).recipients == 1


ROUNDS = 15


async def test_cancelling_while_requests_depart_leaves_nobody_both_dropped_and_sent() -> None:
    """Many times over, from before to behind it: cancel while two requests depart, and look what became of all."""
    gateway, binta = ScriptedGateway(), await somebody("binta")
    assert await cancelled_departing(gateway, binta, 0, When.BEFORE) == 0
    for place in range(1, ROUNDS):
        await cancelled_departing(gateway, binta, place, When.WHILE)
    assert await cancelled_departing(gateway, binta, ROUNDS, When.BEHIND) == 2


class When(Enum):
    """When a campaign is cancelled, seen from the requests that depart; while they do, nobody knows who wins."""

    BEFORE = auto()
    WHILE = auto()
    BEHIND = auto()


async def cancelled_departing(gateway: ScriptedGateway, actor: Actor, place: int, when: When) -> int:
    """Cancel a campaign before, a few turns of the loop into, or behind the departure of two requests; what left."""
    await change("TRUNCATE household, campaign CASCADE")
    await crowd(numbers(4, first=place * 10))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    senders = [sender(gateway, Watch(), worker=name) for name in ("first", "second")]
    claimed = [await claims.claim(name, NOW, ROUTES) for name in ("first", "second")]

    async def cancel() -> int:
        for _ in range(place % 12):
            await asyncio.sleep(0)
        await steps.cancel(campaign, "a mistake", actor, NOW)
        asked = len(gateway.asked)
        return asked + int((await one("SELECT count(*) AS n FROM sms_batch WHERE state = 'left'")).n)

    sends = [each.send(claim) for each, claim in zip(senders, claimed, strict=True) if claim]
    cancelling = asyncio.create_task(cancel()) if when is not When.BEHIND else None
    if cancelling and when is When.BEFORE:
        await cancelling
    await asyncio.gather(*sends)
    may_be_asked = await (cancelling or cancel())
    for each in senders:
        await each.drain()

    became = await fates(campaign)
    for msisdn, fate in became.items():
        assert fate in (Fate("accepted"), Fate("dropped", "cancelled")), msisdn
        assert gateway.took[msisdn] == (fate == Fate("accepted")), msisdn
    assert len(gateway.asked) <= may_be_asked, "it left after the cancellation"
    return sum(fate.state == "accepted" for fate in became.values())


# Finishing


async def test_a_campaign_is_finished_when_nothing_of_it_is_left() -> None:
    await crowd(numbers(2))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    working = sender(ScriptedGateway(Policy.FINAL), Watch())
    for left in (2, 1):
        assert await steps.finish_done(NOW) == [], left
        claim = await claims.claim("first", NOW, ROUTES)
        assert claim
        assert await steps.finish_done(NOW) == [], left
        await working.send(claim)
    assert await steps.finish_done(NOW + HOUR) == [campaign]
    row = await one("SELECT state, ended_at FROM campaign")
    assert (row.state, row.ended_at) == ("finished", NOW + HOUR)


async def test_a_campaign_is_not_finished_while_an_answer_is_waited_for() -> None:
    await family(AWA)
    campaign = await running()
    finished: list[list[int]] = []

    async def looked_meanwhile() -> None:
        finished.append(await steps.finish_done(NOW))

    await sender(SlowGateway(looked_meanwhile), Watch()).drain()
    assert (finished, await steps.finish_done(NOW)) == ([[]], [campaign])


async def test_a_paused_campaign_of_which_nothing_is_left_is_finished_too() -> None:
    """The last request of all is refused by its gateway, which pauses it, and who it was for stops all SMS."""
    campaign = await in_state(S.PAUSED)
    assert await steps.finish_done(NOW) == [], "it waits for a person"
    await change("UPDATE sms_batch SET state = 'done'")
    assert await steps.finish_done(NOW) == [campaign]


@pytest.mark.parametrize("state", [S.DRAFT, S.PLANNED, S.APPROVED, S.SCHEDULED, S.CANCELLED])
async def test_only_a_campaign_that_was_begun_finishes(state: S) -> None:
    await in_state(state)
    await change("UPDATE sms_batch SET state = 'done'")
    assert await steps.finish_done(NOW) == []


async def test_who_is_tried_again_later_keeps_the_campaign_running() -> None:
    await family(AWA)
    await running()
    await sender(ScriptedGateway(Policy.AGAIN), Watch()).drain()
    assert await steps.finish_done(NOW) == []


# Uncertain messages


async def uncertain(campaign: int) -> None:
    """Let everything of a campaign leave and stay without an answer."""
    gateway = ScriptedGateway(*[Unanswered("ReadTimeout")] * 9)
    await sender(gateway, Watch()).drain()
    await steps.finish_done(NOW)
    assert set(await counted(campaign)) == {"uncertain"}
    assert await state_of(campaign) == "finished"


async def test_uncertain_messages_sent_again_stay_marked() -> None:
    await family(AWA)
    campaign = await running()
    await uncertain(campaign)
    before = len(await steps.changes(campaign))
    assert await steps.settle(campaign, await somebody("binta"), NOW, again=True) == 1
    assert await state_of(campaign) == "running"
    decided = [
        (each.at, each.actor, each.from_state, note_text(each.note, COMMAND)) for each in await steps.changes(campaign)
    ]
    assert decided[before:] == [(NOW, "Binta", "finished", "1 uncertain: sent again")]

    gateway = ScriptedGateway()
    await sender(gateway, Watch()).drain()
    assert gateway.took == {AWA: 1}
    row = await one("SELECT state, was_uncertain, reason FROM message")
    assert (row.state, row.was_uncertain, row.reason) == ("accepted", True, None)


async def test_uncertain_messages_left_are_never_sent() -> None:
    await family(AWA)
    campaign = await running()
    await uncertain(campaign)
    assert await steps.settle(campaign, await somebody("binta"), NOW, again=False) == 1
    assert await sender(ScriptedGateway(), Watch()).drain() == 0
    assert (await fates(campaign), await state_of(campaign)) == ({AWA: Fate("silent", "not_sent_again")}, "finished")
    assert await steps.settle(campaign, await somebody("binta"), NOW, again=True) == 0
    assert note_text((await steps.changes(campaign))[-1].note, COMMAND) == "1 uncertain: left"


async def test_a_campaign_is_settled_without_touching_another() -> None:
    await family(AWA)
    campaign = await running()
    await uncertain(campaign)
    await family(BINTA)
    other = await running(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")
    await uncertain(other)
    assert await steps.settle(other, await somebody("binta"), NOW, again=False) == 2
    assert await fates(campaign) == {AWA: Fate("uncertain", "ReadTimeout")}


async def test_what_is_refused_is_refused_in_words_for_people() -> None:
    campaign = await in_state(S.DRAFT)
    with pytest.raises(CampaignError, match=rf"^campaign {campaign} is draft, not planned$"):
        await steps.approve(campaign, await somebody("binta"), NOW)


async def test_a_plan_with_nobody_to_tell_is_discarded() -> None:
    await family(AWA, round_name=None)
    plan = await planned(Kind.FREE, Audience(place="ML09"), french="Réunion.", bambara="Lajè.")
    await steps.discard(plan.campaign_id)
    assert await query("SELECT id FROM campaign") == []
    assert await query("SELECT id FROM campaign_change") == []


async def test_single_notices_are_settled_together() -> None:
    await change(
        "INSERT INTO message (kind, key, msisdn, household_ids, state, attempts, was_uncertain, planned_at) "
        "VALUES ('help', 'one', %(one)s, '{}', 'uncertain', 0, true, %(now)s)",
        one=AWA,
        now=NOW,
    )
    assert await steps.settle(None, await somebody("binta"), NOW, again=False) == 1


async def test_free_words_that_begin_by_being_resumed_end_two_days_later_and_are_not_prolonged() -> None:
    await family(AWA)
    actor = await somebody("binta")
    campaign = await approved(await planned(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè."))
    await steps.start(campaign, actor, NOW, NOW + HOUR)
    await steps.pause(campaign, "network", NOW, actor)
    for now in (NOW + 2 * HOUR, NOW + 26 * HOUR):
        await steps.resume(campaign, actor, now)
        await steps.pause(campaign, "network", now, actor)
        until = (await one("SELECT not_after FROM sms_batch")).not_after
        assert until == datetime.combine(NOW.date() + timedelta(days=2), time(0), UTC)
