"""A menu: screens and acts by name, and where each may lead.

A screen shows. An act changes something: it is what an option or an answer leads to, it is done once however often the
gateway repeats the request, and one cannot go back into it.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.platform.errors import JigiError
from ussd.call import Call
from ussd.values import Ask, Choose, Go, Value

Function = Callable[[Call], Awaitable[Value]]


class MenuError(JigiError):
    """A menu that is wrong in itself; the message names the screen."""


class UnknownScreen(MenuError):
    """A screen that no function of the menu has the name of."""


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

    def screen(self, *leads_to: str, private: bool = False) -> Callable[[Function], Function]:
        """Add a function as the screen of its name; a `private` one is not shown to whoever dials next."""
        return self._adding(leads_to, acts=False, private=private)

    def act(self, *leads_to: str) -> Callable[[Function], Function]:
        """Add a function as the act of its name."""
        return self._adding(leads_to, acts=True, private=False)

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

    def __getitem__(self, name: str) -> Screen:
        try:
            return self._screens[name]
        except KeyError:
            raise UnknownScreen(f"no screen is named {name}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._screens

    def __iter__(self) -> Iterator[str]:
        return iter(self._screens)

    def __len__(self) -> int:
        return len(self._screens)

    def check(self) -> None:
        """Raise MenuError for a start or a step that leads nowhere, or a screen that nothing leads to."""
        reached = {self.start}
        ahead = [self.start]
        while ahead:
            fresh = self[ahead.pop()].leads_to - reached
            reached |= fresh
            ahead.extend(fresh)
        lost = sorted(set(self._screens) - reached)
        if lost:
            raise MenuError(f"nothing leads to {', '.join(lost)}")
