"""What callers do at the screens, day by day: counts, with no number and no household in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import BigInteger, text
from sqlmodel import Field

from core.calls.events import Event
from core.platform.columns import WORD_LETTERS, Row
from core.platform.database import reading, writing

EVENTS: Final = tuple(event.value for event in Event)


class ScreenCount(Row, table=True):
    """How often things happened at a screen on a day; `language` is empty before one is chosen."""

    __tablename__ = "screen_count"

    day: date = Field(primary_key=True)
    screen: str = Field(primary_key=True)
    language: str = Field(primary_key=True, max_length=WORD_LETTERS)
    entered: int = 0
    answered: int = 0
    wrong_key: int = 0
    went_back: int = 0
    dropped: int = 0
    timed_out: int = 0


class TaskCount(Row, table=True):
    """How often a task was finished on a day, and the hops and seconds that took, added up."""

    __tablename__ = "task_count"

    day: date = Field(primary_key=True)
    task: str = Field(primary_key=True)
    language: str = Field(primary_key=True, max_length=WORD_LETTERS)
    finished: int = 0
    hops: int = Field(default=0, sa_type=BigInteger)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ScreenDay:
    """What was counted at one screen in one language: how often each event."""

    screen: str
    language: str
    events: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TaskDay:
    """How often one task was finished in one language, in how many hops and seconds altogether."""

    task: str
    language: str
    finished: int
    hops: int
    seconds: float


ADD_SCREEN = text(f"""
INSERT INTO screen_count AS known (day, screen, language, {", ".join(EVENTS)})
VALUES (:day, :screen, :language, {", ".join(f":{event}" for event in EVENTS)})
ON CONFLICT (day, screen, language) DO UPDATE
SET {", ".join(f"{event} = known.{event} + EXCLUDED.{event}" for event in EVENTS)}
""")  # noqa: S608 - our own words
ADD_TASK = text("""
INSERT INTO task_count AS known (day, task, language, finished, hops, seconds)
VALUES (:day, :task, :language, :finished, :hops, :seconds)
ON CONFLICT (day, task, language) DO UPDATE
SET finished = known.finished + EXCLUDED.finished, hops = known.hops + EXCLUDED.hops,
    seconds = known.seconds + EXCLUDED.seconds
""")


async def add(day: date, screens: Sequence[ScreenDay], tasks: Sequence[TaskDay]) -> None:
    """Add what was counted since the last time; in one order, so that two processes do not wait for each other."""
    async with writing() as session:
        for screen in sorted(screens, key=lambda each: (each.screen, each.language)):
            events = {event: screen.events.get(event, 0) for event in EVENTS}
            values = {"day": day, "screen": screen.screen, "language": screen.language}
            await session.execute(ADD_SCREEN, values | events)
        for task in sorted(tasks, key=lambda each: (each.task, each.language)):
            values = {"day": day, "task": task.task, "language": task.language}
            sums = {"finished": task.finished, "hops": task.hops, "seconds": task.seconds}
            await session.execute(ADD_TASK, values | sums)


SCREENS = text(f"""
SELECT screen, language, {", ".join(f"sum({event}) AS {event}" for event in EVENTS)} FROM screen_count
WHERE day >= :since GROUP BY screen, language ORDER BY screen, language
""")  # noqa: S608
TASKS = text("""
SELECT task, language, sum(finished), sum(hops), sum(seconds) FROM task_count
WHERE day >= :since GROUP BY task, language ORDER BY task, language
""")


async def since(day: date) -> tuple[tuple[ScreenDay, ...], tuple[TaskDay, ...]]:
    """What was counted from a day on, by screen and by task, each in each language."""
    async with reading() as connection:
        screens = (await connection.execute(SCREENS, {"since": day})).all()
        tasks = (await connection.execute(TASKS, {"since": day})).all()
    return (
        tuple(ScreenDay(row.screen, row.language, {e: int(getattr(row, e)) for e in EVENTS}) for row in screens),
        tuple(TaskDay(row[0], row[1], int(row[2]), int(row[3]), float(row[4])) for row in tasks),
    )
