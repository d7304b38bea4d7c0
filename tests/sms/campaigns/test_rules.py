"""What the schedule tells by itself: reminders, moved days, waiting money, and who came late to an announcement."""

from datetime import time, timedelta

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.payments.states import PaymentState as Pay
from core.platform.settings import Settings
from sms.campaigns import steps
from sms.campaigns.audience import Audience
from sms.campaigns.rules import Arisen
from tests.core.seed import NOW, TODAY, at
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    PAY_DAY,
    Fate,
    Watch,
    approved,
    family,
    fates,
    move_day,
    pay_lines,
    planned,
    recipients_of,
    repaid,
    round_id,
    running,
    sender,
    somebody,
    state_of,
)
from tests.sms.campaigns.schedule import DAY, EARLIER, HOUR, MINUTE, announced, arise, known_since, sent
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("safo")


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
        assert await recipients_of(arisen[Kind.REMINDER_1].campaign_id) == {msisdn}


async def test_a_household_that_comes_in_the_course_of_the_day_is_reminded_too() -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()
    assert (await arise(at(TODAY)))[Kind.REMINDER_1].recipients == 1
    late = await family(BINTA, due=TODAY + DAY)
    await repaid(late, {"place": "École"}, at=at(TODAY, time(9)))
    arisen = (await arise(at(TODAY, time(9, 10))))[Kind.REMINDER_1]
    assert await recipients_of(arisen.campaign_id) == {BINTA}


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
    assert await recipients_of(arisen.campaign_id) == {CHEICK}


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


async def test_a_whole_round_left_without_a_day_is_told_by_nobody_alone() -> None:
    """A slip in a file must not tell everybody that there is no day: two people approve it."""
    households = [await family(AWA), await family(BINTA)]
    await announced()
    for household in households:
        await move_day(household, None)
    arisen = (await arise(NOW + MINUTE))[Kind.MOVED]
    assert not arisen.by_itself
    assert await sent(arisen, NOW + HOUR) == set()
    await steps.approve(arisen.campaign_id, await somebody("awa2"), NOW + HOUR)
    assert await state_of(arisen.campaign_id) == "planned"
    await steps.approve(arisen.campaign_id, await somebody("oumar2"), NOW + HOUR)
    assert await state_of(arisen.campaign_id) == "approved"


async def test_the_day_that_is_fixed_in_the_end_is_told_whenever_that_is() -> None:
    """Put off without a day; the old day goes by; then a new one is fixed."""
    household = await family(AWA)
    await family(BINTA)
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
    assert await recipients_of(arisen[Kind.ANNOUNCE].campaign_id) == {BINTA}
    assert arisen[Kind.ANNOUNCE].by_itself


async def test_who_came_late_and_is_reminded_the_same_day_is_not_announced_it_as_well() -> None:
    await family(AWA, due=TODAY + 3 * DAY)
    await announced()
    await family(BINTA, due=TODAY + 3 * DAY)
    arisen = await arise(NOW)
    assert set(arisen) == {Kind.REMINDER_3}
    assert await recipients_of(arisen[Kind.REMINDER_3].campaign_id) == {AWA, BINTA}


@pytest.mark.parametrize("corrected", [{"place": "École de Safo"}, {"amount_xof": 45_000}])
async def test_what_was_corrected_is_announced_by_rule_to_whom_it_concerns(corrected: dict[str, object]) -> None:
    household = await family(AWA)
    await family(BINTA)
    await announced()
    await repaid(household, corrected)
    arisen = await arise(NOW + MINUTE)
    assert set(arisen) == {Kind.ANNOUNCE}
    assert await recipients_of(arisen[Kind.ANNOUNCE].campaign_id) == {AWA}


async def test_what_was_corrected_while_the_announcement_runs_is_announced_by_rule() -> None:
    household = await family(AWA)
    await family(BINTA)
    await known_since(EARLIER)
    campaign = await running()
    await repaid(household, {"place": "École de Safo"}, at=NOW + MINUTE)
    await sender(ScriptedGateway(), Watch()).drain()
    assert (await fates(campaign))[AWA] == Fate("dropped", "changed")
    arisen = await arise(NOW + 2 * MINUTE)
    assert await recipients_of(arisen[Kind.ANNOUNCE].campaign_id) == {AWA}


async def test_a_phone_whose_day_moved_is_told_so_and_not_announced_it() -> None:
    household = await family(AWA)
    await family(BINTA)
    await announced()
    await move_day(household, PAY_DAY + DAY)
    await family(CHEICK)
    arisen = await arise(NOW + MINUTE)
    phones = {kind: await recipients_of(each.campaign_id) for kind, each in arisen.items()}
    assert phones == {Kind.MOVED: {AWA}, Kind.ANNOUNCE: {CHEICK}}


async def test_without_an_announcement_none_arises() -> None:
    await family(AWA)
    await known_since(EARLIER)
    assert await arise(NOW) == {}
    await planned()
    await family(BINTA)
    assert await arise(NOW) == {}, "a plan that nobody approved is no announcement"


# After a move


async def moved_to(days: int, household: int) -> None:
    await move_day(household, TODAY + timedelta(days=days), at=NOW)


@pytest.mark.parametrize("days", [1, 3])
async def test_who_is_told_that_the_day_moved_is_not_reminded_of_it_on_the_same_day(days: int) -> None:
    household = await family(AWA)
    await announced()
    await moved_to(days, household)
    arisen = await arise(NOW + MINUTE)
    assert set(arisen) == {Kind.MOVED}
    assert await sent(arisen[Kind.MOVED], NOW + HOUR) == {AWA}
    assert await arise(NOW + 2 * HOUR) == {}


async def test_the_day_after_a_reminder_comes_as_ever() -> None:
    household = await family(AWA)
    await announced()
    await moved_to(2, household)
    assert await sent((await arise(NOW + MINUTE))[Kind.MOVED], NOW + HOUR) == {AWA}
    assert await sent((await arise(NOW + DAY))[Kind.REMINDER_1], NOW + DAY + HOUR) == {AWA}


async def test_another_household_of_the_phone_is_reminded_all_the_same() -> None:
    moved = await family(AWA)
    await family(AWA, due=TODAY + DAY, name="Binta Diarra")
    await announced()
    await moved_to(1, moved)
    arisen = await arise(NOW + MINUTE)
    assert set(arisen) == {Kind.MOVED, Kind.REMINDER_1}


async def test_a_reminder_that_was_planned_first_is_dropped_as_it_leaves() -> None:
    household = await family(AWA)
    await announced()
    await moved_to(1, household)
    reminder = await running(Kind.REMINDER_1, Audience(round_id=await round_id()))
    assert await recipients_of(reminder) == {AWA}
    move = await running(Kind.MOVED, Audience(round_id=await round_id()))
    await change("UPDATE sms_batch SET priority = 0 WHERE campaign_id = %(id)s", id=move)
    await sender(ScriptedGateway(), Watch(NOW)).drain()
    assert await fates(reminder) == {AWA: Fate("dropped", "already_told")}
