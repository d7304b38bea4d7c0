"""The life of a campaign: who may do what in which state, what is on record, and what becomes of its messages."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from core.campaigns.models import CampaignKind as Kind
from core.campaigns.models import CampaignState as S
from core.campaigns.steps import CampaignError, FourEyes, NotASupervisor, WrongState
from core.platform.settings import Settings
from core.staff import administration
from core.staff.agents import Actor, Role, UnknownAgent, actor_of
from core.text.words import COMMAND
from sms.campaigns import planning, steps
from sms.campaigns.audience import Audience
from sms.campaigns.notes import note_text
from sms.campaigns.scope import UnknownCampaign
from sms.outbox import ledger
from sms.outbox.gateway import Policy, Unanswered
from sms.outbox.window import Window
from sms.worker import sweeps
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    NOW,
    SETTINGS,
    Fate,
    ScriptedGateway,
    SlowGateway,
    Watch,
    approved,
    change,
    counted,
    crowd,
    drafted,
    family,
    fates,
    numbers,
    one,
    planned,
    query,
    running,
    sender,
    somebody,
    state_of,
)
from tests.sms.campaign_world import safo as safo

pytestmark = pytest.mark.usefixtures("safo")

HOUR = timedelta(hours=1)
WINDOW = Window(*SETTINGS.sms_window)
DEAR = Settings(sms_rate=0, sms_cap_parts=0)
"""Settings under which each campaign needs a second approval."""


# What may be done in which state

Do = Callable[[int, Actor], Awaitable[object]]
DEEDS: dict[str, Do] = {
    "plan": lambda campaign, actor: planning.plan(campaign, SETTINGS, NOW, actor=actor),
    "approve": lambda campaign, actor: steps.approve(campaign, actor, NOW),
    "start": lambda campaign, actor: steps.start(campaign, actor, NOW),
    "start later": lambda campaign, actor: steps.start(campaign, actor, NOW, NOW + HOUR),
    "pause": lambda campaign, actor: steps.pause(campaign, "network", NOW, actor),
    "resume": lambda campaign, actor: steps.resume(campaign, actor, NOW),
    "cancel": lambda campaign, actor: steps.cancel(campaign, "a mistake", actor, NOW),
    "send again": lambda campaign, actor: steps.settle(campaign, actor, NOW, again=True),
    "leave": lambda campaign, actor: steps.settle(campaign, actor, NOW, again=False),
}
ALLOWED: dict[S, dict[str, S]] = {
    S.DRAFT: {"plan": S.PLANNED, "cancel": S.CANCELLED},
    S.PLANNED: {"plan": S.PLANNED, "approve": S.APPROVED, "cancel": S.CANCELLED},
    S.APPROVED: {"start": S.RUNNING, "start later": S.SCHEDULED, "cancel": S.CANCELLED},
    S.SCHEDULED: {"start": S.RUNNING, "start later": S.SCHEDULED, "pause": S.PAUSED, "cancel": S.CANCELLED},
    S.RUNNING: {"pause": S.PAUSED, "cancel": S.CANCELLED},
    S.PAUSED: {"resume": S.RUNNING, "cancel": S.CANCELLED},
    S.FINISHED: {},
    S.CANCELLED: {},
}
SETTLING = {"send again", "leave"}


async def in_state(state: S) -> int:
    """A campaign of one recipient in this state."""
    await family(AWA)
    if state is S.DRAFT:
        return await drafted()
    plan = await planned()
    if state is not S.PLANNED:
        await approved(plan)
    if state not in (S.PLANNED, S.APPROVED):
        await change(
            "UPDATE campaign SET state = :state, starts_at = :starts WHERE id = :id",
            state=state,
            starts=NOW + HOUR if state is S.SCHEDULED else NOW,
            id=plan.campaign_id,
        )
    return plan.campaign_id


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed not in SETTLING])
@pytest.mark.parametrize("state", list(S))
async def test_each_state_allows_what_it_allows_and_nothing_else(state: S, deed: str) -> None:
    campaign = await in_state(state)
    before = await steps.changes(campaign)
    actor = await somebody("djeneba")
    becomes = ALLOWED[state].get(deed)
    if becomes is None:
        with pytest.raises(WrongState, match=f"campaign {campaign} is {state}"):
            await DEEDS[deed](campaign, actor)
        assert (await state_of(campaign), await steps.changes(campaign)) == (state, before)
    else:
        await DEEDS[deed](campaign, actor)
        assert await state_of(campaign) == becomes


@pytest.mark.parametrize("deed", sorted(SETTLING))
@pytest.mark.parametrize("state", list(S))
async def test_uncertain_messages_can_be_settled_whatever_became_of_their_campaign(state: S, deed: str) -> None:
    campaign = await in_state(state)
    await change("UPDATE message SET state = 'uncertain', was_uncertain = true WHERE state = 'planned'")
    uncertain = (await counted(campaign))["uncertain"]
    if state is S.CANCELLED and deed == "send again":
        with pytest.raises(WrongState):
            await DEEDS[deed](campaign, await somebody("djeneba"))
    else:
        assert await DEEDS[deed](campaign, await somebody("djeneba")) == uncertain


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed != "plan"])
async def test_a_campaign_that_is_not_there_is_told_as_such(deed: str) -> None:
    with pytest.raises(UnknownCampaign, match="no campaign 404"):
        await DEEDS[deed](404, await somebody("awa"))


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed != "plan"])
@pytest.mark.parametrize("role", [Role.AGENT, Role.FOCAL])
async def test_only_a_supervisor_decides(role: Role, deed: str) -> None:
    campaign = await in_state(S.RUNNING)
    with pytest.raises(NotASupervisor, match="Djeneba is not a supervisor"):
        await DEEDS[deed](campaign, await somebody("djeneba", role))
    assert await state_of(campaign) == "running"


async def test_who_works_here_no_more_decides_nothing() -> None:
    await somebody("binta")
    await administration.disable(None, "binta", "left", NOW)
    with pytest.raises(UnknownAgent):
        await actor_of("binta")


# Four eyes, and six


async def test_who_planned_a_campaign_does_not_approve_it() -> None:
    await family(AWA)
    plan = await planned(planner="awa")
    with pytest.raises(FourEyes, match="who planned"):
        await steps.approve(plan.campaign_id, await somebody("awa"), NOW)
    assert await state_of(plan.campaign_id) == "planned"


async def test_the_second_approval_is_somebody_else_again() -> None:
    await family(AWA)
    plan = await planned(planner="awa", settings=DEAR)
    awa, binta, cheick = [await somebody(login) for login in ("awa", "binta", "cheick")]

    assert not (await steps.approve(plan.campaign_id, binta, NOW)).complete
    with pytest.raises(WrongState):
        await steps.start(plan.campaign_id, binta, NOW)
    for again in (awa, binta):
        with pytest.raises(FourEyes):
            await steps.approve(plan.campaign_id, again, NOW)
    assert (await steps.approve(plan.campaign_id, cheick, NOW)).complete
    row = await one("SELECT * FROM campaign")
    assert (row.planned_by, row.approved_by, row.second_approved_by) == (awa.id, binta.id, cheick.id)


async def test_a_dear_campaign_that_arose_by_itself_needs_two_people() -> None:
    await family(AWA)
    plan = await planned(planner=None, settings=DEAR)
    binta, cheick = await somebody("binta"), await somebody("cheick")
    assert not (await steps.approve(plan.campaign_id, binta, NOW)).complete
    with pytest.raises(FourEyes):
        await steps.approve(plan.campaign_id, binta, NOW)
    assert (await steps.approve(plan.campaign_id, cheick, NOW)).complete


async def test_two_who_approve_at_once_are_two_approvals() -> None:
    await family(AWA)
    plan = await planned(settings=DEAR)
    both = [await somebody(login) for login in ("binta", "cheick")]
    given = await asyncio.gather(*(steps.approve(plan.campaign_id, actor, NOW) for actor in both))
    assert sorted(each.complete for each in given) == [False, True]
    row = await one("SELECT * FROM campaign")
    assert {row.approved_by, row.second_approved_by} == {actor.id for actor in both}


async def test_who_approves_twice_at_once_approves_once() -> None:
    await family(AWA)
    plan = await planned(settings=DEAR)
    binta = await somebody("binta")
    twice = [steps.approve(plan.campaign_id, binta, NOW) for _ in range(2)]
    given = await asyncio.gather(*twice, return_exceptions=True)
    assert sorted(type(each).__name__ for each in given) == ["Approved", "FourEyes"]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ("approved_by = planned_by", "ck_campaign_four_eyes"),
        ("approved_by = planned_by + 1, second_approved_by = planned_by", "ck_campaign_six_eyes"),
        ("approved_by = planned_by + 1, second_approved_by = planned_by + 1", "ck_campaign_six_eyes"),
    ],
)
async def test_the_database_holds_it_too(columns: str, rule: str) -> None:
    await family(AWA)
    await planned(planner="awa")
    await somebody("binta")
    with pytest.raises(IntegrityError, match=rule):
        await change(f"UPDATE campaign SET {columns}")  # noqa: S608 - our own words


# On record


async def test_each_decision_is_on_record_with_who_and_when() -> None:
    await family(AWA)
    campaign = (await planned(planner="awa", settings=DEAR)).campaign_id
    awa, binta, cheick = [await somebody(login) for login in ("awa", "binta", "cheick")]
    await steps.approve(campaign, binta, NOW + 1 * HOUR)
    await steps.approve(campaign, cheick, NOW + 2 * HOUR)
    await steps.start(campaign, binta, NOW + 3 * HOUR, NOW + 5 * HOUR)
    await steps.begin_due(NOW + 5 * HOUR)
    await steps.pause(campaign, "network", NOW + 6 * HOUR, awa)
    await steps.resume(campaign, cheick, NOW + 7 * HOUR)
    await steps.stop_for_gateway(campaign, "InsufficientBalance", NOW + 8 * HOUR)
    await steps.cancel(campaign, "no money", binta, NOW + 9 * HOUR)

    record = [
        (each.at, each.actor, each.from_state, each.to_state, note_text(each.note, COMMAND))
        for each in await steps.changes(campaign)
    ]
    assert record == [
        (NOW, "Awa", None, "draft", ""),
        (NOW, "Awa", "draft", "planned", "1 recipients, 1 parts"),
        (NOW + 1 * HOUR, "Binta", "planned", "planned", "first approval; a second is needed"),
        (NOW + 2 * HOUR, "Cheick", "planned", "approved", "approved"),
        (NOW + 3 * HOUR, "Binta", "approved", "scheduled", "for 2026-11-24 14:00"),
        (NOW + 5 * HOUR, None, "scheduled", "running", ""),
        (NOW + 6 * HOUR, "Awa", "running", "paused", "network"),
        (NOW + 7 * HOUR, "Cheick", "paused", "running", ""),
        (NOW + 8 * HOUR, None, "running", "paused", "InsufficientBalance"),
        (NOW + 9 * HOUR, "Binta", "paused", "cancelled", "no money"),
    ]
    row = await one("SELECT * FROM campaign")
    assert (row.started_at, row.ended_at, row.why) == (NOW + 5 * HOUR, NOW + 9 * HOUR, "no money")


# Starting


async def test_a_scheduled_campaign_starts_at_its_time_and_not_before() -> None:
    await family(AWA)
    campaign = await approved(await planned())
    watch, gateway = Watch(), ScriptedGateway()
    await steps.start(campaign, await somebody("binta"), NOW, NOW + HOUR)
    assert await steps.begin_due(NOW + HOUR - timedelta(seconds=1)) == []
    assert await sender(gateway, watch).drain() == 0

    assert await steps.begin_due(watch.turn(hours=1)) == [campaign]
    assert await steps.begin_due(watch.now) == []
    assert await sender(gateway, watch).drain() == 1
    assert await fates(campaign) == {AWA: Fate("accepted")}


async def test_a_campaign_started_now_wakes_a_worker() -> None:
    await family(AWA)
    await running()
    assert [row.task_name for row in await query("SELECT task_name FROM procrastinate_jobs")] == ["sms.send"]


async def test_two_workers_that_begin_at_once_begin_a_campaign_once() -> None:
    await family(AWA)
    campaign = await approved(await planned())
    await steps.start(campaign, await somebody("binta"), NOW, NOW + HOUR)
    begun = await asyncio.gather(*(steps.begin_due(NOW + HOUR) for _ in range(4)))
    assert sorted(begun) == [[], [], [], [campaign]]


# Pausing and going on


async def test_pausing_holds_back_what_is_ready_and_resuming_repeats_nobody() -> None:
    await crowd(numbers(5))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    watch, gateway = Watch(), ScriptedGateway()
    working = sender(gateway, watch)
    for _ in range(2):
        claim = await ledger.claim("first", NOW, WINDOW)
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
    claim = await ledger.claim("first", NOW, WINDOW)
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
    assert not await steps.stop_for_gateway(campaign, "InsufficientBalance", NOW)
    await change("UPDATE campaign SET state = 'running'")
    assert await steps.stop_for_gateway(campaign, "InsufficientBalance", NOW)
    assert not await steps.stop_for_gateway(campaign, "InsufficientBalance", NOW)


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
    """Many times over: cancel while two requests depart, and look who won."""
    gateway, binta = ScriptedGateway(), await somebody("binta")
    winners = {await cancelled_departing(gateway, binta, place) for place in range(ROUNDS)}
    assert len(winners) > 1, "always the same one wins: nothing raced"


async def cancelled_departing(gateway: ScriptedGateway, actor: Actor, place: int) -> int:
    """Cancel a campaign a few turns of the loop after two of its requests began to depart; give how many left."""
    await change("TRUNCATE household, campaign CASCADE")
    await crowd(numbers(4, first=place * 10))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    senders = [sender(gateway, Watch(), worker=name) for name in ("first", "second")]
    claims = [await ledger.claim(name, NOW, WINDOW) for name in ("first", "second")]

    async def cancel() -> int:
        for _ in range(place % 12):
            await asyncio.sleep(0)
        await steps.cancel(campaign, "a mistake", actor, NOW)
        asked = len(gateway.asked)
        return asked + int((await one("SELECT count(*) AS n FROM sms_batch WHERE state = 'left'")).n)

    sends = [each.send(claim) for each, claim in zip(senders, claims, strict=True) if claim]
    cancelling = asyncio.create_task(cancel())
    await asyncio.gather(*sends)
    may_be_asked = await cancelling
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
        claim = await ledger.claim("first", NOW, WINDOW)
        assert claim
        assert await steps.finish_done(NOW) == [], left
        await working.send(claim)
    assert await steps.finish_done(NOW + HOUR) == [campaign]
    row = await one("SELECT state, ended_at FROM campaign")
    assert (row.state, row.ended_at) == ("finished", NOW + HOUR)


async def test_a_campaign_is_not_finished_while_an_answer_is_waited_for() -> None:
    await family(AWA)
    campaign = await running()
    found: list[list[int]] = []

    async def looked_meanwhile() -> None:
        found.append(await steps.finish_done(NOW))

    await sender(SlowGateway(looked_meanwhile), Watch()).drain()
    assert (found, await steps.finish_done(NOW)) == ([[]], [campaign])


@pytest.mark.parametrize("state", [S.DRAFT, S.PLANNED, S.APPROVED, S.SCHEDULED, S.PAUSED, S.CANCELLED])
async def test_only_a_running_campaign_finishes(state: S) -> None:
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
    await steps.discard(plan.campaign_id, NOW)
    assert await state_of(plan.campaign_id) == "cancelled"
    assert note_text((await steps.changes(plan.campaign_id))[-1].note, COMMAND) == "nobody to tell"


async def test_single_notices_are_settled_together() -> None:
    await change(
        "INSERT INTO message (kind, key, msisdn, household_ids, state, attempts, was_uncertain, planned_at) "
        "VALUES ('help', 'one', :one, '{}', 'uncertain', 0, true, :now)",
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
