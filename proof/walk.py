"""Walks a menu as callers do: from the first dial, every key, page and answer, until no new page appears.

The real engine answers, with its sessions in memory so that a call can be taken up again at any page. What a key
changes in the database is undone before the next is pressed, so that one path does not disturb another.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

from core.text.alphabet import Alphabet
from core.text.languages import Language
from core.text.translator import Utterance, listening, translator
from ussd import texts
from ussd.call import Call
from ussd.engine import Engine
from ussd.hops import Hop, Reply
from ussd.journal import CallJournal
from ussd.menu import Function, Menu, Screen
from ussd.pages import BACK, HOME, MORE, plain
from ussd.player import BOUND
from ussd.sessions import Held
from ussd.state import State
from ussd.values import Value

WRONG_KEY: Final = "8"
BAD_INPUTS: Final = ("x", "#", "0000", "😀")
"""What is typed at every question besides the inputs that are meant for it."""

HANGS_SECONDS: Final = 300.0
"""After so long a hop is given up: no machine is so busy."""

MOST_PAGES: Final = 500
"""Pages of one screen that one caller is led to: a screen with more of them has no end, such as one that counts."""


@dataclass(frozen=True, slots=True)
class TrialCaller:
    """Somebody who dials: the number, who they are in a few words, and the language they chose."""

    msisdn: str
    actor: str
    language: Language


@dataclass(frozen=True, slots=True)
class Choice:
    """A key of a page: its label and where it leads."""

    key: str
    label: str
    to: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A page as a caller saw it: the screen that made it, the keys that led there, and its text as it was sent.

    `kind` is choose, ask, say or resume; `first` that there is nothing to go back to; `ran` are the screens and acts
    that were asked, the last of which made the page; `utterances` the texts of the catalogue that were said; `written`
    the text and labels as they were before they were written in the alphabet; `seconds` the time its answer took;
    `error` what the engine failed with, if it did; the screen is then the one that failed; `endless` that no more pages
    of this screen were walked on from, so many there had been.
    """

    caller: TrialCaller
    screen: str
    kind: str
    keys: tuple[str, ...]
    text: str
    ends: bool
    first: bool
    choices: tuple[Choice, ...]
    ran: tuple[str, ...]
    utterances: tuple[Utterance, ...]
    written: str
    seconds: float
    error: str = ""
    endless: bool = False
    code: str = ""
    """The code by which the call was dialled, whose keys are not those of the menu."""


@dataclass(slots=True)
class Walk:
    """All that was seen: visits in the order of their keys, and from which screen which screen was reached by what."""

    visits: list[Visit] = field(default_factory=list)
    steps: dict[tuple[str, str], str] = field(default_factory=dict)
    """The first key that led from a screen to a screen."""
    callers: int = 0
    hops: int = 0
    seconds: float = 0.0

    def slowest(self) -> Visit | None:
        """The page whose answer took longest."""
        return max(self.visits, key=lambda visit: visit.seconds, default=None)

    def screens(self) -> set[str]:
        """The screens and acts that ran."""
        return {name for visit in self.visits for name in visit.ran}


Undone = Callable[[], AbstractAsyncContextManager[None]]
"""Makes, for each hop, what undoes what it changed outside the session."""


class Shelf:
    """Sessions in memory, which can be put back as they were."""

    def __init__(self) -> None:
        self.state: bytes | None = None

    async def take(self, msisdn: str, token: str) -> Held:
        return Held(True, None if self.state is None else State.from_json(self.state))

    async def keep(self, msisdn: str, token: str, state: State, *, remember: Language | None) -> bool:
        self.state = state.to_json()
        return True

    async def free(self, msisdn: str, token: str) -> None:
        return None

    async def stored(self, msisdn: str) -> State | None:
        return None if self.state is None else State.from_json(self.state)

    async def language(self, msisdn: str) -> Language | None:
        return None


class _Watched(Engine):
    """The engine, whose failures are seen and not only apologised for."""

    failure: str = ""

    def failed(self, error: BaseException | None, hop: Hop) -> None:
        """Keep what failed, in full: nobody's words are in a walk."""
        self.failure = "deadline" if error is None else f"{type(error).__name__}: {error}"


