"""The plan of a campaign: who is told what, in which language, and who is left out."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.payments.states import PaymentState
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from core.text.languages import Language
from sms.campaigns import planning
from sms.campaigns.audience import Audience
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    BM,
    CHEICK,
    FIXED,
    FR,
    MALITEL,
    PAY_DAY,
    SETTINGS,
    Fate,
    approved,
    crowd,
    drafted,
    family,
    fates,
    left_out,
    numbers,
    planned,
    recipients_of,
    round_id,
    speaks,
)
from tests.sms.campaigns.plans import DAY, MONEY, again, announced_to
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")


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
    assert await recipients_of((await planned()).campaign_id) == {AWA, MALITEL}


async def test_a_number_that_is_both_numbers_of_a_household_gets_one_message() -> None:
    await family(AWA, AWA)
    plan = await planned()
    assert (plan.recipients, await recipients_of(plan.campaign_id)) == (1, {AWA})


async def test_the_other_number_can_be_left_alone() -> None:
    await family(AWA, MALITEL)
    assert await recipients_of((await planned(settings=Settings(sms_second_number=False))).campaign_id) == {AWA}


async def test_a_household_whose_only_number_is_the_other_one_is_not_forgotten() -> None:
    household = await family(AWA)
    await change("UPDATE household_phone SET position = 2")
    plan = await planned(settings=Settings(sms_second_number=False))
    rows = await query(
        "SELECT household_ids, state, reason FROM message WHERE campaign_id = %(id)s", id=plan.campaign_id
    )
    assert [row.household_ids for row in rows] == [[household]], "neither told nor among those who could not be told"


async def test_a_payment_without_a_place_is_told_by_its_commune() -> None:
    await family(AWA, place=None)
    assert await announced_to(AWA) == (replace(MONEY, place="Safo"),)


async def test_communes_of_one_name_are_kept_apart() -> None:
    await seed.places(("ML010101", "Safo"))
    await family(AWA)
    await family(BINTA, commune="ML010101")
    plan = await planned()
    rows = await query("SELECT msisdn, commune_pcode FROM message WHERE campaign_id = %(id)s", id=plan.campaign_id)
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
    ("state", "reason"), [("failed", "absent"), ("dropped", "cancelled"), ("left_out", "opted_out")]
)
async def test_who_was_not_told_in_the_end_is_told(state: str, reason: str) -> None:
    await family(AWA)
    await planned()
    await again(state, reason)
    assert await recipients_of((await planned(now=NOW + DAY)).campaign_id) == {AWA}


async def test_what_changed_is_told_again() -> None:
    await family(AWA)
    await planned()
    await change("UPDATE payment SET place = 'École de Safo'")
    assert await recipients_of((await planned()).campaign_id) == {AWA}


async def test_the_same_words_of_another_round_are_told() -> None:
    await family(AWA)
    await family(AWA, round_name="T1 2027")
    await planned()
    assert await recipients_of((await planned(audience=Audience(round_id=await round_id("T1 2027")))).campaign_id) == {
        AWA
    }


async def test_a_reminder_is_told_to_who_was_announced_the_day() -> None:
    await family(AWA, due=TODAY + DAY)
    await planned()
    await again("delivered")
    assert await recipients_of((await planned(Kind.REMINDER_1)).campaign_id) == {AWA}


@pytest.mark.parametrize(("before", "who"), [(timedelta(hours=47), set()), (timedelta(hours=49), {AWA})])
async def test_who_was_announced_the_day_lately_is_not_reminded_of_it_three_days_before(
    before: timedelta, who: set[str]
) -> None:
    await family(AWA, due=TODAY + 3 * DAY)
    await planned(now=NOW - before)
    await again("delivered")
    assert await recipients_of((await planned(Kind.REMINDER_3)).campaign_id) == who


async def test_free_words_may_be_said_again_the_next_day() -> None:
    await family(AWA)
    for now, who in ((NOW, {AWA}), (NOW + timedelta(hours=23), set()), (NOW + timedelta(hours=25), {AWA})):
        plan = await planned(Kind.FREE, Audience(), now=now, french="Réunion.", bambara="Lajè.")
        assert await recipients_of(plan.campaign_id) == who
        await again("delivered")
    other = await planned(Kind.FREE, Audience(), now=NOW + timedelta(hours=25), french="Autre.", bambara="Wèrè.")
    assert await recipients_of(other.campaign_id) == {AWA}


async def test_two_plans_at_once_each_hold_everybody_until_one_is_approved() -> None:
    await crowd(numbers(300))
    first, second = await drafted(), await drafted()
    plans = await asyncio.gather(*(planning.plan(each, SETTINGS, NOW) for each in (first, second)))
    assert [plan.recipients for plan in plans] == [300, 300]
    await approved(plans[0])
    assert (await planning.plan(second, SETTINGS, NOW)).recipients == 0
