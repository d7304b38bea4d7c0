"""The page shows each stand-in gateway, and turns one off while the other goes on."""

import asyncio
import socket

import httpx
import pytest

from core.platform.settings import Settings
from simulator.speech import Speech
from simulator.standin import build
from sms.outbox.gateway import Busy
from sms.outbox.orange import Orange
from tests.simulator.a_standin import AWA, send
from tests.simulator.loopback import a_sender, on_loopback
from tests.simulator.page import browser


async def test_each_gateway_is_shown_and_one_is_turned_off_and_on() -> None:
    async with (
        on_loopback(build()) as first,
        on_loopback(build(Speech.ORANGE)) as second,
        browser(sms_gateways={"africastalking": first, "orange": second}) as page,
        a_sender(first) as sender,
    ):
        orange = Orange(Settings.model_validate({"orange_authorization": "Basic demo", "orange_url": second}))
        await send(sender, AWA, text="Par la première")
        await asyncio.sleep(0.01)
        await orange.send("Par l'autre", [AWA])
        turned = await page.post("/simulator/gateways", json={"name": "orange", "on": False})
        assert turned.json() == {"done": True}
        with pytest.raises(Busy):
            await orange.send("Encore", [AWA])
        shown = (await page.get("/simulator/gateways")).json()
        assert [tuple(each.values()) for each in shown] == [
            ("africastalking", True, True, 1),
            ("orange", True, False, 1),
        ]
        inbox = (await page.get("/simulator/inbox", params={"msisdn": AWA})).json()
        assert [message["text"] for message in inbox] == ["Par la première", "Par l'autre"]
        await page.post("/simulator/gateways", json={"name": "orange", "on": True})
        await orange.send("Encore", [AWA])
        await orange.close()


async def test_one_that_does_not_answer_is_said_not_to() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with browser(sms_gateways={"orange": f"http://127.0.0.1:{closed.getsockname()[1]}"}) as page:
            (shown,) = (await page.get("/simulator/gateways")).json()
            assert shown == {"name": "orange", "reached": False, "on": False, "taken": 0}
            turned = await page.post("/simulator/gateways", json={"name": "orange", "on": False})
            assert turned.status_code == 502


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{}", 400), (b'{"name": "orange"}', 400), (b'{"name": "smpp", "on": true}', 404)],
)
async def test_what_is_no_switch_is_refused(body: bytes, status: int) -> None:
    async with browser(sms_gateways={"orange": "http://127.0.0.1:1"}) as page:
        answer: httpx.Response = await page.post("/simulator/gateways", content=body)
        assert answer.status_code == status
