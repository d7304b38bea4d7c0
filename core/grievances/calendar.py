"""Working days, Monday to Friday less the holidays, and the days that are counted in them."""

from collections.abc import Container
from datetime import date, timedelta
from typing import Final

from core.grievances.holidays import off
from core.grievances.subjects import CATEGORIES, Category
from core.platform.settings.in_force import in_force

SATURDAY: Final = 5


def add_working_days(day: date, n: int, holidays: Container[date] = ()) -> date:
    """The n-th working day after `day` (n of 0 or more; 0 is `day` itself)."""
    while n:
        day += timedelta(days=1)
        n -= day.weekday() < SATURDAY and day not in holidays
    return day


async def due_dates(category: Category, day: date) -> tuple[date, date]:
    """The days by which a first answer and a decision are due, counted in working days from `day`."""
    first_answer, decision = CATEGORIES[category].delays(in_force())
    days_off = await off(day, day + timedelta(days=30 + 3 * max(first_answer, decision)))
    return add_working_days(day, first_answer, days_off), add_working_days(day, decision, days_off)
