"""Where a call stood before a hop, and which inputs are still to play.

A gateway that sends the whole text says with each hop all that was typed; what Redis lost is played again from the
furthest place that the journal kept. A gateway that sends the last input alone says nothing of what came before: the
engine keeps it with the session, and joins the input to it. When Redis lost such a session, the journal has what was
acted on: the page of that very hop if it is repeated, else the offer to continue there, else the beginning. While Redis
does not answer at all, the journal keeps every page of such a call, so that it goes on.

While a release is rolled out, hops of one call go to processes of two menus: what one stored may lead to a screen that
the other does not have, and who goes there is at the start again (`Player.step`).

A code (`ussd.menu.Shortcut`) is read where a call begins and nowhere else. Whoever dials anything behind the number
asks for that, and is not asked whether to continue a call that was cut.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from core.text.languages import Language
from core.text.translator import translator
from ussd.hops import Hop, LastInput, is_of, on_day
from ussd.journal import CallJournal
from ussd.player import Player
from ussd.seals import sealed, sealed_hop, sealed_last
from ussd.state import LastHop, State, last_hop, parts
from ussd.texts import interrupted

log = structlog.get_logger(__name__)

PAST_MIDNIGHT_HOURS: Final = 1
ANYWHERE: Final = 2**31 - 1
"""A position that no call reaches."""

TYPED_AGAIN_SECONDS: Final = 2.0
"""Nobody reads a page and answers it sooner: the same input again is the gateway's, where it numbers no hops."""

BEGUN_AGAIN_SECONDS: Final = 30.0
"""How long the same begin, with nothing typed since, is a repeat: a gateway has given up by then."""

LATE_HOPS: Final = 8
"""A hop numbered so far below the last one is a late copy; further below, the numbers came round."""

LOST_SECONDS: Final = 600.0
"""What the journal kept longer ago is another call's, of a session number that came again."""

BEGINS_A_SECOND: Final = 20
INPUTS: Final = 1000
"""Begins of one session id are told apart to a twentieth of a second, each with room for so many inputs."""


@dataclass(slots=True)
class StandingCall:
    """Where a call stood, the inputs to play from there, and all that is typed when they are played."""

    state: State
    ahead: list[str]
    typed: str


def repeats(hop: LastInput, last: LastHop, now: float) -> bool:
    """Whether a hop was answered already, `now` in seconds since 1970.

    By its number, where there are numbers: the same as the last one's, or a little below it. Without numbers it is the
    next hop, unless it brings the same input within two seconds of the last. A begin is a repeat only of the same begin
    with nothing typed since and half a minute passed at most; any other begins anew, for session numbers come again.
    A clock that was put back makes the last hop one of the future: far from now it is no repeat either.
    """
    if hop.begins or last.begins:
        same = hop.begins and last.begins and (hop.text, hop.sequence) == (last.text, last.sequence)
        return same and abs(now - last.at) < BEGUN_AGAIN_SECONDS
    if hop.sequence is None or last.sequence is None:
        return hop.text == last.text and abs(now - last.at) < TYPED_AGAIN_SECONDS
    return 0 <= last.sequence - hop.sequence <= LATE_HOPS


def is_again(hop: Hop, last: LastInput, before: LastHop, now: float) -> bool:
    """Whether a hop with this last input was answered already, where the call's last hop is kept sealed."""
    return repeats(sealed_last(hop, last), sealed_hop(before, hop.session_id), now)


def asks_words(state: State) -> bool:
    """Whether free text is asked for, in which a `*` is the person's own: the journal keeps both sides of it."""
    return state.view is not None and state.view.words


