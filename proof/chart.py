"""What the map of the line shows: its screens, the key that leads from one to another, and the way to each task."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Final

from menus.tasks import TASKS, Task
from proof.walk import WRONG_KEY, Visit, Walk
from ussd.menu import Menu
from ussd.pages import BACK, HOME, MORE, OPTIONS_A_PAGE

TYPED: Final = "saisie"
"""Stands where a key would, for what is typed."""


@dataclass(frozen=True, slots=True)
class ChartStep:
    """What leads from a screen to a screen: keys (`1-5`, `9 1`, `1-5…` for later pages too), typing, or nothing."""

    source: str
    target: str
    keys: str


@dataclass(frozen=True, slots=True)
class Way:
    """The shortest way to the screen that answers a task: the keys, and the screens and acts that ran."""

    screen: str
    keys: tuple[str, ...]
    ran: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """All that the map shows."""

    screens: tuple[str, ...]
    steps: tuple[ChartStep, ...]
    ways: tuple[Way, ...]

    def to_json(self) -> str:
        """The chart, one step a line, so that a change of it can be read."""
        lines = ",\n".join(json.dumps(asdict(each)) for each in self.steps)
        ways = ",\n".join(json.dumps(asdict(each)) for each in self.ways)
        return f'{{"screens": {json.dumps(self.screens)},\n"steps": [\n{lines}\n],\n"ways": [\n{ways}\n]}}'

    @classmethod
    def from_json(cls, text: str) -> "Chart":
        """The chart that was written."""
        read = json.loads(text)
        ways = (Way(each["screen"], tuple(each["keys"]), tuple(each["ran"])) for each in read["ways"])
        return cls(tuple(read["screens"]), tuple(ChartStep(**each) for each in read["steps"]), tuple(ways))


def chart_of(walk: Walk, menu: Menu, tasks: Sequence[Task] = TASKS) -> Chart:
    """The chart of a menu: every step that its screens say they may take, with the keys that the walk saw.

    What a code leads through is left out: nothing is pressed there, and the legend says where codes lead.
    """
    pressed = keys_pressed(walk.visits)
    asking = {visit.screen for visit in walk.visits if visit.kind == "ask"}
    steps = []
    by_code = {shortcut.screen for shortcut in menu.shortcuts.values()}
    screens = tuple(name for name in menu if name not in by_code)
    for source in screens:
        screen = menu[source]
        for target in sorted(screen.leads_to):
            typed = TYPED if source in asking and (source, target) in walk.steps else ""
            steps.append(ChartStep(source, target, _written(pressed.get((source, target), {})) or typed))
    return Chart(screens, tuple(steps), tuple(ways(walk.visits, tasks)))


Pressed = Mapping[int, set[int]]
"""The keys of each page, counted from 0."""


def keys_pressed(visits: Iterable[Visit]) -> Mapping[tuple[str, str], Pressed]:
    """The keys behind which a screen offers a screen, whoever calls."""
    steps_found: dict[tuple[str, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for visit in visits:
        page = _page(visit)
        if page is None:
            continue
        for choice in visit.choices:
            steps_found[visit.screen, choice.to][page].add(int(choice.key))
    return steps_found


def _page(visit: Visit) -> int | None:
    """Which page of its screen a visit saw; None where its keys do not tell."""
    last = visit.keys[-1] if visit.keys else ""
    if visit.error or last in (BACK, HOME, WRONG_KEY):
        return None
    return sum(1 for _ in takewhile(lambda key: key == MORE, reversed(visit.keys)))


def _written(pressed: Pressed) -> str:
    if not pressed:
        return ""
    first = min(pressed)
    keys = sorted(pressed[first])
    run = len(keys) > 1 and keys[-1] - keys[0] == len(keys) - 1
    written = f"{keys[0]}-{keys[-1]}" if run else ",".join(map(str, keys))
    later = "…" if len(pressed) > 1 and len(keys) == OPTIONS_A_PAGE else ""
    return " ".join([*[MORE] * first, written]) + later


def ways(visits: Sequence[Visit], tasks: Iterable[Task]) -> list[Way]:
    """The fewest keys to each task, and the first of those in the order of keys."""
    visits = [visit for visit in visits if not visit.code]
    by_keys = {(visit.caller.msisdn, visit.keys): visit for visit in reversed(visits) if not visit.error}
    steps_found = []
    for task in tasks:
        arriving = [visit for visit in visits if visit.screen == task.screen and not visit.error]
        if arriving:
            nearest = min(arriving, key=lambda visit: (len(visit.keys), visit.keys, visit.caller.msisdn))
            ran: list[str] = []
            for count in range(len(nearest.keys) + 1):
                before = by_keys[nearest.caller.msisdn, nearest.keys[:count]]
                ran += [each for each in before.ran if ran[-1:] != [each]]
            steps_found.append(Way(task.screen, nearest.keys, tuple(ran)))
    return steps_found
