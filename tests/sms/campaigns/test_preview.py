"""What is seen of a campaign: whom its plan tells, who is left out and why, how far it is and what it cost."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.outbox.messages import MessageState
from core.payments.states import PaymentState
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from sms.campaigns import planning, preview, steps
from sms.campaigns.preview import CampaignPreview
from sms.campaigns.scope import UnknownCampaign
from sms.campaigns.tells_too import TellsToo
from tests.core import seed
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    DJENEBA,
    FIXED,
    FR,
    MALITEL,
    PAY_DAY,
    SETTINGS,
    TELECEL,
    Watch,
    approved,
    drafted,
    family,
    got,
    planned,
    running,
    sender,
    somebody,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("safo")

MOPTI = "ML050101"
DAY = timedelta(days=1)


async def held() -> CampaignPreview:
    """What an announcement of the round would tell."""
    return await preview.preview((await planned()).campaign_id, SETTINGS, NOW)


async def test_recipients_are_counted_by_language_operator_and_region() -> None:
    await seed.places((MOPTI, "Mopti"))
    await family(AWA, language=FR)
    await family(MALITEL)
    await family(TELECEL, commune=MOPTI)
    shown = await held()
    assert shown.by_language == {"bm": 2, "fr": 1}
    assert shown.by_operator == {"orange": 1, "malitel": 1, "telecel": 1}
    assert shown.by_place == {"Region ML02": 2, "Region ML05": 1}


async def test_recipients_are_counted_wherever_their_messages_are() -> None:
    for phone in (AWA, BINTA, CHEICK):
        await family(phone)
    await family(MALITEL, language=FR)
    await family(TELECEL, language=FR)
    campaign = await running()
    await change("UPDATE message SET state = 'delivered' WHERE msisdn = %(phone)s", phone=AWA)
    shown = await preview.preview(campaign, SETTINGS, NOW)
    assert list(shown.by_language.items()) == [("bm", 3), ("fr", 2)]
    assert shown.by_operator == {"orange": 3, "malitel": 1, "telecel": 1}
    assert shown.by_place == {"Region ML02": 5}


async def test_who_is_left_out_is_counted_by_the_reason_and_not_among_the_recipients() -> None:
    await family()
    await family(FIXED)
    await family(BINTA)
    await family(CHEICK)
    await family(DJENEBA, due=None, state=PaymentState.PLANNED)
    await family(AWA)
    await stop_sms(BINTA)
    await stop_sms(CHEICK)
    shown = await held()
    assert shown.left_out == {"opted_out": 2, "no_phone": 1, "fixed_line": 1, "no_day": 1}
    assert shown.by_language == {"bm": 1}
    assert shown.by_operator == {"orange": 1}


async def test_who_got_the_sms_of_the_day_is_told_tomorrow() -> None:
    for phone in (AWA, BINTA, CHEICK, DJENEBA):
        await family(phone)
    await got(AWA, 3)
    await got(BINTA, 2)
    await got(CHEICK, 3, prompt=True)
    await got(DJENEBA, 3, at=NOW - DAY)
    campaign = (await planned()).campaign_id
    assert (await preview.preview(campaign, SETTINGS, NOW)).put_off_today == 1
    assert (await preview.preview(campaign, Settings(sms_most_a_day=2), NOW)).put_off_today == 2


async def test_an_sms_that_failed_does_not_put_off_the_next() -> None:
    await family(AWA)
    await got(AWA, 3, state="failed")
    assert (await held()).put_off_today == 0


async def test_the_longest_texts_of_each_language_are_shown_with_how_many_get_them() -> None:
    await family(AWA, language=FR)
    await family(BINTA, language=FR)
    await family(CHEICK, language=FR, place="Mairie de Safo, salle des fêtes, à côté de la grande mosquée")
    await family(MALITEL)
    campaign = (await planned()).campaign_id
    shown = await preview.preview(campaign, SETTINGS, NOW, samples=1)
    assert [(sample.language, sample.recipients) for sample in shown.samples] == [("bm", 1), ("fr", 1)]
    assert "salle des fêtes" in shown.samples[1].body or "salle des fetes" in shown.samples[1].body
    assert [sample.recipients for sample in (await preview.preview(campaign, SETTINGS, NOW)).samples] == [1, 1, 2]


async def test_texts_and_requests_are_counted() -> None:
    await family(AWA, language=FR)
    await family(BINTA, language=FR)
    await family(MALITEL, language=FR)
    await family(TELECEL)
    campaign = (await planned(settings=Settings(sms_batch_size=1))).campaign_id
    shown = await preview.preview(campaign, SETTINGS, NOW)
    assert (shown.texts, shown.requests) == (2, 4)
    await planning.plan(campaign, SETTINGS, NOW)
    shown = await preview.preview(campaign, SETTINGS, NOW)
    assert (shown.texts, shown.requests) == (2, 3)


async def test_a_campaign_without_anybody_holds_nothing() -> None:
    await family(AWA, due=PAY_DAY - 30 * DAY)
    assert await held() == CampaignPreview({}, {}, {}, {}, 0, 0, 0, (), {}, TellsToo(0, "", {}))


# One campaign and the list


async def test_a_campaign_is_shown_with_who_planned_and_approved_it() -> None:
    await family(AWA)
    plan = await planned(settings=Settings(sms_cap_parts=0, sms_part_price_xof=25))
    campaign = await approved(plan)
    summary = await preview.summary(campaign)
    assert (summary.id, summary.title, summary.kind, summary.state) == (campaign, "announce", "announce", "approved")
    assert (summary.planned_by, summary.approved_by, summary.second_approved_by) == ("Awa", "Binta", "Cheick")
    assert (summary.recipients, summary.parts, summary.cost_xof) == (1, plan.parts, plan.cost_xof)
    assert summary.needs_second
    assert summary.cost_xof == 25 * plan.parts
    await steps.start(campaign, await somebody("binta"), NOW, NOW + DAY)
    assert (await preview.summary(campaign)).starts_at == NOW + DAY


async def test_a_campaign_that_is_not_there_is_not_known() -> None:
    with pytest.raises(UnknownCampaign, match="there is no campaign 7"):
        await preview.summary(7)


async def test_campaigns_are_listed_newest_first_but_for_those_that_found_nobody() -> None:
    await family(AWA)
    first = (await planned()).campaign_id
    await steps.cancel(first, "wrong day", await somebody("binta"), NOW)
    nobody = await drafted()
    await steps.cancel(nobody, "nobody to tell", await somebody("binta"), NOW)
    last = await drafted()
    assert [summary.id for summary in await preview.summaries()] == [last, first]
    assert [summary.why for summary in await preview.summaries()] == [None, "wrong day"]
    assert [summary.id for summary in await preview.summaries(most=1)] == [last]


# How far it is


async def test_progress_counts_who_is_to_be_told_who_was_and_who_will_not_be() -> None:
    for phone in (AWA, BINTA, CHEICK, DJENEBA, FIXED):
        await family(phone)
    campaign = await running()
    before = await preview.progress(campaign)
    assert (before.to_send, before.sent, before.done, before.under_way) == (4, 0, 0, 0)
    for phone, state in ((AWA, "delivered"), (BINTA, "failed"), (CHEICK, "dropped")):
        await change("UPDATE message SET state = %(state)s WHERE msisdn = %(phone)s", state=state, phone=phone)
    after = await preview.progress(campaign)
    assert (after.to_send, after.sent, after.done) == (4, 2, 3)
    assert after.states == {
        MessageState.LEFT_OUT: 1,
        MessageState.PLANNED: 1,
        MessageState.DELIVERED: 1,
        MessageState.FAILED: 1,
        MessageState.DROPPED: 1,
    }


async def test_what_left_and_was_not_answered_is_under_way() -> None:
    await family(AWA)
    await family(BINTA)
    await family(MALITEL)
    campaign = await running()
    await change("UPDATE sms_batch SET state = 'left' WHERE operator = 'orange'")
    assert (await preview.progress(campaign)).under_way == 2


async def test_only_uncertain_messages_that_somebody_is_asked_about_wait() -> None:
    await family(AWA)
    await family(MALITEL)
    campaign = await running()
    await change("UPDATE message SET state = 'uncertain', was_uncertain = true")
    assert (await preview.progress(campaign)).waiting == 0
    await change("UPDATE sms_batch SET uncertain = true WHERE operator = 'malitel'")
    assert (await preview.progress(campaign)).waiting == 1


async def test_the_cost_is_summed_in_each_currency_the_gateway_named() -> None:
    for phone in (AWA, BINTA, CHEICK):
        await family(phone)
    campaign = await running()
    for phone, cost, currency in ((AWA, "22.5", "XOF"), (BINTA, "22.5", "XOF"), (CHEICK, "0.0400", "USD")):
        await change(
            "UPDATE message SET cost = %(cost)s, currency = %(currency)s WHERE msisdn = %(phone)s",
            cost=Decimal(cost),
            currency=currency,
            phone=phone,
        )
    assert (await preview.progress(campaign)).cost == {"USD": Decimal("0.04"), "XOF": Decimal(45)}


async def test_a_campaign_that_was_sent_is_done() -> None:
    await family(AWA)
    campaign = await running()
    await sender(ScriptedGateway(), Watch()).drain()
    counted = await preview.progress(campaign)
    assert (counted.to_send, counted.sent, counted.done, counted.cost) == (1, 1, 1, {})
