"""The texts and requests of a plan, what they cost, and a plan that is made anew."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.campaigns.steps import FourEyes, NotASupervisor, WrongState
from core.payments.states import PaymentState
from core.platform.settings import Settings
from core.staff.agents import Role
from core.text.words import COMMAND
from sms.campaigns import planning, steps
from sms.campaigns.audience import Audience
from sms.campaigns.no_room import no_room
from sms.campaigns.notes import note_text
from sms.campaigns.scope import UnknownCampaign
from sms.outbox.composing import TextPiece
from tests.core.seed import NOW, TODAY, event
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    BM,
    CHEICK,
    DJENEBA,
    FR,
    MALITEL,
    PAY_DAY,
    ROUND,
    SETTINGS,
    TELECEL,
    Fate,
    Watch,
    approved,
    bodies,
    crowd,
    drafted,
    family,
    fates,
    move_day,
    numbers,
    pay_lines,
    planned,
    recipients_of,
    round_id,
    running,
    sender,
    somebody,
    speaks,
    state_of,
)
from tests.sms.campaigns.plans import DAY, MONEY, again
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")


# Texts and requests


async def test_the_same_words_are_one_text_in_requests_of_a_hundred_by_operator() -> None:
    await crowd([*numbers(250), *numbers(30, "66"), *numbers(1, "50")])
    plan = await planned()
    assert (plan.recipients, plan.texts, plan.requests) == (281, 1, 5)
    rows = await query(
        "SELECT sms_batch.operator, count(*) AS n FROM sms_batch JOIN message ON message.batch_id = sms_batch.id "
        "GROUP BY sms_batch.id, sms_batch.operator ORDER BY 1, 2 DESC"
    )
    assert [(row.operator, row.n) for row in rows] == [
        ("malitel", 30),
        ("orange", 100),
        ("orange", 100),
        ("orange", 50),
        ("telecel", 1),
    ]


@pytest.mark.parametrize(("batch_size", "requests"), [(1, 5), (2, 3), (5, 1), (1000, 1)])
async def test_requests_are_as_large_as_is_set(batch_size: int, requests: int) -> None:
    await crowd(numbers(5))
    assert (await planned(settings=Settings(sms_batch_size=batch_size))).requests == requests


async def test_each_language_and_each_content_is_a_text_of_its_own() -> None:
    await family(AWA, language=FR)
    await family(BINTA, language=BM)
    await family(CHEICK, language=FR, place="École")
    plan = await planned()
    assert (plan.texts, plan.requests) == (3, 3)


@pytest.mark.parametrize(
    ("kind", "due", "opens", "ends"),
    [
        (Kind.ANNOUNCE, PAY_DAY, NOW, PAY_DAY),
        (Kind.REMINDER_3, TODAY + 3 * DAY, datetime.combine(TODAY, time(0), UTC), TODAY),
        (Kind.REMINDER_1, TODAY + DAY, datetime.combine(TODAY, time(0), UTC), TODAY),
    ],
)
async def test_a_request_has_its_days(kind: Kind, due: datetime, opens: datetime, ends: datetime) -> None:
    await family(AWA, due=due)
    await planned(kind)
    batch = await one("SELECT * FROM sms_batch")
    assert (batch.not_before, batch.not_after) == (opens, datetime.combine(ends, time(19), UTC))
    assert (batch.state, batch.prompt, batch.uncertain) == ("ready", False, False)


@pytest.mark.parametrize(
    ("kind", "hour", "told_until"),
    [
        (Kind.ANNOUNCE, time(9), datetime.combine(TODAY + DAY, time(13), UTC)),
        (Kind.ANNOUNCE, time(17), datetime.combine(TODAY + DAY, time(19), UTC)),
        (Kind.ANNOUNCE, None, datetime.combine(TODAY + DAY, time(19), UTC)),
        (Kind.REMINDER_1, time(9), datetime.combine(TODAY, time(19), UTC)),
    ],
    ids=("until it may be over", "while SMS may go", "all day where no hour is written", "a reminder on its day"),
)
async def test_an_event_is_worth_telling_until_it_is_over(kind: Kind, hour: time | None, told_until: datetime) -> None:
    await event("PNP", TODAY + DAY, hour=hour)
    await family(AWA, round_name=None, components=("PNP",))
    await planned(kind, Audience(event="PNP"))
    assert (await one("SELECT not_after FROM sms_batch")).not_after == told_until


async def test_a_reminder_planned_ahead_waits_for_its_day() -> None:
    await family(AWA, due=TODAY + 9 * DAY)
    await planned(Kind.REMINDER_3, Audience(round_id=await round_id(), day=TODAY + 9 * DAY))
    batch = await one("SELECT * FROM sms_batch")
    ahead = TODAY + 6 * DAY
    assert (batch.not_before.date(), batch.not_after.date()) == (ahead, ahead)


async def test_who_must_come_tomorrow_is_told_before_the_others() -> None:
    await family(AWA, due=TODAY + DAY)
    await family(BINTA, due=TODAY + 3 * DAY)
    await family(CHEICK)
    free = await planned(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")
    kinds = (Kind.REMINDER_3, Kind.ANNOUNCE, Kind.REMINDER_1)
    three, announce, tomorrow = [(await planned(kind)).campaign_id for kind in kinds]
    rows = await query("SELECT DISTINCT priority, campaign_id FROM sms_batch ORDER BY priority")
    assert [row.campaign_id for row in rows] == [tomorrow, three, announce, free.campaign_id]


# Parts and cost

FREE_BODY = "Jigisèmèjiri : "


async def parts_of(letters: int, settings: Settings) -> int:
    """Parts of a plan that tells one number a French text of so many septets, security line not counted."""
    await speaks(AWA, FR)
    words = "a" * (letters - len(FREE_BODY) - 1) + "."
    plan = await planned(Kind.FREE, Audience(), settings=settings, french=words, bambara="Lajè.")
    return plan.parts


@pytest.mark.parametrize(
    ("letters", "reserve", "parts"),
    [
        (160, 0, 1),
        (161, 0, 2),
        (130, 30, 1),
        (131, 30, 2),
        (276, 30, 2),
        (277, 30, 3),
        (306, 0, 2),
        (307, 0, 3),
    ],
)
async def test_room_is_kept_in_the_first_message_for_what_the_gateway_adds(
    letters: int, reserve: int, parts: int
) -> None:
    await family(AWA)
    assert await parts_of(letters, Settings(sms_optout_reserve=reserve)) == parts


@pytest.mark.parametrize(
    ("state", "parts"),
    [
        ("accepted", 1),
        ("on_its_way", 1),
        ("delivered", 1),
        ("silent", 1),
        ("failed", 2),
        ("uncertain", 2),
        ("planned", 2),
    ],
)
async def test_who_got_a_message_before_gets_the_next_without_addition(state: str, parts: int) -> None:
    await family(AWA)
    await planned()
    await again(state)
    assert await parts_of(150, Settings(sms_optout_reserve=30)) == parts


async def test_the_cost_is_that_of_the_parts() -> None:
    await crowd(numbers(10))
    assert (await planned()).cost_xof is None
    plan = await planned(
        Kind.FREE, Audience(), settings=Settings(sms_part_price_xof=17.5), french="Un.", bambara="Kelen."
    )
    assert (plan.parts, plan.cost_xof) == (10, 175)
    row = await one("SELECT * FROM campaign WHERE id = %(id)s", id=plan.campaign_id)
    assert (row.recipients, row.parts, row.cost_xof, row.state) == (10, 10, 175, "planned")


@pytest.mark.parametrize(
    ("caps", "needs_second"),
    [
        ({}, False),
        ({"sms_cap_parts": 10}, False),
        ({"sms_cap_parts": 9}, True),
        ({"sms_part_price_xof": 20, "sms_cap_xof": 200}, False),
        ({"sms_part_price_xof": 20, "sms_cap_xof": 199}, True),
        ({"sms_cap_xof": 0}, False),
    ],
)
async def test_a_dear_campaign_needs_a_second_approval(caps: dict[str, int], needs_second: bool) -> None:
    await crowd(numbers(10))
    settings = Settings(sms_optout_reserve=0).model_copy(update=caps)
    plan = await planned(Kind.FREE, Audience(), settings=settings, french="Un.", bambara="Kelen.")
    assert plan.needs_second is needs_second
    given = await steps.approve(plan.campaign_id, await somebody("binta"), NOW)
    assert given.complete is not needs_second


# Planned anew


async def test_a_plan_is_made_anew_with_what_is_true_now() -> None:
    await family(AWA)
    gone = await family(BINTA)
    plan = await planned()
    await change("DELETE FROM household WHERE id = %(id)s", id=gone)
    await family(CHEICK)

    anew = await planning.plan(plan.campaign_id, SETTINGS, NOW + DAY)
    assert anew.recipients == 2
    assert await recipients_of(plan.campaign_id) == {AWA, CHEICK}
    assert (await one("SELECT count(*) AS n FROM sms_batch")).n == 1
    assert (await one("SELECT count(*) AS n FROM message_text")).n == 1
    notes = [
        (each.from_state, each.to_state, note_text(each.note, COMMAND))
        for each in await steps.changes(plan.campaign_id)
    ]
    assert notes == [
        (None, "draft", ""),
        ("draft", "planned", "2 recipients, 2 parts"),
        ("planned", "planned", "2 recipients, 2 parts"),
    ]


async def test_approvals_of_an_older_plan_are_void() -> None:
    await crowd(numbers(10))
    plan = await planned(settings=Settings(sms_cap_parts=0))
    assert not (await steps.approve(plan.campaign_id, await somebody("binta"), NOW)).complete
    await planning.plan(plan.campaign_id, Settings(sms_cap_parts=0), NOW)
    assert not (await steps.approve(plan.campaign_id, await somebody("cheick"), NOW)).complete
    assert (await steps.approve(plan.campaign_id, await somebody("binta"), NOW)).complete


async def test_who_planned_it_last_cannot_approve_it_and_stands_on_record() -> None:
    await family(AWA)
    plan = await planned(planner="awa")
    await planning.plan(plan.campaign_id, SETTINGS, NOW, actor=await somebody("binta"))
    assert [each.actor for each in await steps.changes(plan.campaign_id)] == ["Awa", "Awa", "Binta"]
    with pytest.raises(FourEyes, match="who planned"):
        await steps.approve(plan.campaign_id, await somebody("binta"), NOW)
    assert (await steps.approve(plan.campaign_id, await somebody("awa"), NOW)).complete


async def test_a_plan_that_arose_by_itself_is_anew_the_one_of_who_planned_it() -> None:
    await family(AWA)
    plan = await planned(planner=None)
    await planning.plan(plan.campaign_id, SETTINGS, NOW)
    assert (await one("SELECT planned_by FROM campaign")).planned_by is None
    binta = await somebody("binta")
    await planning.plan(plan.campaign_id, SETTINGS, NOW, actor=binta)
    assert (await one("SELECT planned_by FROM campaign")).planned_by == binta.id


async def test_only_a_supervisor_plans() -> None:
    await family(AWA)
    campaign = await drafted()
    with pytest.raises(NotASupervisor):
        await planning.plan(campaign, SETTINGS, NOW, actor=await somebody("oumou", Role.AGENT))
    assert await state_of(campaign) == "draft"


async def test_a_campaign_that_was_approved_is_not_planned_anew() -> None:
    await family(AWA)
    campaign = await approved(await planned())
    with pytest.raises(WrongState, match="approved: only a draft or a plan"):
        await planning.plan(campaign, SETTINGS, NOW)
    assert await recipients_of(campaign) == {AWA}


async def test_a_campaign_that_is_not_there_is_not_planned() -> None:
    with pytest.raises(UnknownCampaign):
        await planning.plan(404, SETTINGS, NOW)


async def test_a_plan_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    await family(AWA)
    campaign = await drafted()
    monkeypatch.setattr(planning, "campaign_sms", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await planning.plan(campaign, SETTINGS, NOW)
    assert (await state_of(campaign), await fates(campaign)) == ("draft", {})


async def test_a_day_moved_after_the_plan_is_in_the_plan_made_anew() -> None:
    household = await family(AWA)
    plan = await planned()
    await move_day(household, PAY_DAY + DAY)
    await planning.plan(plan.campaign_id, SETTINGS, NOW)
    assert (await pay_lines(plan.campaign_id))[AWA] == (replace(MONEY, day=PAY_DAY + DAY),)


async def test_nobody_to_tell_is_a_plan_too() -> None:
    await family(DJENEBA, state=PaymentState.PAID)
    plan = await planned()
    assert (plan.recipients, plan.parts, plan.texts, plan.requests) == (0, 0, 0, 0)


async def test_each_operator_is_known_by_the_number() -> None:
    await family(AWA, MALITEL)
    await family(TELECEL)
    await planned()
    rows = await query("SELECT msisdn, operator FROM message")
    assert {row.msisdn: row.operator for row in rows} == {AWA: "orange", MALITEL: "malitel", TELECEL: "telecel"}


async def test_a_plan_that_nobody_approved_silences_no_other() -> None:
    await family(AWA)
    await planned()
    assert await recipients_of((await planned()).campaign_id) == {AWA}


async def test_of_two_plans_that_were_both_approved_one_tells_it() -> None:
    await family(AWA)
    first, second = await planned(), await planned()
    gateway = ScriptedGateway()
    for plan in (first, second):
        await steps.start(await approved(plan), await somebody("binta"), NOW)
        await sender(gateway, Watch()).drain()
    assert gateway.took == {AWA: 1}
    assert await fates(second.campaign_id) == {AWA: Fate("dropped", "already_told")}


# Whom, and with how much room


async def test_a_number_that_was_written_to_before_has_the_room_of_the_gateways_words() -> None:
    await family(AWA, language=FR)
    await family(BINTA, language=FR)
    await running(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")
    await sender(ScriptedGateway(), Watch(NOW)).drain()
    await change("DELETE FROM message WHERE msisdn = %(msisdn)s", msisdn=BINTA)
    plan = await planned()
    texts = await bodies(plan.campaign_id)
    assert plan.texts == 2
    assert texts[AWA].endswith("Personne ne doit vous demander de l'argent ou un code.")
    assert texts[BINTA].endswith("Apportez votre carte. C'est gratuit.")
    assert len(texts[BINTA]) + SETTINGS.sms_optout_reserve <= 160


async def test_two_parts_say_more_where_it_is_set() -> None:
    await family(AWA, language=FR)
    plan = await planned(settings=SETTINGS.model_copy(update={"sms_payment_parts": 2}))
    assert plan.parts == 2
    assert (await bodies(plan.campaign_id))[AWA].endswith("Appelez le *384*1234#.")
    assert await no_room(plan.campaign_id) == {}


async def test_what_found_no_room_is_known_with_how_many_people_it_concerns() -> None:
    await crowd(numbers(3))
    plan = await planned()
    assert await no_room(plan.campaign_id) == {TextPiece.SAFETY: 3, TextPiece.CODE: 3}


async def test_a_phone_is_spoken_to_in_one_language_in_every_campaign() -> None:
    """Its households speak two; which of them a campaign tells is no matter."""
    await family(AWA, language=FR)
    await family(AWA, language=BM, round_name="Autre")
    for name in (ROUND, "Autre"):
        plan = await planned(Kind.ANNOUNCE, Audience(round_id=await round_id(name)))
        assert "bèna di" in (await bodies(plan.campaign_id))[AWA]


async def test_a_phone_of_two_households_is_told_whose_money_it_is_when_one_of_them_gets_none() -> None:
    await family(AWA, language=FR, name="Awa Traoré")
    await family(AWA, language=FR, name="Binta Diarra", round_name=None)
    await family(BINTA, language=FR)
    texts = await bodies((await planned()).campaign_id)
    assert texts[AWA].startswith("Jigisèmèjiri : paiement pour Awa Traoré : 30 000 F CFA le")
    assert texts[BINTA].startswith("Jigisèmèjiri : paiement, 30 000 F CFA le")
