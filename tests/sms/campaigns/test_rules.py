"""What the schedule tells by itself: reminders, moved days, waiting money, and who came late to an announcement."""

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.payments.states import PaymentState as Pay
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from core.text.words import COMMAND
from sms.campaigns import planning, rules, steps
from sms.campaigns.notes import note_text
from sms.campaigns.planning import Plan
from sms.campaigns.rules import Arisen
from tests.core.seed import TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    NOW,
    PAY_DAY,
    ROUND,
    SETTINGS,
    Fate,
    ScriptedGateway,
    Watch,
    approved,
    change,
    family,
    fates,
    move_day,
    one,
    pay_lines,
    planned,
    query,
    repaid,
    round_id,
    running,
    sender,
    somebody,
    state_of,
    told,
)
from tests.sms.campaign_world import safo as safo

pytestmark = pytest.mark.usefixtures("safo")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EARLIER = NOW - 10 * DAY


def at(day: date, hour: time = time(0, 10)) -> datetime:
    """A moment of a day, by default just after it began."""
    return datetime.combine(day, hour, UTC)


async def arise(now: datetime, settings: Settings = SETTINGS) -> dict[Kind, Arisen]:
    """What arises at a moment, by kind."""
    arisen = await rules.arise(now, settings)
    assert len({each.kind for each in arisen}) == len(arisen), "two of one kind"
    return {each.kind: each for each in arisen}


async def known_since(moment: datetime) -> None:
    """Let all payments have been imported at this moment."""
    await change("UPDATE payment SET updated_at = :at", at=moment)


async def announced(now: datetime = EARLIER) -> int:
    """Let the round be announced, all of it delivered and over; give the campaign's number."""
    await known_since(now - HOUR)
    campaign = await running(now=now)
    await sender(ScriptedGateway(), Watch(now)).drain()
    await change("UPDATE message SET state = 'delivered' WHERE state = 'accepted'")
    await steps.finish_done(now + HOUR)
    assert await state_of(campaign) == "finished"
    return campaign


async def sent(arisen: Arisen, now: datetime) -> set[str]:
    """Let a campaign that arose go; give the numbers it told."""
    await steps.begin_due(now)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(now)).drain()
    assert (await fates(arisen.campaign_id)).keys() >= gateway.took.keys()
    return set(gateway.took)


# Reminders


@pytest.mark.parametrize(("kind", "days"), [(Kind.REMINDER_3, 3), (Kind.REMINDER_1, 1)])
async def test_a_reminder_arises_on_its_day_and_only_once(kind: Kind, days: int) -> None:
    await family(AWA)
    await announced()
    its_day = PAY_DAY - timedelta(days=days)
    for day in (its_day - DAY, its_day, its_day + DAY):
        for hour in (time(0, 0), time(0, 10), time(9, 0), time(23, 50)):
            arisen = await arise(at(day, hour))
            assert (kind in arisen) is (at(day, hour) == at(its_day, time(0, 0)))


async def test_both_reminders_are_told_on_their_days() -> None:
    await family(AWA)
    await announced()
    for days, kind in ((3, Kind.REMINDER_3), (1, Kind.REMINDER_1)):
        day = PAY_DAY - timedelta(days=days)
        arisen = await arise(at(day))
        assert arisen == {kind: Arisen(arisen[kind].campaign_id, kind, 1, by_itself=True)}
        assert await sent(arisen[kind], at(day, time(8))) == {AWA}


async def test_each_day_of_a_round_has_its_own_reminders() -> None:
    await family(AWA, due=TODAY + DAY)
    await family(BINTA, due=TODAY + 2 * DAY)
    await announced()
    for days, msisdn in ((0, AWA), (1, BINTA)):
        arisen = await arise(at(TODAY + timedelta(days=days)))
        assert await told(arisen[Kind.REMINDER_1].campaign_id) == {msisdn}


