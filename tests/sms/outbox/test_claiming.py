"""What may be claimed, by whom and when."""

import asyncio
from datetime import UTC, datetime, time

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.numbers.msisdn import Operator
from sms.outbox import claims, ledger, rate_limit
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import AWA, BINTA, MALITEL, Fate, crowd, family, fates, notice, numbers, running
from tests.sms.outbox.steps import DAY, ONE_EACH, ROUTES, SECOND, claimed, depart
from tests.support.database import change, one

pytestmark = pytest.mark.usefixtures("safo")


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
    claimed = await asyncio.gather(*(claims.claim(f"worker {each}", NOW, ROUTES) for each in range(8)))
    ids = [claim.id for claim in claimed if claim]
    assert len(ids) == len(set(ids)) == 5


@pytest.mark.parametrize("state", ["draft", "planned", "approved", "scheduled", "paused", "finished", "cancelled"])
async def test_only_a_running_campaign_is_sent(state: str) -> None:
    await family(AWA)
    await running()
    await change("UPDATE campaign SET state = %(state)s", state=state)
    assert await claims.claim("first", NOW, ROUTES) is None


@pytest.mark.parametrize("state", ["claimed", "left", "done", "closed"])
async def test_only_what_is_ready_is_claimed(state: str) -> None:
    await family(AWA)
    await running()
    await change("UPDATE sms_batch SET state = %(state)s", state=state)
    assert await claims.claim("first", NOW, ROUTES) is None


async def test_a_request_waits_for_its_moment() -> None:
    await family(AWA)
    await running()
    await change("UPDATE sms_batch SET not_before = %(at)s", at=NOW + SECOND)
    assert await claims.claim("first", NOW, ROUTES) is None
    assert await claims.claim("first", NOW + SECOND, ROUTES)


@pytest.mark.parametrize(
    ("hour", "campaigns_go"), [(time(7, 59), False), (time(8), True), (time(18, 59), True), (time(19), False)]
)
async def test_campaigns_keep_to_their_hours_and_answers_do_not(hour: time, campaigns_go: bool) -> None:
    await family(AWA)
    await running(now=NOW - DAY)
    now = datetime.combine(TODAY, hour, UTC)
    assert (await claims.claim("first", now, ROUTES) is not None) is campaigns_go
    await notice(prompt=False, now=now)
    assert (await claims.claim("first", now, ROUTES) is not None) is campaigns_go
    await notice(prompt=True, now=now)
    assert (await claims.claim("first", now, ROUTES)) is not None


@pytest.mark.parametrize(
    ("name", "goes"), [("all", set()), ("orange", {"malitel"}), ("telecel", {"orange", "malitel"})]
)
async def test_who_is_to_be_spared_is_not_claimed_for(name: str, goes: set[str]) -> None:
    await family(AWA, MALITEL)
    await running()
    await rate_limit.hold(NOW + 60 * SECOND, "HTTP 429", NOW, name)
    claimed = [await claims.claim("first", NOW, ROUTES) for _ in range(2)]
    assert {claim.operator for claim in claimed if claim} == goes
    assert await claims.claim("first", NOW + 60 * SECOND, ROUTES) or goes == {"orange", "malitel"}


@pytest.mark.parametrize(("name", "leaves"), [("all", False), ("orange", False), ("telecel", True)])
async def test_what_is_claimed_already_waits_too_when_the_gateway_asks_to(name: str, leaves: bool) -> None:
    await family(AWA)
    campaign = await running()
    claim = await claimed()
    await rate_limit.hold(NOW + 60 * SECOND, "HTTP 429", NOW, name)
    assert (await depart(claim) is not None) is leaves
    await ledger.release(claim, NOW)
    assert await fates(campaign) == {AWA: Fate("planned")}
    assert (await claims.claim("first", NOW + 59 * SECOND, ROUTES) is not None) is leaves


async def test_an_operator_that_is_full_does_not_hold_up_the_others() -> None:
    await crowd([*numbers(3), *numbers(3, "66")])
    await running(settings=ONE_EACH)
    orange = rate_limit.RateLimit(0, {"orange": 0.2})
    assert await orange.reserve(Operator.ORANGE, 1, NOW) == 0
    assert [(await claimed()).operator for _ in range(3)] == ["malitel"] * 3
    assert await claims.claim("first", NOW, ROUTES) is None
    assert (await claimed(NOW + 3 * SECOND)).operator == "orange"
