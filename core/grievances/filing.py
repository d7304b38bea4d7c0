"""Grievances: what can be complained about, how fast it is answered, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import BigInteger, CheckConstraint, Column, Computed, Date, Index, desc, text
from sqlmodel import Field

from core.grievances.calendar import add_working_days, holidays
from core.numbers.identifiers import new_reference
from core.outbox.notices import Notice, NoticeKind, queue_notice
from core.platform.columns import Row, one_of
from core.platform.database import reading, writing
from core.platform.settings import Settings, settings
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.text.columns import LanguageCode
from core.text.languages import Language


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


STILL_OPEN = text("state NOT IN ('resolved', 'rejected', 'closed')")


class Grievance(Row, table=True):
    """A grievance, by its 7-digit reference; `filing_key` and `reopen_key` make a repeated request do nothing.

    `name`, `sex` (F or M) and `village` are told at the desk, which `filed_by` names. `touched_at` is when the agent it
    is `assigned_to` last did something; `next_due` is what is due next, the first answer or the decision, written by
    PostgreSQL; `version` counts the changes, so that a page that is out of date is told from one that is not.
    """

    __tablename__ = "grievance"
    __table_args__ = (
        Index("ix_grievance_msisdn_received_at", "msisdn", desc("received_at")),
        Index("ix_grievance_open", "decision_due", "id", postgresql_where=STILL_OPEN),
        Index("ix_grievance_assigned_to", "assigned_to", postgresql_where=STILL_OPEN),
        Index("ix_grievance_next_due", "next_due", postgresql_where=STILL_OPEN),
        Index("ix_grievance_received_at", "received_at"),
        Index(
            "ix_grievance_name",
            text("name_search(name)"),
            postgresql_using="gin",
            postgresql_where=text("name IS NOT NULL"),
        ),
        CheckConstraint("sex IN ('F', 'M')", name="ck_grievance_sex"),
    )

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
    language: Language = Field(sa_type=LanguageCode)
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
    name: str | None = None
    sex: str | None = Field(default=None, max_length=1)
    village: str | None = None
    filed_by: int | None = Field(default=None, foreign_key="agent.id")
    assigned_to: int | None = Field(default=None, foreign_key="agent.id")
    assigned_at: datetime | None = None
    touched_at: datetime | None = None
    waiting_since: datetime | None = None
    first_answered_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="agent.id")
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
    version: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class GrievanceEvent(Row, table=True):
    """A step of a grievance; `told` once the person was told of it; `again_on` is when a call is to be tried again."""

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
    again_on: date | None = None


class GrievanceReading(Row, table=True):
    """Somebody read a sensitive grievance; its reference stands here because who is shown this cannot see it."""

    __tablename__ = "grievance_reading"
    __table_args__ = (
        Index("ix_grievance_reading_grievance_id", "grievance_id", "at"),
        Index("ix_grievance_reading_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    grievance_id: int = Field(foreign_key="grievance.id", ondelete="CASCADE")
    reference: str
    agent_id: int = Field(foreign_key="agent.id")
    at: datetime


class PreparedAnswer(Row, table=True):
    """A text to answer grievances of a category with, in both languages; `reviewed` by somebody who speaks Bambara."""

    __tablename__ = "prepared_answer"

    id: int | None = Field(default=None, primary_key=True)
    category: str
    title: str
    text_fr: str
    text_bm: str
    reviewed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


@dataclass(frozen=True, slots=True)
class Category:
    """A category, its sub-categories in the order they are shown, and how it is handled."""

    subcategories: tuple[str, ...]
    sensitivity: Sensitivity


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        "payment": Category(("not_paid", "late", "incomplete", "stolen", "too_far"), Sensitivity.ORDINARY),
        "phone": Category(("sim_lost", "number_changed", "no_network", "code_forgotten"), Sensitivity.ORDINARY),
        "data": Category(("name", "phone", "members", "card_lost"), Sensitivity.ORDINARY),
        "exclusion": Category(("left_out",), Sensitivity.SPECIAL),
        "inclusion": Category(("wrong_in",), Sensitivity.SPECIAL),
        "conduct": Category(("bribe", "discrimination", "negligence"), Sensitivity.SENSITIVE),
        "abuse": Category(("violence", "exploitation"), Sensitivity.SENSITIVE),
        "other": Category(("information", "anything"), Sensitivity.ORDINARY),
    }
)
ABUSE = "abuse"
RECEIPT_WITHIN = timedelta(days=2)
"""A receipt that could not be sent for so long is not sent any more."""

DECIDED = (GrievanceState.RESOLVED, GrievanceState.REJECTED, GrievanceState.CLOSED)


class UnknownCategoryError(ValueError):
    """There is no such category, or it has no such sub-category."""


@dataclass(frozen=True, slots=True)
class Filing:
    """A grievance as a person files it; `key` is the hop's or form's own, so that a repeated one files nothing more.

    The rest is told at the desk: `commune_pcode` where no household says it, `sex` F or M, and `received_on`, the day
    that a village wrote it on its list.
    """

    key: str
    msisdn: str | None
    household_id: int | None
    category: str
    subcategory: str
    words: str | None
    anonymous: bool
    call_back: bool
    call_safe: bool | None
    sms_safe: bool | None
    language: Language
    channel: str = "ussd"
    name: str | None = None
    sex: str | None = None
    village: str | None = None
    commune_pcode: str | None = None
    filed_by: int | None = None
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What the person is given: the reference, and the day by which the decision is due."""

    reference: str
    answer_due: date


