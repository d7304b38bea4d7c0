"""Households of the registry: who they are, where they stand and what they are enrolled in."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Computed, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from core.platform.columns import Row, one_of, stamped
from core.platform.database import reading
from core.registry.components import EventCard
from core.text.languages import Language


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
    __table_args__ = (Index("ix_household_search", "search", postgresql_using="gin"),)

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
    search: str | None = Field(
        default=None, sa_column=Column(TSVECTOR, Computed("name_search(head_name)", persisted=True), nullable=True)
    )
    """The name in loose spelling, written by PostgreSQL."""


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


@dataclass(frozen=True, slots=True)
class EnrolmentCard:
    """A component of a household: from when to when, what it gives (F CFA a time, how often), and what comes next."""

    component: str
    since: date | None
    ended: date | None
    amount_xof: int | None
    times: int | None
    next_event: EventCard | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a household stands; `status_reason` is one of the known codes or free French text."""

    household_no: str
    head_name: str
    status: Status
    status_reason: str | None
    commune: str
    commune_pcode: str
    village: str | None
    enrolments: tuple[EnrolmentCard, ...]


STANDING = text("""
SELECT household.household_no, household.head_name, household.status, household.status_reason,
       commune.name AS commune, household.commune_pcode, household.village,
       enrolment.component, enrolment.since, enrolment.ended, component.amount_xof, component.times,
       event.date AS event_date, event.time AS event_time, event.place, event.what_fr, event.what_bm
FROM household
JOIN commune ON commune.pcode = household.commune_pcode
LEFT JOIN enrolment ON enrolment.household_id = household.id
LEFT JOIN component ON component.code = enrolment.component
LEFT JOIN LATERAL (
    SELECT date, time, place, what_fr, what_bm FROM component_event
    WHERE component_event.component = enrolment.component AND component_event.commune_pcode = household.commune_pcode
      AND component_event.date >= :today AND (enrolment.ended IS NULL OR component_event.date <= enrolment.ended)
      AND (component_event.village IS NULL OR lower(component_event.village) = lower(household.village))
    ORDER BY component_event.date, component_event.village NULLS LAST, component_event.time NULLS LAST LIMIT 1
) AS event ON true
WHERE household.id = :household_id
ORDER BY enrolment.ended DESC NULLS FIRST, enrolment.component
""")


async def standing(household_id: int, today: date) -> Standing | None:
    """Where a household stands on `today`, its running components first, in one query; None if there is none."""
    async with reading() as connection:
        rows = (await connection.execute(STANDING, {"household_id": household_id, "today": today})).all()
    if not rows:
        return None
    first = rows[0]
    enrolments = tuple(
        EnrolmentCard(
            row.component,
            row.since,
            row.ended,
            row.amount_xof,
            row.times,
            EventCard(row.event_date, row.event_time, row.place, row.what_fr, row.what_bm) if row.event_date else None,
        )
        for row in rows
        if row.component
    )
    return Standing(
        first.household_no,
        first.head_name,
        Status(first.status),
        first.status_reason,
        first.commune,
        first.commune_pcode,
        first.village,
        enrolments,
    )
