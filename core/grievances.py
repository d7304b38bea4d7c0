"""Grievances: what can be complained about, how fast it is answered, and what became of it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, desc
from sqlmodel import Field

from core.columns import Row, one_of
from core.languages import Language


class Sensitivity(StrEnum):
    """How a grievance is handled; a sensitive one goes straight to focal persons and is never shown on a phone."""

    ORDINARY = "ordinary"
    SPECIAL = "special"
    SENSITIVE = "sensitive"


class GrievanceState(StrEnum):
    """received → assigned → in progress ⇄ waiting → resolved or rejected → closed; reopened once, as an appeal."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    CLOSED = "closed"


class Level(StrEnum):
    """The ladder a grievance goes up while it is not resolved."""

    VILLAGE = "village"
    COMMUNE = "commune"
    CERCLE = "cercle"
    REGION = "region"
    NATIONAL = "national"


class Grievance(Row, table=True):
    """A grievance, by its 7-digit reference; `filing_key` and `reopen_key` make a repeated request do nothing."""

    __tablename__ = "grievance"
    __table_args__ = (Index("ix_grievance_msisdn_received_at", "msisdn", desc("received_at")),)

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    filing_key: str = Field(unique=True)
    channel: str
    category: str
    subcategory: str
    sensitivity: Sensitivity = Field(sa_type=one_of(Sensitivity))
    words: str | None = None
    msisdn: str | None = None
    household_id: int | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    commune_pcode: str | None = Field(default=None, foreign_key="commune.pcode")
    anonymous: bool
    beneficiary: bool
    language: Language = Field(sa_type=one_of(Language))
    call_back: bool
    call_safe: bool | None = None
    sms_safe: bool | None = None
    state: GrievanceState = Field(sa_type=one_of(GrievanceState))
    level: Level = Field(sa_type=one_of(Level))
    first_answer_due: date
    decision_due: date
    answer: str | None = None
    received_at: datetime
    decided_at: datetime | None = None
    reopened_at: datetime | None = None
    reopen_count: int = 0
    reopen_key: str | None = Field(default=None, unique=True)


class GrievanceEvent(Row, table=True):
    """A step of a grievance; `told` once the person was told of it."""

    __tablename__ = "grievance_event"

    id: int | None = Field(default=None, primary_key=True)
    grievance_id: int = Field(foreign_key="grievance.id", ondelete="CASCADE", index=True)
    at: datetime
    kind: str
    from_state: GrievanceState | None = Field(default=None, sa_type=one_of(GrievanceState))
    to_state: GrievanceState = Field(sa_type=one_of(GrievanceState))
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    note: str | None = None
    told: bool = False
