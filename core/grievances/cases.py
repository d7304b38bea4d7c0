"""A case: all that is shown of one grievance at the desk, to whoever may see it."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Final

from sqlmodel import col, select

from core.call_requests.models import CallRequest
from core.call_requests.vocabulary import Period
from core.grievances.filing import may_be_told
from core.grievances.holidays import DayOff, days_off
from core.grievances.likeness import Related, related
from core.grievances.locked import FOLLOWS, ShownVersion
from core.grievances.models import GrievanceAccess
from core.grievances.secrecy import in_the_trail, known_as, shown
from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import (
    OPEN,
    Channel,
    GrievanceState,
    GrievanceStep,
    Level,
    PersonSays,
    Sex,
    says_of,
)
from core.numbers.identifiers import is_short
from core.numbers.msisdn import can_get_sms
from core.outbox.messages import MessageState
from core.platform import sql
from core.platform.database import reading, writing
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.text.languages import Language

CALL_ROWS: Final = 5
ACCESS_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """A step of the timeline; `sms` is where its SMS is, None when there was none."""

    id: int
    at: datetime
    step: GrievanceStep
    to_state: GrievanceState
    name: str | None
    note: str | None
    told: bool
    again_on: date | None
    sms: MessageState | None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What the row of a grievance tells, with the names of its places and of who has, decided and filed it.

    `language` is the one that its phone chose last.
    """

    id: int
    reference: str
    channel: Channel
    category: Category
    subcategory: Subcategory
    sensitivity: Sensitivity
    words: str | None
    msisdn: str | None
    household_id: int | None
    commune: str | None
    cercle: str | None
    region: str | None
    village: str | None
    name: str | None
    sex: Sex | None
    anonymous: bool
    beneficiary: bool
    language: Language
    call_back: bool
    call_safe: bool | None
    sms_safe: bool | None
    safe_period: Period | None
    state: GrievanceState
    level: Level
    first_answer_due: date
    decision_due: date
    next_due: date
    first_answered_at: datetime | None
    answer: str | None
    received_at: datetime
    decided_at: datetime | None
    appealed: bool
    withdrawn: bool
    lapsed: bool
    solved: bool | None
    escalated: bool
    call_again_on: date | None
    assigned_to: int | None
    holder: str | None
    assigned_at: datetime | None
    touched_at: datetime | None
    decided_by: int | None
    decider: str | None
    filed_by: str | None
    lead_id: int | None
    follows: str | None
    followed_at: datetime | None
    secret: str | None
    version: int

    @property
    def told_number(self) -> str | None:
        """What the person of a confided grievance without an owner dials to follow it: its number and its secret."""
        return self.reference + self.secret if self.secret and is_short(self.reference) else None

    @property
    def says(self) -> PersonSays | None:
        """What the person says of it, None while they said nothing."""
        return says_of(self)

    @property
    def open(self) -> bool:
        """Whether it is still to be decided."""
        return self.state in OPEN

    @property
    def sensitive(self) -> bool:
        """Whether it is for focal persons alone."""
        return self.sensitivity is Sensitivity.SENSITIVE

    @property
    def sms_goes(self) -> bool:
        """Whether the person is told of its steps by SMS."""
        return (
            self.msisdn is not None
            and can_get_sms(self.msisdn)
            and may_be_told(self.anonymous, sensitive=self.sensitive, sms_safe=self.sms_safe)
        )


@dataclass(frozen=True, slots=True)
class Case(CaseRow):
    """A grievance as the desk shows it."""

    shown: ShownVersion
    holidays: tuple[DayOff, ...]
    entries: tuple[CaseEntry, ...]
    related: tuple[Related, ...]
    calls: tuple[CallRequest, ...]


