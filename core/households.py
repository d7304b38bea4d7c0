"""Households of the registry: who they are, where they stand and what they are enrolled in."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from core.columns import Row, one_of, stamped
from core.languages import Language


class Status(StrEnum):
    """Where a household stands with the programme."""

    BENEFICIARY = "beneficiary"
    ELIGIBLE = "eligible"
    WAITING = "waiting"
    NOT_ELIGIBLE = "not_eligible"
    SUSPENDED = "suspended"
    EXITED = "exited"


class Household(Row, table=True):
    """A household, by its 8-digit number; `birth_year` is the recipient's and proves nothing is told to a stranger."""

    __tablename__ = "household"

    id: int | None = Field(default=None, primary_key=True)
    household_no: str = Field(unique=True)
    head_name: str
    birth_year: int | None = None
    commune_pcode: str = Field(foreign_key="commune.pcode", index=True)
    village: str | None = None
    language: Language | None = Field(default=None, sa_type=one_of(Language))
    status: Status = Field(sa_type=one_of(Status))
    status_reason: str | None = None
    updated_at: datetime = stamped()


class HouseholdPhone(Row, table=True):
    """A number at which a household is reached: its phone (position 1) or the other one (2); numbers are shared."""

    __tablename__ = "household_phone"
    __table_args__ = (CheckConstraint("position IN (1, 2)", name="ck_household_phone_position"),)

    household_id: int = Field(foreign_key="household.id", ondelete="CASCADE", primary_key=True)
    position: int = Field(primary_key=True)
    msisdn: str = Field(index=True)


class Enrolment(Row, table=True):
    """A household in a component, from `since` (None: not known) to `ended` (None: still)."""

    __tablename__ = "enrolment"

    household_id: int = Field(foreign_key="household.id", ondelete="CASCADE", primary_key=True)
    component: str = Field(foreign_key="component.code", primary_key=True)
    since: date | None = None
    ended: date | None = None
