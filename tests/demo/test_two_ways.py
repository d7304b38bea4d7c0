"""The demonstration shows routes: SMS go by two stand-ins, by operator, and by one when the other is switched off."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import httpx
import pytest

from core.platform.settings import Settings
from demo import environment
from simulator import standin
from simulator.speech import Speech
from simulator.web_gateways import standins
from sms.outbox.gateways import ways_out
from sms.outbox.routes import Routes
from sms.worker.sender import Clock, Sender
from tests.core.seed import NOW
from tests.simulator.loopback import a_sender, on_loopback
from tests.simulator.page import browser
from tests.sms.campaign_world import MALITEL, crowd, numbers, running
from tests.support.database import query

PHONES = numbers(8)


@pytest.fixture
def of_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.environment({}, 8000).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("of_the_demonstration")
def test_each_gateway_of_its_routes_has_a_stand_in_and_a_switch_on_the_page() -> None:
    chosen = Settings()
    assert {*Routes.read(chosen.sms_routes).gateways} == {*standins(chosen)} == {*map(str, Speech)}


@pytest.mark.usefixtures("safo", "of_the_demonstration")
async def test_one_that_is_switched_off_from_the_page_in_mid_campaign_is_gone_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with AsyncExitStack() as stack:
        at, orange = [
            await stack.enter_async_context(on_loopback(standin.build(speech, reports=False))) for speech in Speech
        ]
        monkeypatch.setenv("JIGI_SMS_GATEWAY_URL", at)
        monkeypatch.setenv("JIGI_ORANGE_URL", orange)
        chosen = Settings()
        page = await stack.enter_async_context(browser(sms_gateways=standins(chosen)))
        await crowd([*PHONES, MALITEL])
        await running(settings=chosen)
        gateways = ways_out(chosen)
        sender = Sender(gateways, chosen, worker="first", clock=Clock(lambda: NOW, asyncio.sleep))
        sending = asyncio.create_task(sender.drain())
        while (await taken(page))["orange"] < 2:  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0.01)
        await page.post("/simulator/gateways", json={"name": "orange", "on": False})
        await sending
        for gateway in gateways.values():
            await gateway.close()
        gone = Counter(row.gateway for row in await query("SELECT gateway FROM message WHERE state = 'accepted'"))
        assert gone == await taken(page)
        assert gone["orange"] >= 2
        assert gone["africastalking"] >= 2, "Malitel's, and the rest of Orange's"
        for msisdn in (*PHONES, MALITEL):
            inboxes = [await inbox(address, msisdn) for address in (at, orange)]
            assert sum(inboxes) == 1, msisdn


async def taken(page: httpx.AsyncClient) -> Counter[str]:
    return Counter({each["name"]: each["taken"] for each in (await page.get("/simulator/gateways")).json()})


async def inbox(address: str, msisdn: str) -> int:
    async with a_sender(address) as client:
        return len((await client.get(f"/inbox/{msisdn}")).json())
