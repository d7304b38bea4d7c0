"""Routes by operator: which gateway is asked, when another is gone over to, and when SMS wait instead."""

from collections.abc import Mapping

import pytest

from core.numbers.msisdn import Operator
from core.outbox.messages import MessageState
from core.platform.settings import Settings
from sms.outbox import delivery, rate_limit
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Busy, Gateway, GatewayRefused, GatewayTrouble, NotReached, Policy, Throttled, Unanswered
from sms.outbox.routes import pace_of
from sms.worker import sweeps, troubles
from sms.worker.sender import Sender
from tests.sms.campaign_world import (
    AWA,
    MALITEL,
    SETTINGS,
    TELECEL,
    Fate,
    Watch,
    crowd,
    family,
    fates,
    numbers,
    running,
    state_of,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")

WAITS = "*=africastalking"
GOES_OVER = "*=orange>africastalking"
BY_OPERATOR = "orange=orange>africastalking,malitel=orange,*=africastalking"
BY = "SELECT msisdn, gateway FROM message WHERE provider_id IS NOT NULL"


def by(routes: str, gateways: Mapping[str, Gateway], watch: Watch, **settings: object) -> Sender:
    """A sender by these routes."""
    chosen = Settings.model_validate({"sms_rate": 0, "sms_routes": routes, **settings})
    return Sender(gateways, chosen, worker="first", clock=watch.clock())


def two(*steps: Policy | GatewayTrouble) -> tuple[ScriptedGateway, ScriptedGateway, dict[str, Gateway]]:
    """The first gateway, which does as it is told, the one behind it, and both by name."""
    first, second = ScriptedGateway(*steps), ScriptedGateway()
    return first, second, {"orange": first, "africastalking": second}


async def test_each_operator_goes_by_its_own_gateway_and_the_others_by_theirs() -> None:
    await family(AWA, MALITEL)
    await crowd([TELECEL])
    await running()
    orange, others, both = two()
    await by(BY_OPERATOR, both, Watch()).drain()
    assert (orange.took, others.took) == ({AWA: 1, MALITEL: 1}, {TELECEL: 1})
    assert dict(await query(BY)) == {AWA: "orange", MALITEL: "orange", TELECEL: "africastalking"}


@pytest.mark.parametrize(
    "answer",
    [NotReached("ConnectError"), Busy("HTTP 503"), Busy("HTTP 503", wait=600), GatewayRefused("HTTP 403"), Policy.STOP],
)
async def test_a_gateway_that_takes_nothing_is_gone_over(answer: Policy | GatewayTrouble) -> None:
    """At once, and for all that comes while it is held; the campaign goes on."""
    await crowd(numbers(3))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    orange, others, both = two(answer)
    await by(GOES_OVER, both, Watch()).drain()
    assert (len(orange.asked), orange.took, others.took) == (1, {}, dict.fromkeys(numbers(3), 1))
    assert await state_of(campaign) == "running"
    assert set(await rate_limit.held(Watch().now)) == {pace_of("orange")}


async def test_what_waits_is_for_no_gateway_so_that_a_worker_of_the_version_before_may_take_it() -> None:
    """It sends by the gateway that it has, and names none: the rows say so."""
    await crowd(numbers(2))
    await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    refusing = ScriptedGateway(Policy.AGAIN, Busy("HTTP 503"))
    await by("*=orange", {"orange": refusing}, Watch()).drain()
    waiting = "SELECT sms_batch.gateway, message.gateway FROM message JOIN sms_batch ON sms_batch.id = batch_id"
    assert {*await query(f"{waiting} WHERE sms_batch.state = 'ready'")} == {("africastalking", "africastalking")}


async def test_it_is_asked_again_once_its_time_has_passed() -> None:
    await crowd(numbers(1))
    await running()
    watch = Watch()
    orange, others, both = two(Busy("HTTP 503", wait=30))
    await by(GOES_OVER, both, watch).drain()
    await change("UPDATE message SET state = 'planned'")
    await change("UPDATE sms_batch SET state = 'ready'")
    watch.turn(seconds=30)
    await by(GOES_OVER, both, watch).drain()
    assert (orange.took, others.took) == (dict.fromkeys(numbers(1), 1), dict.fromkeys(numbers(1), 1))


async def test_what_may_have_been_taken_goes_over_to_nobody_and_holds_up_nobody() -> None:
    await crowd(numbers(2))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    orange, others, both = two(Unanswered("HTTP 502"))
    await by(GOES_OVER, both, Watch()).drain()
    (lost,) = [msisdn for msisdn, fate in (await fates(campaign)).items() if fate == Fate("uncertain", "HTTP 502")]
    assert (orange.took, others.took) == ({each: 1 for each in numbers(2) if each != lost}, {})
    assert (await one("SELECT gateway FROM message WHERE msisdn = %(lost)s", lost=lost)).gateway == "orange"


async def test_a_gateway_that_keeps_silent_again_and_again_is_taken_for_down() -> None:
    await crowd(numbers(6))
    await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    orange, others, both = two(*[Unanswered("ReadTimeout")] * 6)
    await by(GOES_OVER, both, Watch()).drain()
    assert (len(orange.asked), others.took.total()) == (troubles.SILENCES, 6 - troubles.SILENCES)


async def test_a_gateway_in_doubt_is_tried_with_one_number_and_sends_on_once_it_answers() -> None:
    """Four requests of three numbers: three keep silent, and of the last one number alone finds out."""
    await crowd(numbers(12))
    await running(settings=Settings(sms_rate=0, sms_batch_size=3))
    silent = ScriptedGateway(*[Unanswered("HTTP 500")] * 4)
    watch = Watch()
    sending = by("*=orange", {"orange": silent}, watch)
    await sending.drain()
    assert [len(msisdns) for _, msisdns in silent.asked] == [3, 3, 3]
    watch.turn(seconds=troubles.DOUBTED_SECONDS[0])
    await sending.drain()
    assert [len(msisdns) for _, msisdns in silent.asked] == [3, 3, 3, 1]
    watch.turn(seconds=troubles.DOUBTED_SECONDS[0])
    await sending.drain()
    assert len(silent.asked) == 4  # it waits longer each time
    watch.turn(seconds=troubles.DOUBTED_SECONDS[1])
    await sending.drain()
    assert [len(msisdns) for _, msisdns in silent.asked] == [3, 3, 3, 1, 1, 1]
    assert silent.took.total() == 2


async def test_one_that_is_only_too_fast_is_waited_for() -> None:
    """Too fast is our own pace: whoever goes over for it sends everything by the dearer way."""
    await crowd(numbers(2))
    await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    watch = Watch()
    orange, others, both = two(Throttled("HTTP 429", wait=20))
    await by(GOES_OVER, both, watch).drain()
    assert (orange.took, others.took, await rate_limit.held(watch.now)) == ({}, {}, {})
    watch.turn(seconds=20)
    await by(GOES_OVER, both, watch).drain()
    assert (orange.took, others.took) == (dict.fromkeys(numbers(2), 1), {})


async def test_without_another_way_an_operator_waits_and_the_others_go_on() -> None:
    await family(AWA, MALITEL)
    await crowd([TELECEL])
    campaign = await running()
    watch = Watch()
    orange, others, both = two(GatewayRefused("HTTP 403"), GatewayRefused("HTTP 403"))
    await by(BY_OPERATOR, both, watch).drain()
    assert (others.took, await state_of(campaign)) == ({AWA: 1, TELECEL: 1}, "running")
    assert (await fates(campaign))[MALITEL] == Fate("planned")
    watch.turn(seconds=troubles.STOPPED_SECONDS)
    orange._steps.clear()
    await by(BY_OPERATOR, both, watch).drain()
    assert orange.took == {MALITEL: 1}


@pytest.mark.parametrize(("routes", "asked"), [(WAITS, 1), (GOES_OVER, 2)])
async def test_a_campaign_pauses_only_where_no_gateway_is_left(routes: str, asked: int) -> None:
    await crowd(numbers(2))
    campaign = await running(settings=Settings(sms_rate=0, sms_batch_size=1))
    refusing = {name: ScriptedGateway(Policy.STOP) for name in ("orange", "africastalking")}
    await by(routes, refusing, Watch()).drain()
    assert await state_of(campaign) == "paused"
    assert sum(len(gateway.asked) for gateway in refusing.values()) == asked
    assert sum(gateway.took.total() for gateway in refusing.values()) == 0


async def test_each_route_keeps_its_own_hours() -> None:
    await family(AWA, MALITEL)
    await crowd([TELECEL])
    await running()
    orange, others, both = two()
    watch = Watch()
    await by(BY_OPERATOR, both, watch, sms_route_windows="malitel>orange=00:00-01:00").drain()
    assert (orange.took, others.took) == ({AWA: 1}, {TELECEL: 1})


class Small(ScriptedGateway):
    """Takes one number in a request, and so many a second."""

    batch_size = 1
    rate = 2.0


async def test_a_gateway_gets_no_more_in_a_request_than_it_takes_and_no_faster() -> None:
    await crowd(numbers(5))
    await running()
    watch = Watch()
    small = Small()
    await by("*=orange", {"orange": small}, watch).drain()
    for _ in range(5):
        watch.turn(seconds=1)
        await by("*=orange", {"orange": small}, watch).drain()
    assert [len(msisdns) for _, msisdns in small.asked] == [1] * 5
    assert small.took == dict.fromkeys(numbers(5), 1)
    assert await query("SELECT FROM sms_batch WHERE state = 'ready'") == []
    assert [row.name for row in await query("SELECT name FROM sms_pace")] == [pace_of("orange")]
    assert (watch.now - Watch().now).total_seconds() >= 5 / 2


async def test_a_route_of_one_operator_has_its_own_pace() -> None:
    limit = rate_limit.RateLimit(0, {}, {"*>orange": 10, "malitel>orange": 2})
    now = Watch().now
    waits = [
        await limit.reserve(operator, 10, now, gateway)
        for operator, gateway in (
            (Operator.ORANGE, "orange"),
            (Operator.MALITEL, "orange"),
            (Operator.MALITEL, "orange"),
            (Operator.MALITEL, "africastalking"),
        )
    ]
    assert waits == [0, 1, 5, 0]


async def test_a_report_finds_its_message_by_its_gateway_too() -> None:
    """Two gateways gave the same id, to different messages."""
    await family(AWA, MALITEL)
    campaign = await running()
    _, _, both = two()
    await by("orange=orange,*=africastalking", both, Watch()).drain()
    assert {row.provider_id for row in await query("SELECT provider_id FROM message")} == {"at-1"}
    now = Watch().now
    await delivery.apply([DeliveryReport("orange", "at-1", AWA, MessageState.DELIVERED, "", now)])
    assert await fates(campaign) == {AWA: Fate("delivered"), MALITEL: Fate("accepted")}


@pytest.mark.parametrize("looking", ["the answer", "the sweep"])
async def test_reports_of_two_gateways_that_gave_one_id_wait_for_their_own_messages(looking: str) -> None:
    """Both came before our own rows, and the row of one of them is of the version before."""
    await family(AWA, MALITEL)
    campaign = await running()
    now = Watch().now
    reports = [
        DeliveryReport("orange", "at-1", AWA, MessageState.DELIVERED, "", now),
        DeliveryReport("africastalking", "at-1", MALITEL, MessageState.FAILED, "Expired", now),
    ]
    if looking == "the answer":
        await delivery.apply(reports)
    _, _, both = two()
    await by("orange=orange,*=africastalking", both, Watch()).drain()
    if looking == "the sweep":
        await change("UPDATE message SET gateway = 'nobody'")  # as if whoever wrote the id down died before it looked
        await delivery.apply(reports)
        await change("UPDATE message SET gateway = sms_batch.gateway FROM sms_batch WHERE sms_batch.id = batch_id")
        await sweeps.sweep(now, SETTINGS)
    assert await fates(campaign) == {AWA: Fate("delivered"), MALITEL: Fate("failed", "Expired")}
    assert await query("SELECT * FROM early_report") == []


async def test_an_early_report_of_the_version_before_is_read_and_one_for_it_is_as_it_writes_it() -> None:
    await delivery.apply([DeliveryReport("africastalking", "at-1", AWA, MessageState.ON_ITS_WAY, "", Watch().now)])
    (row,) = await query("SELECT provider_id, gateway FROM early_report")
    assert row == ("at-1", "africastalking")