@dataclass(frozen=True, slots=True)
class Reopened:
    """The appeal was taken; its decision is due by this day."""

    answer_due: date


@dataclass(frozen=True, slots=True)
class GrievanceCard:
    """A grievance in the list of a phone."""

    reference: str
    category: str
    subcategory: str
    state: GrievanceState
    received_on: date


@dataclass(frozen=True, slots=True)
class GrievanceView:
    """A grievance as its reference shows it; nothing of a sensitive one's answer, and no words of any."""

    reference: str
    category: str
    subcategory: str
    sensitive: bool
    state: GrievanceState
    received_on: date
    answer_due: date
    answer: str | None
    reopened: bool
    may_reopen: bool


def delays(category: str, settings: Settings) -> tuple[int, ...]:
    """Working days to the first answer and to the decision."""
    match category:
        case "abuse":
            return settings.grievance_abuse
        case "conduct":
            return settings.grievance_conduct
        case "exclusion" | "inclusion":
            return settings.grievance_special
        case _:
            return settings.grievance_ordinary


FILE = text("""
WITH filed AS (
    INSERT INTO grievance (
        reference, filing_key, channel, category, subcategory, sensitivity, words, msisdn, household_id, commune_pcode,
        anonymous, beneficiary, language, call_back, call_safe, sms_safe, state, level, first_answer_due, decision_due,
        received_at, reopen_count, name, sex, village, filed_by)
    SELECT :reference, :key, :channel, :category, :subcategory, :sensitivity, :words, :msisdn,
        CASE WHEN :named THEN household.id END,
        CASE WHEN :placed THEN coalesce(household.commune_pcode, CAST(:commune_pcode AS varchar)) END,
        :anonymous, coalesce(household.status = 'beneficiary', false), :language, :call_back, :call_safe, :sms_safe,
        'received', :level, :first_answer_due, :decision_due, :received_at, 0,
        CASE WHEN :named THEN CAST(:name AS varchar) END, CASE WHEN :placed THEN CAST(:sex AS varchar) END,
        CASE WHEN :placed THEN CAST(:village AS varchar) END, CAST(:filed_by AS integer)
    FROM (SELECT CAST(:household_id AS integer) AS id) AS filer LEFT JOIN household ON household.id = filer.id
    ON CONFLICT DO NOTHING RETURNING id, reference, decision_due
), noted AS (
    INSERT INTO grievance_event (grievance_id, at, kind, to_state, agent_id, told)
    SELECT id, :now, 'received', 'received', CAST(:filed_by AS integer), true FROM filed
)
SELECT reference, decision_due FROM filed
""")
FILED = text("SELECT reference, decision_due FROM grievance WHERE filing_key = :key")