async def test_a_household_that_comes_in_the_course_of_the_day_is_reminded_too() -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()
    assert (await arise(at(TODAY)))[Kind.REMINDER_1].recipients == 1
    late = await family(BINTA, due=TODAY + DAY)
    await repaid(late, {"place": "École"}, at=at(TODAY, time(9)))
    arisen = (await arise(at(TODAY, time(9, 10))))[Kind.REMINDER_1]
    assert await told(arisen.campaign_id) == {BINTA}


async def test_who_was_announced_the_day_since_yesterday_is_not_reminded_three_days_before() -> None:
    await family(AWA, due=TODAY + 3 * DAY)
    await announced(NOW - DAY)
    assert await arise(NOW) == {}


async def test_what_is_paid_or_cancelled_is_not_reminded_of() -> None:
    for msisdn, state in ((AWA, Pay.PAID), (BINTA, Pay.CANCELLED)):
        await family(msisdn, state=state, due=TODAY + DAY)
    await family(CHEICK, due=TODAY + DAY)
    await announced()
    arisen = (await arise(at(TODAY)))[Kind.REMINDER_1]
    assert await told(arisen.campaign_id) == {CHEICK}


async def test_who_was_reminded_by_hand_is_not_reminded_by_rule_and_the_other_way_round() -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()
    by_hand = await planned(Kind.REMINDER_1, now=at(TODAY, time(0, 5)))
    assert by_hand.recipients == 1
    await approved(by_hand)
    assert await arise(at(TODAY)) == {}

    await steps.cancel(by_hand.campaign_id, "by rule, please", await somebody("awa"), NOW)
    await known_since(at(TODAY, time(0, 15)))
    assert (await arise(at(TODAY, time(0, 20))))[Kind.REMINDER_1].recipients == 1
    assert (await planned(Kind.REMINDER_1)).recipients == 0


# Days that moved


async def test_a_day_that_moved_is_told_once_and_the_old_day_no_more() -> None:
    household = await family(AWA)
    await announced()
    await move_day(household, PAY_DAY + 5 * DAY)

    arisen = await arise(NOW + MINUTE)
    assert set(arisen) == {Kind.MOVED}
    ((line,),) = (await pay_lines(arisen[Kind.MOVED].campaign_id)).values()
    assert (line.old_day, line.day) == (PAY_DAY, PAY_DAY + 5 * DAY)
    assert await sent(arisen[Kind.MOVED], NOW + HOUR) == {AWA}

    for days in (3, 1):
        assert await arise(at(PAY_DAY - timedelta(days=days))) == {}, "a reminder of the old day, or the move again"
    assert set(await arise(at(PAY_DAY + 2 * DAY))) == {Kind.REMINDER_3}


async def test_a_reminder_that_was_planned_before_the_move_does_not_leave() -> None:
    household = await family(AWA, due=TODAY + DAY)
    await announced()
    arisen = (await arise(at(TODAY)))[Kind.REMINDER_1]
    await move_day(household, TODAY + 9 * DAY)
    assert await sent(arisen, NOW) == set()
    assert await fates(arisen.campaign_id) == {AWA: Fate("dropped", "changed")}


async def test_a_day_moved_to_no_day_is_told() -> None:
    household = await family(AWA)
    await announced()
    await move_day(household, None)
    arisen = await arise(NOW + MINUTE)
    assert set(arisen) == {Kind.MOVED}
    ((line,),) = (await pay_lines(arisen[Kind.MOVED].campaign_id)).values()
    assert (line.old_day, line.day) == (PAY_DAY, None)


async def test_the_day_that_is_fixed_in_the_end_is_told_whenever_that_is() -> None:
    """Put off without a day; the old day goes by; then a new one is fixed."""
    household = await family(AWA)
    await announced()
    await move_day(household, None)
    assert await sent((await arise(NOW + MINUTE))[Kind.MOVED], NOW + HOUR) == {AWA}

    fixed = at(PAY_DAY + 10 * DAY, time(9))
    await repaid(household, {"due_date": PAY_DAY + 20 * DAY, "state": "announced"}, at=fixed)
    arisen = await arise(fixed + MINUTE)
    assert [line.day for each in arisen.values() for line in (await pay_lines(each.campaign_id))[AWA]] == [
        PAY_DAY + 20 * DAY
    ]


