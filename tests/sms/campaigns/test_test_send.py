"""Trying a campaign out on named phones before anybody approves it."""

from datetime import timedelta

import pytest

from core.campaigns.steps import WrongState
from core.payments.states import PaymentState
from sms.campaigns import test_send
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    DJENEBA,
    FIXED,
    FR,
    MALITEL,
    SETTINGS,
    Watch,
    bodies,
    counted,
    drafted,
    family,
    planned,
    sender,
    somebody,
    state_of,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import one, query

pytestmark = pytest.mark.usefixtures("safo")

LONG = "Mairie de Safo, salle des réunions, derrière le marché"


async def a_plan() -> int:
    """A plan that tells two texts in French and one in Bambara."""
    await family(AWA, language=FR)
    await family(BINTA, language=FR, place=LONG)
    await family(MALITEL)
    return (await planned()).campaign_id


async def test_the_longest_text_of_each_language_goes_to_each_phone_as_it_is() -> None:
    campaign = await a_plan()
    planned_texts = await bodies(campaign)
    assert await test_send.send(campaign, [CHEICK, DJENEBA], await somebody("binta"), NOW) == 4
    gateway = ScriptedGateway()
    await sender(gateway, Watch()).drain()
    texts = (planned_texts[BINTA], planned_texts[MALITEL])
    assert sorted(gateway.asked) == sorted((body, (phone,)) for body in texts for phone in (CHEICK, DJENEBA))


async def test_a_test_is_no_part_of_the_campaign() -> None:
    campaign = await a_plan()
    before = await counted(campaign)
    await test_send.send(campaign, [AWA], await somebody("binta"), NOW)
    await sender(ScriptedGateway(), Watch()).drain()
    assert await counted(campaign) == before
    assert await state_of(campaign) == "planned"


async def test_a_test_goes_now_at_any_hour_or_not_at_all() -> None:
    campaign = await a_plan()
    night = NOW.replace(hour=23)
    await test_send.send(campaign, [CHEICK], await somebody("binta"), night)
    rows = await query("SELECT DISTINCT prompt, not_after FROM sms_batch WHERE campaign_id IS NULL")
    assert [tuple(row) for row in rows] == [(True, night + timedelta(hours=1))]
    gateway = ScriptedGateway()
    await sender(gateway, Watch(night), settings=SETTINGS).drain()
    assert gateway.took == {CHEICK: 2}


async def test_the_same_phone_can_try_it_again() -> None:
    campaign = await a_plan()
    assert await test_send.send(campaign, [CHEICK], await somebody("binta"), NOW) == 2
    assert await test_send.send(campaign, [CHEICK], await somebody("binta"), NOW) == 2


async def test_a_phone_that_gets_no_sms_is_not_counted() -> None:
    campaign = await a_plan()
    assert await test_send.send(campaign, [FIXED, CHEICK], await somebody("binta"), NOW) == 2


async def test_a_campaign_without_a_plan_cannot_be_tried() -> None:
    await family(AWA)
    with pytest.raises(WrongState, match="plan it first"):
        await test_send.send(await drafted(), [CHEICK], await somebody("binta"), NOW)
    assert (await one("SELECT count(*) AS n FROM message")).n == 0


async def test_nor_can_one_that_has_nobody_to_tell() -> None:
    await family(AWA, state=PaymentState.PAID)
    with pytest.raises(WrongState, match="plan it first"):
        await test_send.send((await planned()).campaign_id, [CHEICK], await somebody("binta"), NOW)
