"""Reports with an id that nobody knows: the sweep finds whose they are."""

import asyncio
from datetime import timedelta

import pytest

from core.outbox.messages import MessageState
from core.platform.database import copying
from sms.campaigns import steps
from sms.outbox import delivery, ledger
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Policy, Result
from sms.worker import sweeps
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    SETTINGS,
    Fate,
    Watch,
    crowd,
    fate_of,
    fates,
    living,
    notice,
    running,
    sender,
    somebody,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.sms.worker.sweeping import (
    DAY,
    GRACE,
    HOUR,
    MINUTE,
    SECOND,
    left,
    reported,
    swept,
    taken_without_id,
    unanswered,
)
from tests.support.database import change, one, others_wait, query

pytestmark = pytest.mark.usefixtures("safo")


@pytest.mark.parametrize("state", [MessageState.DELIVERED, MessageState.FAILED, MessageState.ON_ITS_WAY])
async def test_an_uncertain_message_is_settled_by_the_report_of_its_number(state: MessageState) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    await unanswered()
    await reported("strange", state=state)
    assert "settled" not in await swept(NOW + MINUTE + GRACE)
    assert (await swept(NOW + MINUTE + GRACE + SECOND))["settled"] == 1
    assert await fates(campaign) == {AWA: Fate(state), BINTA: Fate("uncertain", "ReadTimeout")}
    row = await one("SELECT provider_id, was_uncertain, final_at FROM message WHERE msisdn = %(awa)s", awa=AWA)
    assert (row.provider_id, row.was_uncertain) == ("strange", True)
    assert row.final_at == (None if state is MessageState.ON_ITS_WAY else NOW + MINUTE)
    assert await query("SELECT * FROM early_report") == []


async def test_a_further_report_that_comes_while_it_is_settled_is_not_lost() -> None:
    await crowd([AWA])
    campaign = await running()
    await unanswered()
    await reported("strange", state=MessageState.ON_ITS_WAY)
    async with copying() as other:
        await other.execute("UPDATE early_report SET state = 'delivered'")
        sweeping = asyncio.create_task(sweeps.settle_by_reports(NOW + HOUR, SETTINGS))
        await others_wait()
        await other.commit()
    assert await sweeping == 1
    await swept(NOW + HOUR)
    assert await fates(campaign) == {AWA: Fate("delivered")}


async def test_two_gateways_settle_their_own_messages_alone() -> None:
    await crowd([AWA])
    campaign = await running()
    await unanswered()
    await change("UPDATE message SET gateway = 'orange'")
    await reported("strange")
    assert "settled" not in await swept(NOW + HOUR)
    assert (await fates(campaign))[AWA] == Fate("uncertain", "ReadTimeout")


@pytest.mark.parametrize("gateway", ["africastalking", "orange"])
async def test_a_message_taken_without_an_id_is_settled_by_the_report_of_its_number(gateway: str) -> None:
    await crowd([AWA])
    campaign = await running()
    await taken_without_id()
    await change("UPDATE message SET gateway = %(gateway)s", gateway=gateway)
    await delivery.apply([DeliveryReport(gateway, "strange", AWA, MessageState.DELIVERED, "", NOW + MINUTE)])
    assert (await swept(NOW + 10 * MINUTE))["settled"] == 1
    assert await fates(campaign) == {AWA: Fate("delivered")}
    assert await query("SELECT provider_id FROM message") == [("strange",)]
    assert await query("SELECT * FROM early_report") == []


async def test_later_reports_of_a_message_so_settled_are_its_own() -> None:
    await crowd([AWA])
    campaign = await running()
    await unanswered()
    await reported("strange", state=MessageState.ON_ITS_WAY)
    await swept(NOW + 10 * MINUTE)
    await reported("strange", at=NOW + HOUR)
    assert await fates(campaign) == {AWA: Fate("delivered")}


async def test_nothing_is_settled_while_something_is_under_way_to_the_number() -> None:
    """The report may be that of the request whose answer was not written down yet."""
    await crowd([AWA])
    campaign = await running()
    await unanswered()
    key = await notice(AWA, now=NOW)
    await change(
        "UPDATE sms_batch SET state = 'left', worker = 'first', left_at = %(at)s WHERE campaign_id IS NULL", at=NOW
    )
    await reported("strange")
    later = NOW + 10 * MINUTE
    await living("first", later)
    assert "settled" not in await swept(later)
    assert await fates(campaign) == {AWA: Fate("uncertain", "ReadTimeout")}

    await change("UPDATE sms_batch SET state = 'done', answered_at = %(at)s WHERE campaign_id IS NULL", at=later)
    await change("UPDATE message SET state = 'accepted', provider_id = 'known' WHERE key = %(key)s", key=key)
    assert (await swept(later))["settled"] == 1
    assert await fates(campaign) == {AWA: Fate("delivered")}


