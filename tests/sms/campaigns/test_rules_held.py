"""Rules that are switched off or wait for people, plans with nobody to tell, and workers that die."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Final

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.payments.states import PaymentState as Pay
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from core.text.words import COMMAND
from sms.campaigns import planning, rules, steps
from sms.campaigns.notes import note_text
from sms.campaigns.planning import Plan
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    PAY_DAY,
    ROUND,
    SETTINGS,
    Fate,
    approved,
    family,
    fates,
    left_out,
    move_day,
    planned,
    recipients_of,
    repaid,
    round_id,
    somebody,
    state_of,
)
from tests.sms.campaigns.schedule import DAY, EARLIER, HOUR, MINUTE, announced, arise, known_since
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")


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


CAME_LATE: Final = "+22376000014"


async def everything() -> None:
    """A round of which each rule has something to tell."""
    await family(BINTA)
    moved = await family("+22376000012")
    await announced()
    await family(CAME_LATE)
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
    assert await recipients_of(arisen[Kind.REMINDER_1].campaign_id) == {BINTA}


async def test_without_an_approved_announcement_it_waits_for_an_approval() -> None:
    await family(AWA, due=TODAY + DAY)
    await known_since(EARLIER)
    arisen = (await arise(NOW))[Kind.REMINDER_1]
    assert (arisen.by_itself, await state_of(arisen.campaign_id)) == (False, "planned")
    row = await one("SELECT planned_by, title FROM campaign WHERE id = %(id)s", id=arisen.campaign_id)
    assert (row.planned_by, row.title) == (None, f"Rappel la veille · TM {ROUND} · {TODAY + DAY:%d/%m/%Y}")
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
    await change("UPDATE campaign SET state = %(state)s WHERE id = %(id)s", state=state, id=campaign)
    assert (await arise(NOW))[Kind.REMINDER_1].by_itself is vouched


async def test_an_announcement_that_nobody_approved_vouches_for_nothing() -> None:
    """It arose by itself while that was allowed without people."""
    await family(AWA, due=TODAY + DAY)
    campaign = await announced()
    await change("UPDATE campaign SET approved_by = NULL WHERE id = %(id)s", id=campaign)
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
    row = await one("SELECT state, starts_at FROM campaign WHERE id = %(id)s", id=campaign)
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
    assert await recipients_of(arisen[Kind.REMINDER_1].campaign_id) == {AWA}


# Nobody to tell


async def test_what_has_nobody_to_tell_never_runs_and_does_not_come_back() -> None:
    await family(AWA, due=TODAY + DAY)
    await announced()
    await stop_sms(AWA)
    for minutes in (0, 10, 20):
        assert await arise(NOW + minutes * MINUTE) == {}
    assert await query("SELECT id FROM campaign WHERE planned_by IS NULL") == []
    looks = await query("SELECT kind, at FROM campaign_rule_look")
    assert [(look.kind, look.at) for look in looks] == [("reminder1", NOW)], "it is planned once"


async def test_who_has_no_phone_is_not_listed_again_by_each_rule() -> None:
    await family(AWA, due=TODAY + DAY)
    await family(due=TODAY + DAY)
    await announced()
    campaign = (await arise(NOW))[Kind.REMINDER_1].campaign_id
    assert await fates(campaign) == {AWA: Fate("planned")}
    assert len(await query("SELECT id FROM message WHERE campaign_id = %(id)s", id=campaign)) == 1


async def test_who_has_no_phone_is_listed_once_for_money_that_waits() -> None:
    """That is news to them, which the list of the announcement does not say."""
    unclaimed = partial(family, due=TODAY - 9 * DAY, last=TODAY + 9 * DAY, state=Pay.UNCLAIMED)
    await unclaimed(AWA)
    await unclaimed()
    campaign = (await arise(NOW))[Kind.UNCLAIMED].campaign_id
    assert await left_out(campaign) == {"no_phone": 1}
    await unclaimed(BINTA)
    again = (await arise(NOW + MINUTE))[Kind.UNCLAIMED].campaign_id
    assert (await recipients_of(again), await left_out(again)) == ({BINTA}, {})


# Two workers, and one that dies


async def test_two_workers_that_look_at_once_tell_nobody_twice() -> None:
    await everything()
    arisen_for = await asyncio.gather(*(rules.arise(NOW + MINUTE, SETTINGS) for _ in range(2)))
    kinds = sorted(each.kind for arisen in arisen_for for each in arisen)
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
        if (await one("SELECT round_id FROM campaign WHERE id = %(id)s", id=campaign)).round_id == bad:
            raise ValueError("a text that cannot be written")
        return await real(campaign, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "plan", fails_for_one)
    arisen = await arise(NOW)
    assert await recipients_of(arisen[Kind.REMINDER_1].campaign_id) == {BINTA}


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
    assert await recipients_of((await arise(NOW + MINUTE))[Kind.ANNOUNCE].campaign_id) == {BINTA}

    await repaid(await family(CHEICK), {"place": "Marché"}, at=import_began)
    assert await recipients_of((await arise(NOW + 10 * MINUTE))[Kind.ANNOUNCE].campaign_id) == {CHEICK}


async def test_a_dear_announcement_approved_by_two_vouches_too() -> None:
    await family(AWA, due=TODAY + DAY)
    await known_since(EARLIER)
    await approved(await planned(settings=Settings(sms_cap_parts=0)))
    assert (await arise(NOW))[Kind.REMINDER_1].by_itself
