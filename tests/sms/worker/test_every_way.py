"""A campaign over all three gateways at once, each against its stand-in: who is asked, as whom, and what comes back.

What goes over to another gateway, and when, is held by `test_fail_over.py`; here every octet goes over a connection.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette

from core.platform.settings import Settings
from simulator import standin
from simulator.smsc import Receipts, StandInSmsc
from simulator.speech import Speech
from sms.campaigns import ways
from sms.campaigns.ways import TooLittleLeft
from sms.inbound import webhooks
from sms.inbound.webhooks import GatewayIntake
from sms.outbox import balances
from sms.outbox.gateways import GATEWAYS, ways_out
from sms.worker.sender import Sender
from tests.core.seed import NOW
from tests.simulator.a_standin import order
from tests.simulator.loopback import a_sender, on_loopback
from tests.sms.campaign_world import AWA, MALITEL, TELECEL, Fate, Watch, crowd, fates, running
from tests.sms.outbox.test_africastalking import listening, request_of
from tests.support.database import query
from tests.support.patience import LONGEST_SECONDS

pytestmark = pytest.mark.usefixtures("safo")

TOKEN = "an-unguessable-word"
BY_OPERATOR = "orange=orange>africastalking,malitel=smpp,*=africastalking"


@dataclass
class AllWays:
    """The three gateways of these settings, and the stand-ins that they lead to."""

    settings: Settings
    africastalking: httpx.AsyncClient
    orange: httpx.AsyncClient
    smsc: StandInSmsc

    async def drain(self) -> None:
        """A worker sends what waits, holding the links of those that have one."""
        gateways = ways_out(self.settings)
        async with gateways["smpp"].running(GatewayIntake(self.settings, lambda: NOW)):
            await Sender(gateways, self.settings, worker="first", clock=Watch().clock()).drain()
            await until(self._reported)
        for gateway in gateways.values():
            await gateway.close()

    async def _reported(self) -> bool:
        """Let both stand-ins over HTTP post what they have to post; whether the SMSC has."""
        for each in (self.africastalking, self.orange):
            await each.post("/reports/flush")
        return not self.smsc.is_telling

    async def senders(self, msisdn: str) -> list[str]:
        """As whom a phone got its SMS, whichever gateway brought it."""
        over_http = [(await each.get(f"/inbox/{msisdn}")).json() for each in (self.africastalking, self.orange)]
        by_smpp = [sms.sender for sms in self.smsc.taken if sms.msisdn == msisdn]
        return [message["from"] for inbox in over_http for message in inbox] + by_smpp


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while not await is_so():  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0.02)


@pytest.fixture
async def all_ways() -> AsyncIterator[AllWays]:
    async with AsyncExitStack() as stack:
        smsc = await stack.enter_async_context(StandInSmsc(receipts=Receipts(late=0.05)).running())
        chosen = {
            "callback_tokens": (TOKEN,),
            "sms_routes": BY_OPERATOR,
            "sms_route_sender_ids": "*>orange=ORASEME,*>smpp=SMPSEME",
            "sms_rate": 0,
            "smpp_url": smsc.url,
            "sms_username": "jigi",
            "sms_api_key": "a key",
            "orange_authorization": "Basic demo",
        }
        routes = webhooks.routes(Settings.model_validate(chosen), lambda: NOW)
        ours = await stack.enter_async_context(on_loopback(Starlette(routes=routes)))
        addresses = [
            await stack.enter_async_context(
                on_loopback(standin.build(speech, callbacks=f"{ours}/sms/{speech}/{TOKEN}", reports_after_ms=0))
            )
            for speech in (Speech.AFRICASTALKING, Speech.ORANGE)
        ]
        first, second = [await stack.enter_async_context(a_sender(address)) for address in addresses]
        chosen |= {"sms_gateway_url": addresses[0], "orange_url": addresses[1]}
        yield AllWays(Settings.model_validate(chosen), first, second, smsc)


async def test_each_route_has_its_gateway_and_sender_and_its_report_finds_its_message(all_ways: AllWays) -> None:
    await crowd([AWA, MALITEL, TELECEL])
    campaign = await running(settings=all_ways.settings)
    await all_ways.drain()
    gone = dict(await query("SELECT msisdn, gateway FROM message"))
    assert gone == {AWA: "orange", MALITEL: "smpp", TELECEL: "africastalking"}
    assert {*gone.values()} == {*GATEWAYS}
    senders = {phone: await all_ways.senders(phone) for phone in (AWA, MALITEL, TELECEL)}
    assert senders == {AWA: ["ORASEME"], MALITEL: ["SMPSEME"], TELECEL: ["JIGISEME"]}
    assert await fates(campaign) == dict.fromkeys([AWA, MALITEL, TELECEL], Fate("delivered"))


async def test_what_went_over_to_the_next_gateway_gets_the_report_of_that_one(all_ways: AllWays) -> None:
    await order(all_ways.orange, off=True)
    await crowd([AWA])
    campaign = await running(settings=all_ways.settings)
    await all_ways.drain()
    assert await query("SELECT gateway FROM message") == [("africastalking",)]
    assert await all_ways.senders(AWA) == ["JIGISEME"]
    assert await fates(campaign) == {AWA: Fate("delivered")}


@pytest.mark.parametrize(("left", "starts"), [(99, True), (0, False)])
async def test_what_the_gateway_itself_says_is_left_decides_on_a_start(
    all_ways: AllWays, left: int, starts: bool
) -> None:
    await order(all_ways.orange, balance=left)
    await crowd([AWA])
    alone = all_ways.settings.model_copy(update={"sms_routes": "*=orange", "sms_route_sender_ids": {}})
    campaign = await running(settings=alone)
    gateways = ways_out(alone)
    await balances.ask_all(gateways, NOW)
    await gateways["orange"].close()
    if starts:
        await ways.must_suffice(campaign, alone, NOW)
        return
    with pytest.raises(TooLittleLeft, match="orange has 0 SMS left"):
        await ways.must_suffice(campaign, alone, NOW)


async def test_one_connection_to_orange_carries_many_requests() -> None:
    token = b'{"access_token": "t1", "expires_in": 3600}'
    taken = b'{"outboundSMSMessageRequest": {"resourceURL": "https://orange.example/requests/r-1"}}'
    connections = 0

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            while request := await request_of(reader):
                whole = token if b"/oauth/" in request else taken
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole)
        except asyncio.IncompleteReadError:
            writer.close()

    async with listening(answering) as address:
        chosen = {"orange_url": address, "orange_authorization": "Basic demo", "sms_routes": "*=orange"}
        (gateway,) = ways_out(Settings.model_validate(chosen)).values()
        for _ in range(3):
            await gateway.send("Bonjour", [AWA])
        await gateway.close()
    assert connections == 1
