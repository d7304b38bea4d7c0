"""The line that the simulator calls, and the application behind the stand-in gateway."""

import pytest

from tests.simulator.loopback import Application
from tests.simulator.tiny_line import TinyLine


@pytest.fixture
def line() -> TinyLine:
    return TinyLine()


@pytest.fixture
def application() -> Application:
    return Application()