async def test_a_day_that_moved_before_anybody_was_told_of_it_is_no_news() -> None:
    """People were only ever told the new day: to tell them that it changed would frighten them."""
    household = await family(AWA)
    await known_since(EARLIER - 9 * DAY)
    await move_day(household, PAY_DAY + DAY, at=EARLIER - 5 * DAY)
    campaign = await running(now=EARLIER)
    await sender(ScriptedGateway(), Watch(EARLIER)).drain()
    await steps.finish_done(EARLIER + HOUR)
    assert {line.day for line in (await pay_lines(campaign))[AWA]} == {PAY_DAY + DAY}
    assert await arise(EARLIER + 2 * HOUR) == {}


async def test_a_day_moved_twice_before_it_was_told_is_told_as_it_is_now() -> None:
    household = await family(AWA)
    await announced()
    await move_day(household, PAY_DAY + 5 * DAY)
    first = (await arise(NOW + MINUTE))[Kind.MOVED]
    await move_day(household, PAY_DAY + 7 * DAY, at=NOW + 10 * MINUTE)
    second = (await arise(NOW + 11 * MINUTE))[Kind.MOVED]

    assert await sent(second, NOW + 2 * HOUR) == {AWA}
    assert await fates(first.campaign_id) == {AWA: Fate("dropped", "changed")}
    assert [line.day for line in (await pay_lines(second.campaign_id))[AWA]] == [PAY_DAY + 7 * DAY]


# Money that waits


async def test_money_that_waits_is_told_once() -> None:
    household = await family(AWA)
    await announced()
    await repaid(household, {"state": "unclaimed", "last_day": TODAY + 9 * DAY})
    arisen = await arise(NOW + MINUTE)
    assert set(arisen) == {Kind.UNCLAIMED}
    assert await sent(arisen[Kind.UNCLAIMED], NOW + HOUR) == {AWA}
    for hours in (2, 30):
        assert await arise(NOW + hours * HOUR) == {}


async def test_money_that_was_fetched_meanwhile_is_not_told_of() -> None:
    household = await family(AWA, state=Pay.UNCLAIMED, due=TODAY - 9 * DAY, last=TODAY + 9 * DAY)
    await known_since(NOW)
    arisen = (await arise(NOW + MINUTE, Settings(sms_rate=0, sms_rules_need_announcement=False)))[Kind.UNCLAIMED]
    await repaid(household, {"state": "paid", "paid_on": TODAY})
    assert await sent(arisen, NOW + HOUR) == set()


# Who came late, and what was corrected


async def test_who_was_imported_after_the_announcement_is_announced_the_day_by_rule() -> None:
    await family(AWA)
    await announced()
    await family(BINTA)
    arisen = await arise(NOW)
    assert set(arisen) == {Kind.ANNOUNCE}
    assert await told(arisen[Kind.ANNOUNCE].campaign_id) == {BINTA}
    assert arisen[Kind.ANNOUNCE].by_itself


@pytest.mark.parametrize("corrected", [{"place": "École de Safo"}, {"amount_xof": 45_000}])
async def test_what_was_corrected_is_announced_by_rule_to_whom_it_concerns(corrected: dict[str, object]) -> None:
    household = await family(AWA)
    await family(BINTA)
    await announced()
    await repaid(household, corrected)
    arisen = await arise(NOW + MINUTE)
    assert set(arisen) == {Kind.ANNOUNCE}
    assert await told(arisen[Kind.ANNOUNCE].campaign_id) == {AWA}


async def test_what_was_corrected_while_the_announcement_runs_is_announced_by_rule() -> None:
    household = await family(AWA)
    await family(BINTA)
    await known_since(EARLIER)
    campaign = await running()
    await repaid(household, {"place": "École de Safo"}, at=NOW + MINUTE)
    await sender(ScriptedGateway(), Watch()).drain()
    assert (await fates(campaign))[AWA] == Fate("dropped", "changed")
    arisen = await arise(NOW + 2 * MINUTE)
    assert await told(arisen[Kind.ANNOUNCE].campaign_id) == {AWA}


