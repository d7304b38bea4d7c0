"""A phone behind a gateway that sends the last input alone, under session numbers that are few and come again."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from simulator.gateway import PhoneScreen
from ussd.engine import Engine
from ussd.hops import Hop, LastInput, call_of

GATEWAY = "lastinput"
FEW = 3
ROUND = 128
"""Session numbers and hop numbers there are: as on links that have an octet for them."""


class LastInputCall:
    """One phone, as `simulator.gateway.UssdCall` is one behind a gateway that sends the whole text.

    Its gateway numbers its hops, or does not; with `twice` it misses every answer and sends every hop again. `ended` is
    told when a call is cut.
    """

    def __init__(
        self,
        engine: Engine,
        msisdn: str,
        *,
        numbered: bool = True,
        twice: bool = False,
        ended: Callable[[str, str], Awaitable[None]] | None = None,
        first_session: int = 0,
    ) -> None:
        self._engine = engine
        self._numbered = numbered
        self._twice = twice
        self._ended = ended
        self._sessions = first_session
        self._sequence = ROUND - 3
        self._hop: Hop | None = None
        self.msisdn = msisdn
        self.session_id = ""

    async def dial(self, deep: str = "") -> PhoneScreen:
        """Begin a call."""
        self._sessions += 1
        self.session_id = str(self._sessions % FEW)
        self._sequence = ROUND - 3
        return await self._sent(LastInput(deep, self._number(), begins=True))

    async def reply(self, key: str) -> PhoneScreen:
        """Type at the page that is shown."""
        self._sequence = (self._sequence + 1) % ROUND
        return await self._sent(LastInput(key, self._number()))

    async def repeat(self) -> PhoneScreen:
        """Send the last hop again, as a gateway does that missed the answer."""
        assert self._hop is not None
        reply = await self._engine.answer(self._hop)
        return PhoneScreen(reply.ends, reply.text)

    async def end_event(self, _: str = "Incomplete") -> None:
        """The call is cut."""
        if self._ended is not None:
            await self._ended(call_of(GATEWAY, self.msisdn, self.session_id), self.msisdn)

    def _number(self) -> int | None:
        return self._sequence if self._numbered else None

    async def _sent(self, typed: LastInput) -> PhoneScreen:
        self._hop = Hop(GATEWAY, self.session_id, self.msisdn, typed)
        page = await self.repeat()
        if self._twice:
            assert await self.repeat() == page
        return page


class MovingClock:
    """A clock that moves on a little each time it is asked, so that people need time to read a page."""

    def __init__(self, began: datetime = datetime(2026, 11, 25, 12, tzinfo=UTC), seconds: float = 0.0) -> None:
        self.now = began
        self._seconds = seconds

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=self._seconds)
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
