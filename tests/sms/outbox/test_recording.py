"""What is given back, and what is written down of a request that left."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.registry.callers import stop_sms
from sms.campaigns import steps
from sms.outbox import claims, ledger
from sms.outbox.gateway import Policy, Result
from sms.worker import sweeps
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    SETTINGS,
    Fate,
    crowd,
    family,
    fate_of,
    fates,
    notice,
    running,
    somebody,
)
from tests.sms.outbox.steps import DAY, RETRYING, ROUTES, SECOND, claimed, depart, departed, record
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")


# Given back


async def test_a_request_of_which_nothing_was_taken_is_ready_again() -> None:
    await family(AWA)
    await running()
    departure = await departed()
    await ledger.release(departure.claim, NOW, NOW + 60 * SECOND)
    batch = await one("SELECT * FROM sms_batch")
    assert (batch.state, batch.worker, batch.claimed_at, batch.left_at) == ("ready", None, None, None)
    assert batch.not_before == NOW + 60 * SECOND
    assert [each.attempts for each in (await departed(NOW + 60 * SECOND)).recipients] == [0]


async def test_a_claim_that_was_taken_away_does_nothing() -> None:
    await family(AWA)
    campaign = await running()
    stale = await claimed()
    await change("UPDATE sms_batch SET state = 'ready', worker = NULL, claimed_at = NULL")
    fresh = await claimed(NOW + SECOND, worker="second")
    assert await depart(stale) is None
    await ledger.release(stale, NOW + DAY)
    assert await depart(fresh, NOW + SECOND)
    assert await fates(campaign) == {AWA: Fate("planned")}


async def test_the_same_worker_does_not_take_a_later_claim_for_its_own() -> None:
    await family(AWA)
    await running()
    stale = await claimed()
    await change("UPDATE sms_batch SET state = 'ready', worker = NULL, claimed_at = NULL")
    await claimed(NOW + SECOND)
    assert await depart(stale, NOW + 2 * SECOND) is None


async def test_what_was_taken_for_uncertain_and_did_not_leave_goes_again() -> None:
    await family(AWA)
    campaign = await running()
    departure = await departed()
    await ledger.unanswered(departure.claim, "worker died", NOW)
    assert await fates(campaign) == {AWA: Fate("uncertain", "worker died")}
    await ledger.release(departure.claim, NOW)
    assert await fates(campaign) == {AWA: Fate("planned")}
    assert [each.msisdn for each in (await departed()).recipients] == [AWA]


async def test_it_goes_again_even_when_its_campaign_was_thought_finished() -> None:
    """The sweep took its worker for dead and found nothing left; then the worker says that nothing left."""
    await family(AWA)
    await running()
    departure = await departed()
    await ledger.unanswered(departure.claim, "worker died", NOW)
    await steps.finish_done(NOW)
    await ledger.release(departure.claim, NOW)
    await sweeps.sweep(NOW + 60 * SECOND, SETTINGS)
    assert [each.msisdn for each in (await departed(NOW + 60 * SECOND)).recipients] == [AWA]


async def test_a_campaign_goes_on_now_even_if_what_is_left_goes_later() -> None:
    await family(AWA)
    campaign = await running()
    departure = await departed()
    await ledger.unanswered(departure.claim, "worker died", NOW)
    await steps.finish_done(NOW)
    await ledger.release(departure.claim, NOW + SECOND, NOW + 60 * SECOND)
    last = (await steps.changes(campaign))[-1]
    assert (last.at, last.to_state) == (NOW + SECOND, "running")


async def test_when_a_campaign_goes_on_again_is_on_record() -> None:
    await family(AWA)
    campaign = await running()
    departure = await departed()
    await ledger.unanswered(departure.claim, "worker died", NOW)
    await steps.finish_done(NOW)
    await record(departure, Policy.AGAIN, now=NOW + SECOND)
    row = await one("SELECT state, ended_at FROM campaign WHERE id = %(id)s", id=campaign)
    assert (row.state, row.ended_at) == ("running", None)
    last = (await steps.changes(campaign))[-1]
    assert (last.at, last.actor, last.from_state, last.to_state) == (NOW + SECOND, None, "finished", "running")


# Written down


@pytest.mark.parametrize(
    ("policy", "fate"),
    [
        (Policy.ACCEPTED, Fate("accepted")),
        (Policy.FINAL, Fate("failed", "blacklisted")),
        (Policy.UNCERTAIN, Fate("uncertain", "not in the answer")),
        (Policy.AGAIN, Fate("planned")),
        (Policy.STOP, Fate("planned")),
    ],
)
async def test_each_answer_is_written_down(policy: Policy, fate: Fate) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    stops = await record(await departed(), policy, Policy.ACCEPTED, now=NOW + SECOND)
    assert await fates(campaign) == {AWA: fate, BINTA: Fate("accepted")}
    assert stops == (["no_balance"] if policy is Policy.STOP else [])
    row = await one("SELECT * FROM message WHERE msisdn = %(awa)s", awa=AWA)
    assert row.attempts == (policy is Policy.AGAIN)
    assert row.was_uncertain is (policy is Policy.UNCERTAIN)
    assert row.final_at == (NOW + SECOND if policy is Policy.FINAL else None)
    assert row.provider_id == (f"at{row.id}" if policy is Policy.ACCEPTED else None)
    batch = await one("SELECT * FROM sms_batch ORDER BY id LIMIT 1")
    assert (batch.state, batch.answered_at) == ("done", NOW + SECOND)
    assert batch.uncertain is (policy is Policy.UNCERTAIN)


async def test_the_cost_is_written_down_as_it_was_told() -> None:
    await family(AWA)
    await running()
    departure = await departed()
    taken = Result(AWA, Policy.ACCEPTED, "Sent", "at1", Decimal("17.5"), "XOF")
    await ledger.record(departure, [taken], NOW, RETRYING)
    row = await one("SELECT cost, currency FROM message")
    assert (str(row.cost), row.currency) == ("17.5000", "XOF")


async def test_a_number_is_tried_again_after_waits_that_double_and_then_given_up() -> None:
    await family(AWA)
    campaign = await running()
    now = NOW
    for wait in (120, 240):
        await record(await departed(now), Policy.AGAIN, now=now)
        assert await claims.claim("first", now + timedelta(seconds=wait) - SECOND, ROUTES) is None
        now += timedelta(seconds=wait)
    await record(await departed(now), Policy.AGAIN, now=now)
    assert await fates(campaign) == {AWA: Fate("failed", "GatewayError")}
    assert (await one("SELECT attempts FROM message")).attempts == 3
    assert await claims.claim("first", now + DAY, ROUTES) is None


async def test_a_number_that_keeps_its_place_goes_again_soon_and_it_costs_nothing() -> None:
    """A gateway that takes number by number may have taken one and not the next."""
    await family(AWA)
    await family(BINTA)
    campaign = await running()
    departure = await departed()
    fates_of = {AWA: Policy.ACCEPTED, BINTA: Policy.KEEP}
    results = [Result(each.msisdn, fates_of[each.msisdn], "later") for each in departure.recipients]
    await ledger.record(departure, results, NOW, RETRYING)
    assert (await fates(campaign))[BINTA].state == "planned"
    soon = NOW + RETRYING.seconds * SECOND
    assert await claims.claim("worker", soon - SECOND, ROUTES) is None
    (again,) = (await departed(soon)).recipients
    assert (again.msisdn, again.attempts) == (BINTA, 0)


async def test_numbers_of_one_request_wait_by_their_own_attempts() -> None:
    await crowd([AWA, BINTA])
    await running()
    await change("UPDATE message SET attempts = 1 WHERE msisdn = %(awa)s", awa=AWA)
    await record(await departed(), Policy.AGAIN, Policy.AGAIN)
    rows = await query(
        "SELECT message.msisdn, sms_batch.not_before FROM message JOIN sms_batch ON sms_batch.id = message.batch_id"
    )
    assert {row.msisdn: row.not_before - NOW for row in rows} == {AWA: 240 * SECOND, BINTA: 120 * SECOND}


async def test_an_answer_written_down_twice_is_written_down_once() -> None:
    await crowd([AWA, BINTA, CHEICK])
    campaign = await running()
    departure = await departed()
    for _ in range(2):
        await record(departure, Policy.ACCEPTED, Policy.AGAIN, Policy.FINAL)
    assert await fates(campaign) == {
        AWA: Fate("accepted"),
        BINTA: Fate("planned"),
        CHEICK: Fate("failed", "blacklisted"),
    }
    assert (await one("SELECT attempts FROM message WHERE msisdn = %(binta)s", binta=BINTA)).attempts == 1


async def test_an_answer_that_comes_after_the_sweep_settles_what_the_sweep_made_uncertain() -> None:
    await family(AWA)
    campaign = await running()
    departure = await departed()
    await ledger.unanswered(departure.claim, "worker died", NOW)
    await record(departure, Policy.ACCEPTED)
    assert await fates(campaign) == {AWA: Fate("accepted")}
    assert (await one("SELECT was_uncertain FROM message")).was_uncertain


async def test_an_answer_to_what_was_sent_again_meanwhile_is_not_taken_for_that_of_the_second_time() -> None:
    await family(AWA)
    campaign = await running()
    first = await departed()
    await ledger.unanswered(first.claim, "worker died", NOW)
    await steps.settle(campaign, await somebody("binta"), NOW, again=True)
    await record(first, Policy.FINAL)
    assert await fates(campaign) == {AWA: Fate("planned")}


async def test_a_delivered_message_is_not_set_back_by_its_answer() -> None:
    await family(AWA)
    campaign = await running()
    departure = await departed()
    await change("UPDATE message SET state = 'delivered'")
    await record(departure, Policy.UNCERTAIN)
    assert await fates(campaign) == {AWA: Fate("delivered")}


@pytest.mark.parametrize("policy", [Policy.AGAIN, Policy.STOP])
async def test_a_delivered_message_is_not_sent_again_whatever_its_answer_says(policy: Policy) -> None:
    await family(AWA)
    campaign = await running()
    departure = await departed()
    await change("UPDATE message SET state = 'delivered'")
    await record(departure, policy)
    assert await fates(campaign) == {AWA: Fate("delivered")}


async def test_nobody_answered_is_uncertain_for_all_who_were_asked_about() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    await stop_sms(BINTA)
    departure = await departed()
    await ledger.unanswered(departure.claim, "ReadTimeout", NOW)
    assert await fates(campaign) == {AWA: Fate("uncertain", "ReadTimeout"), BINTA: Fate("dropped", "opted_out")}
    batch = await one("SELECT state, uncertain FROM sms_batch")
    assert (batch.state, batch.uncertain) == ("done", True)


async def test_what_cannot_be_written_is_dropped() -> None:
    key = await notice()
    await ledger.drop_unwritable(await claimed(), NOW)
    assert await fate_of(key) == Fate("dropped", "cannot_be_written")
    assert (await one("SELECT state FROM sms_batch")).state == "closed"


async def test_a_notice_that_another_worker_sends_is_not_dropped_by_the_first() -> None:
    key = await notice()
    stale = await claimed()
    await change("UPDATE sms_batch SET state = 'left', worker = 'second', claimed_at = %(at)s", at=NOW + SECOND)
    await ledger.drop_unwritable(stale, NOW)
    assert await fate_of(key) == Fate("planned")
    assert (await one("SELECT state FROM sms_batch")).state == "left"
