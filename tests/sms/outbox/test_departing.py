"""A request is judged beside others, and leaves in one trip: what left meanwhile is seen, nothing is half done."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.registry.callers import stop_sms
from sms.campaigns import steps, tally
from sms.campaigns.audience import Audience
from sms.outbox import departing, judging
from sms.outbox.claims import CLAIM, Claim
from sms.outbox.ledger import Departure
from sms.outbox.routes import OTHERS
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, BINTA, Fate, crowd, family, fates, got, notice, numbers, running, somebody
from tests.sms.outbox.steps import ONE_EACH, SECOND, TOMORROW, claimed, depart
from tests.support.database import change, count, one, query

pytestmark = pytest.mark.usefixtures("safo")

Meanwhile = Callable[[], Awaitable[object]]


class Judge:
    """The judge, after whose first judgement something happens before the request can leave."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile) -> None:
        self.judged = 0
        self._real = judging.judge
        self._meanwhile = meanwhile
        self._happening = False
        monkeypatch.setattr(departing, "judge", self.judge)

    async def judge(self, claim: Claim, *args: Any, **kwargs: Any) -> Any:
        judged = await self._real(claim, *args, **kwargs)
        if not self._happening:
            self.judged += 1
            if self.judged == 1:
                self._happening = True
                await self._meanwhile()
                self._happening = False
        return judged


async def free_words() -> int:
    return await running(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")


async def left(claim: Claim) -> Departure:
    departure = await depart(claim)
    assert departure
    return departure


async def left_by_the_version_before(claim: Claim) -> None:
    await left(claim)
    await change("UPDATE sms_batch SET departure = NULL")


@pytest.mark.parametrize("leaving", [left, left_by_the_version_before])
async def test_what_another_campaign_said_since_the_judgement_counts(
    monkeypatch: pytest.MonkeyPatch, leaving: Callable[[Claim], Awaitable[object]]
) -> None:
    await family(AWA)
    announced, told = await running(), await free_words()
    await got(AWA, 2, at=NOW - 3 * departing.UNNUMBERED)
    ours, theirs = await claimed(), await claimed(worker="second")
    judge = Judge(monkeypatch, lambda: leaving(theirs))
    assert await depart(ours) is None
    assert (judge.judged, await fates(announced), await fates(told)) == (
        2,
        {AWA: Fate("planned")},
        {AWA: Fate("planned")},
    )
    assert (await one("SELECT not_before FROM sms_batch WHERE state = 'ready'")).not_before == TOMORROW


async def test_a_notice_that_left_since_the_judgement_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    await family(AWA)
    await running()
    await got(AWA, 2, at=NOW - 3 * departing.UNNUMBERED)
    await notice(AWA, prompt=False)
    theirs, ours = await claimed(), await claimed(worker="second")
    judge = Judge(monkeypatch, lambda: left(theirs))
    assert await depart(ours) is None
    assert judge.judged == 2


async def test_a_campaign_writes_to_a_number_once_so_that_its_own_requests_are_judged_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await crowd(numbers(2))
    await running(settings=ONE_EACH)
    ours, theirs = await claimed(), await claimed(worker="second")
    judge = Judge(monkeypatch, lambda: left(theirs))
    first = await left(ours)
    assert judge.judged == 1
    assert first.number > (await one("SELECT min(departure) AS number FROM sms_batch")).number


async def stopped() -> None:
    await stop_sms(AWA)


async def three_today() -> None:
    await got(AWA, 3, at=NOW - SECOND)


async def both_stopped() -> None:
    await stop_sms(AWA)
    await stop_sms(BINTA)


@pytest.mark.parametrize("happened", [stopped, three_today, both_stopped])
async def test_of_a_request_that_may_not_leave_nothing_is_dropped_or_put_off(
    monkeypatch: pytest.MonkeyPatch, happened: Meanwhile
) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    ours = await claimed()
    await happened()
    before = (await fates(campaign), await count("sms_batch"), await count("message_text"))

    async def paused() -> None:
        await change("UPDATE campaign SET state = 'paused'")

    Judge(monkeypatch, paused)
    assert await depart(ours) is None
    assert (await fates(campaign), await count("sms_batch"), await count("message_text")) == before
    assert (await one("SELECT state FROM sms_batch WHERE id = %(id)s", id=ours.id)).state == "claimed"


@pytest.mark.parametrize("happened", [None, stopped, both_stopped])
async def test_a_campaign_that_is_cancelled_since_the_judgement_sends_nothing(
    monkeypatch: pytest.MonkeyPatch, happened: Meanwhile | None
) -> None:
    """It closes the request in the name of the worker that has it, which is no departure."""
    await crowd([AWA, BINTA])
    campaign = await running()
    ours = await claimed()
    if happened:
        await happened()
    actor = await somebody("aminata")
    Judge(monkeypatch, lambda: steps.cancel(campaign, "Une erreur", actor, NOW))
    assert await depart(ours) is None
    assert set((await fates(campaign)).values()) == {Fate("dropped", "cancelled")}


async def test_a_notice_that_may_not_leave_is_written_when_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    await notice(AWA)
    ours = await claimed()

    async def another_has_it() -> None:
        await change("UPDATE sms_batch SET worker = 'second', state = 'left'")

    Judge(monkeypatch, another_has_it)
    assert await depart(ours) is None
    assert await count("message_text") == 0
    assert (await one("SELECT state, text_id FROM sms_batch")) == ("left", None)


async def test_what_is_claimed_next_is_found_without_sorting_all_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the index, in the order in which requests go: a campaign of the whole country costs no more than one."""
    monkeypatch.setattr(tally, "MANY", 1)
    await crowd(numbers(400))
    await running(settings=ONE_EACH)
    now = {"now": NOW, "soon": NOW, "notices": False, "worker": "first"}
    route = {"operators": [OTHERS], "gateways": ["africastalking"], "turns": [0], "opens": [True]}
    plan = "\n".join(row[0] for row in await query(f"EXPLAIN {CLAIM}", **now, **route))
    assert "Index Scan using ix_sms_batch_ready" in plan
    assert "Sort Key: batch" not in plan


@pytest.mark.parametrize("many", [True, False])
async def test_a_great_plan_tells_the_planner_of_the_database_what_it_wrote(
    monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    monkeypatch.setattr(tally, "MANY", 3 if many else 4)
    await change("TRUNCATE message, sms_batch CASCADE")
    await crowd(numbers(3))
    await running(settings=ONE_EACH)
    known = "SELECT reltuples FROM pg_class WHERE relname IN ('message', 'sms_batch')"
    assert {row.reltuples for row in await query(known)} == ({3} if many else {-1})
