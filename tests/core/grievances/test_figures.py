"""Figures of grievances: received, in time, how many days, what is open; and the list behind each."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from core.grievances import figures, reports, search
from core.grievances.figures import Age, By, GrievanceCount, Span, Timely, median, share
from core.grievances.search import GrievanceStanding, Wanted
from core.grievances.vocabulary import PersonSays
from core.staff.agents import Actor, Role, Scope
from core.staff.row_security import seen_by
from tests.core.grievances.grievance_rows import ELSEWHERE, FOCAL, SUPERVISOR, ago, at, listed, plant
from tests.core.seed import TODAY

pytestmark = pytest.mark.usefixtures("safo_and_kayes")


async def last_month(actor: Actor = SUPERVISOR) -> figures.Figures:
    async with seen_by(actor):
        return await figures.over(actor, ago(29), TODAY + timedelta(days=1), TODAY)


async def test_what_is_received_in_the_period_counts() -> None:
    await plant(ago(29))
    await plant(ago(30))
    await plant(TODAY, category="data", channel="desk", sex="F", commune_pcode=ELSEWHERE)
    month = await last_month()
    assert month.together.received == 2
    assert {name: {value: count.received for value, count in groups.items()} for name, groups in month.by.items()} == {
        "category": {"payment": 1, "data": 1},
        "channel": {"ussd": 1, "desk": 1},
        "sex": {None: 1, "F": 1},
        "place": {"ML02": 1, "ML01": 1},
    }


async def test_a_decision_on_its_day_is_in_time_and_one_that_is_missing_after_it_is_late() -> None:
    in_time = await plant(ago(20), answered=ago(18), decided=ago(13))
    late = await plant(ago(20), answered=ago(17), decided=ago(12))
    missing = await plant(ago(8))
    await plant(ago(1))
    count = (await last_month()).together
    assert (count.answered, count.answer_due, count.answered_share) == (1, 3, 33)
    assert (count.decided, count.decision_due, count.decided_share) == (1, 3, 33)
    assert await listed(Wanted(timely=Timely.DECIDED)) == [in_time]
    assert sorted(await listed(Wanted(timely=Timely.DECIDED_LATE))) == sorted([late, missing])
    assert await listed(Wanted(timely=Timely.ANSWERED)) == [in_time]


async def test_on_its_last_day_a_decision_is_not_late_yet() -> None:
    await plant(ago(7))
    assert (await last_month()).together.decision_due == 0


async def test_an_appeal_begins_anew() -> None:
    due = {"first_answer_due": ago(3), "decision_due": TODAY + timedelta(days=2)}
    open_again = await plant(ago(20), decided=ago(15), reopened=ago(5), state="received", **due)
    await plant(ago(20), decided=ago(1), reopened=ago(5), **due)
    count = (await last_month()).together
    assert (count.reopened, count.decided, count.decided_late) == (2, 1, 0)
    assert count.median == 4
    assert await listed(Wanted(state=GrievanceStanding.OPEN, reopened=True)) == [open_again]


async def test_what_people_say_is_counted_and_opens_the_list_behind_it() -> None:
    solved = [await plant(ago(20), decided=ago(15), solved=True) for _ in range(3)]
    unsolved = await plant(ago(20), decided=ago(15), solved=False)
    await plant(ago(20), decided=ago(15))
    withdrawn = await plant(ago(20), state="closed", withdrawn_at=at(ago(19)))
    count = (await last_month()).together
    assert (count.solved, count.unsolved, count.solved_share, count.withdrawn) == (3, 1, 75, 1)
    assert sorted(await listed(Wanted(says=PersonSays.SOLVED))) == sorted(solved)
    assert await listed(Wanted(says=PersonSays.UNSOLVED)) == [unsolved]
    assert await listed(Wanted(says=PersonSays.WITHDRAWN)) == [withdrawn]


@pytest.mark.parametrize("end", ["withdrawn_at", "lapsed_at"])
async def test_what_ended_undecided_in_time_is_never_late(end: str) -> None:
    await plant(ago(20), state="closed", **{end: at(ago(19))})
    count = (await last_month()).together
    assert (count.answered_late, count.decided_late, count.open) == (0, 0, 0)
    late = await plant(ago(20), state="closed", **{end: at(ago(2))})
    assert await listed(Wanted(timely=Timely.DECIDED_LATE)) == [late]


async def test_the_median_of_the_days_to_a_decision() -> None:
    for days in (1, 2, 9, 10):
        await plant(ago(15), decided=ago(15 - days))
    await plant(ago(15))
    assert (await last_month()).together.median == 5.5


@pytest.mark.parametrize(
    ("days", "middle"), [((), None), ((3,), 3), ((1, 2), 1.5), ((1, 1, 9), 1), ((1, 5, 5, 9, 9), 5)]
)
def test_a_median(days: Sequence[int], middle: float | None) -> None:
    count = GrievanceCount()
    count.days.update(days)
    assert median(count.days) == middle


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert share(0, 0) is None
    assert share(2, 3) == 67


async def test_a_sensitive_one_is_in_the_figures_of_focal_persons_alone() -> None:
    ordinary = await plant(ago(3))
    sensitive = await plant(ago(3), category="abuse", commune_pcode=None)
    assert (await last_month()).together.received == 1
    assert list((await last_month()).by[By.CATEGORY]) == ["payment"]
    assert (await last_month(FOCAL)).together.received == 1
    assert list((await last_month(FOCAL)).by[By.PLACE]) == [None]
    assert await listed(Wanted()) == [ordinary]
    assert await listed(Wanted(), FOCAL) == [sensitive]
    assert await listed(Wanted(words=sensitive)) == []
    async with seen_by(FOCAL):
        assert await search.to_export(Wanted(), TODAY) == [], "it never leaves in a file"
    async with seen_by(SUPERVISOR):
        assert sum((await figures.open_now(TODAY)).ages.values()) == 1


async def test_a_scope_counts_its_own_and_by_the_places_below() -> None:
    await plant(ago(3))
    await plant(ago(3), commune_pcode=ELSEWHERE)
    regional = Actor(3, "Issa", Role.SUPERVISOR, Scope.REGION, "ML02")
    month = await last_month(regional)
    assert {place: count.received for place, count in month.by[By.PLACE].items()} == {"ML0202": 1}
    async with seen_by(regional):
        assert await figures.place_names(month.by[By.PLACE]) == {"ML0202": "Cercle ML0202"}


async def test_what_is_open_by_age_opens_the_list_behind_it() -> None:
    planted = {days: await plant(ago(days)) for days in (0, 7, 8, 14, 15, 30, 31, 60, 61, 900)}
    await plant(ago(10), decided=ago(9))
    async with seen_by(SUPERVISOR):
        waiting = await figures.open_now(TODAY)
    assert waiting.ages == {"0-7": 2, "8-14": 2, "15-30": 2, "31-60": 2, "61-": 2}
    assert (waiting.all, waiting.overdue, waiting.nobodys) == (10, 9, 10)
    for age, days in zip(Age, ((0, 7), (8, 14), (15, 30), (31, 60), (61, 900)), strict=True):
        assert await listed(Wanted(age=age)) == [planted[day] for day in days]


async def test_a_report_has_each_month_even_one_in_which_nothing_came() -> None:
    await plant(date(2026, 9, 30), decided=date(2026, 10, 2))
    await plant(date(2026, 11, 2), category="data")
    async with seen_by(SUPERVISOR):
        made = await reports.report(SUPERVISOR, date(2026, 9, 15), TODAY, TODAY, Span.MONTH)
        quarters = await reports.report(SUPERVISOR, date(2026, 9, 15), TODAY, TODAY, Span.QUARTER)
    assert made.periods == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert [made.of(period, None)[0].count.received for period in made.periods] == [1, 0, 1]
    whole = made.of(None, None)[0].count
    assert (whole.received, whole.median, whole.open) == (2, 2, 1)
    assert [(line.value, line.count.received) for line in made.of(None, By.CATEGORY)] == [("data", 1), ("payment", 1)]
    assert quarters.periods == [date(2026, 7, 1), date(2026, 10, 1)]