class Walker:
    """Walks one menu."""

    def __init__(
        self,
        menu: Menu,
        journal: CallJournal,
        alphabet: Alphabet,
        *,
        undone: Undone,
        inputs: Mapping[str, Sequence[str]],
        step_seconds: float = HANGS_SECONDS,
        most_pages: int = MOST_PAGES,
        **engine: Any,
    ) -> None:
        self._shelf = Shelf()
        self._session_ids: dict[str, str] = {}
        self._most_pages = most_pages
        self._own_words = {language: _own_words(language, alphabet) for language in Language}
        self._ran: list[str] = []
        self._engine = _Watched(
            _recording(menu, self._ran),
            sessions=self._shelf,
            journal=journal,
            alphabet=alphabet,
            step_seconds=step_seconds,
            typed_inputs=10_000,
            **engine,
        )
        self._undone = undone
        self._typed_at = inputs
        self._walk = Walk()
        self._menu = menu
        self._dialled = ""
        self._tried: set[tuple[str, ...]] = set()
        self._calls = 0

    async def walk(self, callers: Iterable[TrialCaller]) -> Walk:
        """Dial as each caller, and go wherever keys lead."""
        began = time.perf_counter()
        for caller in callers:
            self._walk.callers += 1
            seen: set[tuple[object, ...]] = set()
            for dialled in ("", *self._codes()):
                await self._from_first_dial(caller, dialled, seen)
        self._walk.seconds += time.perf_counter() - began
        return self._walk

    def _codes(self) -> list[str]:
        """What is dialled behind the number: each code, by itself and with what may stand behind it."""
        return [
            "*".join(part for part in (shortcut.code, behind) if part)
            for shortcut in self._menu.shortcuts.values()
            for behind in ("", *(self._typed_at.get(shortcut.screen, ()) if shortcut.argument else ()))
        ]

    async def _from_first_dial(self, caller: TrialCaller, dialled: str, seen: set[tuple[object, ...]]) -> None:
        self._calls += 1
        self._dialled = dialled
        self._shelf.state = None
        pages: Counter[str] = Counter()
        ahead: deque[tuple[bytes, tuple[str, ...]]] = deque()
        first_keys = (dialled,) if dialled else ()
        first = await self._hop(caller, None, dialled, first_keys)
        if first is not None and _page(State.from_json(first)) not in seen:
            seen.add(_page(State.from_json(first)))
            ahead.append((first, first_keys))
        while ahead:
            stored, keys = ahead.popleft()
            state = State.from_json(stored)
            for key in self._inputs(caller, state):
                reached = await self._hop(caller, state, key, (*keys, key))
                if reached is None:
                    continue
                after = State.from_json(reached)
                page = _page(after)
                if page in seen:
                    continue
                seen.add(page)
                if after.ended or (after.view and after.view.error):
                    continue
                pages[_screen(after)] += 1
                if pages[_screen(after)] <= self._most_pages:
                    ahead.append((reached, (*keys, key)))
                elif pages[_screen(after)] == self._most_pages + 1:
                    self._walk.visits[-1] = replace(self._walk.visits[-1], endless=True)

    def _inputs(self, caller: TrialCaller, state: State) -> list[str]:
        """What is pressed or typed on this page."""
        view = state.view
        if view is None or state.ended:
            return []
        screen = state.frames[-1].screen if state.frames else view.kind
        if view.kind == "ask":
            typed = [*self._typed_at.get(screen, ()), *BAD_INPUTS, "y" * (view.most + 1)]
        else:
            typed = [str(key) for key in range(1, len(view.shown or ()) + 1)]
            typed += [] if view.last else [MORE]
            typed += [WRONG_KEY]
        language = state.language or Language.default()
        fresh = [key for key in typed if key not in (WRONG_KEY, *BAD_INPUTS) or self._once(screen, language, key)]
        if len(state.frames) > 1 or view.page:
            fresh += [BACK] if self._once(screen, language, BACK, caller.msisdn, str(view.page)) else []
            fresh += [HOME] if self._once(screen, language, HOME) else []
        return fresh

    def _once(self, screen: str, language: Language, key: str, *also: str) -> bool:
        """Whether a key was not tried on this screen yet that does the same wherever it is pressed there."""
        mark = (screen, language, key, *also)
        if mark in self._tried:
            return False
        self._tried.add(mark)
        return True

    async def _hop(self, caller: TrialCaller, before: State | None, key: str, keys: tuple[str, ...]) -> bytes | None:
        """Press one key on a page; keep the visit, and give the session after it (None when the engine failed)."""
        session_id = self._session_ids[before.call] if before else f"walk-{self._calls}"
        typed = key if before is None or not before.typed else f"{before.typed}*{key}"
        self._shelf.state = before.to_json() if before else None
        self._engine.failure = ""
        self._ran.clear()
        began = time.perf_counter()
        with listening() as utterances:
            async with self._undone():
                reply = await self._engine.answer(Hop("walk", session_id, caller.msisdn, typed))
                seconds = time.perf_counter() - began
                await self._engine.close()  # what came too late has let go of the transaction before it is undone
        self._walk.hops += 1
        failed = self._engine.failure
        state = State.from_json(self._shelf.state) if self._shelf.state and not failed else before
        if state is not None:
            self._session_ids[state.call] = session_id
        self._visited(caller, before, state, keys, reply, tuple(utterances), seconds, failed)
        return None if failed or self._shelf.state is None else self._shelf.state

    def _visited(
        self,
        caller: TrialCaller,
        before: State | None,
        state: State | None,
        keys: tuple[str, ...],
        reply: Reply,
        utterances: tuple[Utterance, ...],
        seconds: float,
        failed: str,
    ) -> None:
        screen = self._ran[-1] if failed and self._ran else _screen(state)
        language = (state.language if state else None) or caller.language
        visit = Visit(
            caller=TrialCaller(caller.msisdn, caller.actor, language),
            screen=screen,
            kind=state.view.kind if state and state.view else "",
            keys=keys,
            text=reply.text,
            ends=reply.ends,
            first=before is None or (state is not None and len(state.frames) < 2),
            choices=_choices(state),
            ran=tuple(self._ran),
            utterances=utterances if before is not None else (*utterances, *self._own_words[language]),
            written=_written(state),
            seconds=seconds,
            error=failed,
            code=self._dialled,
        )
        self._walk.visits.append(visit)
        if before is not None and keys[-1] not in (BACK, HOME):
            for came_from, came_to in pairwise((_screen(before), *self._ran)):
                self._walk.steps.setdefault((came_from, came_to), keys[-1])


