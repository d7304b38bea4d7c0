"""The engine: one hop in, one page out.

A hop is played from where the call stands: from the session, or, when Redis lost it, by replaying what was typed from
the furthest place the journal kept. The journal keeps only what a replay would not reproduce: what an act changed, a
wrong key, a call that continued another.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from core.calls.events import Event
from core.calls.session_end import Unsaid
from core.numbers.msisdn import mask
from core.text.alphabet import Alphabet
from core.text.languages import Language
from core.text.translator import translator
from ussd import metrics
from ussd.counting import Counts, NoCounts
from ussd.hops import Hop, Reply, is_of, on_day
from ussd.journal import CallJournal
from ussd.menu import Menu
from ussd.player import Player
from ussd.sessions import Store
from ussd.state import State, parts
from ussd.texts import interrupted, too_many, unavailable

log = structlog.get_logger(__name__)

BUSY_SECONDS = 0.02
PAST_MIDNIGHT_HOURS = 1


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
    ) -> None:
        menu.check()
        self._sessions = sessions
        self._journal = journal
        self._clock = clock
        self._counts = counts or NoCounts()
        self._player = Player(menu, journal, alphabet, clock, self._counts, tasks or {})
        self._alphabet = alphabet
        self._step_seconds = step_seconds
        self._typed_inputs = typed_inputs
        self._late: set[asyncio.Task[Reply]] = set()

    async def answer(self, hop: Hop) -> Reply:
        """The page for this hop. Whatever fails, the person gets an end in words, within the deadline."""
        began = time.perf_counter()
        learned = _Learned()
        work = asyncio.create_task(self._answer(hop, learned))
        try:
            await asyncio.wait({work}, timeout=self._step_seconds)
        finally:
            if not work.done():
                self._abandon(work)
        reply = await self._outcome(work, hop, learned)
        metrics.HOP_SECONDS.observe(time.perf_counter() - began)
        return reply

    async def cut(self, call: str, msisdn: str, *, timed_out: bool) -> Unsaid | None:
        """Count where a call was cut or left, and give the answer that may have been left unsaid."""
        state = await self._sessions.stored(msisdn)
        if state is None or not is_of(state.call, call) or state.view is None:
            return None
        screen = state.frames[-1].screen if state.frames else state.view.kind
        self._counts.count(Event.TIMED_OUT if timed_out else Event.DROPPED, screen, state.language)
        return await self.unsaid(call, msisdn)

    async def unsaid(self, call: str, msisdn: str) -> Unsaid | None:
        """The answer that this call stood on when it ended; None when it stood elsewhere, or the phone called again."""
        state = await self._sessions.stored(msisdn)
        if state is None or not is_of(state.call, call) or state.view is None or not state.view.answers:
            return None
        return Unsaid(msisdn, state.frames[-1].screen, state.view.text, state.language, state.memory())

    def failed(self, error: BaseException | None, hop: Hop) -> None:
        """Note that a hop ends in an apology: for this error, or (None) because the deadline passed."""
        if error is None:
            log.warning("step_too_slow", phone=mask(hop.msisdn), seconds=self._step_seconds)
            metrics.FAILED_HOPS.labels("deadline").inc()
        else:
            _log_failure(error, hop)
            metrics.FAILED_HOPS.labels("error").inc()

    async def close(self) -> None:
        """Wait for work that was cancelled to have let go of what it held."""
        await asyncio.gather(*self._late, return_exceptions=True)

    def _abandon(self, work: "asyncio.Task[Reply]") -> None:
        work.cancel()
        self._late.add(work)
        work.add_done_callback(self._late.discard)

    async def _outcome(self, work: "asyncio.Task[Reply]", hop: Hop, learned: _Learned) -> Reply:
        if not work.done() or work.cancelled():
            self.failed(None, hop)
        elif (error := work.exception()) is None:
            return work.result()
        else:
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
        token = secrets.token_hex(8)
        while True:
            held = await self._sessions.take(hop.msisdn, token)
            if held is None:
                return await self._played(hop, None, learned, None)
            stored = held.state
            if stored is not None and is_of(stored.call, hop.call):
                learned.language = stored.language
                if stored.typed == hop.text or stored.ended:
                    if held.locked:
                        await self._sessions.free(hop.msisdn, token)
                    metrics.REPEATED_HOPS.inc()
                    return _reply(stored)
            if held.locked:
                return await self._locked(hop, stored, learned, token)
            await asyncio.sleep(BUSY_SECONDS)

    async def _locked(self, hop: Hop, stored: State | None, learned: _Learned, token: str) -> Reply:
        try:
            return await self._played(hop, stored, learned, token)
        except BaseException:
            await self._sessions.free(hop.msisdn, token)
            raise

    async def _played(self, hop: Hop, stored: State | None, learned: _Learned, token: str | None) -> Reply:
        """Play the hop, store where the call stands now, and answer."""
        if len(parts(hop.text)) > self._typed_inputs:
            if token is not None:
                await self._sessions.free(hop.msisdn, token)
            return Reply(self._alphabet.prepare(too_many(learned.language)), ends=True)
        ours = stored is not None and is_of(stored.call, hop.call)
        spoken = stored.language if stored is not None and ours else None
        state, ahead = await self._stand(hop, stored)
        state.began = state.began or self._clock().timestamp()
        await self._play(state, ahead, hop)
        learned.language = state.language
        page = self._player.page(state)
        state.ended = page.last and state.view is not None and state.view.kind == "say"
        state.reply = page.text
        remember = state.language if state.language != spoken else None
        if token is not None:
            await self._sessions.keep(hop.msisdn, token, state, remember=remember)
        return Reply(page.text, ends=state.ended)

    async def _stand(self, hop: Hop, stored: State | None) -> tuple[State, list[str]]:
        """Where the call stood before this hop, and the inputs still to play."""
        state = None
        if stored is not None and is_of(stored.call, hop.call):
            state = stored if _extends(hop.text, stored.typed) else None
        if state is None:
            prior = stored if stored is not None and not is_of(stored.call, hop.call) else None
            if hop.text == "" and prior is not None and self._player.resumable(prior):
                return await self._resuming(hop, prior), []
        ahead = parts(hop.text)[state.position if state else 0 :]
        if state is not None and (len(ahead) == 1 or _asks_words(state)):
            return state, ["*".join(ahead)]
        if hop.text:
            call, kept = await self._last_kept(hop)
            if kept is not None and (state is None or kept["position"] > state.position):
                state = State(call, prior=kept["prior"])
                state.stand_at(kept)
                ahead = parts(hop.text)[kept["position"] :]
                state.typed = "*".join(parts(hop.text)[: kept["position"]])
                if ahead and _asks_words(state):
                    ahead = ["*".join(ahead)]
        if state is None:
            state = State(on_day(hop.call, self._clock()))
            await self._player.start(state, hop.msisdn)
        return state, ahead

    async def _last_kept(self, hop: Hop) -> tuple[str, dict[str, Any] | None]:
        """The furthest place the journal kept of this call, and the name it is kept under.

        A call that is under way at midnight began the day before; by an hour later an id of then is another call's.
        """
        now = self._clock()
        call = on_day(hop.call, now)
        kept = await self._journal.last(call, len(parts(hop.text)))
        if kept is None and now.hour < PAST_MIDNIGHT_HOURS:
            earlier = on_day(hop.call, now - timedelta(hours=PAST_MIDNIGHT_HOURS))
            before = await self._journal.last(earlier, len(parts(hop.text)))
            return (call, None) if before is None else (earlier, before)
        return call, kept

    async def _resuming(self, hop: Hop, prior: State) -> State:
        state = State(on_day(hop.call, self._clock()), language=prior.language, prior=self._player.public_place(prior))
        self._player.offer_resume(state, interrupted(translator(prior.language or Language.default())))
        await self._mark(state)
        return state

    async def _play(self, state: State, ahead: list[str], hop: Hop) -> None:
        """Play inputs in order, as far as they fit; what does not fit is told on the screen it was typed at."""
        fits = True
        worded = _asks_words(state)
        for number, typed in enumerate(ahead, start=1):
            if not typed and number < len(ahead):
                continue
            state.typed = f"{state.typed}*{typed}" if state.typed else typed
            fits = await self._player.step(state, typed, hop.msisdn)
            worded = worded or _asks_words(state)
            if not fits or state.ended:
                break
        state.typed = hop.text
        if worded or not fits:
            await self._mark(state)

    async def _mark(self, state: State) -> None:
        """Keep in the journal what a replay would not reproduce; a call goes on without it."""
        try:
            await self._journal.keep(
                f"at:{state.call}:{state.position}", state.call, state.position, self._player.kept(state)
            )
        except Exception as error:
            log.warning("place_not_kept", error=type(error).__name__)


def _extends(text: str, typed: str) -> bool:
    return typed == "" or text.startswith(f"{typed}*")


def _asks_words(state: State) -> bool:
    """Whether free text is asked for, in which a `*` is the person's own: the journal keeps both sides of it."""
    return state.view is not None and state.view.words


def _reply(state: State) -> Reply:
    return Reply(state.reply, ends=state.ended)


def _log_failure(error: BaseException, hop: Hop) -> None:
    """Say what failed and where, without its message: it may hold what a person typed."""
    trace, where = error.__traceback__, ""
    while trace is not None:
        where = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    log.error("step_failed", error=type(error).__name__, where=where, phone=mask(hop.msisdn))