@pytest.mark.parametrize("other", [MessageState.UNCERTAIN, MessageState.SILENT])
async def test_of_two_messages_to_one_number_nobody_knows_which_one_report_is_of(other: MessageState) -> None:
    """The answer to a "stop" arrived, and a pay day did not: it would be missed by who was taken for told of it."""
    keys = [await notice(AWA, now=NOW) for _ in range(2)]
    await unanswered()
    await change("UPDATE message SET state = %(state)s WHERE key = %(key)s", state=other, key=keys[0])
    await reported("strange one")
    assert "settled" not in await swept(NOW + 10 * MINUTE)
    assert [(await fate_of(key)).state for key in keys] == [other, "uncertain"]
    await reported("strange two", at=NOW + 20 * MINUTE)
    assert (await swept(NOW + 30 * MINUTE))["settled"] == 2
    assert [(await fate_of(key)).state for key in keys] == ["delivered", "delivered"]


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        (MessageState.DELIVERED, MessageState.DELIVERED, ["delivered", "delivered"]),
        (MessageState.FAILED, MessageState.FAILED, ["failed", "failed"]),
        (MessageState.FAILED, MessageState.DELIVERED, ["uncertain", "uncertain"]),
        (MessageState.ON_ITS_WAY, MessageState.ON_ITS_WAY, ["uncertain", "uncertain"]),
    ],
)
async def test_two_reports_settle_two_messages_to_one_number_where_both_say_the_same_in_the_end(
    one: MessageState, other: MessageState, are: list[str]
) -> None:
    """Of one that failed and one that arrived nobody knows which is the pay day."""
    keys = [await notice(AWA, now=NOW) for _ in range(2)]
    await unanswered()
    await reported("strange one", state=one)
    await reported("strange two", state=other, at=NOW + 2 * MINUTE)
    await swept(NOW + 10 * MINUTE)
    assert [(await fate_of(key)).state for key in keys] == are


async def test_a_report_from_before_it_left_is_not_its_own() -> None:
    await crowd([AWA])
    campaign = await running()
    await reported("strange", at=NOW - MINUTE)
    await unanswered()
    assert "settled" not in await swept(NOW + 10 * MINUTE)
    assert await fates(campaign) == {AWA: Fate("uncertain", "ReadTimeout")}


async def test_a_report_that_is_written_down_by_a_clock_that_is_behind_is_its_own() -> None:
    """The worker that sends and the process that reports come to count on by themselves from the database's time."""
    await crowd([AWA])
    campaign = await running()
    await unanswered()
    await reported("strange", at=NOW - timedelta(seconds=1))
    assert (await swept(NOW + 10 * MINUTE))["settled"] == 1
    assert await fates(campaign) == {AWA: Fate("delivered")}


async def test_a_second_report_from_before_the_second_message_left_is_not_its_own() -> None:
    first = await notice(AWA)
    await unanswered()
    second = await notice(AWA, now=NOW + HOUR)
    await unanswered(NOW + HOUR)
    await reported("strange", at=NOW + MINUTE)
    await reported("another", at=NOW + 2 * MINUTE)
    assert (await swept(NOW + 2 * HOUR))["settled"] == 1
    assert [(await fate_of(key)).state for key in (first, second)] == ["delivered", "uncertain"]


async def test_a_stray_report_of_the_past_does_not_stand_in_the_way_of_the_true_one() -> None:
    await crowd([AWA])
    campaign = await running()
    await reported("stray", at=NOW - MINUTE)
    await unanswered()
    await reported("strange")
    assert (await swept(NOW + 10 * MINUTE))["settled"] == 1
    assert await fates(campaign) == {AWA: Fate("delivered")}


async def test_a_report_for_somebody_else_settles_nothing() -> None:
    await crowd([AWA])
    campaign = await running()
    await unanswered()
    await reported("strange", BINTA)
    await reported("without a number", "")
    await swept(NOW + 10 * MINUTE)
    assert await fates(campaign) == {AWA: Fate("uncertain", "ReadTimeout")}
    assert len(await query("SELECT * FROM early_report")) == 2


async def test_a_message_that_has_its_id_is_not_settled_by_another_one() -> None:
    await crowd([AWA])
    campaign = await running()
    await sender(ScriptedGateway(), Watch()).drain()
    await reported("strange")
    await swept(NOW + 10 * MINUTE)
    assert await fates(campaign) == {AWA: Fate("accepted")}


async def test_a_message_that_fell_silent_long_ago_is_not_taken_for_the_one_reported_on() -> None:
    await crowd([AWA])
    long_ago = await notice(AWA, now=NOW - 9 * DAY)
    await taken_without_id(NOW - 9 * DAY)
    await swept(NOW - 3 * DAY)
    campaign = await running()
    await unanswered()
    await reported("strange")
    await swept(NOW + 10 * MINUTE)
    assert await fates(campaign) == {AWA: Fate("delivered")}
    assert await fate_of(long_ago) == Fate("silent")


async def test_a_report_left_over_by_a_worker_that_died_is_its_messages() -> None:
    """The worker wrote the id down and died before it looked whether its report was there."""
    await crowd([AWA])
    campaign = await running()
    await reported("at-1")
    departure = await left()
    taken = Result(AWA, Policy.ACCEPTED, "Sent", "at-1")
    await ledger.record(departure, [taken], NOW, ledger.Retrying(3, 120))
    assert (await swept(NOW + MINUTE))["settled"] == 1
    assert await fates(campaign) == {AWA: Fate("delivered")}


@pytest.mark.parametrize("again", [True, False])
async def test_a_report_settles_what_a_supervisor_decided_on(again: bool) -> None:
    """Sent again or left alone: the report that comes in the end says what became of it."""
    await crowd([AWA])
    campaign = await running()
    await unanswered()
    await steps.settle(campaign, await somebody("binta"), NOW, again=again)
    if again:
        await taken_without_id()
    await reported("strange")
    await swept(NOW + 10 * MINUTE)
    assert await fates(campaign) == {AWA: Fate("delivered")}


async def test_silence_is_settled_by_a_late_report_even_without_an_id() -> None:
    await crowd([AWA])
    campaign = await running()
    await taken_without_id()
    await swept(NOW + 73 * HOUR)
    assert await fates(campaign) == {AWA: Fate("silent")}
    await reported("strange", at=NOW + 74 * HOUR)
    await swept(NOW + 75 * HOUR)
    assert await fates(campaign) == {AWA: Fate("delivered")}
