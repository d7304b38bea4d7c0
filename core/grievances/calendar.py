"""Working days, Monday to Friday less the holidays on record, and the days that are counted in them."""

from collections.abc import Container
from datetime import date, timedelta
from typing import Final

from sqlmodel import col, select

from core.grievances.models import Holiday
from core.grievances.subjects import CATEGORIES, Category
from core.platform.database import reading
from core.platform.settings import settings

SATURDAY: Final = 5


def add_working_days(day: date, n: int, holidays: Container[date] = ()) -> date:
    """The n-th working day after `day` (n of 0 or more; 0 is `day` itself)."""
    while n:
        day += timedelta(days=1)
        n -= day.weekday() < SATURDAY and day not in holidays
    return day


async def holidays(first: date, last: date) -> frozenset[date]:
    """The holidays on record from `first` to `last`, both counted."""
    async with reading() as session:
        days = await session.exec(select(col(Holiday.day)).where(col(Holiday.day).between(first, last)))
        return frozenset(days)


async def due_dates(category: Category, day: date) -> tuple[date, date]:
    """The days by which a first answer and a decision are due, counted in working days from `day`."""
    first_answer, decision = CATEGORIES[category].delays(settings())
    off = await holidays(day, day + timedelta(days=30 + 3 * max(first_answer, decision)))
    return add_working_days(day, first_answer, off), add_working_days(day, decision, off)
