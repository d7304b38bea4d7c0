"""Working days: Monday to Friday, less the holidays on record."""

from collections.abc import Container
from datetime import date, timedelta

from sqlalchemy import text
from sqlmodel import Field

from core.platform.columns import Row
from core.platform.database import reading

SATURDAY = 5
HOLIDAYS = text("SELECT day FROM holiday WHERE day BETWEEN :first AND :last")


class Holiday(Row, table=True):
    """A day off for the whole country."""

    __tablename__ = "holiday"

    day: date = Field(primary_key=True)
    name: str


def add_working_days(day: date, n: int, holidays: Container[date] = ()) -> date:
    """The n-th working day after `day` (n of 0 or more; 0 is `day` itself)."""
    while n:
        day += timedelta(days=1)
        n -= day.weekday() < SATURDAY and day not in holidays
    return day


async def holidays(first: date, last: date) -> frozenset[date]:
    """The holidays on record from `first` to `last`, both counted."""
    async with reading() as connection:
        days = await connection.scalars(HOLIDAYS, {"first": first, "last": last})
    return frozenset(days)
