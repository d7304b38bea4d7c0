"""The tables of grievances."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Computed, Date, Enum, Index, desc, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.call_requests.vocabulary import Period
from core.grievances.attached import AttachedKind
from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import STILL_OPEN, Channel, GrievanceState, GrievanceStep, Level, Sex
from core.platform.columns import TableRow, coded, listed, one_of
from core.text.columns import LanguageCode
from core.text.languages import Language, in_language
from core.text.words import DESK, Code, Word, called

_OPEN = text(STILL_OPEN)


class AlertKind(Code):
    """Why a focal person is told that a case waits."""

    NEW = "new"
    DUE = "due"


class Grievance(TableRow, table=True):
    """A grievance, by its reference; `filing_key` and `reopen_key` make a repeated request do nothing.

    `secret` goes with the reference of a sensitive one that has no owner; `safe_period` is when a call is safe. `name`
    and `village` are those of who complains, or of a household that was forgotten; `filed_by` is who filed it at the
    desk. `touched_at` is when the agent it is `assigned_to` last did something; `next_due` is
    what is due next, the first answer or the decision, written by PostgreSQL; `version` counts the changes, so that a
    page that is out of date is told from one that is not. `solved` is what the person says of the decision, None while
    they said nothing; `withdrawn_at` is when they took it back, and `lapsed_at` when they had said nothing for long: it
    was closed undecided. One that was merged follows `lead_id` since `followed_at`.
    """

    __tablename__ = "grievance"
    __table_args__ = (
        Index("ix_grievance_msisdn_received_at", "msisdn", desc("received_at")),
        Index("ix_grievance_open", "decision_due", "id", postgresql_where=_OPEN),
        Index("ix_grievance_assigned_to", "assigned_to", postgresql_where=_OPEN),
        Index("ix_grievance_next_due", "next_due", postgresql_where=_OPEN),
        Index("ix_grievance_received_at", "received_at"),
        Index("ix_grievance_call_again_on", "call_again_on", postgresql_where=text("call_again_on IS NOT NULL")),
        Index(
            "ix_grievance_sensitive",
            "received_at",
            postgresql_where=text(f"sensitivity = '{Sensitivity.SENSITIVE}'"),
        ),
        Index("ix_grievance_commune_open", "commune_pcode", "received_at", postgresql_where=_OPEN),
        Index("ix_grievance_lead_id", "lead_id", postgresql_where=text("lead_id IS NOT NULL")),
        Index(
            "ix_grievance_name",
            text("name_search(name)"),
            postgresql_using="gin",
            postgresql_where=text("name IS NOT NULL"),
        ),
        CheckConstraint(f"sex IN {listed(frozenset(Sex))}", name="ck_grievance_sex"),
    )

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    filing_key: str = Field(unique=True)
    channel: Channel = Field(sa_type=coded(Channel))
    category: Category = Field(sa_type=coded(Category))
    subcategory: Subcategory = Field(sa_type=coded(Subcategory))
    sensitivity: Sensitivity = Field(sa_type=one_of(Sensitivity))
    words: str | None = None
    msisdn: str | None = None
    household_id: int | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    commune_pcode: str | None = Field(default=None, foreign_key="commune.pcode")
    anonymous: bool
    beneficiary: bool
    language: Language = Field(sa_type=LanguageCode)
    call_back: bool
    call_safe: bool | None = None
    sms_safe: bool | None = None
    safe_period: Period | None = Field(default=None, sa_type=one_of(Period))
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
    name: str | None = None
    sex: Sex | None = Field(
        default=None,
        sa_type=Enum(Sex, native_enum=False, create_constraint=False, length=1),
    )
    village: str | None = None
    filed_by: int | None = Field(default=None, foreign_key="agent.id")
    secret: str | None = Field(default=None, max_length=4)
    assigned_to: int | None = Field(default=None, foreign_key="agent.id")
    assigned_at: datetime | None = None
    touched_at: datetime | None = None
    waiting_since: datetime | None = None
    first_answered_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="agent.id")
    solved: bool | None = None
    withdrawn_at: datetime | None = None
    lapsed_at: datetime | None = None
    escalated_at: datetime | None = None
    call_again_on: date | None = None
    next_due: date | None = Field(
        default=None,
        sa_column=Column(
            Date,
            Computed("CASE WHEN first_answered_at IS NULL THEN first_answer_due ELSE decision_due END", persisted=True),
            nullable=True,
        ),
    )
    lead_id: int | None = Field(default=None, foreign_key="grievance.id", ondelete="SET NULL")
    followed_at: datetime | None = None
    version: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class GrievanceEvent(TableRow, table=True):
    """A step of a grievance; `told` once the person was told of it; `again_on` is when a call is to be tried again.

    `message_id` is the SMS that told of it.
    """

    __tablename__ = "grievance_event"
    __table_args__ = (
        Index("ix_grievance_event_message_id", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    grievance_id: int = Field(foreign_key="grievance.id", ondelete="CASCADE", index=True)
    at: datetime
    kind: GrievanceStep = Field(sa_type=coded(GrievanceStep))
    from_state: GrievanceState | None = Field(default=None, sa_type=one_of(GrievanceState))
    to_state: GrievanceState = Field(sa_type=one_of(GrievanceState))
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    note: str | None = None
    told: bool = False
    again_on: date | None = None
    message_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="message.id", ondelete="SET NULL")


class ReferenceTry(TableRow, table=True):
    """A reference that was typed on a phone and is not its own; which one is never kept."""

    __tablename__ = "reference_try"
    __table_args__ = (Index("ix_reference_try_msisdn_at", "msisdn", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    msisdn: str
    at: datetime


class GrievanceAccess(TableRow, table=True):
    """Somebody read a sensitive grievance; its reference stands here because who is shown this cannot see it.

    `agent_id` is None once its time has passed: it stays that it was read.
    """

    __tablename__ = "grievance_reading"
    __table_args__ = (
        Index("ix_grievance_reading_grievance_id", "grievance_id", "at"),
        Index("ix_grievance_reading_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    grievance_id: int = Field(foreign_key="grievance.id", ondelete="CASCADE")
    reference: str
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    at: datetime


class ServiceKind(Word):
    """What a service that somebody is sent to does."""

    HEALTH = "health"
    SHELTER = "shelter"
    LISTENING = "listening"
    LAW = "law"
    CHILDREN = "children"


class ReferralOutcome(Word):
    """What came of sending somebody to a service."""

    RECEIVED = "received"
    ABSENT = "absent"
    DECLINED = "declined"


called(
    ServiceKind,
    DESK,
    {
        ServiceKind.HEALTH: "soins",
        ServiceKind.SHELTER: "hébergement",
        ServiceKind.LISTENING: "écoute",
        ServiceKind.LAW: "justice, police",
        ServiceKind.CHILDREN: "protection des enfants",
    },
)
called(
    ReferralOutcome,
    DESK,
    {
        ReferralOutcome.RECEIVED: "reçue par le service",
        ReferralOutcome.ABSENT: "n'y est pas allée",
        ReferralOutcome.DECLINED: "n'a plus voulu",
    },
)


class ReferralService(TableRow, table=True):
    """A service that a focal person may send somebody to, as the programme's directory has it."""

    __tablename__ = "referral_service"

    id: int | None = Field(default=None, primary_key=True)
    kind: ServiceKind = Field(sa_type=coded(ServiceKind))
    name: str
    place: str
    phone: str | None = None
    closed_at: datetime | None = None