class Standings:
    """Finds where calls stand."""

    def __init__(self, player: Player, journal: CallJournal, clock: Callable[[], datetime]) -> None:
        self._player = player
        self._journal = journal
        self._clock = clock

    async def before(self, hop: Hop, stored: State | None) -> StandingCall:
        """Where the call stood before this hop; `stored` is the phone's session, of this call, another or none."""
        if isinstance(hop.typed, LastInput):
            return await self._before_last(hop, hop.typed, stored)
        return await self._before_whole(hop, hop.typed, stored)

    async def mark(self, state: State) -> None:
        """Keep in the journal what a replay would not reproduce; a call goes on without it."""
        try:
            await self._journal.keep(
                f"at:{state.call}:{state.position}", state.call, state.position, self._player.kept(state)
            )
        except Exception as error:
            log.warning("place_not_kept", error=type(error).__name__)

    async def _before_whole(self, hop: Hop, typed: str, stored: State | None) -> StandingCall:
        state = None
        if stored is not None and is_of(stored.call, hop.call):
            state = stored if _extends(hop, typed, stored.typed) else None
        if state is None:
            prior = stored if stored is not None and not is_of(stored.call, hop.call) else None
            if typed == "" and prior is not None and self._player.unread(prior):
                return StandingCall(await self._telling_again(self._new(hop), prior), [], typed)
            if typed == "" and prior is not None and self._player.resumable(prior):
                return StandingCall(await self._resuming(self._new(hop), prior), [], typed)
        ahead = parts(typed)[state.position if state else 0 :]
        if state is not None and (len(ahead) == 1 or asks_words(state)) and self._player.knows_ways_of(state):
            return StandingCall(state, ["*".join(ahead)], typed)
        if typed:
            call, kept = await self._last_kept(hop, len(parts(typed)))
            if kept is not None and (state is None or kept["position"] > state.position):
                state = State(call, prior=kept["prior"])
                state.stand_at(kept)
                ahead = parts(typed)[kept["position"] :]
                state.typed = "*".join(parts(typed)[: kept["position"]])
                if ahead and asks_words(state):
                    ahead = ["*".join(ahead)]
        if state is None:
            state = await self._started(self._new(hop), hop.msisdn, ahead)
            ahead = ahead[state.inputs :]
        return StandingCall(state, ahead, typed)

    async def _before_last(self, hop: Hop, last: LastInput, stored: State | None) -> StandingCall:
        ours = stored if stored is not None and is_of(stored.call, hop.call) and not last.begins else None
        kept = None if last.begins and not last.text else await self._kept_beyond(hop, ours)
        if kept is not None and kept.hop is not None and is_again(hop, last, kept.hop, self._now()):
            return _playing(kept, parts(last.text)[kept.position - kept.hop.before :])
        if last.begins:
            return await self._begun(hop, last, stored)
        state = ours if kept is None else kept
        if state is None:
            return StandingCall(await self._started(self._heard(self._new(hop, begins=True), last), hop.msisdn), [], "")
        if state is kept and not kept.bare:
            return await self._offered(hop, last, kept)
        ahead = _inputs(state, last.text)
        self._heard(state, last)
        return _playing(state, ahead)

    async def _begun(self, hop: Hop, last: LastInput, prior: State | None) -> StandingCall:
        """A call that begins, whatever its session number was used for before."""
        state = self._heard(self._new(hop, begins=True), last)
        if not last.text and prior is not None and self._player.unread(prior):
            return StandingCall(await self._telling_again(state, prior), [], "")
        if not last.text and prior is not None and self._player.resumable(prior):
            return StandingCall(await self._resuming(state, prior), [], "")
        dialled = parts(last.text)
        await self._started(state, hop.msisdn, dialled)
        return _playing(state, dialled[state.inputs :])

    async def _offered(self, hop: Hop, last: LastInput, kept: State) -> StandingCall:
        """What was typed belongs to a page that is lost: the offer to continue at what was kept, or the beginning."""
        state = self._new(hop, begins=True)
        state.base = max(state.base, kept.position + 1)  # beyond what is kept, whatever became of the clock
        self._heard(state, last)
        if self._player.resumable(kept):
            return StandingCall(await self._resuming(state, kept), [], "")
        return StandingCall(await self._started(state, hop.msisdn), [], "")

    async def _kept_beyond(self, hop: Hop, ours: State | None) -> State | None:
        """The furthest place that the journal kept of this call, where it is further than its session.

        It is looked at with every hop that brings the last input alone: a session that another process could not write
        stands where the person was before, and nothing in the hop tells it.
        """
        try:
            call, kept = await self._last_kept(hop, ANYWHERE)
        except Exception:
            if ours is None:
                raise
            return None
        sent = last_hop(kept.get("hop")) if kept is not None else None
        if kept is None or sent is None or self._now() - sent.at > LOST_SECONDS:
            return None
        if ours is not None and kept["position"] <= ours.position:
            return None
        state = State(call, prior=kept["prior"], hop=sent, base=kept["position"], bare=kept["bare"])
        state.stand_at(kept)
        return state

    async def _last_kept(self, hop: Hop, upto: int) -> tuple[str, dict[str, Any] | None]:
        """The furthest place the journal kept of this call, and the name it is kept under.

        A call that is under way at midnight began the day before; by an hour later an id of then is another call's.
        """
        now = self._clock()
        call = on_day(hop.call, now)
        kept = await self._journal.last(call, upto)
        if kept is None and now.hour < PAST_MIDNIGHT_HOURS:
            earlier = on_day(hop.call, now - timedelta(hours=PAST_MIDNIGHT_HOURS))
            before = await self._journal.last(earlier, upto)
            return (call, None) if before is None else (earlier, before)
        return call, kept

    async def _started(self, state: State, msisdn: str, dialled: Sequence[str] = ()) -> State:
        """A call at its beginning; a code that was dialled behind the number has been typed then."""
        code = self._player.code_in(dialled)
        state.typed = "*".join(dialled[: len(code)])
        await self._player.start(state, msisdn, code)
        if len(code) > len(dialled):
            await self.mark(state)  # what is typed next is no part of the code, and looks so when it is played again
        return state

    async def _telling_again(self, state: State, prior: State) -> State:
        self._player.tell_again(state, prior)
        await self.mark(state)
        return state

    async def _resuming(self, state: State, prior: State) -> State:
        state.language, state.prior = prior.language, self._player.public_standing(prior)
        self._player.offer_resume(state, interrupted(translator(prior.language or Language.default())))
        await self.mark(state)
        return state

    def _new(self, hop: Hop, *, begins: bool = False) -> State:
        now = self._clock()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        moment = int((now - midnight).total_seconds() * BEGINS_A_SECOND)
        return State(on_day(hop.call, now), base=moment * INPUTS if begins else 0)

    def _heard(self, state: State, last: LastInput) -> State:
        state.hop = LastHop(last.text, last.sequence, last.begins, state.position, self._now())
        return state

    def _now(self) -> float:
        return self._clock().timestamp()


def _extends(hop: Hop, text: str, typed: str) -> bool:
    """Whether more was typed than a session says, whose long inputs are sealed."""
    return typed == "" or sealed(text, hop.session_id).startswith(f"{sealed(typed, hop.session_id)}*")


def _inputs(state: State, text: str) -> list[str]:
    """The last input as what was typed: free words whole, else a key at each side of a `*`.

    No answer at all to the first page is that page again, as it is where the whole text is sent.
    """
    if not text and state.hop is not None and state.hop.begins and not state.hop.text:
        return []
    return [text] if asks_words(state) else text.split("*")


def _playing(state: State, ahead: list[str]) -> StandingCall:
    typed = "*".join([state.typed, *ahead] if state.typed else ahead)
    return StandingCall(state, ahead, typed)
