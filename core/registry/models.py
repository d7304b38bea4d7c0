"""Tables of the registry: components and their events, households with their phones and enrolments, and callers."""

import datetime as dt

from sqlalchemy import CheckConstraint, Column, Computed, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field

from core.platform.columns import TableRow, coded, one_of, stamped
from core.registry.components import ComponentCode
from core.registry.statuses import Status
from core.text.columns import LanguageCode
from core.text.languages import Language

OWN_KEY = """(
CASE
    WHEN programme_key IS NULL THEN household_no
    ELSE programme_key
END)"""
"""As `core.registry.numbers.key_sql` has it, and as PostgreSQL writes it."""


def _village_search() -> Column[str | None]:
    """The column of a village in loose spelling, written by PostgreSQL, so that a rewrite never leaves it behind."""
    return Column(String, Computed("loose_village(village)", persisted=True), nullable=True)


class Component(TableRow, table=True):
    """A component, seeded by a migration.

    `amount_xof` is one payment of it in F CFA and `times` how many there are; None where no public source says.
    """

    __tablename__ = "component"

    code: ComponentCode = Field(primary_key=True, sa_type=coded(ComponentCode))
    name: str
    amount_xof: int | None = None
    times: int | None = None


class ComponentEvent(TableRow, table=True):
    """A session, distribution day or start of a work period; without a village it is for the whole commune.

    Without `time` it lasts the whole day; without `end_time` as long as the settings say. `wage_xof` is what one day of
    it pays, in F CFA; None where no file says.
    """

    __tablename__ = "component_event"
    __table_args__ = (
        UniqueConstraint(
            "component",
            "commune_pcode",
            "village",
            "date",
            "time",
            name="uq_component_event_occasion",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    component: ComponentCode = Field(foreign_key="component.code", sa_type=coded(ComponentCode))
    commune_pcode: str = Field(foreign_key="commune.pcode")
    village: str | None = None
    date: dt.date
    time: dt.time | None = None
    end_time: dt.time | None = None
    place: str
    what: dict[str, str] = Field(sa_type=JSONB)
    """In each language, by its code."""
    wage_xof: int | None = None
    village_search: str | None = Field(default=None, sa_column=_village_search())


class Household(TableRow, table=True):
    """A household, by its two numbers; `birth_year` is the recipient's and proves nothing is told to a stranger.

    `household_no` is ours: 8 digits, typed on a phone. `programme_no` is that of the programme's own system as it was
    written, and `programme_key` its form in which spellings meet; without them it is ours (`core.registry.numbers`).
    """

    __tablename__ = "household"
    __table_args__ = (
        Index("ix_household_search", "search", postgresql_using="gin"),
        Index("ix_household_commune_pcode_village_search", "commune_pcode", "village_search"),
        Index("uq_household_programme_key", text(OWN_KEY), unique=True),
        Index("ix_household_given", "household_no", postgresql_where=text("programme_key IS NOT NULL")),
        Index(
            "ix_household_digits",
            text("length(programme_key)"),
            postgresql_where=text("programme_key ~ '^[0-9]+$'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    household_no: str = Field(unique=True)
    programme_no: str | None = None
    programme_key: str | None = None
    head_name: str
    birth_year: int | None = None
    commune_pcode: str = Field(foreign_key="commune.pcode")
    village: str | None = None
    language: Language | None = Field(default=None, sa_type=LanguageCode)
    status: Status = Field(sa_type=one_of(Status))
    status_reason: str | None = None
    updated_at: dt.datetime = stamped()
    search: str | None = Field(default=None, sa_column=Column(TSVECTOR, nullable=True))
    """The name in loose spelling, written by PostgreSQL, as the village's is, where it does not come with the row."""
    village_search: str | None = None


class HouseholdPhone(TableRow, table=True):
    """A number at which a household is reached: its first phone (position 1) or the second (2); numbers are shared."""

    __tablename__ = "household_phone"
    __table_args__ = (CheckConstraint("position IN (1, 2)", name="ck_household_phone_position"),)

    household_id: int = Field(foreign_key="household.id", ondelete="CASCADE", primary_key=True)
    position: int = Field(primary_key=True)
    msisdn: str = Field(index=True)


class Enrolment(TableRow, table=True):
    """A household in a component, from `since` (None: not known) to `ended` (None: still)."""

    __tablename__ = "enrolment"

    household_id: int = Field(foreign_key="household.id", ondelete="CASCADE", primary_key=True)
    component: ComponentCode = Field(foreign_key="component.code", primary_key=True, sa_type=coded(ComponentCode))
    since: dt.date | None = None
    ended: dt.date | None = None


class Phone(TableRow, table=True):
    """A phone that chose a language or stopped its SMS; it need not belong to a household."""

    __tablename__ = "phone"

    msisdn: str = Field(primary_key=True)
    language: Language | None = Field(default=None, sa_type=LanguageCode)
    sms_stopped_at: dt.datetime | None = None
    created_at: dt.datetime = stamped()
    updated_at: dt.datetime = stamped()


class IdentificationTry(TableRow, table=True):
    """One try, right or wrong; the year that was typed is never kept."""

    __tablename__ = "identification_try"
    __table_args__ = (
        Index("ix_identification_try_msisdn_at", "msisdn", "at"),
        Index("ix_identification_try_household_no_at", "household_no", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    msisdn: str
    household_no: str
    at: dt.datetime
    ok: bool
