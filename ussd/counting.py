"""What callers really do: how often each screen was entered, answered, mistyped at or left, and how tasks end.

No number is kept. Counting is adding one in memory; every few seconds somebody else takes what was counted and keeps
it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from prometheus_client import Counter as Metric

from core.calls.events import Event
from core.text.languages import Language
from ussd import metrics


@dataclass(frozen=True, slots=True)
class SpokenScreen:
    """A screen in a language ('' before one is chosen)."""

    screen: str
    language: str


@dataclass(slots=True)
class Finished:
    """How often a task was finished, and the hops and seconds that took, added up."""

    times: int = 0
    hops: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted since the last time."""

    events: Mapping[tuple[Event, SpokenScreen], int] = field(default_factory=dict)
    tasks: Mapping[SpokenScreen, Finished] = field(default_factory=dict)


class Counts:
    """Counts what callers do, and shows it to Prometheus."""

    def __init__(self) -> None:
        self._events: Counter[tuple[Event, str, str]] = Counter()
        self._tasks: dict[tuple[str, str], Finished] = {}
        self._taken_events: Counter[tuple[Event, str, str]] = Counter()
        self._taken_tasks: dict[tuple[str, str], Finished] = {}

    def count(self, event: Event, screen: str, language: Language | None) -> None:
        """Count one event at a screen."""
        self._events[event, screen, language or ""] += 1
        _shown(event, screen, language).inc()

    def finished(self, task: str, language: Language | None, hops: int, seconds: float) -> None:
        """Count a task that was finished."""
        finished = self._tasks.setdefault((task, language or ""), Finished())
        finished.times += 1
        finished.hops += hops
        finished.seconds += seconds
        for metric, more in ((metrics.TASKS, 1), (metrics.TASK_HOPS, hops), (metrics.TASK_SECONDS, seconds)):
            metric.labels(task, language or "").inc(more)

    def take(self) -> Counted:
        """What was counted since it was last taken."""
        events = self._events - self._taken_events
        self._taken_events = self._events.copy()
        tasks = {}
        for mark, now in self._tasks.items():
            before = self._taken_tasks.get(mark, Finished())
            if now.times > before.times:
                tasks[SpokenScreen(*mark)] = Finished(
                    now.times - before.times, now.hops - before.hops, now.seconds - before.seconds
                )
                self._taken_tasks[mark] = replace(now)
        return Counted(
            {(event, SpokenScreen(screen, language)): n for (event, screen, language), n in events.items()}, tasks
        )

    def give_back(self, counted: Counted) -> None:
        """Count again as not taken what could not be kept."""
        for (event, spoken), times in counted.events.items():
            self._taken_events[event, spoken.screen, spoken.language] -= times
        for spoken, finished in counted.tasks.items():
            taken = self._taken_tasks[spoken.screen, spoken.language]
            taken.times -= finished.times
            taken.hops -= finished.hops
            taken.seconds -= finished.seconds


@cache
def _shown(event: Event, screen: str, language: Language | None) -> Metric:
    return metrics.SCREENS.labels(event.value, screen, language or "")


class NoCounts(Counts):
    """Counts nothing."""

    def count(self, event: Event, screen: str, language: Language | None) -> None:
        """Nothing."""

    def finished(self, task: str, language: Language | None, hops: int, seconds: float) -> None:
        """Nothing."""