async def file(filing: Filing, now: datetime) -> Filed:
    """File a grievance once, however often its key comes, and give its reference.

    An anonymous one keeps no household or name, and the number only for a call back. Abuse keeps no words, household,
    name, sex, village or commune, and the number only if a call or an SMS was said to be safe. One from a village's
    list is as old as the list says, and due so long after `now`: nobody is promised a day that is past. Raises
    UnknownCategoryError.
    """
    category = CATEGORIES.get(filing.category)
    if category is None or filing.subcategory not in category.subcategories:
        raise UnknownCategoryError(f"{filing.category} {filing.subcategory}")
    abuse = filing.category == ABUSE
    first_answer_due, decision_due = await due_dates(filing.category, now.date())
    values = {
        "key": filing.key,
        "channel": filing.channel,
        "category": filing.category,
        "subcategory": filing.subcategory,
        "sensitivity": category.sensitivity.value,
        "words": None if abuse else filing.words or None,
        "msisdn": filing.msisdn if _keeps_number(filing) else None,
        "household_id": filing.household_id,
        "named": not (filing.anonymous or abuse),
        "placed": not abuse,
        "anonymous": filing.anonymous,
        "language": filing.language.value,
        "call_back": filing.call_back,
        "call_safe": filing.call_safe,
        "sms_safe": filing.sms_safe,
        "level": (Level.NATIONAL if category.sensitivity is Sensitivity.SENSITIVE else Level.VILLAGE).value,
        "first_answer_due": first_answer_due,
        "decision_due": decision_due,
        "now": now,
        "received_at": datetime.combine(filing.received_on, time(), UTC) if filing.received_on else now,
        "name": filing.name,
        "sex": filing.sex,
        "village": filing.village,
        "commune_pcode": filing.commune_pcode,
        "filed_by": filing.filed_by,
    }
    async with writing() as session:
        while True:
            filed = (await session.execute(FILE, {**values, "reference": new_reference()})).one_or_none()
            if filed:
                await _tell_received(filing, Filed(*filed), category.sensitivity, now)
                return Filed(*filed)
            known = (await session.execute(FILED, {"key": filing.key})).one_or_none()
            if known:
                return Filed(*known)


async def filed_before(key: str) -> Filed | None:
    """What was given when a grievance was filed under this key, or None."""
    async with reading() as connection:
        known = (await connection.execute(FILED, {"key": key})).one_or_none()
    return Filed(*known) if known else None


async def file_for(actor: Actor, filing: Filing, now: datetime) -> Filed:
    """File what somebody said or wrote to `actor`, who may not read all that they take; raises UnknownCategoryError."""
    async with writing():
        known = await filed_before(filing.key)
        if known is not None:
            return known
        filed = await file(replace(filing, filed_by=actor.id), now)
        await audit.note(
            actor.id, Act.GRIEVANCE_FILED, f"grievance {filed.reference}", now, {"channel": filing.channel}
        )
    return filed


async def _tell_received(filing: Filing, filed: Filed, sensitivity: Sensitivity, now: datetime) -> None:
    """Send the reference to whoever may be told by SMS; who called just now gets it at any hour."""
    sensitive = sensitivity is Sensitivity.SENSITIVE
    if filing.msisdn is None or not _keeps_number(filing):
        return
    if not may_be_told(filing.anonymous, sensitive=sensitive, sms_safe=filing.sms_safe):
        return
    notice = Notice(
        key=f"received {filed.reference}",
        kind=NoticeKind.RECEIVED,
        msisdn=filing.msisdn,
        language=filing.language,
        filling={"ref": filed.reference, "due": filed.answer_due.isoformat(), "discreet": sensitive},
        prompt=filing.channel == "ussd",
        not_after=now + RECEIPT_WITHIN,
        household_id=None if sensitive or filing.anonymous else filing.household_id,
    )
    await queue_notice(notice, now)


def may_be_told(anonymous: bool, *, sensitive: bool, sms_safe: bool | None) -> bool:
    """Whether an SMS may go out about a grievance.

    Not where the name is hidden: the phone is shared. About a sensitive one only where an SMS was said to be safe.
    """
    return sms_safe is True if sensitive else not anonymous


OF_PHONE = text(
    "SELECT reference, category, subcategory, state, CAST(received_at AS date) FROM grievance "
    "WHERE msisdn = :msisdn AND sensitivity <> 'sensitive' ORDER BY received_at DESC, id DESC LIMIT 10"
)


