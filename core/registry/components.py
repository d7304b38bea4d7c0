"""The components of the programme (what a household can be enrolled in) and their events in the communes."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from core.platform.columns import Row


class Component(Row, table=True):
    """A component, seeded by the first migration.

    `amount_xof` is one payment of it in F CFA and `times` how many there are; None where no public source says.
    """

    __tablename__ = "component"

    code: str = Field(primary_key=True)
    name: str
    amount_xof: int | None = None
    times: int | None = None


class ComponentEvent(Row, table=True):
    """A session, distribution day or start of a work period; without a village it is for the whole commune."""

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
    component: str = Field(foreign_key="component.code")
    commune_pcode: str = Field(foreign_key="commune.pcode")
    village: str | None = None
    date: dt.date
    time: dt.time | None = None
    place: str
    what_fr: str
    what_bm: str


@dataclass(frozen=True, slots=True)
class EventCard:
    """The next event of a component for a household; `time` is None when no hour was given."""

    date: dt.date
    time: dt.time | None
    place: str
    what_fr: str
    what_bm: str