async def test_a_phone_whose_day_moved_is_told_so_and_not_announced_it() -> None:
    household = await family(AWA)
    await family(BINTA)
    await announced()
    await move_day(household, PAY_DAY + DAY)
    await family(CHEICK)
    arisen = await arise(NOW + MINUTE)
    actor = {kind: await told(each.campaign_id) for kind, each in arisen.items()}
    assert actor == {Kind.MOVED: {AWA}, Kind.ANNOUNCE: {CHEICK}}


async def test_without_an_announcement_none_arises() -> None:
    await family(AWA)
    await known_since(EARLIER)
    assert await arise(NOW) == {}
    await planned()
    await family(BINTA)
    assert await arise(NOW) == {}, "a plan that nobody approved is no announcement"


# Switched off, or waiting for people


@pytest.mark.parametrize("kind", rules.BY_RULE)
async def test_a_rule_is_switched_off_and_on_for_a_round(kind: Kind) -> None:
    await everything()
    binta = await somebody("binta")
    assert kind in await what_would_arise()
    await rules.switch(await round_id(), kind, binta.id, NOW, on=False)
    await rules.switch(await round_id(), kind, binta.id, NOW, on=False)
    assert await rules.switched_off(await round_id()) == {kind}
    assert await what_would_arise() == set(rules.BY_RULE) - {kind}
    await rules.switch(await round_id(), kind, binta.id, NOW, on=True)
    assert await rules.switched_off(await round_id()) == frozenset()
    assert kind in await what_would_arise()


async def everything() -> None:
    """A round of which each rule has something to tell."""
    await family(BINTA)
    moved = await family("+22376000012")
    await announced()
    await family(AWA, due=TODAY + 3 * DAY)
    await family("+22376000011", due=TODAY + DAY)
    await move_day(moved, PAY_DAY + DAY)
    await family("+22376000013", state=Pay.UNCLAIMED, due=TODAY - DAY, last=TODAY + DAY)


async def what_would_arise() -> set[Kind]:
    """The kinds that arise now, undone afterwards."""
    arisen = set(await arise(NOW + MINUTE))
    await change("DELETE FROM campaign WHERE planned_by IS NULL")
    return arisen


async def test_a_rule_off_in_one_round_is_on_in_another() -> None:
    for name, msisdn in ((ROUND, AWA), ("T1 2027", BINTA)):
        await family(msisdn, due=TODAY + DAY, round_name=name)
    await known_since(EARLIER)
    await rules.switch(await round_id(), Kind.REMINDER_1, (await somebody("binta")).id, NOW, on=False)
    arisen = await arise(NOW)
    assert await told(arisen[Kind.REMINDER_1].campaign_id) == {BINTA}


async def test_without_an_approved_announcement_it_waits_for_an_approval() -> None:
    await family(AWA, due=TODAY + DAY)
    await known_since(EARLIER)
    arisen = (await arise(NOW))[Kind.REMINDER_1]
    assert (arisen.by_itself, await state_of(arisen.campaign_id)) == (False, "planned")
    row = await one("SELECT planned_by, title FROM campaign WHERE id = :id", id=arisen.campaign_id)
    assert (row.planned_by, row.title) == (None, f"TM {ROUND}: reminder1 {TODAY + DAY}")
    assert (await steps.approve(arisen.campaign_id, await somebody("awa"), NOW)).complete


@pytest.mark.parametrize(
    ("state", "vouched"),
    [
        ("draft", False),
        ("planned", False),
        ("approved", True),
        ("scheduled", True),
        ("running", True),
        ("paused", True),
        ("finished", True),
        ("cancelled", False),
    ],
)
async def test_an_announcement_vouches_for_its_round_from_its_approval_on(state: str, vouched: bool) -> None:
    await family(AWA, due=TODAY + DAY)
    campaign = await announced()
    await change("UPDATE campaign SET state = :state WHERE id = :id", state=state, id=campaign)
    assert (await arise(NOW))[Kind.REMINDER_1].by_itself is vouched


