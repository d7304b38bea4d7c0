"""The line that the simulator calls, the stand-in gateway, and the application behind it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.simulator.a_standin import a_standin
from tests.simulator.loopback import Application
from tests.simulator.tiny_line import TinyLine


@pytest.fixture
def line() -> TinyLine:
    return TinyLine()


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
async def gateway() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a stand-in that has nothing behind it."""
    async with a_standin() as client:
        yield client