class _Unchecked(Menu):
    """A menu that is walked however wrong it is: what is wrong becomes a finding."""

    def check(self) -> None:
        """Nothing is refused."""


def _recording(menu: Menu, ran: list[str]) -> Menu:
    """The same menu, whose screens say that they ran."""
    heard = _Unchecked(menu.start)
    for screen in menu.values():
        heard.add(replace(screen, function=_heard(screen, ran)))
    for shortcut in menu.shortcuts.values():
        heard.add_shortcut(shortcut)
    return heard


def _heard(screen: Screen, ran: list[str]) -> Function:
    async def function(call: Call) -> Value:
        ran.append(screen.name)
        return await screen.function(call)

    return function


def _screen(state: State | None) -> str:
    """The screen a call stands on."""
    if state is None:
        return ""
    if state.frames:
        return state.frames[-1].screen
    return state.view.kind if state.view else ""


def _written(state: State | None) -> str:
    """What the screen wrote, whole, however many pages it takes."""
    if state is None or state.view is None:
        return ""
    return "\n".join([state.view.error, plain(state.view.text), *(option.label for option in state.view.options)])


def _own_words(language: Language, alphabet: Alphabet) -> tuple[Utterance, ...]:
    """The engine's own texts, most of which it says once for all calls."""
    with listening() as utterances:
        spoken = translator(language)
        texts.signs(spoken, alphabet)
        texts.interrupted(spoken)
        texts.too_long(spoken)
        texts.unavailable(language)
        texts.too_many(language)
    return tuple(utterances)


def _choices(state: State | None) -> tuple[Choice, ...]:
    if state is None or state.view is None:
        return ()
    options, shown = state.view.options, state.view.shown or ()
    return tuple(Choice(str(key), options[index].label, options[index].to) for key, index in enumerate(shown, 1))


def _page(state: State) -> tuple[object, ...]:
    """What makes a page another: its screen, language, text, where its keys lead, and a code that is to lead on."""
    view = state.view
    targets = () if view is None else tuple((option.to, repr(sorted(option.memory.items()))) for option in view.options)
    return (_screen(state), state.language, state.reply, targets, repr(state.memory().get(BOUND)))
