"""A database that goes and comes, and a process that was frozen: nobody is asked for twice."""

import time as machine_time
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from sms.campaigns import steps
from sms.outbox import claims, departing
from sms.outbox.gateway import Busy, Policy, Unanswered
from sms.outbox.routes import every_route
from sms.worker import sender as sending
from sms.worker import sweeps
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    SETTINGS,
    Fate,
    Watch,
    crowd,
    fates,
    living,
    running,
    sender,
    somebody,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.sms.worker.sending import failing
from tests.support.database import one

pytestmark = pytest.mark.usefixtures("safo")


# The database is away


async def test_an_answer_is_written_down_once_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    await crowd([AWA, BINTA])
    campaign = await running()
    failing(monkeypatch, "record", times=2)
    watch, gateway = Watch(), ScriptedGateway({BINTA: Policy.AGAIN})
    await sender(gateway, watch).drain()
    assert watch.slept == list(sending.RECORDING_SECONDS[:2])
    assert await fates(campaign) == {AWA: Fate("accepted"), BINTA: Fate("planned")}
    assert len(gateway.asked) == 1


async def test_an_answer_written_down_without_our_knowing_it_is_written_down_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await crowd([AWA, BINTA, CHEICK])
    campaign = await running()
    failing(monkeypatch, "record", times=1, after=True)
    watch = Watch()
    gateway = ScriptedGateway({BINTA: Policy.AGAIN, CHEICK: Policy.STOP})
    await sender(gateway, watch).drain()
    assert await fates(campaign) == {AWA: Fate("accepted"), BINTA: Fate("planned"), CHEICK: Fate("planned")}
    assert (await one("SELECT attempts FROM message WHERE msisdn = %(binta)s", binta=BINTA)).attempts == 1
    await steps.resume(campaign, await somebody("binta"), watch.turn(minutes=10))
    await sender(gateway, watch).drain()
    assert gateway.took == dict.fromkeys([AWA, BINTA, CHEICK], 1)
    assert await steps.finish_done(watch.now) == [campaign]


@pytest.mark.parametrize("name", ["unanswered", "release"])
async def test_a_trouble_is_written_down_once_the_database_is_back(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    await crowd([AWA])
    campaign = await running()
    failing(monkeypatch, name, times=2)
    trouble = Unanswered("ReadTimeout") if name == "unanswered" else Busy("HTTP 503")
    await sender(ScriptedGateway(trouble), Watch()).drain()
    expected = Fate("uncertain", "ReadTimeout") if name == "unanswered" else Fate("planned")
    assert await fates(campaign) == {AWA: expected}


async def test_what_could_not_be_written_down_is_uncertain_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    await crowd([AWA])
    campaign = await running()
    failing(monkeypatch, "record", times=99)
    watch, gateway = Watch(), ScriptedGateway()
    await sender(gateway, watch).drain()
    assert watch.slept == list(sending.RECORDING_SECONDS)
    await living("first", watch.turn(hours=1))
    await sweeps.sweep(watch.now, SETTINGS)
    assert await fates(campaign) == {AWA: Fate("uncertain", "worker died")}
    assert len(gateway.asked) == 1


async def test_without_the_database_nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    await crowd([AWA])
    campaign = await running()
    gateway = ScriptedGateway()
    working = sender(gateway, Watch())
    failing(monkeypatch, "claim", times=1)
    with pytest.raises(OperationalError):
        await working.drain()
    assert (gateway.asked, await fates(campaign)) == ([], {AWA: Fate("planned")})
    await working.drain()
    assert gateway.took == {AWA: 1}


@pytest.mark.parametrize("after", [False, True])
async def test_what_could_not_depart_is_given_back_and_goes_soon(monkeypatch: pytest.MonkeyPatch, after: bool) -> None:
    """Whether the database lost the departure or only our knowing of it: nothing was asked of the gateway yet."""
    await crowd([AWA])
    campaign = await running()
    gateway = ScriptedGateway()
    failing(monkeypatch, "depart", times=1, after=after)
    watch = Watch()
    for _ in range(2):
        await sender(gateway, watch).drain()
        watch.turn(seconds=15)
    assert (len(gateway.asked), gateway.took) == (1, {AWA: 1})
    assert await fates(campaign) == {AWA: Fate("accepted")}


class FrozenTime:
    """The machine's own clock, which goes on while this process does not."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return machine_time.monotonic() + self.ahead

    def perf_counter(self) -> float:
        return machine_time.perf_counter()


# A process that was frozen


async def test_a_request_that_left_long_before_it_is_made_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process froze once its departure was committed: meanwhile others took its messages for uncertain."""
    await crowd([AWA])
    campaign = await running()
    clock, real = FrozenTime(), departing.depart

    async def frozen_after(*args: Any, **kwargs: Any) -> Any:
        departure = await real(*args, **kwargs)
        clock.ahead += sending.STALE_SECONDS + 60
        return departure

    monkeypatch.setattr(sending, "time", clock)
    monkeypatch.setattr(departing, "depart", frozen_after)
    gateway = ScriptedGateway()
    claim = await claims.claim("first", NOW, every_route(SETTINGS))
    assert claim
    await sender(gateway, Watch()).send(claim)
    assert (gateway.asked, await fates(campaign)) == ([], {AWA: Fate("planned")})
    assert (await one("SELECT state FROM sms_batch")).state == "ready"
