"""The life of a campaign: who may do what in which state, four eyes, what is on record, and how it starts."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from core.campaigns.models import CampaignState as S
from core.campaigns.steps import FourEyes, NotASupervisor, WrongState
from core.staff import administration
from core.staff.agents import Actor, Role, UnknownAgent, actor_of
from core.text.words import COMMAND
from sms.campaigns import planning, steps
from sms.campaigns.notes import note_text
from sms.campaigns.scope import UnknownCampaign
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    SETTINGS,
    Fate,
    Watch,
    approved,
    counted,
    family,
    fates,
    planned,
    running,
    sender,
    somebody,
    state_of,
)
from tests.sms.campaigns.standing import DEAR, HOUR, in_state
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")


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
    await steps.stop_for_gateway(campaign, "no_balance", NOW + 8 * HOUR)
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
        (NOW + 8 * HOUR, None, "running", "paused", "no balance left at the gateway"),
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
