"""Plays inputs: what a key or a typed input does to where a call stands, and the page that shows it."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from core.calls.events import Event
from core.text.alphabet import Alphabet
from core.text.languages import Language
from core.text.translator import Translator, translator
from ussd.call import Call
from ussd.counting import Counts
from ussd.journal import CallJournal
from ussd.menu import Menu, MenuError, Screen, Shortcut, UnknownScreen
from ussd.pages import BACK, HOME, MORE, DoesNotFit, Page, Room, Signs, lay_out, with_error
from ussd.state import Frame, State, View
from ussd.texts import signs, too_long
from ussd.values import CUT, PRIVATE, Ask, Choose, Go, Option, Retry, Say, Value

log = structlog.get_logger(__name__)

MOST_STEPS = 8
RESUME, ANEW = "continue", "anew"
BOUND: Final = "bound"
"""What a screen on the way remembers of the code that was dialled: it, and what stood behind it."""


class Player:
    """Moves a call through a menu."""

    def __init__(
        self,
        menu: Menu,
        journal: CallJournal,
        alphabet: Alphabet,
        clock: Callable[[], datetime],
        counts: Counts,
        tasks: Mapping[str, str],
    ) -> None:
        self._menu = menu
        self._counts = counts
        self._tasks = tasks
        self._journal = journal
        self._alphabet = alphabet
        self._clock = clock
        self._logged: set[str] = set()
        self._signs = {language: signs(translator(language), alphabet) for language in Language}

    async def start(self, state: State, msisdn: str, dialled: Sequence[str] = ()) -> bool:
        """Stand at the first screen, or where the code leads that was `dialled`."""
        state.frames, state.prior = [], None
        memory = {BOUND: list(dialled)} if dialled else {}
        return await self._enter(state, self._menu.start, memory, msisdn)

    def code_in(self, dialled: Sequence[str]) -> list[str]:
        """The code that was dialled behind the number, with its argument ('' where it was left out); [] for none."""
        first, *behind = [digits(cleaned(typed)) for typed in dialled[:2]] or [""]
        shortcut = self._menu.shortcuts.get(first)
        if shortcut is None:
            return []
        return [first, *(behind or [""])] if shortcut.argument else [first]

    async def step(self, state: State, typed: str, msisdn: str) -> bool:
        """Play one input; False when it does not fit, which the view then says.

        Also False when it leads to a screen that another release stored: the call is at its start again.
        """
        view = _view(state)
        view.error = ""
        if view.shown is None:
            self.page(state)
        key = cleaned(typed) if view.words else digits(cleaned(typed))
        screen, spoken, page = state.frames[-1].screen if state.frames else view.kind, state.language, view.page
        try:
            fits = await self._follow(state, view, key, msisdn)
        except UnknownScreen as unknown:
            if self._menu.leads_to(unknown.name):
                raise
            self._log_once(unknown.name)
            await self.start(state, msisdn)
            return False
        if not fits:
            self._counts.count(Event.WRONG_KEY, screen, spoken)
            _view(state).key = _key(state)
        elif key in (BACK, HOME):
            self._counts.count(Event.WENT_BACK, screen, spoken)
        elif view.page == page:
            self._counts.count(Event.ANSWERED, screen, spoken)
        return fits

    def _log_once(self, screen: str) -> None:
        if screen not in self._logged:
            self._logged.add(screen)
            log.warning("screen_of_another_release", screen=screen)

    async def _follow(self, state: State, view: View, key: str, msisdn: str) -> bool:
        if key == HOME:
            return await self.start(state, msisdn)
        if key == BACK:
            return await self._back(state, view, msisdn)
        if view.kind == "ask":
            return await self._typed(state, view, key, msisdn)
        if key == MORE and not view.last:
            view.page, view.shown = view.page + 1, None
            return True
        shown = view.shown or ()
        index = int(key) - 1 if len(key) == 1 and key in "123456789" else -1
        if not 0 <= index < len(shown):
            return self._wrong(state, view)
        taken = view.options[shown[index]]
        if view.kind == "resume":
            return await self._resumed(state, taken, msisdn)
        return await self._enter(state, taken.to, dict(taken.memory), msisdn)

    async def _typed(self, state: State, view: View, key: str, msisdn: str) -> bool:
        if not key:
            return self._wrong(state, view)
        if len(key) > view.most and not view.words:
            view.error = too_long(self._voice(state))
            return False
        typed: dict[str, Any] = {view.remembered_as: key[: view.most]}
        if view.words:
            typed |= {PRIVATE: True, CUT: len(key) > view.most}
        return await self._enter(state, view.to, typed, msisdn)

    def _wrong(self, state: State, view: View) -> bool:
        view.error = self._signs[state.language or Language.default()].wrong
        return False

    async def _back(self, state: State, view: View, msisdn: str) -> bool:
        if view.page:
            view.page, view.shown = view.page - 1, None
            return True
        if len(state.frames) < 2:
            return self._wrong(state, view)
        state.frames.pop()
        return await self._again(state, msisdn)

    async def _again(self, state: State, msisdn: str) -> bool:
        """Show the last screen on the way anew."""
        frame = state.frames.pop()
        return await self._enter(state, frame.screen, frame.memory, msisdn)

    async def _enter(self, state: State, to: str, memory: dict[str, Any], msisdn: str) -> bool:
        """Ask the screen `to` what to show, through those that only lead on."""
        for _ in range(MOST_STEPS):
            screen = self._menu[to]
            bound = _bound(state, memory)
            shortcut = self._menu.shortcuts.get(bound[0]) if bound else None
            if shortcut is not None and to in shortcut.at:
                return await self._set_off(state, shortcut, bound, Frame(to, memory), msisdn)
            if screen.acts:
                return await self._act(state, screen, memory, msisdn)
            value = await self._value(state, screen, memory, msisdn)
            if not isinstance(value, Go):
                return self._show(state, screen, memory, value)
            to, memory = value.to, _still_bound(bound, value)
        raise MenuError(f"{to} goes round")

    async def _set_off(self, state: State, shortcut: Shortcut, bound: Sequence[str], at: Frame, msisdn: str) -> bool:
        """Go where a code leads from a screen, which is not shown but gone back to."""
        state.frames.append(at)
        for frame in state.frames:
            frame.memory.pop(BOUND, None)
        memory = {shortcut.argument: bound[1]} if shortcut.argument else {}
        fits = await self._enter(state, shortcut.screen, memory, msisdn)
        reached = state.frames[-1]
        if reached.screen in shortcut.through:
            reached.memory[BOUND] = list(bound)
        return fits

    async def _act(self, state: State, screen: Screen, memory: dict[str, Any], msisdn: str) -> bool:
        """Do an act once for the page it was chosen on, and keep with it where the call stands after it."""
        async with self._journal.once(f"act:{_view(state).key}", state.call, state.position) as entry:
            if entry.before is not None:
                state.stand_at(entry.before)
                return True
            value = await self._value(state, screen, memory, msisdn)
            fits = await self._acted(state, screen, memory, value, msisdn)
            entry.keep(self.kept(state))
            return fits

    async def _acted(self, state: State, screen: Screen, memory: dict[str, Any], value: Value, msisdn: str) -> bool:
        if isinstance(value, Retry):
            return self._show(state, screen, {}, value)
        bound = _bound(state, memory)
        state.frames = state.frames[:1] if isinstance(value, Go) and value.over_first else []
        if isinstance(value, Go):
            return await self._enter(state, value.to, _still_bound(bound, value), msisdn)
        if isinstance(value, Say):
            return self._show(state, screen, {}, value)
        raise MenuError(f"{screen.name} is an act: it may say, go on or let try again")

    async def _value(self, state: State, screen: Screen, memory: dict[str, Any], msisdn: str) -> Value:
        call = Call(
            msisdn=msisdn,
            language=state.language,
            memory={**state.memory(), **memory},
            key=state.view.key if state.view else _key(state),
            now=self._clock(),
        )
        value = await screen.run(call)
        state.language = call.language
        return value

    def _show(self, state: State, screen: Screen, memory: dict[str, Any], value: Value) -> bool:
        """Make the value what the person has before them."""
        if isinstance(value, Retry):
            view = _view(state)
            view.error, view.key = value.message, _key(state)
            return False
        match value:
            case Choose(text, options, keep, answers):
                state.view = View("choose", text, _key(state), options=list(options), answers=answers)
            case Ask(text, to, remembered_as, most, words, keep):
                state.view = View("ask", text, _key(state), to=to, remembered_as=remembered_as, most=most, words=words)
            case Say(text, again):
                state.view, keep = View("say", text, _key(state), again=again), {}
            case Go():
                raise MenuError(f"{screen.name} went on after it was to show")
        state.frames.append(Frame(screen.name, {**memory, **keep}))
        self._counts.count(Event.ENTERED, screen.name, state.language)
        task = self._tasks.get(screen.name)
        if task is not None and task not in state.done:
            state.done.append(task)
            now = self._clock().timestamp()
            self._counts.finished(task, state.language, state.inputs + 1, now - (state.began or now))
        return True

    def unread(self, prior: State) -> bool:
        """Whether what an act of the last call told may not have been read."""
        return prior.view is not None and prior.view.again

    def tell_again(self, state: State, prior: State) -> None:
        """Show what the last call told of an act, until a key leads on to the beginning."""
        text = prior.view.text if prior.view else ""
        state.language = prior.language
        onward = Option(self._voice(state).t("Start"), self._menu.start)
        state.view = View("choose", text, _key(state), options=[onward], again=True)

    def resumable(self, prior: State) -> bool:
        """Whether a call that was cut had got anywhere that is worth going back to."""
        if prior.view is not None and prior.view.kind == "resume":
            return prior.prior is not None
        return not prior.ended and len(self._public(prior.frames)) > 1

    def public_standing(self, prior: State) -> dict[str, Any]:
        """Where to go on from: short of the private screens, since the next caller may be somebody else."""
        if prior.view is not None and prior.view.kind == "resume" and prior.prior is not None:
            return prior.prior
        public = self._public(prior.frames)
        if len(public) == len(prior.frames):
            return prior.standing()
        shortened = State(prior.call, language=prior.language, frames=public)
        return shortened.standing()

    def _public(self, frames: list[Frame]) -> list[Frame]:
        """Those that a later caller may be shown; a screen that another release stored may be private there."""
        for index, frame in enumerate(frames):
            is_private = frame.screen not in self._menu or self._menu[frame.screen].private
            if is_private or frame.memory.get(PRIVATE):
                return frames[:index]
        return frames

    def knows_ways_of(self, state: State) -> bool:
        """Whether this menu has every screen that the page before the person leads to."""
        view = _view(state)
        if view.kind == "resume":
            return True
        return all(name in self._menu for name in ([view.to] if view.kind == "ask" else [o.to for o in view.options]))

    def offer_resume(self, state: State, words: tuple[str, str, str]) -> None:
        """Ask whether to continue the call that was cut."""
        text, go_on, anew = words
        options = [Option(go_on, RESUME), Option(anew, ANEW)]
        state.view = View("resume", text, _key(state), options=options)

    async def _resumed(self, state: State, taken: Option, msisdn: str) -> bool:
        prior, state.prior = state.prior, None
        if taken.to == ANEW or prior is None:
            return await self.start(state, msisdn)
        state.stand_at(prior)
        if state.view is None:
            return await self._again(state, msisdn)
        state.view.error = ""
        return True

    def kept(self, state: State) -> dict[str, Any]:
        """Where a call stands, for the journal."""
        return {"position": state.position, "prior": state.prior, **state.sent(), **state.standing()}

    def page(self, state: State) -> Page:
        """The page before the person, and note in the view which keys it has."""
        view = _view(state)
        words = self._signs[state.language or Language.default()]
        room = Room(
            back=len(state.frames) > 1,
            home=len(state.frames) > 2,
            ends=view.kind == "say",
            typed=view.kind == "ask",
        )
        labels = [choice.label for choice in view.options]
        pages = lay_out(self._alphabet, words, view.text, labels, room)
        view.page = min(view.page, len(pages) - 1)
        page = pages[view.page]
        if view.error:
            try:
                page = Page(with_error(self._alphabet, view.error, page.text), page.options, page.last)
            except DoesNotFit:
                page = self._moved_by_error(view, words, labels, room)
        view.shown, view.last = page.options, page.last
        return page

    def _moved_by_error(self, view: View, words: Signs, labels: list[str], room: Room) -> Page:
        """The page when what went wrong takes more room than is left: a question keeps the short word for it."""
        if room.typed or room.ends:
            page = lay_out(self._alphabet, words, view.text, labels, room)[view.page]
            short = page.text if room.ends else with_error(self._alphabet, words.wrong, page.text)
            return Page(short, page.options, page.last)
        view.page, view.text, view.error = 0, f"{view.error}\n{view.text}", ""
        return lay_out(self._alphabet, words, view.text, labels, room)[0]

    def _voice(self, state: State) -> Translator:
        return translator(state.language or Language.default())


def _bound(state: State, memory: Mapping[str, Any]) -> list[str]:
    """The code that was dialled and has not led anywhere yet, with its argument; [] for none."""
    return list({**state.memory(), **memory}.get(BOUND, ()))


def _still_bound(bound: Sequence[str], value: Go) -> dict[str, Any]:
    """What is remembered on the way to where a screen leads."""
    return {BOUND: list(bound), **value.memory} if bound else dict(value.memory)


def _view(state: State) -> View:
    if state.view is None:
        raise MenuError("a call that shows nothing")
    return state.view


def _key(state: State) -> str:
    """The name of the page shown at this point of this call."""
    return f"{state.call}:{state.position}"


def cleaned(typed: str) -> str:
    """What was typed, in NFC, without characters that nobody types (controls, unassigned), spaces made single."""
    normal = unicodedata.normalize("NFC", typed)
    if not normal.isprintable():
        normal = "".join(c if c.isprintable() else " " for c in normal)
    return " ".join(normal.split())


def digits(typed: str) -> str:
    """The same without the `#` that some send after a number, and with any script's digits as 0-9."""
    typed = typed.strip("# ")
    if typed.isascii():
        return typed
    return "".join(str(unicodedata.decimal(c, c)) for c in typed)