async def test_an_announcement_that_nobody_approved_vouches_for_nothing() -> None:
    """It arose by itself while that was allowed without people."""
    await family(AWA, due=TODAY + DAY)
    campaign = await announced()
    await change("UPDATE campaign SET approved_by = NULL WHERE id = :id", id=campaign)
    assert not (await arise(NOW))[Kind.REMINDER_1].by_itself


async def test_an_announcement_of_another_round_vouches_for_nothing() -> None:
    await family(AWA)
    await announced()
    await family(BINTA, due=TODAY + DAY, round_name="T1 2027")
    await known_since(EARLIER)
    assert not (await arise(NOW))[Kind.REMINDER_1].by_itself


async def test_where_no_announcement_is_needed_it_goes_by_itself() -> None:
    await family(AWA, due=TODAY + DAY)
    await known_since(EARLIER)
    settings = Settings(sms_rules_need_announcement=False)
    assert (await arise(NOW, settings))[Kind.REMINDER_1].by_itself


async def test_a_dear_one_waits_for_two_approvals() -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()
    arisen = (await arise(NOW, Settings(sms_cap_parts=0)))[Kind.REMINDER_1]
    assert (arisen.by_itself, await state_of(arisen.campaign_id)) == (False, "planned")
    assert not (await steps.approve(arisen.campaign_id, await somebody("awa"), NOW)).complete
    assert (await steps.approve(arisen.campaign_id, await somebody("binta"), NOW)).complete


@pytest.mark.parametrize("minutes", [0, 30, 90])
async def test_between_plan_and_start_there_is_time_to_stop_it(minutes: int) -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()
    settings = Settings(sms_rule_wait_minutes=minutes)
    campaign = (await arise(NOW, settings))[Kind.REMINDER_1].campaign_id
    row = await one("SELECT state, starts_at FROM campaign WHERE id = :id", id=campaign)
    assert (row.state, row.starts_at) == ("scheduled", NOW + minutes * MINUTE)
    assert await steps.begin_due(NOW + minutes * MINUTE - timedelta(seconds=1)) == []
    assert await steps.begin_due(NOW + minutes * MINUTE) == [campaign]
    notes = [(each.actor, each.to_state, note_text(each.note, COMMAND)) for each in await steps.changes(campaign)]
    assert notes[2:] == [
        (None, "approved", "by the approval of the announcement"),
        (None, "scheduled", f"for {NOW + minutes * MINUTE:%Y-%m-%d %H:%M}"),
        (None, "running", ""),
    ]


async def test_one_that_was_cancelled_does_not_come_back() -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()
    campaign = (await arise(NOW))[Kind.REMINDER_1].campaign_id
    await steps.cancel(campaign, "a mistake", await somebody("binta"), NOW + MINUTE)
    assert await arise(NOW + 10 * MINUTE) == {}
    assert await fates(campaign) == {AWA: Fate("dropped", "cancelled")}


async def test_one_that_was_cancelled_does_not_come_back_however_new_what_it_told() -> None:
    """A wrong day was imported, the rule took it up, and a supervisor stopped it in time."""
    household = await family(AWA)
    await announced()
    await move_day(household, PAY_DAY + DAY)
    campaign = (await arise(NOW + MINUTE))[Kind.MOVED].campaign_id
    await steps.cancel(campaign, "a mistake", await somebody("binta"), NOW + 2 * MINUTE)
    for minutes in (11, 21, 31):
        assert await arise(NOW + minutes * MINUTE) == {}


async def test_a_correction_after_a_cancelled_one_is_told_to_whom_it_concerns_alone() -> None:
    household = await family(AWA, due=TODAY + DAY)
    await family(BINTA, due=TODAY + DAY)
    await announced()
    campaign = (await arise(NOW))[Kind.REMINDER_1].campaign_id
    await steps.cancel(campaign, "a mistake", await somebody("binta"), NOW + MINUTE)
    await repaid(household, {"place": "École de Safo"}, at=NOW + 2 * HOUR)
    arisen = await arise(NOW + 2 * HOUR + MINUTE)
    assert await told(arisen[Kind.REMINDER_1].campaign_id) == {AWA}


