"""The ledger at work: what may be claimed, who is still to be told at the last moment, and what is written down."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.numbers.msisdn import Operator
from core.outbox.notices import NoticeKind
from core.platform.settings import Settings
from core.registry.callers import restart_sms, stop_sms
from sms.campaigns import steps
from sms.campaigns.audience import Audience
from sms.outbox import ledger, rate_limit
from sms.outbox.gateway import Policy, Result
from sms.outbox.ledger import Claim, Departure, Retrying, WrittenNotice
from sms.outbox.texts import Written
from sms.outbox.window import Window
from sms.worker import sweeps
from tests.core.seed import TODAY, event, places
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    FR,
    MALITEL,
    NOW,
    PAY_DAY,
    REASONS,
    SETTINGS,
    Fate,
    change,
    counted,
    crowd,
    family,
    fate_of,
    fates,
    got,
    move_day,
    notice,
    numbers,
    one,
    query,
    repaid,
    running,
    somebody,
)
from tests.sms.campaign_world import safo as safo

pytestmark = pytest.mark.usefixtures("safo")

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WINDOW = Window(time(8), time(19))
TOMORROW = datetime.combine(TODAY + DAY, time(8), UTC)
NIGHT = datetime.combine(TODAY, time(23), UTC)
ONE_EACH = Settings(sms_rate=0, sms_batch_size=1)
RETRYING = Retrying(attempts=3, seconds=120)


async def claimed(now: datetime = NOW, worker: str = "first") -> Claim:
    claim = await ledger.claim(worker, now, WINDOW)
    assert claim, "nothing to claim"
    return claim


async def depart(claim: Claim, now: datetime = NOW, most_a_day: int = 3) -> Departure | None:
    hello = WrittenNotice(NoticeKind.HELP, FR, Written("Bonjour.", 1, 8)) if claim.body is None else None
    return await ledger.depart(claim, now, window=WINDOW, most_a_day=most_a_day, written=hello)


async def departed(now: datetime = NOW) -> Departure:
    departure = await depart(await claimed(now), now)
    assert departure, "nothing left"
    return departure


def results(departure: Departure, *policies: Policy) -> Sequence[Result]:
    """A result for each recipient of a request."""
    return [
        Result(each.msisdn, policy, REASONS.get(policy, "Sent"), f"at{each.id}" if policy is Policy.ACCEPTED else None)
        for each, policy in zip(departure.recipients, policies, strict=True)
    ]


async def record(departure: Departure, *policies: Policy, now: datetime = NOW) -> list[str]:
    return await ledger.record(departure, results(departure, *policies), now, RETRYING)


# What may be claimed


async def test_a_claim_says_what_a_request_needs() -> None:
    await crowd(numbers(3))
    campaign = await running()
    claim = await claimed()
    assert (claim.campaign_id, claim.operator, claim.size, claim.prompt) == (campaign, "orange", 3, False)
    assert claim.body
    assert claim.body.startswith("Jigisèmèjiri:")
    batch = await one("SELECT state, worker, claimed_at FROM sms_batch")
    assert (batch.state, batch.worker, batch.claimed_at) == ("claimed", "first", NOW)


async def test_single_notices_go_before_campaigns_and_tomorrow_before_next_week() -> None:
    await family(AWA, due=TODAY + DAY)
    announce, tomorrow = await running(), await running(Kind.REMINDER_1)
    await notice(BINTA)
    assert [(await claimed()).campaign_id for _ in range(3)] == [None, tomorrow, announce]


async def test_two_workers_never_claim_the_same() -> None:
    await crowd(numbers(5))
    await running(settings=ONE_EACH)
    claims = await asyncio.gather(*(ledger.claim(f"worker {each}", NOW, WINDOW) for each in range(8)))
    ids = [claim.id for claim in claims if claim]
    assert len(ids) == len(set(ids)) == 5


@pytest.mark.parametrize("state", ["draft", "planned", "approved", "scheduled", "paused", "finished", "cancelled"])
async def test_only_a_running_campaign_is_sent(state: str) -> None:
    await family(AWA)
    await running()
    await change("UPDATE campaign SET state = :state", state=state)
    assert await ledger.claim("first", NOW, WINDOW) is None


@pytest.mark.parametrize("state", ["claimed", "left", "done", "closed"])
async def test_only_what_is_ready_is_claimed(state: str) -> None:
    await family(AWA)
    await running()
    await change("UPDATE sms_batch SET state = :state", state=state)
    assert await ledger.claim("first", NOW, WINDOW) is None


async def test_a_request_waits_for_its_moment() -> None:
    await family(AWA)
    await running()
    await change("UPDATE sms_batch SET not_before = :at", at=NOW + SECOND)
    assert await ledger.claim("first", NOW, WINDOW) is None
    assert await ledger.claim("first", NOW + SECOND, WINDOW)


@pytest.mark.parametrize(
    ("hour", "campaigns_go"), [(time(7, 59), False), (time(8), True), (time(18, 59), True), (time(19), False)]
)
async def test_campaigns_keep_to_their_hours_and_answers_do_not(hour: time, campaigns_go: bool) -> None:
    await family(AWA)
    await running(now=NOW - DAY)
    now = datetime.combine(TODAY, hour, UTC)
    assert (await ledger.claim("first", now, WINDOW) is not None) is campaigns_go
    await notice(prompt=False, now=now)
    assert (await ledger.claim("first", now, WINDOW) is not None) is campaigns_go
    await notice(prompt=True, now=now)
    assert (await ledger.claim("first", now, WINDOW)) is not None


@pytest.mark.parametrize(
    ("name", "goes"), [("all", set()), ("orange", {"malitel"}), ("telecel", {"orange", "malitel"})]
)
async def test_who_is_to_be_spared_is_not_claimed_for(name: str, goes: set[str]) -> None:
    await family(AWA, MALITEL)
    await running()
    await rate_limit.hold(NOW + 60 * SECOND, "HTTP 429", NOW, name)
    claims = [await ledger.claim("first", NOW, WINDOW) for _ in range(2)]
    assert {claim.operator for claim in claims if claim} == goes
    assert await ledger.claim("first", NOW + 60 * SECOND, WINDOW) or goes == {"orange", "malitel"}


@pytest.mark.parametrize(("name", "leaves"), [("all", False), ("orange", False), ("telecel", True)])
async def test_what_is_claimed_already_waits_too_when_the_gateway_asks_to(name: str, leaves: bool) -> None:
    await family(AWA)
    campaign = await running()
    claim = await claimed()
    await rate_limit.hold(NOW + 60 * SECOND, "HTTP 429", NOW, name)
    assert (await depart(claim) is not None) is leaves
    await ledger.release(claim, NOW)
    assert await fates(campaign) == {AWA: Fate("planned")}
    assert (await ledger.claim("first", NOW + 59 * SECOND, WINDOW) is not None) is leaves


async def test_an_operator_that_is_full_does_not_hold_up_the_others() -> None:
    await crowd([*numbers(3), *numbers(3, "66")])
    await running(settings=ONE_EACH)
    orange = rate_limit.RateLimit(0, {"orange": 0.2})
    assert await orange.reserve(Operator.ORANGE, 1, NOW) == 0
    assert [(await claimed()).operator for _ in range(3)] == ["malitel"] * 3
    assert await ledger.claim("first", NOW, WINDOW) is None
    assert (await claimed(NOW + 3 * SECOND)).operator == "orange"


# Who is told at the last moment


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
    ("columns", "told"),
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
async def test_a_payment_that_changed_is_not_told_any_more(columns: dict[str, object], told: bool) -> None:
    household = await family(AWA)
    await family(BINTA)
    campaign = await running()
    await repaid(household, columns)
    assert {each.msisdn for each in (await departed()).recipients} == {BINTA, *([AWA] if told else [])}
    assert (await fates(campaign))[AWA] == (Fate("planned") if told else Fate("dropped", "changed"))


async def test_a_household_that_is_gone_is_not_told_of() -> None:
    household = await family(AWA)
    campaign = await running()
    await change("DELETE FROM household WHERE id = :id", id=household)
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
    await change("UPDATE household_phone SET msisdn = :other WHERE household_id = :id", other=BINTA, id=household)
    assert await depart(await claimed()) is None
    assert (await fates(campaign))[AWA] == Fate("dropped", "changed")


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("date = date + 1", False),
        ("time = '10:00'", False),
        ("time = NULL", False),
        ("place = 'École'", False),
        ("what_fr = 'Autre'", False),
        ("what_bm = 'Wèrè'", False),
        ("village = NULL", True),
        ("village = 'SIRAKORO'", True),
        ("village = 'Dialakoroba'", False),
        ("commune_pcode = 'ML030101'", False),
    ],
)
async def test_an_event_that_changed_is_not_told_any_more(columns: str, told: bool) -> None:
    await places(("ML030101", "Dialakorodji"))
    await event("PNP", TODAY + 2 * DAY, village="Sirakoro", hour=time(9))
    await family(AWA, round_name=None, components=("PNP",), village="Sirakoro")
    campaign = await running(audience=Audience(event="PNP"))
    await change(f"UPDATE component_event SET {columns}")  # noqa: S608 - our own words
    assert (await depart(await claimed()) is not None) is told
    assert await fates(campaign) == {AWA: Fate("planned") if told else Fate("dropped", "changed")}


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


# Three a day


async def test_who_got_three_today_is_told_tomorrow_when_the_window_opens() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    await got(AWA, 3)
    assert [each.msisdn for each in (await departed()).recipients] == [BINTA]
    assert await fates(campaign) == {AWA: Fate("planned"), BINTA: Fate("planned")}
    batch = await one("SELECT * FROM sms_batch WHERE state = 'ready'")
    assert (batch.not_before, batch.not_after.date()) == (TOMORROW, PAY_DAY)
    assert [each.msisdn for each in (await departed(TOMORROW)).recipients] == [AWA]


async def test_who_got_three_today_is_not_told_of_tomorrow_too_late() -> None:
    await crowd([AWA], due=TODAY + DAY)
    campaign = await running(Kind.REMINDER_1)
    await got(AWA, 3)
    assert await depart(await claimed()) is None
    assert await fates(campaign) == {AWA: Fate("dropped", "three_today")}


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("accepted", True),
        ("on_its_way", True),
        ("delivered", True),
        ("silent", True),
        ("uncertain", True),
        ("planned", True),
        ("failed", False),
        ("dropped", False),
    ],
)
async def test_what_may_have_reached_somebody_today_counts(state: str, counts: bool) -> None:
    await crowd([AWA])
    await running()
    await got(AWA, 2)
    await got(AWA, state=state)
    assert (await depart(await claimed()) is None) is counts


@pytest.mark.parametrize(
    ("msisdn", "at", "prompt"),
    [(BINTA, NOW, False), (AWA, NOW, True), (AWA, datetime.combine(TODAY, time(0), UTC) - SECOND, False)],
)
async def test_what_others_got_answers_and_yesterday_do_not_count(msisdn: str, at: datetime, prompt: bool) -> None:
    await crowd([AWA])
    await running()
    await got(msisdn, 3, at=at, prompt=prompt)
    assert await depart(await claimed())


async def test_answers_are_given_to_who_got_three_today() -> None:
    await got(AWA, 3)
    await notice(AWA, prompt=True)
    assert await depart(await claimed())
    await notice(AWA, prompt=False)
    assert await depart(await claimed()) is None


@pytest.mark.parametrize("most", [1, 2, 5])
async def test_how_many_a_day_is_a_setting(most: int) -> None:
    await crowd([AWA])
    await running()
    await got(AWA, most - 1)
    claim = await claimed()
    assert await depart(claim, most_a_day=most)


async def test_two_requests_at_once_cannot_both_be_the_third_of_the_day() -> None:
    for place in range(6):
        await change("TRUNCATE household, campaign, sms_batch, message CASCADE")
        await family(AWA)
        await running()
        await running(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")
        await got(AWA, 2)
        claims = [await claimed(worker=worker) for worker in ("first", "second")]
        departures = await asyncio.gather(*(depart(claim) for claim in claims))
        assert sum(departure is not None for departure in departures) == 1, place


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
    row = await one("SELECT state, ended_at FROM campaign WHERE id = :id", id=campaign)
    assert (row.state, row.ended_at) == ("running", None)
    last = (await steps.changes(campaign))[-1]
    assert (last.at, last.actor, last.from_state, last.to_state) == (NOW + SECOND, None, "finished", "running")


# Written down


@pytest.mark.parametrize(
    ("policy", "fate"),
    [
        (Policy.ACCEPTED, Fate("accepted")),
        (Policy.FINAL, Fate("failed", "UserInBlacklist")),
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
    assert stops == (["InsufficientBalance"] if policy is Policy.STOP else [])
    row = await one("SELECT * FROM message WHERE msisdn = :awa", awa=AWA)
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
        assert await ledger.claim("first", now + timedelta(seconds=wait) - SECOND, WINDOW) is None
        now += timedelta(seconds=wait)
    await record(await departed(now), Policy.AGAIN, now=now)
    assert await fates(campaign) == {AWA: Fate("failed", "GatewayError")}
    assert (await one("SELECT attempts FROM message")).attempts == 3
    assert await ledger.claim("first", now + DAY, WINDOW) is None


async def test_numbers_of_one_request_wait_by_their_own_attempts() -> None:
    await crowd([AWA, BINTA])
    await running()
    await change("UPDATE message SET attempts = 1 WHERE msisdn = :awa", awa=AWA)
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
        CHEICK: Fate("failed", "UserInBlacklist"),
    }
    assert (await one("SELECT attempts FROM message WHERE msisdn = :binta", binta=BINTA)).attempts == 1


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
    await change("UPDATE sms_batch SET state = 'left', worker = 'second', claimed_at = :at", at=NOW + SECOND)
    await ledger.drop_unwritable(stale, NOW)
    assert await fate_of(key) == Fate("planned")
    assert (await one("SELECT state FROM sms_batch")).state == "left"
