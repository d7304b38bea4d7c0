"""Two open payments of one phone are one message, and the other round's campaign leaves the phone out."""

from datetime import date, timedelta

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.payments.states import PaymentState as Pay
from core.platform.settings import Settings
from sms.campaigns import communes, preview, steps
from sms.campaigns.audience import Audience
from sms.outbox.composing import TextPiece
from tests.core import seed
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    FR,
    MAIRIE,
    PAY_DAY,
    ROUND,
    Fate,
    Watch,
    approved,
    bodies,
    family,
    fates,
    planned,
    recipients_of,
    round_id,
    running,
    sender,
    somebody,
)
from tests.sms.campaigns.schedule import MINUTE, arise
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")

EARLIER, LAST = "T3 2026", TODAY + timedelta(days=4)
DAY = timedelta(days=1)
ROOMY = Settings(sms_rate=0, sms_part_price_xof=0, sms_retry_seconds=120, sms_payment_parts=2)


async def both(*phones: str, component: str = "TM", due: date = TODAY + DAY) -> int:
    """A household whose payment of an earlier round is open beside that of the round that comes."""
    household = await family(*phones, language=FR)
    await earlier(household, component=component, due=due)
    return household


async def earlier(
    household: int, *, component: str = "TM", due: date = TODAY + DAY, state: Pay = Pay.ANNOUNCED
) -> None:
    """A payment of the earlier round, of another sum."""
    await seed.payment(
        household, state, due=due, last=LAST, place=MAIRIE, round_name=EARLIER, component=component, amount=15_000
    )


async def of(name: str) -> Audience:
    return Audience(round_id=await round_id(name))


# What is said


async def test_what_is_open_of_another_round_is_said_by_its_last_day_and_what_both_have_once() -> None:
    await both(AWA, due=TODAY - 3 * DAY)
    plan = await planned(settings=ROOMY)
    assert (await bodies(plan.campaign_id))[AWA].startswith(
        "Jigisèmèjiri : paiements à venir.\n30 000 F CFA, lundi 30 novembre.\n"
        "15 000 F CFA. Dernier jour : samedi 28 novembre.\nMairie de Safo. Apportez votre carte."
    )


async def test_money_of_another_programme_is_named_and_a_day_of_both_is_said_once() -> None:
    await both(AWA, component="PNR", due=PAY_DAY)
    assert (await bodies((await planned(settings=ROOMY)).campaign_id))[AWA].startswith(
        "Jigisèmèjiri : paiements à venir.\nTransfert d'argent : 30 000 F CFA.\n"
        "Argent des mois difficiles : 15 000 F CFA.\nLundi 30 novembre, Mairie de Safo."
    )


async def test_two_households_of_a_phone_each_of_another_round_are_named() -> None:
    first = await family(AWA, name="Awa Traoré", language=FR)
    second = await family(AWA, name="Binta Keita", round_name=None, language=FR)
    await earlier(second)
    campaign = await running(settings=ROOMY)
    assert (await bodies(campaign))[AWA].startswith(
        "Jigisèmèjiri : paiements à venir.\nAwa Traoré : 30 000 F CFA, lundi 30 novembre.\n"
        "Binta Keita : 15 000 F CFA, mercredi 25 novembre."
    )
    row = await one("SELECT household_ids, own_households FROM message WHERE campaign_id = %(id)s", id=campaign)
    assert (row.household_ids, row.own_households) == ([first, second], 1)
    await sender(ScriptedGateway(), Watch(NOW), settings=ROOMY).drain()
    assert (await fates(campaign))[AWA].state == "accepted"
    assert [(each.households, each.unreached) for each in await communes.count(campaign)] == [(1, 0)]


