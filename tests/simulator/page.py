"""The telephone in the browser, without a network."""

from collections.abc import Sequence
from typing import Any

import httpx
from starlette.applications import Starlette

from simulator.phones import DemoPhone
from simulator.web import routes
from tests.simulator.tiny_line import TOKEN


def browser(*, phones: Sequence[DemoPhone] = (), alphabet_name: str = "gsm7", **more: Any) -> httpx.AsyncClient:
    """A client of the page, for these phones."""
    app = Starlette(
        routes=routes(token=TOKEN, service_code="*384*1234#", phones=phones, alphabet_name=alphabet_name, **more)
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://jigi.test")
