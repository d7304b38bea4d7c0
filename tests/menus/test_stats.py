"""What callers did, kept by day and told as the way to each task and where they were lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from core.calls.counts import ScreenDay, TaskDay, add, since
from core.calls.events import Event
from core.text.languages import Language
from menus import counting
from menus.counting import keep
from menus.line import line
from menus.stats import funnels, losing_most, way
from menus.tasks import TASKS
from proof.command import app
from ussd.counting import Counts

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.usefixtures("world")
async def test_counts_of_a_day_add_up_and_older_days_are_left_out() -> None:
    counts = Counts()
    for _ in range(3):
        counts.count(Event.ENTERED, "home", Language("bm"))
    counts.finished("payment date", Language("bm"), 2, 8.0)
    await keep(counts, NOON)
    counts.count(Event.ENTERED, "home", Language("bm"))
    await keep(counts, NOON)
    await add(DAY - timedelta(days=7), [ScreenDay("home", "bm", {"entered": 50})], [])

    screens, tasks = await since(DAY - timedelta(days=6))
    assert [(each.screen, each.language, each.events["entered"]) for each in screens] == [("home", "bm", 4)]
    assert tasks == (TaskDay("payment date", "bm", 1, 2, 8.0),)


@pytest.mark.usefixtures("world")
async def test_what_could_not_be_kept_is_kept_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts()
    counts.count(Event.ENTERED, "home", Language("fr"))

    async def away(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as patched:
        patched.setattr(counting, "add", away)
        await keep(counts, NOON)
    await keep(counts, NOON)
    screens, _ = await since(DAY)
    assert [each.events["entered"] for each in screens] == [1]


def test_every_task_has_a_way_from_the_main_menu() -> None:
    assert way("payment") == ("home", "payment")
    for task in TASKS:
        assert way(task.screen)[0] == "home", task
        assert all(
            there in line[here].leads_to for here, there in zip(way(task.screen), way(task.screen)[1:], strict=False)
        )


SCREENS = (
    ScreenDay("home", "bm", {"entered": 10, "answered": 8, "dropped": 1, "timed_out": 1}),
    ScreenDay("home", "fr", {"entered": 5, "answered": 5}),
    ScreenDay("payment", "bm", {"entered": 6, "wrong_key": 2, "went_back": 1, "dropped": 3}),
)


def test_a_funnel_tells_how_many_came_and_were_lost_at_each_screen() -> None:
    payment, *_ = funnels(SCREENS, [TaskDay("payment date", "bm", 6, 12, 60.0)])
    assert (payment.task.name, payment.finished, payment.hops, payment.seconds) == ("payment date", 6, 2.0, 10.0)
    assert [(step.screen, step.entered, step.lost) for step in payment.steps] == [("home", 15, 2), ("payment", 6, 3)]
    french, *_ = funnels(SCREENS, [], "fr")
    assert [step.entered for step in french.steps] == [5, 0]


def test_the_screens_that_lose_most_come_first() -> None:
    assert [(step.screen, step.lost) for step in losing_most(SCREENS)] == [("payment", 3), ("home", 2)]


def test_a_span_of_time_that_is_none_is_refused() -> None:
    outcome = CliRunner().invoke(app, ["stats", "--since", "soon"])
    assert outcome.exit_code == 2