async def of_phone(msisdn: str) -> tuple[GrievanceCard, ...]:
    """The last ten grievances filed from this phone, newest first; never a sensitive one, since phones are shared."""
    async with reading() as connection:
        rows = await connection.execute(OF_PHONE, {"msisdn": msisdn})
    return tuple(GrievanceCard(row[0], row[1], row[2], GrievanceState(row[3]), row[4]) for row in rows)


VIEW = text(
    "SELECT reference, category, subcategory, sensitivity, state, CAST(received_at AS date) AS received_on, "
    "decision_due, answer, reopen_count FROM grievance WHERE reference = :reference"
)


async def by_reference(reference: str) -> GrievanceView | None:
    """The grievance with this reference, or None; `answer_due` is the day its decision is due."""
    async with reading() as connection:
        row = (await connection.execute(VIEW, {"reference": reference})).one_or_none()
    if row is None:
        return None
    sensitive = row.sensitivity == Sensitivity.SENSITIVE
    decided = row.state in DECIDED
    return GrievanceView(
        reference=row.reference,
        category=row.category,
        subcategory=row.subcategory,
        sensitive=sensitive,
        state=GrievanceState(row.state),
        received_on=row.received_on,
        answer_due=row.decision_due,
        answer=row.answer if decided and not sensitive else None,
        reopened=row.reopen_count > 0,
        may_reopen=decided and row.reopen_count == 0,
    )


APPEALED = text(
    "SELECT id, category, state, level, sensitivity, decision_due, reopen_count, reopen_key FROM grievance "
    "WHERE reference = :reference FOR UPDATE"
)
REOPEN = text("""
WITH reopened AS (
    UPDATE grievance SET state = 'received', level = :level, reopened_at = :now, reopen_count = 1, reopen_key = :key,
        first_answer_due = :first_answer_due, decision_due = :decision_due, first_answered_at = NULL,
        assigned_to = NULL, assigned_at = NULL, touched_at = NULL, waiting_since = NULL, call_again_on = NULL
    WHERE id = :id
)
INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, agent_id, note, told)
VALUES (:id, :now, 'reopened', :from_state, 'received', :agent_id, :note, true)
""")


async def reopen(
    reference: str, key: str, now: datetime, *, agent_id: int | None = None, note: str | None = None
) -> Reopened | None:
    """Reopen a decided grievance as an appeal, once, one step up the ladder, with new delays from `now`.

    It is nobody's until another agent takes it; `agent_id` is who reopened it at the desk. None when there is none, it
    is not decided, or it was reopened before; the same `key` again gets the same answer.
    """
    async with writing() as session:
        found = (await session.execute(APPEALED, {"reference": reference})).one_or_none()
        if found is None:
            return None
        if found.reopen_count:
            return Reopened(found.decision_due) if found.reopen_key == key else None
        if found.state not in DECIDED:
            return None
        first_answer_due, decision_due = await due_dates(found.category, now.date())
        values = {
            "id": found.id,
            "key": key,
            "agent_id": agent_id,
            "note": note,
            "level": above(Level(found.level)).value,
            "from_state": found.state,
            "first_answer_due": first_answer_due,
            "decision_due": decision_due,
            "now": now,
        }
        await session.execute(REOPEN, values)
    return Reopened(decision_due)


async def due_dates(category: str, day: date) -> tuple[date, date]:
    """The days by which a first answer and a decision are due, counted in working days from `day`."""
    first_answer, decision = delays(category, settings())
    off = await holidays(day, day + timedelta(days=30 + 3 * max(first_answer, decision)))
    return add_working_days(day, first_answer, off), add_working_days(day, decision, off)


def _keeps_number(filing: Filing) -> bool:
    if filing.category == ABUSE:
        return (filing.call_back and filing.call_safe is True) or filing.sms_safe is True
    return filing.call_back or not filing.anonymous


def above(level: Level) -> Level:
    """The level above, or the top of the ladder itself."""
    ladder = tuple(Level)
    return ladder[min(ladder.index(level) + 1, len(ladder) - 1)]