class Referral(TableRow, table=True):
    """Somebody was sent to a service, as they agreed to; `outcome` is None until it is known what came of it."""

    __tablename__ = "referral"

    id: int | None = Field(default=None, primary_key=True)
    grievance_id: int = Field(foreign_key="grievance.id", ondelete="CASCADE", index=True)
    service_id: int = Field(foreign_key="referral_service.id")
    made_on: date
    made_by: int = Field(foreign_key="agent.id")
    outcome: ReferralOutcome | None = Field(default=None, sa_type=coded(ReferralOutcome))
    outcome_on: date | None = None


class FocalAlert(TableRow, table=True):
    """A focal person was told that a case waits for them: that it came, or that its day ends."""

    __tablename__ = "focal_alert"

    grievance_id: int = Field(primary_key=True, foreign_key="grievance.id", ondelete="CASCADE")
    agent_id: int = Field(primary_key=True, foreign_key="agent.id", ondelete="CASCADE")
    kind: AlertKind = Field(primary_key=True, sa_type=coded(AlertKind))
    at: datetime


class Attachment(TableRow, table=True):
    """A file that was attached to a grievance; `place` is its name in the store of files, and says nothing of it.

    `added_by` is None of one that came with a form from the field.
    """

    __tablename__ = "attachment"

    id: int | None = Field(default=None, primary_key=True)
    grievance_id: int = Field(foreign_key="grievance.id", ondelete="CASCADE", index=True)
    kind: AttachedKind = Field(sa_type=coded(AttachedKind))
    octets: int
    place: str = Field(unique=True)
    added_by: int | None = Field(default=None, foreign_key="agent.id")
    added_at: datetime


class AttachmentLeft(TableRow, table=True):
    """A file in the store that no grievance has, or not yet: it is let go of once it stood so for an hour."""

    __tablename__ = "attachment_left"

    place: str = Field(primary_key=True)
    at: datetime


class PreparedAnswer(TableRow, table=True):
    """A text to answer grievances of a category with, by language code; `reviewed` by somebody who speaks Bambara.

    `used` is how many times it was given as it is.
    """

    __tablename__ = "prepared_answer"

    id: int | None = Field(default=None, primary_key=True)
    category: Category = Field(sa_type=coded(Category))
    title: str
    texts: dict[str, str] = Field(sa_type=JSONB)
    reviewed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    used: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})

    def text_in(self, language: Language) -> str:
        """Its text in a language."""
        return in_language(self.texts, language)

    @property
    def meaning(self) -> str:
        """What it says, in the language of the desk."""
        return self.text_in(Language.staff())


class Holiday(TableRow, table=True):
    """A day off for the whole country."""

    __tablename__ = "holiday"

    day: date = Field(primary_key=True)
    name: str
