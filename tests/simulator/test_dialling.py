"""The simulator's telephone dials through every gateway, and is shown the same pages."""

from collections.abc import AsyncIterator

import httpx
import pytest

from asgi import build
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.schema.ground import Ground
from simulator.gateway import BadResponse, UssdCall, callback_of
from simulator.smsc import free_port
from tests.ussd.test_gateway_cases import FIELDS
from ussd import gateways

AWA = "+22376000001"
TOKEN = "an-unguessable-word"
GATEWAYS = ("africastalking", "smpp", "lastinput")


@pytest.fixture
async def client(world: None, database_url: str, redis_server: OwnRedis) -> AsyncIterator[httpx.AsyncClient]:
    chosen = {
        "simulator": True,
        "callback_tokens": (TOKEN,),
        "ussd_gateways": GATEWAYS,
        "lastinput_file": FIELDS,
        "smpp_ussd_url": f"smpp://demo:demo@127.0.0.1:{free_port()}",
    }
    app = build(Settings.model_validate(chosen), Ground(database_url, redis_server.url))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://line") as client,
    ):
        yield client


async def test_the_same_pages_come_through_every_gateway(client: httpx.AsyncClient) -> None:
    assert {*GATEWAYS} == {*gateways.GATEWAYS}
    shown = []
    for number, gateway in enumerate(GATEWAYS):
        call = UssdCall(client, callback_of(gateway, TOKEN), f"+2237600010{number}")
        pages = [await call.dial(), await call.reply("1")]
        assert await call.repeat() == pages[-1]
        pages.append(await call.reply("0"))
        await call.end_event("Incomplete")
        shown.append(pages)
    assert shown[1:] == shown[:1] * 2


async def test_a_code_dialled_deep_leads_as_deep_through_each(client: httpx.AsyncClient) -> None:
    shown = {
        (await UssdCall(client, callback_of(gateway, TOKEN), f"+2237600020{number}").dial("1*1")).text
        for number, gateway in enumerate(GATEWAYS)
    }
    assert len(shown) == 1


async def test_the_page_offers_them_and_readiness_tells_of_the_link(client: httpx.AsyncClient) -> None:
    page = (await client.get("/simulator")).text
    assert all(f'"callback": "{callback_of(gateway, TOKEN)}"' in page for gateway in GATEWAYS)
    await UssdCall(client, callback_of("smpp", TOKEN), AWA).dial()
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["ussd smpp"]) == (200, "ok")


async def test_a_gateway_that_there_is_none_of_is_not_found(client: httpx.AsyncClient) -> None:
    with pytest.raises(BadResponse, match="HTTP 404"):
        await UssdCall(client, callback_of("pigeon", TOKEN), AWA).dial()


@pytest.mark.parametrize("name", ["smpp", "lastinput"])
async def test_what_is_no_number_is_told_and_no_call_is_kept(client: httpx.AsyncClient, name: str) -> None:
    with pytest.raises(BadResponse, match="HTTP 502"):
        await UssdCall(client, callback_of(name, TOKEN), "?").dial()
