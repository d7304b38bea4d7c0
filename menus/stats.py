"""Where callers get lost: the way to each task, how many came to each screen of it, and how many left there."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.calls.counts import ScreenDay, TaskDay
from core.calls.events import Event
from menus.line import line
from menus.tasks import TASKS, Task


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A screen on the way to a task: how many came, went on, mistyped, went back, and were lost there."""

    screen: str
    entered: int
    answered: int
    wrong_key: int
    went_back: int
    lost: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """A task: how often it was finished, in how many hops and seconds on average, and its way."""

    task: Task
    finished: int
    hops: float
    seconds: float
    steps: tuple[FunnelStep, ...]


def funnels(screens: Sequence[ScreenDay], tasks: Sequence[TaskDay], language: str = "") -> tuple[Funnel, ...]:
    """The funnel of each task, of one language or (empty) of all."""
    at = _together([screen for screen in screens if language in ("", screen.language)])
    return tuple(_funnel(task, at, [each for each in tasks if language in ("", each.language)]) for task in TASKS)


def _funnel(task: Task, at: Mapping[str, Mapping[str, int]], tasks: Sequence[TaskDay]) -> Funnel:
    own = [each for each in tasks if each.task == task.name]
    finished = sum(each.finished for each in own)
    return Funnel(
        task,
        finished,
        sum(each.hops for each in own) / finished if finished else 0.0,
        sum(each.seconds for each in own) / finished if finished else 0.0,
        tuple(_step(screen, at.get(screen, {})) for screen in way(task.screen)),
    )


def _step(screen: str, events: Mapping[str, int]) -> FunnelStep:
    return FunnelStep(
        screen,
        events.get(Event.ENTERED, 0),
        events.get(Event.ANSWERED, 0),
        events.get(Event.WRONG_KEY, 0),
        events.get(Event.WENT_BACK, 0),
        events.get(Event.DROPPED, 0) + events.get(Event.TIMED_OUT, 0),
    )


def losing_most(screens: Sequence[ScreenDay], most: int = 5) -> tuple[FunnelStep, ...]:
    """The screens at which most calls were cut or left, in all languages."""
    steps = (_step(screen, events) for screen, events in _together(screens).items())
    return tuple(sorted((step for step in steps if step.lost), key=lambda step: (-step.lost, step.screen))[:most])


def _together(screens: Sequence[ScreenDay]) -> dict[str, dict[str, int]]:
    at: dict[str, dict[str, int]] = {}
    for screen in screens:
        events = at.setdefault(screen.screen, {})
        for event, times in screen.events.items():
            events[event] = events.get(event, 0) + times
    return at


def way(target: str) -> tuple[str, ...]:
    """The screens of the shortest way from the main menu to a screen, both counted; acts and passages too."""
    came_from: dict[str, str] = {HOME: ""}
    ahead = deque([HOME])
    while ahead:
        screen = ahead.popleft()
        for leads_to in sorted(line[screen].leads_to):
            if leads_to not in came_from:
                came_from[leads_to] = screen
                ahead.append(leads_to)
    steps = [target] if target in came_from else []
    while steps and came_from[steps[0]]:
        steps.insert(0, came_from[steps[0]])
    return tuple(steps)


HOME = "home"
