"""The plan of a campaign: one message for each number, the texts and requests it takes, and what it costs."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.campaigns.steps import FourEyes, NotASupervisor, WrongState
from core.payments.states import PaymentState
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from core.staff.agents import Role
from core.text.alphabet import GSM7, UCS2
from core.text.languages import Language
from core.text.links import NotASafeText
from core.text.words import COMMAND
from sms.campaigns import planning, steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import CannotBeWritten, Draft, draft
from sms.campaigns.notes import note_text
from sms.campaigns.scope import UnknownCampaign
from sms.outbox.contents import PaymentLine
from sms.worker import sweeps
from tests.core import seed
from tests.core.seed import SAFO, TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    BM,
    CHEICK,
    DJENEBA,
    FIXED,
    FR,
    MALITEL,
    NOW,
    PAY_DAY,
    SETTINGS,
    TELECEL,
    Fate,
    ScriptedGateway,
    Watch,
    approved,
    bodies,
    change,
    crowd,
    drafted,
    family,
    fates,
    left_out,
    move_day,
    numbers,
    one,
    pay_lines,
    planned,
    query,
    round_id,
    sender,
    somebody,
    speaks,
    state_of,
    told,
)
from tests.sms.campaign_world import safo as safo

pytestmark = pytest.mark.usefixtures("safo")

DAY = timedelta(days=1)
MONEY = PaymentLine(households=1, names="", amount_xof=30_000, day=PAY_DAY, place="Mairie de Safo", old_day=None)


async def announced_to(msisdn: str) -> tuple[PaymentLine, ...]:
    """What the announcement of the round tells a phone."""
    return (await pay_lines((await planned()).campaign_id))[msisdn]


async def again(state: str, reason: str | None = None) -> None:
    """Let every message that is planned have come to this."""
    await change(
        "UPDATE message SET state = :state, reason = :reason WHERE state = 'planned'", state=state, reason=reason
    )


# One message for each number


async def test_a_household_is_told_on_its_phone() -> None:
    household = await family(AWA)
    await speaks(AWA, FR)
    assert await announced_to(AWA) == (MONEY,)
    row = await one("SELECT * FROM message")
    assert (row.msisdn, row.household_ids, row.kind, row.state) == (AWA, [household], "announce", "planned")
    assert (row.operator, row.language, row.commune_pcode, row.attempts) == ("orange", "fr", SAFO, 0)
    assert (row.was_uncertain, row.provider_id, row.planned_at) == (False, None, NOW)


async def test_two_households_of_one_phone_are_told_in_one_message() -> None:
    ids = [await family(AWA), await family(AWA, name="Modibo Keïta")]
    assert await announced_to(AWA) == (replace(MONEY, households=2),)
    assert (await one("SELECT household_ids FROM message")).household_ids == ids


async def test_two_households_with_different_money_are_told_by_name() -> None:
    await family(AWA)
    await family(AWA, name="Modibo Keïta", amount=45_000)
    assert await announced_to(AWA) == (
        replace(MONEY, names="Awa Traoré"),
        replace(MONEY, names="Modibo Keïta", amount_xof=45_000),
    )


async def test_two_households_with_different_days_are_told_by_name_the_soonest_first() -> None:
    await family(AWA, due=PAY_DAY + DAY)
    await family(AWA, name="Modibo Keïta")
    assert await announced_to(AWA) == (
        replace(MONEY, names="Modibo Keïta"),
        replace(MONEY, names="Awa Traoré", day=PAY_DAY + DAY),
    )


async def test_three_households_are_told_by_name_who_gets_what() -> None:
    await family(AWA)
    await family(AWA, name="Modibo Keïta")
    await family(AWA, name="Fanta Diarra", place="École")
    assert await announced_to(AWA) == (
        replace(MONEY, households=2, names="Awa Traoré, Modibo Keïta"),
        replace(MONEY, names="Fanta Diarra", place="École"),
    )


async def test_of_two_households_the_one_paid_already_is_not_told_of() -> None:
    await family(AWA, state=PaymentState.PAID)
    waiting = await family(AWA, name="Modibo Keïta")
    assert await announced_to(AWA) == (MONEY,)
    assert (await one("SELECT household_ids FROM message")).household_ids == [waiting]


async def test_a_household_with_two_numbers_is_told_on_both() -> None:
    await family(AWA, MALITEL)
    assert await told((await planned()).campaign_id) == {AWA, MALITEL}


async def test_a_number_that_is_both_numbers_of_a_household_gets_one_message() -> None:
    await family(AWA, AWA)
    plan = await planned()
    assert (plan.recipients, await told(plan.campaign_id)) == (1, {AWA})


async def test_the_other_number_can_be_left_alone() -> None:
    await family(AWA, MALITEL)
    assert await told((await planned(settings=Settings(sms_second_number=False))).campaign_id) == {AWA}


async def test_a_household_whose_only_number_is_the_other_one_is_not_forgotten() -> None:
    household = await family(AWA)
    await change("UPDATE household_phone SET position = 2")
    plan = await planned(settings=Settings(sms_second_number=False))
    rows = await query("SELECT household_ids, state, reason FROM message WHERE campaign_id = :id", id=plan.campaign_id)
    assert [row.household_ids for row in rows] == [[household]], "neither told nor among those who could not be told"


async def test_a_payment_without_a_place_is_told_by_its_commune() -> None:
    await family(AWA, place=None)
    assert await announced_to(AWA) == (replace(MONEY, place="Safo"),)


async def test_communes_of_one_name_are_kept_apart() -> None:
    await seed.places(("ML010101", "Safo"))
    await family(AWA)
    await family(BINTA, commune="ML010101")
    plan = await planned()
    rows = await query("SELECT msisdn, commune_pcode FROM message WHERE campaign_id = :id", id=plan.campaign_id)
    assert {row.msisdn: row.commune_pcode for row in rows} == {AWA: SAFO, BINTA: "ML010101"}


# In which language


@pytest.mark.parametrize(
    ("chosen", "households", "spoken"),
    [
        (None, [None], BM),
        (None, [FR], FR),
        (None, [BM], BM),
        (FR, [BM], FR),
        (BM, [FR, FR], BM),
        (None, [FR, FR], FR),
        (None, [FR, BM], BM),
        (FR, [FR, BM], FR),
        (None, [None, FR], FR),
    ],
)
async def test_a_phone_speaks_what_it_chose_or_what_its_households_agree_on(
    chosen: Language | None, households: list[Language | None], spoken: Language
) -> None:
    for language in households:
        await family(AWA, language=language)
    if chosen:
        await speaks(AWA, chosen)
    await planned()
    assert (await one("SELECT language FROM message")).language == spoken


# Who is left out, and why


async def test_who_cannot_be_told_is_listed_with_the_reason() -> None:
    without_phone = await family()
    await family(FIXED)
    await family(BINTA)
    await stop_sms(BINTA)
    await family(CHEICK, due=None, state=PaymentState.PLANNED)
    await family(AWA)

    plan = await planned()
    assert plan.recipients == 1
    assert await fates(plan.campaign_id) == {
        AWA: Fate("planned"),
        FIXED: Fate("left_out", "fixed_line"),
        BINTA: Fate("left_out", "opted_out"),
    }
    assert await left_out(plan.campaign_id) == {"fixed_line": 1, "opted_out": 1, "no_phone": 1, "no_day": 1}
    (nobody,) = await query("SELECT household_ids FROM message WHERE reason = 'no_phone'")
    assert nobody.household_ids == [without_phone]


async def test_a_household_with_a_fixed_line_is_told_on_its_mobile() -> None:
    await family(FIXED, AWA)
    assert await fates((await planned()).campaign_id) == {FIXED: Fate("left_out", "fixed_line"), AWA: Fate("planned")}


async def test_who_lacks_a_phone_is_listed_in_the_language_asked_for() -> None:
    await family(language=FR)
    await family(language=BM)
    await family()
    for language, count in ((FR, 1), (BM, 2)):
        plan = await planned(audience=Audience(round_id=await round_id(), language=language))
        assert await left_out(plan.campaign_id) == {"no_phone": count}


async def test_who_has_no_day_yet_is_listed_in_the_place_asked_for() -> None:
    await seed.places(("ML010101", "Kayes"))
    await family(AWA, due=None, state=PaymentState.PLANNED)
    plan = await planned(audience=Audience(round_id=await round_id(), place="ML01"))
    assert await left_out(plan.campaign_id) == {}


# Who was told already

TOLD_BEFORE = ["planned", "accepted", "on_its_way", "delivered", "silent", "uncertain"]


@pytest.mark.parametrize("state", TOLD_BEFORE)
async def test_nobody_is_told_the_same_twice(state: str) -> None:
    await family(AWA)
    await approved(await planned())
    await again(state)
    await family(BINTA)
    assert await fates((await planned(now=NOW + DAY)).campaign_id) == {
        AWA: Fate("left_out", "already_told"),
        BINTA: Fate("planned"),
    }


@pytest.mark.parametrize(
    ("state", "reason"), [("failed", "AbsentSubscriber"), ("dropped", "cancelled"), ("left_out", "opted_out")]
)
async def test_who_was_not_told_in_the_end_is_told(state: str, reason: str) -> None:
    await family(AWA)
    await planned()
    await again(state, reason)
    assert await told((await planned(now=NOW + DAY)).campaign_id) == {AWA}


async def test_what_changed_is_told_again() -> None:
    await family(AWA)
    await planned()
    await change("UPDATE payment SET place = 'École de Safo'")
    assert await told((await planned()).campaign_id) == {AWA}


async def test_the_same_words_of_another_round_are_told() -> None:
    await family(AWA)
    await family(AWA, round_name="T1 2027")
    await planned()
    assert await told((await planned(audience=Audience(round_id=await round_id("T1 2027")))).campaign_id) == {AWA}


async def test_a_reminder_is_told_to_who_was_announced_the_day() -> None:
    await family(AWA, due=TODAY + DAY)
    await planned()
    await again("delivered")
    assert await told((await planned(Kind.REMINDER_1)).campaign_id) == {AWA}


@pytest.mark.parametrize(("before", "who"), [(timedelta(hours=47), set()), (timedelta(hours=49), {AWA})])
async def test_who_was_announced_the_day_lately_is_not_reminded_of_it_three_days_before(
    before: timedelta, who: set[str]
) -> None:
    await family(AWA, due=TODAY + 3 * DAY)
    await planned(now=NOW - before)
    await again("delivered")
    assert await told((await planned(Kind.REMINDER_3)).campaign_id) == who


async def test_free_words_may_be_said_again_the_next_day() -> None:
    await family(AWA)
    for now, who in ((NOW, {AWA}), (NOW + timedelta(hours=23), set()), (NOW + timedelta(hours=25), {AWA})):
        plan = await planned(Kind.FREE, Audience(), now=now, french="Réunion.", bambara="Lajè.")
        assert await told(plan.campaign_id) == who
        await again("delivered")
    other = await planned(Kind.FREE, Audience(), now=NOW + timedelta(hours=25), french="Autre.", bambara="Wèrè.")
    assert await told(other.campaign_id) == {AWA}


async def test_two_plans_at_once_each_hold_everybody_until_one_is_approved() -> None:
    await crowd(numbers(300))
    first, second = await drafted(), await drafted()
    plans = await asyncio.gather(*(planning.plan(each, SETTINGS, NOW) for each in (first, second)))
    assert [plan.recipients for plan in plans] == [300, 300]
    await approved(plans[0])
    assert (await planning.plan(second, SETTINGS, NOW)).recipients == 0


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
    row = await one("SELECT * FROM campaign WHERE id = :id", id=plan.campaign_id)
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
    await change("DELETE FROM household WHERE id = :id", id=gone)
    await family(CHEICK)

    anew = await planning.plan(plan.campaign_id, SETTINGS, NOW + DAY)
    assert anew.recipients == 2
    assert await told(plan.campaign_id) == {AWA, CHEICK}
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
    assert await told(campaign) == {AWA}


async def test_a_campaign_that_is_not_there_is_not_planned() -> None:
    with pytest.raises(UnknownCampaign):
        await planning.plan(404, SETTINGS, NOW)


async def test_a_plan_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    await family(AWA)
    campaign = await drafted()
    monkeypatch.setattr(planning, "written", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await planning.plan(campaign, SETTINGS, NOW)
    assert (await state_of(campaign), await fates(campaign)) == ("draft", {})


async def test_a_day_moved_after_the_plan_is_in_the_plan_made_anew() -> None:
    household = await family(AWA)
    plan = await planned()
    await move_day(household, PAY_DAY + DAY)
    await planning.plan(plan.campaign_id, SETTINGS, NOW)
    assert (await pay_lines(plan.campaign_id))[AWA] == (replace(MONEY, day=PAY_DAY + DAY),)


# Free words


@pytest.mark.parametrize(
    ("french", "bambara", "refused"),
    [
        (None, "Lajè.", CannotBeWritten),
        ("Réunion.", None, CannotBeWritten),
        ("Réunion.", "  ", CannotBeWritten),
        ("Réunion 集.", "Lajè.", CannotBeWritten),
        ("Réunion.", "Lajɛ 😀.", CannotBeWritten),
        ("Voir www.jigi.example", "Lajè.", NotASafeText),
        ("Réunion.", "https://jigi.ml", NotASafeText),
    ],
)
async def test_free_words_that_cannot_be_sent_are_refused(
    french: str | None, bambara: str | None, refused: type[ValueError]
) -> None:
    with pytest.raises(refused):
        await drafted(Kind.FREE, Audience(), french=french, bambara=bambara)
    assert await query("SELECT id FROM campaign") == []


async def test_where_phones_show_more_letters_more_may_be_written() -> None:
    with pytest.raises(CannotBeWritten):
        await draft(Draft(Kind.FREE, Audience(), "free", "Réunion 集.", "Lajɛ."), NOW, GSM7)
    assert await draft(Draft(Kind.FREE, Audience(), "free", "Réunion 集.", "Lajɛ."), NOW, UCS2)


async def test_free_words_are_told_in_both_languages() -> None:
    await family(AWA, language=FR)
    await family(BINTA, language=BM)
    plan = await planned(Kind.FREE, Audience(), french="Réunion demain.", bambara="Lajɛ bɛ sini.")
    texts = await bodies(plan.campaign_id)
    assert texts[AWA].startswith("Jigisèmèjiri : Réunion demain.")
    assert texts[BINTA].startswith("Jigisèmèjiri: Lajè bè sini.")


async def test_free_words_are_still_worth_sending_when_their_campaign_starts() -> None:
    """Planned on Tuesday, approved on Friday."""
    await family(AWA)
    plan = await planned(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")
    for days in (1, 2):
        await sweeps.sweep(NOW + days * DAY, SETTINGS)
    friday = NOW + 3 * DAY
    await steps.start(await approved(plan, friday), await somebody("binta"), friday)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(friday)).drain()
    assert gateway.took == {AWA: 1}


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
    assert await told((await planned()).campaign_id) == {AWA}


async def test_of_two_plans_that_were_both_approved_one_tells_it() -> None:
    await family(AWA)
    first, second = await planned(), await planned()
    gateway = ScriptedGateway()
    for plan in (first, second):
        await steps.start(await approved(plan), await somebody("binta"), NOW)
        await sender(gateway, Watch()).drain()
    assert gateway.took == {AWA: 1}
    assert await fates(second.campaign_id) == {AWA: Fate("dropped", "already_told")}
