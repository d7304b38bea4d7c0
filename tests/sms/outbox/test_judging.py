"""Who still gets it at the last moment, when a request departs."""

from datetime import UTC, datetime, time

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.outbox.notice_kinds import NoticeKind
from core.registry.callers import restart_sms, stop_sms
from sms.campaigns.audience import Audience
from tests.core.seed import NOW, TODAY, event, places
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    PAY_DAY,
    Fate,
    counted,
    crowd,
    family,
    fate_of,
    fates,
    move_day,
    notice,
    numbers,
    repaid,
    running,
)
from tests.sms.outbox.steps import DAY, SECOND, claimed, depart, departed
from tests.support.database import change, one

pytestmark = pytest.mark.usefixtures("safo")


async def test_a_request_that_left_may_have_been_taken_from_here_on() -> None:
    await crowd(numbers(2))
    campaign = await running()
    departure = await departed(NOW + SECOND)
    assert [each.msisdn for each in departure.recipients] == numbers(2)
    assert departure.body == departure.claim.body
    batch = await one("SELECT state, left_at FROM sms_batch")
    assert (batch.state, batch.left_at) == ("left", NOW + SECOND)
    assert await counted(campaign) == {"planned": 2}


async def test_who_stopped_their_sms_meanwhile_is_dropped() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    await stop_sms(AWA)
    assert [each.msisdn for each in (await departed()).recipients] == [BINTA]
    assert (await fates(campaign))[AWA] == Fate("dropped", "opted_out")


async def test_who_stopped_and_started_again_is_told() -> None:
    await crowd([AWA])
    await running()
    await stop_sms(AWA)
    await restart_sms(AWA)
    assert [each.msisdn for each in (await departed()).recipients] == [AWA]


async def test_a_stop_is_confirmed_to_who_stopped_and_nothing_else_is_said() -> None:
    stopped, helped = await notice(AWA, NoticeKind.SMS_STOPPED), await notice(AWA)
    await stop_sms(AWA)
    first, second = [await depart(await claimed()) for _ in range(2)]
    assert first
    assert (first.body, second) == ("Bonjour.", None)
    assert (await fate_of(stopped), await fate_of(helped)) == (Fate("planned"), Fate("dropped", "opted_out"))


@pytest.mark.parametrize(
    ("columns", "goes"),
    [
        ({"state": "paid", "paid_on": TODAY}, False),
        ({"state": "cancelled"}, False),
        ({"state": "failed", "reason": "carte perdue"}, False),
        ({"state": "unclaimed", "last_day": TODAY + 9 * DAY}, False),
        ({"due_date": PAY_DAY + DAY}, False),
        ({"due_date": None}, False),
        ({"last_day": PAY_DAY + DAY}, False),
        ({"place": "École de Safo"}, False),
        ({"place": None}, False),
        ({"amount_xof": 45_000}, False),
        ({"state": "planned"}, True),
        ({"agency": "Autre caisse"}, True),
        ({"reason": "noté"}, True),
    ],
)
async def test_a_payment_that_changed_is_not_told_any_more(columns: dict[str, object], goes: bool) -> None:
    household = await family(AWA)
    await family(BINTA)
    campaign = await running()
    await repaid(household, columns)
    assert {each.msisdn for each in (await departed()).recipients} == {BINTA, *([AWA] if goes else [])}
    assert (await fates(campaign))[AWA] == (Fate("planned") if goes else Fate("dropped", "changed"))


async def test_a_household_that_is_gone_is_not_told_of() -> None:
    household = await family(AWA)
    campaign = await running()
    await change("DELETE FROM household WHERE id = %(id)s", id=household)
    assert await depart(await claimed()) is None
    assert await fates(campaign) == {AWA: Fate("dropped", "changed")}


async def test_a_message_of_two_households_is_dropped_when_one_of_them_changed() -> None:
    await family(AWA)
    moved = await family(AWA)
    campaign = await running()
    await move_day(moved, PAY_DAY + DAY)
    assert await depart(await claimed()) is None
    assert await fates(campaign) == {AWA: Fate("dropped", "changed")}


async def test_a_move_that_was_moved_again_is_not_told() -> None:
    household = await family(AWA, moved=(TODAY + DAY, PAY_DAY))
    campaign = await running(Kind.MOVED)
    await move_day(household, PAY_DAY + DAY)
    assert await depart(await claimed()) is None
    assert await fates(campaign) == {AWA: Fate("dropped", "changed")}


async def test_a_number_that_went_to_somebody_else_is_not_told_of_the_household() -> None:
    """The household corrected its number after the plan: the old one may be a stranger's."""
    household = await family(AWA)
    campaign = await running()
    await change("UPDATE household_phone SET msisdn = %(other)s WHERE household_id = %(id)s", other=BINTA, id=household)
    assert await depart(await claimed()) is None
    assert (await fates(campaign))[AWA] == Fate("dropped", "changed")


@pytest.mark.parametrize(
    ("columns", "goes"),
    [
        ("date = date + 1", False),
        ("time = '10:00'", False),
        ("time = NULL", False),
        ("place = 'École'", False),
        ('what = what || \'{"fr": "Autre"}\'', False),
        ('what = what || \'{"bm": "Wèrè"}\'', False),
        ("village = NULL", True),
        ("village = 'SIRAKORO'", True),
        ("village = 'Siracoro'", True),
        ("village = 'Dialakoroba'", False),
        ("commune_pcode = 'ML030101'", False),
    ],
)
async def test_an_event_that_changed_is_not_told_any_more(columns: str, goes: bool) -> None:
    await places(("ML030101", "Dialakorodji"))
    await event("PNP", TODAY + 2 * DAY, village="Sirakoro", hour=time(9))
    await family(AWA, round_name=None, components=("PNP",), village="Sirakoro")
    campaign = await running(audience=Audience(event="PNP"))
    await change(f"UPDATE component_event SET {columns}")  # noqa: S608 - our own words
    assert (await depart(await claimed()) is not None) is goes
    assert await fates(campaign) == {AWA: Fate("planned") if goes else Fate("dropped", "changed")}


async def test_of_an_event_that_moved_to_a_village_only_the_others_are_not_told() -> None:
    await event("PNP", TODAY + 2 * DAY)
    await family(AWA, round_name=None, components=("PNP",), village="Sirakoro")
    await family(BINTA, round_name=None, components=("PNP",), village="Dialakoroba")
    campaign = await running(audience=Audience(event="PNP"))
    await change("UPDATE component_event SET village = 'Sirakoro'")
    assert [each.msisdn for each in (await departed()).recipients] == [AWA]
    assert (await fates(campaign))[BINTA] == Fate("dropped", "changed")


async def test_that_an_event_will_not_be_is_told_when_it_is_gone() -> None:
    await event("PNP", TODAY + 2 * DAY)
    await family(AWA, round_name=None, components=("PNP",))
    await running(Kind.CANCELLED, Audience(event="PNP"))
    await change("DELETE FROM component_event")
    assert (await departed()).recipients


async def test_a_day_that_was_missed_is_not_told_late() -> None:
    await crowd([AWA, BINTA], due=TODAY + DAY)
    campaign = await running(Kind.REMINDER_1)
    claim = await claimed()
    assert await depart(claim, datetime.combine(TODAY, time(19), UTC) + SECOND) is None
    assert await fates(campaign) == dict.fromkeys([AWA, BINTA], Fate("dropped", "missed_its_day"))
    assert (await one("SELECT state FROM sms_batch")).state == "closed"
