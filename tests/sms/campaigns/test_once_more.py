"""Once more, next morning, to those whose phone was off: by the same rules, and once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.platform.settings import Settings
from sms.campaigns import once_more, steps
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    SETTINGS,
    Fate,
    Watch,
    became,
    crowd,
    fates,
    move_day,
    numbers,
    running,
    sender,
    somebody,
    state_of,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")

ONE_EACH = Settings(sms_rate=0, sms_batch_size=1)
OFF, GAVE_UP, WAITING, GOT, DEAD, SILENT = numbers(6)


async def ended(watch: Watch) -> tuple[int, ScriptedGateway]:
    """A campaign that told six: two phones were off, one still is, one got it, one is no number, one says nothing."""
    await crowd([OFF, GAVE_UP, WAITING, GOT, DEAD, SILENT])
    campaign = await running(settings=ONE_EACH)
    gateway = ScriptedGateway()
    await sender(gateway, watch).drain()
    await became(OFF, "failed", "absent")
    await became(GAVE_UP, "failed", "expired")
    await became(WAITING, "silent", "absent")
    await became(GOT, "delivered")
    await became(DEAD, "failed", "no_such_number")
    await became(SILENT, "silent")
    assert await steps.finish_done(watch.now) == [campaign]
    return campaign, gateway


async def test_who_was_off_is_told_once_more_next_morning_and_nobody_else() -> None:
    watch = Watch()
    campaign, gateway = await ended(watch)
    awa = await somebody("awa")
    assert await once_more.were_off(campaign, SETTINGS, watch.now) == 3
    assert await once_more.send(campaign, awa, SETTINGS, watch.now) == 3
    assert await state_of(campaign) == "running"
    await sender(gateway, watch).drain()
    assert gateway.took.total() == 6, "not today"
    watch.turn(days=1)
    await sender(gateway, watch).drain()
    assert {msisdn for msisdn, count in gateway.took.items() if count == 2} == {OFF, GAVE_UP, WAITING}
    assert (await fates(campaign))[OFF] == Fate("accepted")
    assert await steps.finish_done(watch.now) == [campaign]


async def test_one_of_which_only_silence_came_may_get_it_twice_and_says_so() -> None:
    watch = Watch()
    campaign, _ = await ended(watch)
    await once_more.send(campaign, await somebody("awa"), SETTINGS, watch.now)
    assert [row.msisdn for row in await query("SELECT msisdn FROM message WHERE was_uncertain")] == [WAITING]


async def test_it_is_sent_once_more_and_then_no_more() -> None:
    watch = Watch()
    campaign, gateway = await ended(watch)
    awa = await somebody("awa")
    await once_more.send(campaign, awa, SETTINGS, watch.now)
    watch.turn(days=1)
    await sender(gateway, watch).drain()
    for msisdn in (OFF, GAVE_UP, WAITING):
        await became(msisdn, "failed", "absent")
    await steps.finish_done(watch.now)
    assert await once_more.were_off(campaign, SETTINGS, watch.now) == 0
    assert await once_more.send(campaign, awa, SETTINGS, watch.now) == 0
    assert await state_of(campaign) == "finished"


async def test_who_would_be_told_after_the_day_is_not_told_once_more() -> None:
    watch = Watch()
    campaign, _ = await ended(watch)
    await change("UPDATE sms_batch SET not_after = %(soon)s", soon=NOW + timedelta(hours=5))
    assert await once_more.were_off(campaign, SETTINGS, watch.now) == 0


async def test_what_is_no_longer_so_is_not_told_once_more() -> None:
    """By the same rules: a payment that moved since is another message's."""
    watch = Watch()
    campaign, gateway = await ended(watch)
    await once_more.send(campaign, await somebody("awa"), SETTINGS, watch.now)
    household = (await one("SELECT household_ids[1] AS id FROM message WHERE msisdn = %(off)s", off=OFF)).id
    await move_day(household, (NOW + timedelta(days=9)).date())
    watch.turn(days=1)
    await sender(gateway, watch).drain()
    assert (await fates(campaign))[OFF] == Fate("dropped", "changed")
    assert gateway.took[OFF] == 1


async def test_both_sendings_are_paid_for() -> None:
    watch = Watch()
    campaign, gateway = await ended(watch)
    await change("UPDATE message SET cost = 17.5, currency = 'XOF'")
    await once_more.send(campaign, await somebody("awa"), SETTINGS, watch.now)
    gateway.cost = (Decimal("17.5"), "XOF")
    watch.turn(days=1)
    await sender(gateway, watch).drain()
    assert (await one("SELECT cost FROM message WHERE msisdn = %(off)s", off=OFF)).cost == Decimal(35)
    assert (await one("SELECT cost FROM message WHERE msisdn = %(got)s", got=GOT)).cost == Decimal("17.5")
