"""The engine: one hop in, one page out.

A hop is played from where the call stands (`ussd.standing`): from the session, or, when Redis lost it, from what the
journal kept. The journal keeps only what a replay would not reproduce: what an act changed, a wrong key, a call that
continued another.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count

import structlog
from prometheus_client import Histogram

from core.calls.events import Event
from core.calls.session_end import Unsaid
from core.numbers.msisdn import mask
from core.platform.logs import place_of
from core.text.alphabet import Alphabet
from core.text.languages import Language
from ussd import metrics
from ussd.admission import Admission, LeftAlone, LineFull
from ussd.counting import Counts, NoCounts
from ussd.hops import Hop, Reply, is_of, on_day
from ussd.journal import CallJournal
from ussd.menu import Menu
from ussd.pages import plain
from ussd.player import Player
from ussd.seals import sealed, sealed_hop
from ussd.sessions import Store
from ussd.standing import StandingCall, Standings, asks_words, is_again
from ussd.state import State, parts
from ussd.texts import busy, too_many, unavailable

log = structlog.get_logger(__name__)

BUSY_SECONDS = 0.02
MOST_HOPS = 500
"""Hops answered at a time, where nothing else is said."""


@dataclass(slots=True)
class _Learned:
    """What a hop learned so far: the language to apologise in should it fail."""

    language: Language | None = None


class Engine:
    """Answers the hops of one menu, each within `step_seconds`."""

    def __init__(
        self,
        menu: Menu,
        *,
        sessions: Store,
        journal: CallJournal,
        alphabet: Alphabet,
        step_seconds: float,
        typed_inputs: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        counts: Counts | None = None,
        tasks: Mapping[str, str] | None = None,
        most_hops: int = MOST_HOPS,
        is_outage: Callable[[BaseException], bool] = lambda error: isinstance(error, OSError),
    ) -> None:
        menu.check()
        self._sessions = sessions
        self._clock = clock
        self._counts = counts or NoCounts()
        self._player = Player(menu, journal, alphabet, clock, self._counts, tasks or {})
        self._standings = Standings(self._player, journal, clock)
        self._alphabet = alphabet
        self._step_seconds = step_seconds
        self._typed_inputs = typed_inputs
        self._late: set[asyncio.Task[Reply]] = set()
        self._admission = Admission(most_hops)
        self._is_outage = is_outage
        self._own = secrets.token_hex(8)
        self._hops = count()

    async def answer(self, hop: Hop) -> Reply:
        """The page for this hop. Whatever fails, the person gets an end in words, within the deadline."""
        now = time.monotonic()
        began = now if hop.accepted is None else hop.accepted
        try:
            self._admission.admit(hop)
        except LineFull:
            reply = Reply(self._alphabet.prepare(busy(await self._last_language(hop.msisdn))), ends=True)
        else:
            try:
                reply = await self._answered(hop, max(0.0, self._step_seconds - (now - began)))
            finally:
                self._admission.leave()
        _seconds_of(hop.gateway).observe(time.monotonic() - began)
        return reply

    async def _answered(self, hop: Hop, seconds: float) -> Reply:
        learned = _Learned()
        work = asyncio.create_task(self._answer(hop, learned))
        try:
            await _ended(work, seconds)
        finally:
            if not work.done():
                self._abandon(work)
        return await self._outcome(work, hop, learned)

    async def cut(self, call: str, msisdn: str, *, timed_out: bool) -> Unsaid | None:
        """Count where a call was cut or left, and give the answer that may have been left unsaid."""
        state = await self._sessions.stored(msisdn)
        if state is None or not is_of(state.call, call) or state.view is None:
            return None
        screen = state.frames[-1].screen if state.frames else state.view.kind
        self._counts.count(Event.TIMED_OUT if timed_out else Event.DROPPED, screen, state.language)
        return await self.unsaid(call, msisdn)

    async def heard(self, call: str, msisdn: str) -> None:
        """Note that a call came to its end as it should: what its last page told was read."""
        token = self._next_token()
        held = await self._sessions.take(msisdn, token)
        if held is None or not held.locked:
            return
        state = held.state
        if state is None or state.view is None or not state.view.again or not is_of(state.call, call):
            await self._sessions.free(msisdn, token)
            return
        state.view.again = False
        await self._sessions.keep(msisdn, token, state, remember=None)

    async def kept_as(self, call: str, msisdn: str, ended: datetime) -> str:
        """The name that an ended call is counted under: session numbers that are few come again on the same day."""
        state = await self._sessions.stored(msisdn)
        if state is None or not is_of(state.call, call) or not state.base:
            return on_day(call, ended)
        return f"{state.call}:{state.base}"

    async def unsaid(self, call: str, msisdn: str) -> Unsaid | None:
        """The answer that this call stood on when it ended; None when it stood elsewhere, or the phone called again."""
        state = await self._sessions.stored(msisdn)
        if state is None or not is_of(state.call, call) or state.view is None or not state.view.answers:
            return None
        return Unsaid(msisdn, state.frames[-1].screen, plain(state.view.text), state.language, state.memory())

    def failed(self, error: BaseException | None, hop: Hop) -> None:
        """Note that a hop ends in an apology: for this error, or (None) because the deadline passed."""
        if error is None:
            log.warning("step_too_slow", phone=mask(hop.msisdn), seconds=self._step_seconds)
            metrics.FAILED_HOPS.labels(hop.gateway, "deadline").inc()
        elif isinstance(error, LeftAlone):
            metrics.FAILED_HOPS.labels(hop.gateway, "left alone").inc()
        else:
            _log_failure(error, hop)
            metrics.FAILED_HOPS.labels(hop.gateway, "error").inc()

    def is_busy(self) -> bool:
        """Whether a hop waits for its answer."""
        return self._admission.in_flight > 0

    async def close(self) -> None:
        """Wait for work that was cancelled to have let go of what it held."""
        await asyncio.gather(*self._late, return_exceptions=True)

    def _next_token(self) -> str:
        """A word that no other hop holds a lock by, here or at another process."""
        return f"{self._own}{next(self._hops):x}"

    def _abandon(self, work: "asyncio.Task[Reply]") -> None:
        work.cancel()
        self._late.add(work)
        work.add_done_callback(self._late.discard)

    async def _outcome(self, work: "asyncio.Task[Reply]", hop: Hop, learned: _Learned) -> Reply:
        if not work.done() or work.cancelled():
            self._admission.unanswered()
            self.failed(None, hop)
        elif (error := work.exception()) is None:
            return work.result()
        else:
            if self._is_outage(error):
                self._admission.unanswered()
            self.failed(error, hop)
        language = learned.language or await self._last_language(hop.msisdn)
        return Reply(self._alphabet.prepare(unavailable(language)), ends=True)

    async def _last_language(self, msisdn: str) -> Language | None:
        try:
            async with asyncio.timeout(0.2):
                return await self._sessions.language(msisdn)
        except TimeoutError:
            return None

    async def _answer(self, hop: Hop, learned: _Learned) -> Reply:
        token = self._next_token()
        while True:
            held = await self._sessions.take(hop.msisdn, token)
            if held is None:
                return await self._played(hop, None, learned, None)
            stored = held.state
            if stored is not None and is_of(stored.call, hop.call):
                learned.language = stored.language
                if self._is_repeated(hop, stored):
                    if held.locked:
                        await self._sessions.free(hop.msisdn, token)
                    metrics.REPEATED_HOPS.labels(hop.gateway).inc()
                    return _reply(stored)
            if held.locked:
                return await self._locked(hop, stored, learned, token)
            await asyncio.sleep(BUSY_SECONDS)

    def _is_repeated(self, hop: Hop, stored: State) -> bool:
        """Whether a hop of this session was answered already, or its call has ended."""
        if isinstance(hop.typed, str):
            return stored.ended or sealed(stored.typed, hop.session_id) == sealed(hop.typed, hop.session_id)
        if stored.hop is not None and is_again(hop, hop.typed, stored.hop, self._clock().timestamp()):
            return True
        return stored.ended and not hop.typed.begins

    async def _locked(self, hop: Hop, stored: State | None, learned: _Learned, token: str) -> Reply:
        try:
            return await self._played(hop, stored, learned, token)
        except BaseException:
            await self._sessions.free(hop.msisdn, token)
            raise

    async def _played(self, hop: Hop, stored: State | None, learned: _Learned, token: str | None) -> Reply:
        """Play the hop, store where the call stands now, and answer."""
        self._admission.ask_database()
        if _inputs(hop, stored) > self._typed_inputs:
            if token is not None:
                await self._sessions.free(hop.msisdn, token)
            return Reply(self._alphabet.prepare(too_many(learned.language)), ends=True)
        ours = stored is not None and is_of(stored.call, hop.call)
        spoken = stored.language if stored is not None and ours else None
        standing = await self._standings.before(hop, stored)
        state = standing.state
        state.began = state.began or self._clock().timestamp()
        state.bare = state.bare or (token is None and state.hop is not None)
        await self._play(standing, hop.msisdn)
        self._admission.answered()
        learned.language = state.language
        page = self._player.page(state)
        state.ended = page.last and state.view is not None and state.view.kind == "say"
        state.reply = page.text
        if state.ended:
            state.typed = ""  # every later hop of the call gets its last page
        state.typed = sealed(state.typed, hop.session_id)
        if state.hop is not None:
            state.hop = sealed_hop(state.hop, hop.session_id)
        remember = state.language if state.language != spoken else None
        if token is not None:
            await self._sessions.keep(hop.msisdn, token, state, remember=remember)
        return Reply(page.text, ends=state.ended)

    async def _play(self, standing: StandingCall, msisdn: str) -> None:
        """Play inputs in order, as far as they fit; what does not fit is told on the screen it was typed at."""
        state, ahead = standing.state, standing.ahead
        fits = True
        worded = asks_words(state)
        for number, typed in enumerate(ahead, start=1):
            if not typed and number < len(ahead):
                continue
            state.typed = f"{state.typed}*{typed}" if state.typed else typed
            fits = await self._player.step(state, typed, msisdn)
            worded = worded or asks_words(state)
            if not fits or state.ended:
                break
        state.typed = standing.typed
        if worded or not fits or state.bare:
            await self._standings.mark(state)


@cache
def _seconds_of(gateway: str) -> Histogram:
    return metrics.HOP_SECONDS.labels(gateway)


async def _ended(work: "asyncio.Task[Reply]", seconds: float) -> None:
    """Wait until work is done, or its time is over; for one task at half the cost of `asyncio.wait`."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def end(*_: object) -> None:
        if not over.done():
            over.set_result(None)

    timer = loop.call_later(seconds, end)
    work.add_done_callback(end)
    try:
        await over
    finally:
        timer.cancel()
        work.remove_done_callback(end)


def _inputs(hop: Hop, stored: State | None) -> int:
    """How many inputs the call has with this hop, as far as the session tells."""
    if isinstance(hop.typed, str):
        return len(parts(hop.typed))
    goes_on = stored is not None and is_of(stored.call, hop.call) and not hop.typed.begins
    return len(parts(hop.typed.text)) + (stored.inputs if stored is not None and goes_on else 0)


def _reply(state: State) -> Reply:
    return Reply(state.reply, ends=state.ended)


def _log_failure(error: BaseException, hop: Hop) -> None:
    """Say what failed and where, without its message: it may hold what a person typed."""
    log.error("step_failed", error=type(error).__name__, where=place_of(error), phone=mask(hop.msisdn))
