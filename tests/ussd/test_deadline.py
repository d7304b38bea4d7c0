"""The engine's deadline, on a clock of its own: no test of it waits, and none fails because the machine is busy."""

import asyncio
import selectors
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.text.alphabet import GSM7
from core.text.languages import Language
from ussd.call import Call
from ussd.engine import Engine
from ussd.hops import Hop, Reply
from ussd.menu import Menu
from ussd.sessions import Held
from ussd.state import State
from ussd.texts import unavailable
from ussd.values import Value, choose

DEADLINE = 3.0
IN_WORDS = Reply(GSM7.prepare(unavailable(None)), ends=True)


class _NoWaiting(selectors.DefaultSelector):
    """Waits for nothing; whoever would have waited is told that the time has passed."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.passed += timeout
        return ready


class FakeClock(asyncio.SelectorEventLoop):
    """A loop whose time passes at once where there is nothing to do but wait."""

    def __init__(self) -> None:
        self.selector = _NoWaiting()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.passed


class _Memory:
    """One session in memory."""

    def __init__(self) -> None:
        self.state: State | None = None

    async def take(self, msisdn: str, token: str) -> Held:
        return Held(True, self.state)

    async def keep(self, msisdn: str, token: str, state: State, *, remember: Language | None) -> bool:
        self.state = state
        return True

    async def free(self, msisdn: str, token: str) -> None:
        return None

    async def language(self, msisdn: str) -> Language | None:
        return None


class _NoJournal:
    async def last(self, session_id: str, upto: int) -> dict[str, Any] | None:
        return None

    @asynccontextmanager
    async def once(self, key: str, session_id: str, position: int) -> AsyncIterator[Any]:
        yield None

    async def keep(self, key: str, session_id: str, position: int, state: dict[str, Any]) -> None:
        return None


async def dialled(screen_seconds: float) -> tuple[Reply, float]:
    """What a first dial is answered whose screen takes so long, and after how many seconds."""
    menu = Menu(start="home")

    @menu.screen()
    async def home(call: Call) -> Value:
        await asyncio.sleep(screen_seconds)
        return choose("Home")

    sessions: Any = _Memory()
    engine = Engine(
        menu, sessions=sessions, journal=_NoJournal(), alphabet=GSM7, step_seconds=DEADLINE, typed_inputs=10
    )
    reply = await engine.answer(Hop("one", "call", "+22370000001", ""))
    seconds = asyncio.get_running_loop().time()
    await engine.close()
    return reply, seconds


@pytest.mark.parametrize(
    ("screen_seconds", "reply", "answered_after"),
    [(0.0, Reply("Home", ends=False), 0.0), (2.9, Reply("Home", ends=False), 2.9), (3.1, IN_WORDS, DEADLINE),
     (3600.0, IN_WORDS, DEADLINE)],
)  # fmt: skip
def test_a_hop_is_answered_by_the_deadline(screen_seconds: float, reply: Reply, answered_after: float) -> None:
    began = time.monotonic()
    with asyncio.Runner(loop_factory=FakeClock) as runner:
        answered, seconds = runner.run(dialled(screen_seconds))
    assert answered == reply
    assert seconds == pytest.approx(answered_after, abs=0.01)
    assert time.monotonic() - began < 60, "nobody waited an hour"
