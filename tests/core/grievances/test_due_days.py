"""Open complaints keep as many working days where a day becomes a holiday; Mali's own are there from the start."""

from datetime import date

import pytest

from core.grievances import due_days
from core.grievances.calendar import add_working_days, due_dates
from core.grievances.holidays import DayOff, days_off, fixed, not_entered
from core.grievances.models import Holiday
from core.grievances.subjects import Category
from core.platform.database import writing
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import TODAY, day
from tests.support.database import query

FRIDAY, SATURDAY, MONDAY = day(3), day(4), day(6)


async def due() -> dict[str, tuple[date, date]]:
    rows = await query("SELECT reference, first_answer_due, decision_due FROM grievance")
    return {row.reference: (row.first_answer_due, row.decision_due) for row in rows}


def test_a_due_day_is_not_a_fixed_holiday() -> None:
    assert [each.day for each in fixed(date(2026, 12, 1), date(2027, 1, 31))] == [
        date(2026, 12, 25),
        date(2027, 1, 1),
        date(2027, 1, 20),
    ]


@pytest.mark.usefixtures("safo")
async def test_due_dates_leave_out_the_holidays_of_mali_that_nobody_entered() -> None:
    assert await due_dates(Category.PAYMENT, date(2026, 12, 24)) == (date(2026, 12, 29), date(2027, 1, 4))


def test_movable_ones_are_asked_for_until_they_are_entered() -> None:
    left = not_entered([DayOff(date(2027, 5, 16), "Tabaski"), DayOff(date(2027, 5, 17), "Pont")])
    assert [each.value for each in left] == ["easter_monday", "ramadan", "mawlud", "baptism"]


@pytest.mark.usefixtures("safo")
async def test_a_day_that_becomes_a_holiday_moves_what_is_open_by_a_working_day_and_back() -> None:
    ends = {"first_answer_due": day(2), "decision_due": day(7)}
    open_one = await plant(TODAY, **ends)
    answered = await plant(TODAY, answered=day(1), first_answer_due=FRIDAY, decision_due=MONDAY)
    decided = await plant(TODAY, decided=TODAY, **ends)
    later = await plant(MONDAY, first_answer_due=day(8), decision_due=day(13))
    appeal = await plant(day(-30), reopened=TODAY, state="received", **ends)
    before = await due()
    assert await due_days.move(TODAY, added=[FRIDAY]) == 3
    moved = await due()
    assert moved[open_one] == moved[appeal] == (day(2), day(8)), "Thursday is before it, Tuesday becomes Wednesday"
    assert moved[answered] == (FRIDAY, day(7)), "an answer that was given keeps its day"
    assert (moved[decided], moved[later]) == (before[decided], before[later])
    async with writing() as session:
        session.add(Holiday(day=FRIDAY, name="Pont"))
    assert FRIDAY in {each.day for each in await days_off(TODAY, day(7))}
    assert await due_days.move(TODAY, gone=[FRIDAY]) == 3
    assert await due() == before


@pytest.mark.usefixtures("safo")
async def test_a_weekend_and_a_fixed_holiday_move_nothing() -> None:
    await plant(date(2026, 12, 22), first_answer_due=date(2026, 12, 24), decision_due=date(2026, 12, 31))
    await plant(TODAY)
    assert await due_days.move(TODAY, added=[SATURDAY, date(2026, 12, 25)]) == 0
    assert await due_days.move(TODAY, gone=[date(2026, 12, 25)]) == 0


@pytest.mark.parametrize("off", [(), (FRIDAY,), (FRIDAY, MONDAY, SATURDAY)])
def test_working_days_are_counted_as_they_are_added(off: tuple[date, ...]) -> None:
    for n in range(12):
        assert due_days.working_days(TODAY, add_working_days(TODAY, n, off), off) == n
