"""What a USSD gateway is to the line, and the line to it: a gateway's file gives a class of this form.

A gateway over HTTP gives callbacks; one on a link of its own (not HTTP) holds it while the application stands. Either
way it makes a `Hop` of what it hears and asks the line for the page, and tells it of the end of a session.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final, Protocol

from core.calls.session_end import CUT_SHORT, SessionEnd, SessionOutcome, Unsaid
from core.platform.gateways import Trial
from core.platform.redis import Client
from core.platform.settings import Settings
from core.platform.webhooks import Take
from ussd import metrics
from ussd.engine import Engine
from ussd.hops import Hop, Reply, call_of
from ussd.sample_calls import SampleCall, dialled
from ussd.silences import SilenceBook

Record = Callable[[SessionEnd, Unsaid | None], Awaitable[None]]
CALLBACK: Final = ""
"""The name of the callback that has the gateway's bare path."""


@dataclass(frozen=True, slots=True)
class SessionEnding:
    """The end of a session in the house's words; `msisdn` is '' where it could not be read, `date` None is now.

    Nothing of it holds what was typed or shown; `error` may be whatever the gateway said.
    """

    gateway: str
    session_id: str
    msisdn: str
    outcome: SessionOutcome
    date: datetime | None = None
    network: str | None = None
    duration_ms: int | None = None
    hops: int | None = None
    cost: str | None = None
    error: str | None = None


class UssdLine(Protocol):
    """Who answers the hops of a gateway."""

    async def answer(self, hop: Hop) -> Reply:
        """The page for this hop: whatever fails, there is one."""
        ...

    async def ended(self, ending: SessionEnding) -> None:
        """Write down that a session ended, and have told what was cut short; told again, the last counts."""
        ...

    def silences(self, gateway: str) -> SilenceBook:
        """Where a gateway keeps the sessions of which it may hear no end."""
        ...


class UssdGateway(Protocol):
    """A gateway, by its class; `name` stands in its paths and in the setting that switches it on."""

    name: ClassVar[str]
    callback_names: ClassVar[Sequence[str]] = ()
    """The names of its callbacks, `CALLBACK` for the bare path; none for a gateway that does not post to us."""

    _settings: Settings

    def __init__(self, settings: Settings) -> None:
        """Keep the settings; nothing is opened yet."""
        self._settings = settings

    def callbacks(self, line: UssdLine) -> Mapping[str, Take]:
        """What is done with a posting to each of the callbacks it names."""
        return {}

    def running(self, line: UssdLine) -> AbstractAsyncContextManager[None]:
        """Hold a link of its own as long as the application stands."""
        return nullcontext()

    @property
    def standing(self) -> str:
        """Whether a link of its own stands, for readiness: `ok…`, or why not; '' for a gateway without one."""
        return ""

    async def trials(self) -> Sequence[Trial]:
        """Try what can be tried without anybody noticing; never names a key."""
        return ()

    def sample_call(self, session_id: str, msisdn: str) -> SampleCall | None:
        """A call as the gateway would post it; None for one on a link of its own."""
        return None

    async def session(self, msisdn: str, address: str) -> AsyncIterator[Trial]:
        """Open one session of a number, step by step; `address` is that of the callbacks, with the word in its path."""
        call = self.sample_call(f"trial-{secrets.token_hex(8)}", msisdn)
        if call is None:
            yield Trial(
                None,
                f"{self.name} opens sessions only from a phone: dial.",
                f"{self.name} n'ouvre de session que d'un téléphone : composez.",
            )
            return
        async for trial in dialled(call, address):
            yield trial


class EngineLine:
    """The line, as the engine answers it; `record` writes down how a session ended, `redis` is what processes share."""

    def __init__(self, engine: Engine, record: Record, redis: Client | None = None) -> None:
        self.answer = engine.answer
        self._engine = engine
        self._record = record
        self._redis = redis

    def silences(self, gateway: str) -> SilenceBook:
        """Those that whoever takes over goes on with."""
        return SilenceBook(gateway, self._redis)

    async def ended(self, ending: SessionEnding) -> None:
        """Count and record the end; who was cut off gets what was left unsaid."""
        metrics.GATEWAY_SESSIONS.labels(ending.gateway, ending.outcome.value).inc()
        call = call_of(ending.gateway, ending.msisdn, ending.session_id)
        unsaid = None
        if ending.outcome in CUT_SHORT:
            unsaid = await self._engine.cut(call, ending.msisdn, timed_out=ending.outcome is SessionOutcome.TIMED_OUT)
        elif ending.outcome is SessionOutcome.FINISHED:
            await self._engine.heard(call, ending.msisdn)
        date = ending.date or datetime.now(UTC)
        end = SessionEnd(
            session_id=await self._engine.kept_as(call, ending.msisdn, date),
            status=ending.outcome,
            date=date,
            network=ending.network,
            duration_ms=ending.duration_ms,
            hops=ending.hops,
            cost=ending.cost,
            error=ending.error,
        )
        await self._record(end, unsaid)
