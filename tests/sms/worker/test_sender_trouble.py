"""What the sender does when the gateway refuses, fails, asks for patience or says nothing."""

import pytest

from core.platform.settings import Settings
from sms.campaigns import steps
from sms.outbox.gateway import Busy, GatewayRefused, NotReached, Policy, Result, Unanswered
from sms.worker import sweeps, troubles
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    SETTINGS,
    Fate,
    Watch,
    counted,
    crowd,
    fate_of,
    fates,
    notice,
    numbers,
    running,
    sender,
    somebody,
    state_of,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import one, query

pytestmark = pytest.mark.usefixtures("safo")


# The gateway asks for patience


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        (Busy("HTTP 429", wait=7), 7),
        (Busy("HTTP 429"), 120),
        (Busy("HTTP 503", wait=300), 300),
        (Busy("HTTP 500"), 120),
        (NotReached("ConnectError"), 120),
    ],
)
async def test_everybody_keeps_their_place_and_waits(trouble: Exception, seconds: int) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(trouble)
    working = sender(gateway, watch)
    await working.drain()
    assert await fates(campaign) == dict.fromkeys([AWA, BINTA], Fate("planned"))
    assert [row.attempts for row in await query("SELECT attempts FROM message")] == [0, 0]
    await notice(CHEICK)

    watch.turn(seconds=seconds - 1)
    other = sender(gateway, watch, worker="second")
    assert [await working.drain(), await other.drain()] == [0, 0]
    watch.turn(seconds=1)
    assert await working.drain() == 2
    assert gateway.took == dict.fromkeys([AWA, BINTA, CHEICK], 1)


async def test_patience_costs_no_attempt_however_often_it_is_asked_for() -> None:
    await crowd([AWA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(*[Busy("HTTP 503")] * 10)
    for _ in range(11):
        await sender(gateway, watch).drain()
        watch.turn(seconds=120)
    assert (len(gateway.asked), await fates(campaign)) == (11, {AWA: Fate("accepted")})


# The gateway fails for a number


async def test_a_number_is_tried_again_later_and_given_up_in_the_end() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(*[{AWA: Policy.AGAIN}] * 5)
    working, waits = sender(gateway, watch), []
    while len(gateway.asked) < 3:
        before = watch.now
        while not await working.drain():
            watch.turn(seconds=10)
        waits.append((watch.now - before).total_seconds())
    assert waits == [0, 120, 240]
    assert [msisdns for _, msisdns in gateway.asked] == [(AWA, BINTA), (AWA,), (AWA,)]
    assert await fates(campaign) == {AWA: Fate("failed", "GatewayError"), BINTA: Fate("accepted")}


@pytest.mark.parametrize("attempts", [1, 2, 4])
async def test_how_often_is_a_setting(attempts: int) -> None:
    await crowd([AWA])
    settings = Settings(sms_rate=0, sms_attempts=attempts)
    campaign = await running(settings=settings)
    watch, gateway = Watch(), ScriptedGateway(*[Policy.AGAIN] * 9)
    for _ in range(9):
        await sender(gateway, watch, settings=settings).drain()
        watch.turn(minutes=30)
    assert (len(gateway.asked), await fates(campaign)) == (attempts, {AWA: Fate("failed", "GatewayError")})


# The gateway takes nothing


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Policy.STOP, "no_balance"),
        (GatewayRefused("HTTP 401: wrong key"), "HTTP 401: wrong key"),
        (GatewayRefused("invalid_sender"), "invalid_sender"),
    ],
)
async def test_the_campaign_pauses_until_somebody_has_looked_and_goes_on_from_there(
    answer: Policy | GatewayRefused, why: str
) -> None:
    await crowd(numbers(5))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=2))
    watch, gateway = Watch(), ScriptedGateway(Policy.ACCEPTED, answer)
    working = sender(gateway, watch)
    await working.drain()
    assert len(gateway.asked) == 2
    row = await one("SELECT state, why_code, why_data FROM campaign")
    assert (row.state, row.why_code, row.why_data) == ("paused", "gateway", {"reason": why})
    assert await counted(campaign) == {"accepted": 2, "planned": 3}
    assert [row.attempts for row in await query("SELECT attempts FROM message")] == [0] * 5

    await steps.resume(campaign, await somebody("binta"), watch.now)
    await working.drain()
    assert gateway.took == dict.fromkeys(numbers(5), 1)


async def test_who_was_taken_in_the_request_that_stopped_is_not_asked_for_again() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway({BINTA: Policy.STOP})
    await sender(gateway, watch).drain()
    assert await fates(campaign) == {AWA: Fate("accepted"), BINTA: Fate("planned")}
    await steps.resume(campaign, await somebody("binta"), watch.now)
    await sender(gateway, watch).drain()
    assert gateway.took == {AWA: 1, BINTA: 1}


@pytest.mark.parametrize("answer", [Policy.STOP, GatewayRefused("HTTP 401")])
async def test_a_notice_that_the_gateway_does_not_take_waits(answer: Policy | GatewayRefused) -> None:
    key = await notice(AWA)
    watch, gateway = Watch(), ScriptedGateway(answer)
    working = sender(gateway, watch)
    await working.drain()
    assert (await fate_of(key), len(gateway.asked)) == (Fate("planned"), 1)
    watch.turn(seconds=troubles.STOPPED_SECONDS)
    await working.drain()
    assert (await fate_of(key), gateway.took) == (Fate("accepted"), {AWA: 1})


async def test_who_resumes_a_campaign_once_there_is_money_does_not_wait_for_what_notices_waited_for() -> None:
    await crowd([AWA])
    campaign = await running()
    await notice(BINTA)
    watch, gateway = Watch(), ScriptedGateway(Policy.STOP)
    working = sender(gateway, watch)
    await working.drain()
    await steps.pause(campaign, "no money", watch.now)
    await steps.resume(campaign, await somebody("binta"), watch.turn(seconds=60))
    await working.drain()
    assert gateway.took == {AWA: 1, BINTA: 1}


# The gateway does not answer


@pytest.mark.parametrize(
    "trouble", [Unanswered("ReadTimeout"), Unanswered("HTTP 504"), RuntimeError("what nobody thought of")]
)
async def test_who_may_have_got_it_never_gets_it_again_by_itself(trouble: Exception) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    watch, gateway = Watch(), ScriptedGateway(trouble)
    reason = trouble.reason if isinstance(trouble, Unanswered) else "RuntimeError"
    for _ in range(4):
        await sender(gateway, watch).drain()
        await sweeps.sweep(watch.turn(hours=30), SETTINGS)
    assert await fates(campaign) == dict.fromkeys([AWA, BINTA], Fate("uncertain", reason))
    assert len(gateway.asked) == 1
    assert await state_of(campaign) == "finished"


async def test_half_an_answer_is_an_answer_for_that_half() -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    gateway = ScriptedGateway({BINTA: Policy.UNCERTAIN})
    await sender(gateway, Watch()).drain()
    assert await fates(campaign) == {AWA: Fate("accepted"), BINTA: Fate("uncertain", "not in the answer")}


async def test_an_answer_that_is_too_short_leaves_everybody_uncertain() -> None:
    """No gateway may do it, and one that does must not take the sender down."""
    await crowd([AWA, BINTA])
    campaign = await running()
    gateway = ScriptedGateway(lambda _, msisdns: [Result(msisdns[0], Policy.ACCEPTED, "Sent", "at1")])
    await sender(gateway, Watch()).drain()
    assert {fate.state for fate in (await fates(campaign)).values()} == {"uncertain"}
