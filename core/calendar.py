"""Working days: Monday to Friday, less the holidays on record."""

from datetime import date

from sqlmodel import Field

from core.columns import Row


class Holiday(Row, table=True):
    """A day off for the whole country."""

    __tablename__ = "holiday"

    day: date = Field(primary_key=True)
    name: str