# Nobody to tell


async def test_what_has_nobody_to_tell_never_runs_and_does_not_come_back() -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()
    await stop_sms(AWA)
    for minutes in (0, 10, 20):
        assert await arise(NOW + minutes * MINUTE) == {}
    rows = await query("SELECT kind, state FROM campaign WHERE planned_by IS NULL")
    assert [(row.kind, row.state) for row in rows] == [("reminder1", "cancelled")]


async def test_who_has_no_phone_is_not_listed_again_by_each_rule() -> None:
    await family(AWA, due=TODAY + DAY)
    await family(due=TODAY + DAY)
    await announced()
    campaign = (await arise(NOW))[Kind.REMINDER_1].campaign_id
    assert await fates(campaign) == {AWA: Fate("planned")}
    assert len(await query("SELECT id FROM message WHERE campaign_id = :id", id=campaign)) == 1


# Two workers, and one that dies


async def test_two_workers_that_look_at_once_tell_nobody_twice() -> None:
    await everything()
    found = await asyncio.gather(*(rules.arise(NOW + MINUTE, SETTINGS) for _ in range(2)))
    kinds = sorted(each.kind for arisen in found for each in arisen)
    assert kinds == sorted(rules.BY_RULE)
    rows = await query(
        "SELECT msisdn, kind FROM message WHERE state = 'planned' GROUP BY msisdn, kind HAVING count(*) > 1"
    )
    assert rows == []


async def test_a_worker_that_dies_while_it_plans_leaves_the_rest_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()

    async def dies(*_: object, **__: object) -> Plan:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(planning, "plan", dies)
        with suppress(ConnectionError):
            await rules.arise(NOW, SETTINGS)
    assert set(await arise(NOW + 10 * MINUTE)) == {Kind.REMINDER_1}


async def test_a_round_that_cannot_be_planned_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, msisdn in ((ROUND, AWA), ("T1 2027", BINTA)):
        await family(msisdn, due=TODAY + DAY, round_name=name)
    await known_since(EARLIER)
    bad, real = await round_id(), planning.plan

    async def fails_for_one(campaign: int, *args: object, **kwargs: object) -> Plan:
        if (await one("SELECT round_id FROM campaign WHERE id = :id", id=campaign)).round_id == bad:
            raise ValueError("a text that cannot be written")
        return await real(campaign, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "plan", fails_for_one)
    arisen = await arise(NOW)
    assert await told(arisen[Kind.REMINDER_1].campaign_id) == {BINTA}


async def test_a_worker_that_dies_between_plan_and_approval_leaves_the_approval_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()

    async def dies(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(steps, "approve_by_rule", dies)
        with suppress(ConnectionError):
            await rules.arise(NOW, SETTINGS)
    await rules.arise(NOW + 10 * MINUTE, SETTINGS)
    await steps.begin_due(NOW + HOUR)
    rows = await query("SELECT state FROM campaign WHERE kind = 'reminder1'")
    assert [row.state for row in rows] == ["running"]


async def test_an_import_that_ends_after_a_rule_was_at_work_is_not_overlooked() -> None:
    """An import bears the moment it began; a rule that ran before it ended saw nothing of it."""
    await family(AWA)
    await announced()
    import_began = NOW
    await repaid(await family(BINTA), {"place": "École"}, at=NOW - MINUTE)
    assert await told((await arise(NOW + MINUTE))[Kind.ANNOUNCE].campaign_id) == {BINTA}

    await repaid(await family(CHEICK), {"place": "Marché"}, at=import_began)
    assert await told((await arise(NOW + 10 * MINUTE))[Kind.ANNOUNCE].campaign_id) == {CHEICK}


async def test_a_dear_announcement_approved_by_two_vouches_too() -> None:
    await family(AWA, due=TODAY + DAY)
    await known_since(EARLIER)
    await approved(await planned(settings=Settings(sms_cap_parts=0)))
    assert (await arise(NOW))[Kind.REMINDER_1].by_itself
