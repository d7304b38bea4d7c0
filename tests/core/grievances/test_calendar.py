"""Working days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.grievances.calendar import add_working_days
from core.grievances.holidays import off
from core.grievances.models import Holiday
from core.platform.database import writing

THURSDAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, THURSDAY),
        (1, date(2026, 11, 27)),
        (2, date(2026, 11, 30)),
        (5, date(2026, 12, 3)),
        (10, date(2026, 12, 10)),
    ],
)
def test_weekends_do_not_count(n: int, expected: date) -> None:
    assert add_working_days(THURSDAY, n) == expected


def test_holidays_do_not_count_and_one_on_a_weekend_changes_nothing() -> None:
    off = frozenset({date(2026, 11, 27), date(2026, 11, 29)})
    assert add_working_days(THURSDAY, 2, off) == date(2026, 12, 1)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 40), st.integers(1, 40))
def test_working_days_add_up(day: date, some: int, more: int) -> None:
    assert add_working_days(add_working_days(day, some), more) == add_working_days(day, some + more)
    assert add_working_days(day, some).weekday() < 5


@pytest.mark.usefixtures("world")
async def test_holidays_on_record_are_read_with_both_ends() -> None:
    days = [date(2026, 11, 27), date(2026, 12, 4), date(2026, 12, 7)]
    async with writing() as session:
        session.add_all(Holiday(day=day, name="fête") for day in days)
    assert await off(days[0], days[1]) == {days[0], days[1]}
