"""Identification from a phone that is not registered: household number and year of birth, three tries, then 24 h."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from core.columns import Row


class IdentificationTry(Row, table=True):
    """One try, right or wrong; the year that was typed is never kept."""

    __tablename__ = "identification_try"
    __table_args__ = (
        Index("ix_identification_try_msisdn_at", "msisdn", "at"),
        Index("ix_identification_try_household_no_at", "household_no", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    msisdn: str
    household_no: str
    at: datetime
    ok: bool
