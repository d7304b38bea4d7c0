"""What callers do at the screens, day by day: counts, with no number and no household in them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from sqlalchemy import BigInteger
from sqlmodel import Field

from core.calls.events import Event
from core.platform import sql
from core.platform.columns import WORD_LETTERS, TableRow
from core.platform.database import writing


class ScreenCount(TableRow, table=True):
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


class TaskCount(TableRow, table=True):
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


ADD_SCREEN: Final = f"""
INSERT INTO screen_count AS kept (day, screen, language, {", ".join(Event)})
VALUES (%(day)s, %(screen)s, %(language)s, {", ".join(f"%({event})s" for event in Event)})
ON CONFLICT (day, screen, language) DO UPDATE
SET {", ".join(f"{event} = kept.{event} + EXCLUDED.{event}" for event in Event)}
"""  # noqa: S608 - our own words
ADD_TASK: Final = """
INSERT INTO task_count AS kept (day, task, language, finished, hops, seconds)
VALUES (%(day)s, %(task)s, %(language)s, %(finished)s, %(hops)s, %(seconds)s)
ON CONFLICT (day, task, language) DO UPDATE
SET finished = kept.finished + EXCLUDED.finished, hops = kept.hops + EXCLUDED.hops,
    seconds = kept.seconds + EXCLUDED.seconds
"""


async def add(day: date, screens: Sequence[ScreenDay], tasks: Sequence[TaskDay]) -> None:
    """Add what was counted since the last time; in one order, so that two processes do not wait for each other."""
    async with writing():
        for screen in sorted(screens, key=lambda each: (each.screen, each.language)):
            events = {event.value: screen.events.get(event, 0) for event in Event}
            values = {"day": day, "screen": screen.screen, "language": screen.language}
            await sql.execute(ADD_SCREEN, values | events)
        for task in sorted(tasks, key=lambda each: (each.task, each.language)):
            await sql.execute(ADD_TASK, {"day": day, **asdict(task)})


SCREENS: Final = f"""
SELECT screen, language, jsonb_build_object({", ".join(f"'{event}', sum({event})" for event in Event)}) AS events
FROM screen_count WHERE day >= %(since)s GROUP BY screen, language ORDER BY screen, language
"""  # noqa: S608
TASKS: Final = """
SELECT task, language, sum(finished) AS finished, CAST(sum(hops) AS bigint) AS hops, sum(seconds) AS seconds
FROM task_count WHERE day >= %(since)s GROUP BY task, language ORDER BY task, language
"""


async def since(day: date) -> tuple[tuple[ScreenDay, ...], tuple[TaskDay, ...]]:
    """What was counted from a day on, by screen and by task, each in each language."""
    screens = await sql.rows(ScreenDay, SCREENS, {"since": day})
    return tuple(screens), tuple(await sql.rows(TaskDay, TASKS, {"since": day}))