CASE: Final = f"""
SELECT grievance.id, reference, channel, category, subcategory, sensitivity, words, grievance.msisdn, household_id,
    commune.name AS commune, cercle.name AS cercle, region.name AS region, village, grievance.name, sex, anonymous,
    beneficiary, coalesce(phone.language, grievance.language) AS language, call_back, call_safe, sms_safe,
    safe_period, state, level,
    first_answer_due, decision_due, next_due, first_answered_at, answer, received_at, decided_at,
    reopen_count > 0 AS appealed, withdrawn_at IS NOT NULL AS withdrawn,
    lapsed_at IS NOT NULL AND state = '{GrievanceState.CLOSED}' AS lapsed, solved,
    escalated_at IS NOT NULL AS escalated, call_again_on, assigned_to, holder.name AS holder, assigned_at, touched_at,
    decided_by, decider.name AS decider, filer.name AS filed_by, secret, lead_id, {FOLLOWS}, followed_at, version
FROM grievance
LEFT JOIN commune ON commune.pcode = commune_pcode LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
LEFT JOIN region ON region.pcode = cercle.region_pcode
LEFT JOIN agent AS holder ON holder.id = assigned_to LEFT JOIN agent AS decider ON decider.id = decided_by
LEFT JOIN agent AS filer ON filer.id = filed_by LEFT JOIN phone ON phone.msisdn = grievance.msisdn
WHERE reference = %(reference)s
"""  # noqa: S608 - our own words
TIMELINE: Final = f"""
SELECT event.id, event.at, event.kind AS step, event.to_state, agent.name, event.note, event.told, event.again_on,
    message.state AS sms
FROM (
    SELECT * FROM grievance_event WHERE grievance_id = %(id)s
    UNION ALL SELECT added.* FROM grievance AS follower JOIN grievance_event AS added
        ON added.grievance_id = follower.id AND added.kind = '{GrievanceStep.ADD}' AND added.at >= follower.followed_at
    WHERE follower.lead_id = %(id)s
) AS event LEFT JOIN agent ON agent.id = event.agent_id LEFT JOIN message ON message.id = event.message_id
ORDER BY event.at, event.id
"""  # noqa: S608
"""With what the person adds meanwhile to those that follow it."""


async def case(reference: str, actor: Actor, now: datetime) -> Case | None:
    """The grievance of a reference as `actor` sees it; None when it is not there or not for them.

    To open a sensitive one is to read it: that is recorded in the same transaction.
    """
    async with writing() as session:
        row = await sql.row(CaseRow, CASE, {"reference": reference})
        if row is None:
            return None
        if row.sensitive:
            name = known_as(reference, row.id, sensitive=True)
            session.add(GrievanceAccess(grievance_id=row.id, reference=name, agent_id=actor.id, at=now))
            await session.flush()
            about = in_the_trail(reference, row.id, sensitive=True)
            await audit.record(actor.id, Act.GRIEVANCE_READ, about, now)
        return await _case(_readable(row))


async def reference_of(grievance_id: int) -> str | None:
    """The reference of a row that the transaction sees, or None."""
    reference: str | None = await sql.scalar("SELECT reference FROM grievance WHERE id = %(id)s", {"id": grievance_id})
    return reference


async def id_of(reference: str) -> int | None:
    """The row of a reference, where the transaction sees it, or None."""
    row: int | None = await sql.scalar(
        "SELECT id FROM grievance WHERE reference = %(reference)s", {"reference": reference}
    )
    return row


async def glance(reference: str) -> CaseRow | None:
    """Its row alone, for what does not show what the grievance says: that is no access to it."""
    return await sql.row(CaseRow, CASE, {"reference": reference})


def _readable(row: CaseRow) -> CaseRow:
    return replace(row, words=shown(row.words, row.reference), answer=shown(row.answer, row.reference))


async def _case(row: CaseRow) -> Case:
    timeline = await sql.rows(CaseEntry, TIMELINE, {"id": row.id})
    entries = tuple(replace(entry, note=shown(entry.note, row.reference)) for entry in timeline)
    return Case(
        **{field.name: getattr(row, field.name) for field in fields(row)},
        shown=ShownVersion(row.version, max((entry.id for entry in entries), default=0)),
        holidays=await days_off(row.received_at.date(), max(row.first_answer_due, row.decision_due)),
        entries=entries,
        related=await related(row.id, row.household_id, row.msisdn),
        calls=await _calls(row.msisdn),
    )


async def _calls(msisdn: str | None) -> tuple[CallRequest, ...]:
    """The calls that were asked of the line from the same phone, newest first."""
    asked = select(CallRequest).where(CallRequest.msisdn == msisdn).order_by(col(CallRequest.asked_at).desc())
    async with reading() as session:
        return tuple(await session.exec(asked.limit(CALL_ROWS)))


@dataclass(frozen=True, slots=True)
class SensitiveAccess:
    """Who read which sensitive grievance, and when; nothing of what it says."""

    at: datetime
    reference: str
    name: str


ACCESSES: Final = f"""
SELECT grievance_reading.at, reference, agent.name FROM grievance_reading JOIN agent ON agent.id = agent_id
WHERE CAST(%(reference)s AS varchar) IS NULL OR reference = %(reference)s
ORDER BY grievance_reading.at DESC, grievance_reading.id DESC LIMIT {ACCESS_ROWS}
"""  # noqa: S608


async def accesses(reference: str | None = None) -> tuple[SensitiveAccess, ...]:
    """The last accesses to sensitive grievances, or those of one of them, newest first."""
    return tuple(await sql.rows(SensitiveAccess, ACCESSES, {"reference": reference}))
