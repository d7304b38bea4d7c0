"""The addresses that the gateway posts to, at a time of the test's choice."""

from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest
from starlette.applications import Starlette

from core.platform.settings import Settings
from sms.inbound import webhooks
from tests.sms.outbox.a_gateway import NOON, AGateway

TOKEN = "an-unguessable-word"
SHORT_CODE = "36000"


class Webhooks:
    """Posts forms as the gateway does; what it posts comes at `now`."""

    def __init__(self, settings: Settings) -> None:
        self.now: datetime = NOON
        self._written = 0
        app = Starlette(routes=webhooks.routes(settings, lambda: self.now))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sms")

    async def post(self, name: str, **form: str) -> httpx.Response:
        """The answer to a form at `…/delivery`, `…/inbound` or `…/optout`."""
        return await self.client.post(address(name), data=form)

    async def writes(self, sender: str, words: str, gateway_id: str = "") -> httpx.Response:
        """Somebody writes to the short code; without an id of its own the message is another one than all before."""
        self._written += 1
        name = gateway_id or f"in-{self._written}"
        return await self.post("inbound", **{"id": name, "from": sender, "to": SHORT_CODE, "text": words})


def address(name: str, token: str = TOKEN) -> str:
    return f"/sms/africastalking/{token}/{name}"


@pytest.fixture
async def door() -> AsyncIterator[Webhooks]:
    """The webhooks of a line that has a short code, with no database behind them: what is refused is refused here."""
    opened = Webhooks(Settings(callback_tokens=(TOKEN,), sms_short_code=SHORT_CODE, body_bytes=4096))
    yield opened
    await opened.client.aclose()


@pytest.fixture
def line(world: None, door: Webhooks) -> Webhooks:
    """The webhooks with the database behind them."""
    return door


@pytest.fixture
def gateway() -> AGateway:
    return AGateway()