async def test_what_has_no_room_is_left_to_its_own_campaign_and_shown() -> None:
    await family(AWA, language=FR)
    household = (await query("SELECT id FROM household"))[0].id
    await earlier(household, component="PNR")
    campaign = await running()
    held = await preview.preview(campaign, ROOMY, NOW)
    assert (held.no_room[TextPiece.OTHERS], held.tells_too.people) == (1, 0)
    assert (await recipients_of((await planned(Kind.ANNOUNCE, await of(EARLIER))).campaign_id)) == {AWA}


async def test_who_approves_sees_how_many_are_told_of_other_rounds_with_an_example() -> None:
    await both(AWA)
    await family(BINTA, language=FR)
    campaign = await running(settings=ROOMY)
    held = (await preview.preview(campaign, ROOMY, NOW)).tells_too
    assert (held.people, "15 000 F CFA" in held.body, held.told_with) == (1, True, {})
    other = await planned(Kind.ANNOUNCE, await of(EARLIER), settings=ROOMY)
    held = (await preview.preview(other.campaign_id, ROOMY, NOW)).tells_too
    assert (held.people, held.told_with) == (0, {str(campaign): 1})


# The other round's campaign


@pytest.mark.parametrize("first", [ROUND, EARLIER])
async def test_whichever_round_is_told_first_tells_both(first: str) -> None:
    await both(AWA)
    second = EARLIER if first == ROUND else ROUND
    teller = await running(Kind.ANNOUNCE, await of(first), settings=ROOMY)
    other = (await planned(Kind.ANNOUNCE, await of(second), settings=ROOMY)).campaign_id
    assert await fates(other) == {AWA: Fate("left_out", "told_together")}
    assert (await one("SELECT told_with FROM message WHERE campaign_id = %(id)s", id=other)).told_with == teller


async def test_of_two_plans_the_one_that_leaves_second_tells_the_number_nothing_more() -> None:
    await both(AWA)
    plans = [await planned(Kind.ANNOUNCE, await of(name), settings=ROOMY) for name in (ROUND, EARLIER)]
    gateway, watch = ScriptedGateway(), Watch(NOW)
    for plan in plans:
        await steps.start(await approved(plan), await somebody("binta"), NOW)
        await sender(gateway, watch, settings=ROOMY).drain()
    first, second = (plan.campaign_id for plan in plans)
    assert gateway.took == {AWA: 1}
    assert await fates(second) == {AWA: Fate("dropped", "told_together")}
    assert (await one("SELECT told_with FROM message WHERE campaign_id = %(id)s", id=second)).told_with == first
    assert [each.unreached for each in await communes.count(second)] == [0]


@pytest.mark.parametrize("came_to", ["failed", "dropped"])
async def test_a_message_that_did_not_arrive_told_nobody_of_either_round(came_to: str) -> None:
    await both(AWA)
    teller = await running(settings=ROOMY)
    other = (await planned(Kind.ANNOUNCE, await of(EARLIER), settings=ROOMY)).campaign_id
    await change(
        "UPDATE message SET state = %(state)s, reason = 'absent', final_at = %(now)s WHERE campaign_id = %(id)s",
        state=came_to, now=NOW, id=teller,
    )  # fmt: skip
    assert [each.reasons for each in await communes.count(other)] == [{"absent": 1}]
    again = await planned(Kind.ANNOUNCE, await of(EARLIER), settings=ROOMY)
    assert await recipients_of(again.campaign_id) == {AWA}


async def test_what_a_cancelled_campaign_would_have_told_of_another_round_arises_again() -> None:
    late = TODAY + 2 * DAY  # not a day of a reminder
    await both(AWA, due=late)
    await earlier(await family(BINTA, round_name=None, language=FR), due=late)
    teller = await running(settings=ROOMY)
    other = await running(Kind.ANNOUNCE, await of(EARLIER), settings=ROOMY)
    assert Kind.ANNOUNCE not in await arise(NOW + 90 * MINUTE, ROOMY)
    await steps.cancel(teller, "mauvais lieu", await somebody("binta"), NOW + 91 * MINUTE)
    await change("UPDATE campaign SET state = 'finished' WHERE id = %(id)s", id=other)
    arisen = (await arise(NOW + 95 * MINUTE, ROOMY))[Kind.ANNOUNCE]
    row = await one("SELECT round_id FROM campaign WHERE id = %(id)s", id=arisen.campaign_id)
    assert (row.round_id, await recipients_of(arisen.campaign_id)) == (await round_id(EARLIER), {AWA})


