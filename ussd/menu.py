"""A menu: screens and acts by name, and where each may lead.

A screen shows. An act changes something: it is what an option or an answer leads to, it is done once however often the
gateway repeats the request, and one cannot go back into it. A shortcut is a code dialled behind the number of the line.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.platform.errors import JigiError
from ussd.call import Call
from ussd.values import Ask, Choose, Go, Value

Function = Callable[[Call], Awaitable[Value]]


class MenuError(JigiError):
    """A menu that is wrong in itself; the message names the screen."""


class UnknownScreen(MenuError):
    """A screen that no function of the menu has the name of."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no screen is named {name}")
        self.name = name


class UndeclaredStep(MenuError):
    """A screen led somewhere it does not say it leads to."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen or act: its function, where it may lead, and whether a later caller may be shown it again."""

    name: str
    function: Function
    leads_to: frozenset[str]
    acts: bool
    private: bool

    async def run(self, call: Call) -> Value:
        """The screen's value for this call; raises UndeclaredStep when it leads elsewhere than it says."""
        value = await self.function(call)
        strays = set(targets(value)) - self.leads_to
        if strays:
            raise UndeclaredStep(f"{self.name} leads to {', '.join(sorted(strays))} without saying so")
        return value


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A code that means one thing whoever dials it: `*code*81#`, and never a key of a page.

    The call begins as any other, and asks what it has to ask. Where it reaches one of the screens `at`, it goes on to
    `screen` by itself, and `0` leads back there. A screen of `through` asks what the screen still needs: once it is
    answered the code leads on. What is dialled behind the code is remembered as `argument` ('': nothing is).
    """

    code: str
    screen: str
    at: frozenset[str]
    through: frozenset[str]
    argument: str


CODE: Final = re.compile(r"[1-9][0-9]+")
"""A code: two digits or more, since a key is one, and `00` is the way to the start."""


def targets(value: Value) -> tuple[str, ...]:
    """The screens that a value leads to."""
    match value:
        case Choose(options=options):
            return tuple(option.to for option in options)
        case Ask(to=to) | Go(to=to):
            return (to,)
        case _:
            return ()


class Menu(Mapping[str, Screen]):
    """The screens of one line, found by name; a call begins at `start`."""

    def __init__(self, start: str) -> None:
        self.start = start
        self._screens: dict[str, Screen] = {}
        self._shortcuts: dict[str, Shortcut] = {}

    def screen(self, *leads_to: str, private: bool = False) -> Callable[[Function], Function]:
        """Add a function as the screen of its name; a `private` one is not shown to whoever dials next."""
        return self._adding(leads_to, acts=False, private=private)

    def act(self, *leads_to: str) -> Callable[[Function], Function]:
        """Add a function as the act of its name."""
        return self._adding(leads_to, acts=True, private=False)

    def shortcut(
        self, code: str, *leads_to: str, at: Sequence[str], through: Sequence[str] = (), argument: str = ""
    ) -> Callable[[Function], Function]:
        """Add a function as the screen that a code leads to: it goes on to the answer, or to what that needs first."""
        adding = self._adding(leads_to, acts=False, private=False)

        def add(function: Function) -> Function:
            self.add_shortcut(Shortcut(code, function.__name__, frozenset(at), frozenset(through), argument))
            return adding(function)

        return add

    @property
    def shortcuts(self) -> Mapping[str, Shortcut]:
        """The shortcuts, by their codes."""
        return self._shortcuts

    def _adding(self, leads_to: Sequence[str], *, acts: bool, private: bool) -> Callable[[Function], Function]:
        def add(function: Function) -> Function:
            name = function.__name__
            if name in self._screens:
                raise MenuError(f"{name} is there twice")
            self.add(Screen(name, function, frozenset(leads_to), acts, private))
            return function

        return add

    def add(self, screen: Screen) -> None:
        """Add a screen that is made already."""
        self._screens[screen.name] = screen

    def add_shortcut(self, shortcut: Shortcut) -> None:
        """Add a code whose screen is made already, or will be."""
        if shortcut.code in self._shortcuts:
            raise MenuError(f"{shortcut.code} is there twice")
        self._shortcuts[shortcut.code] = shortcut

    def __getitem__(self, name: str) -> Screen:
        try:
            return self._screens[name]
        except KeyError:
            raise UnknownScreen(name) from None

    def __contains__(self, name: object) -> bool:
        return name in self._screens

    def __iter__(self) -> Iterator[str]:
        return iter(self._screens)

    def __len__(self) -> int:
        return len(self._screens)

    def leads_to(self, name: str) -> bool:
        """Whether a screen of this menu says that it leads there."""
        return any(name in screen.leads_to for screen in self._screens.values())

    def check(self) -> None:
        """Raise MenuError for a start, a step or a code that leads nowhere, or a screen that nothing leads to."""
        reached = {self.start, *(shortcut.screen for shortcut in self._shortcuts.values())}
        ahead = [*reached]
        while ahead:
            fresh = self[ahead.pop()].leads_to - reached
            reached |= fresh
            ahead.extend(fresh)
        lost = sorted(set(self._screens) - reached)
        if lost:
            raise MenuError(f"nothing leads to {', '.join(lost)}")
        for shortcut in self._shortcuts.values():
            self._check_shortcut(shortcut)

    def _check_shortcut(self, shortcut: Shortcut) -> None:
        if CODE.fullmatch(shortcut.code) is None:
            raise MenuError(f"{shortcut.code} is no code: two digits or more, of which the first is not 0")
        for name in shortcut.at:
            if self[name].acts:
                raise MenuError(f"{shortcut.code} sets off at {name}, which is an act")
        leads_to = self[shortcut.screen].leads_to
        if shortcut.at & leads_to:
            raise MenuError(f"{shortcut.code} leads back to where it sets off")
        if not shortcut.through <= leads_to:
            raise MenuError(f"{shortcut.code} goes through a screen without leading to it")