# What changes after it


async def moved_earlier(household: int, to: date) -> None:
    """The day of the earlier round moves."""
    await change(
        "INSERT INTO payment_move SELECT payment.id, %(at)s, due_date, %(to)s FROM payment JOIN payment_round "
        "ON payment_round.id = round_id WHERE name = %(name)s AND household_id = %(household)s",
        at=NOW + MINUTE, to=to, name=EARLIER, household=household,
    )  # fmt: skip
    await change(
        "UPDATE payment SET due_date = %(to)s, updated_at = %(at)s FROM payment_round "
        "WHERE payment_round.id = round_id AND name = %(name)s AND household_id = %(household)s",
        at=NOW + MINUTE, to=to, name=EARLIER, household=household,
    )  # fmt: skip


async def test_a_move_of_one_of_both_before_it_leaves_drops_the_message() -> None:
    household = await both(AWA)
    campaign = await running(settings=ROOMY)
    await moved_earlier(household, TODAY + 2 * DAY)
    await sender(ScriptedGateway(), Watch(NOW), settings=ROOMY).drain()
    assert await fates(campaign) == {AWA: Fate("dropped", "changed")}


async def test_a_move_of_one_of_both_afterwards_is_one_message_that_says_it() -> None:
    household = await both(AWA)
    await running(settings=ROOMY)
    await sender(ScriptedGateway(), Watch(NOW), settings=ROOMY).drain()
    await moved_earlier(household, TODAY + 2 * DAY)
    only_told = Audience(round_id=await round_id(EARLIER), only_told=True)
    move = await planned(Kind.MOVED, only_told, settings=ROOMY, now=NOW + 2 * MINUTE)
    assert await recipients_of(move.campaign_id) == {AWA}
    body = (await bodies(move.campaign_id))[AWA]
    assert "Pas le mercredi 25 novembre, mais le jeudi 26 novembre" in body
    assert "30 000" not in body


# Reminders, and what goes by itself


@pytest.mark.parametrize(("due", "is_one"), [(PAY_DAY, True), (PAY_DAY + DAY, False)])
async def test_two_payments_of_one_day_are_one_reminder(due: date, is_one: bool) -> None:
    await both(AWA, component="PNR", due=due)
    eve = NOW + (PAY_DAY - TODAY - DAY)
    campaign = await running(Kind.REMINDER_1, settings=ROOMY, now=eve)
    assert ("15 000" in (await bodies(campaign))[AWA]) is is_one
    other = await planned(Kind.REMINDER_1, Audience(round_id=await round_id(EARLIER), day=due), settings=ROOMY, now=eve)
    assert (await fates(other.campaign_id))[AWA].reason == ("told_together" if is_one else None)


async def test_what_goes_by_itself_tells_of_no_round_that_nobody_approved() -> None:
    await both(AWA, component="PNR", due=TODAY + DAY)
    await change("UPDATE payment SET due_date = %(day)s", day=TODAY + DAY)
    only = await planned(Kind.REMINDER_1, await of(ROUND), settings=ROOMY, planner=None)
    assert "15 000" not in (await bodies(only.campaign_id))[AWA]
    await approved(await planned(Kind.ANNOUNCE, await of(EARLIER), settings=ROOMY))
    too = await planned(Kind.REMINDER_1, await of(ROUND), settings=ROOMY, planner=None)
    assert "15 000" in (await bodies(too.campaign_id))[AWA]
