"""A case: all that is shown of one grievance at the desk, to whoever may see it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from core.grievances.filing import GrievanceState, Level, Sensitivity, may_be_told
from core.grievances.steps import OPEN, Seen
from core.numbers.msisdn import can_get_sms
from core.platform.database import reading, writing
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.text.languages import Language

LIKELY_WITHIN: Final = timedelta(days=30)
"""Two open grievances of one household or phone about the same thing are likely one, this near to each other."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the timeline; `sms` is where its SMS is, None when there was none."""

    id: int
    at: datetime
    kind: str
    to_state: GrievanceState
    name: str | None
    note: str | None
    told: bool
    again_on: date | None
    sms: str | None
    sms_reason: str | None


@dataclass(frozen=True, slots=True)
class Related:
    """Another grievance of the same household or phone; `likely` when it looks like the same one."""

    reference: str
    category: str
    subcategory: str
    state: GrievanceState
    received_at: datetime
    likely: bool


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A call back that was asked of the line from the same phone."""

    asked_at: datetime
    state: str
    agreed_on: date | None
    agreed_period: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A grievance as the desk shows it; `sms_goes` tells whether the person is told of its steps by SMS."""

    id: int
    reference: str
    channel: str
    category: str
    subcategory: str
    sensitive: bool
    words: str | None
    msisdn: str | None
    household_id: int | None
    commune: str | None
    cercle: str | None
    region: str | None
    village: str | None
    name: str | None
    sex: str | None
    anonymous: bool
    beneficiary: bool
    language: Language
    call_back: bool
    call_safe: bool | None
    sms_safe: bool | None
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
    escalated: bool
    call_again_on: date | None
    assigned_to: int | None
    holder: str | None
    assigned_at: datetime | None
    touched_at: datetime | None
    decided_by: int | None
    decider: str | None
    filed_by: str | None
    seen: Seen
    sms_goes: bool
    holidays: tuple[tuple[date, str], ...]
    steps: tuple[Step, ...]
    related: tuple[Related, ...]
    calls: tuple[AskedCall, ...]

    @property
    def open(self) -> bool:
        """Whether it is still to be decided."""
        return self.state in OPEN

    @property
    def may_reopen(self) -> bool:
        """Whether it can be reopened as an appeal."""
        return not self.open and not self.appealed

    @property
    def may_call(self) -> bool:
        """Whether the person may be called."""
        return self.msisdn is not None and (not self.sensitive or self.call_safe is True)


CASE = text("""
SELECT grievance.*, commune.name AS commune, cercle.name AS cercle, region.name AS region, holder.name AS holder,
    decider.name AS decider, filer.name AS filer, phone.language AS spoken
FROM grievance
LEFT JOIN commune ON commune.pcode = commune_pcode LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
LEFT JOIN region ON region.pcode = cercle.region_pcode
LEFT JOIN agent AS holder ON holder.id = assigned_to LEFT JOIN agent AS decider ON decider.id = decided_by
LEFT JOIN agent AS filer ON filer.id = filed_by LEFT JOIN phone ON phone.msisdn = grievance.msisdn
WHERE reference = :reference
""")
STEPS = text("""
SELECT event.id, event.at, event.kind, event.to_state, agent.name, event.note, event.told, event.again_on,
    message.state AS sms, message.reason AS sms_reason
FROM grievance_event AS event LEFT JOIN agent ON agent.id = event.agent_id
LEFT JOIN message ON message.key = CASE event.kind WHEN 'received' THEN 'received ' || CAST(:reference AS text)
    ELSE event.kind || ' ' || CAST(:reference AS text) || ' ' || event.id END
WHERE event.grievance_id = :id ORDER BY event.at, event.id
""")
RELATED = text("""
SELECT reference, category, subcategory, state, received_at,
    category = :category AND state NOT IN ('resolved', 'rejected', 'closed')
        AND received_at BETWEEN CAST(:received_at AS timestamptz) - CAST(:within AS interval)
            AND CAST(:received_at AS timestamptz) + CAST(:within AS interval) AS likely
FROM grievance
WHERE id <> :id AND (household_id = CAST(:household_id AS integer) OR msisdn = CAST(:msisdn AS varchar))
ORDER BY likely DESC, received_at DESC LIMIT 10
""")
CALLS = text("""
SELECT asked_at, state, agreed_on, agreed_period FROM callback_request
WHERE msisdn = :msisdn ORDER BY asked_at DESC LIMIT 5
""")
DAYS_OFF = text("SELECT day, name FROM holiday WHERE day BETWEEN :first AND :last ORDER BY day")
READ = text(
    "INSERT INTO grievance_reading (grievance_id, reference, agent_id, at) VALUES (:id, :reference, :agent_id, :at)"
)


async def case(reference: str, actor: Actor, now: datetime) -> Case | None:
    """The grievance of a reference as `actor` sees it; None when it is not there or not for them.

    To open a sensitive one is to read it: that is recorded in the same transaction.
    """
    async with writing() as session:
        row = (await session.execute(CASE, {"reference": reference})).one_or_none()
        if row is None:
            return None
        if row.sensitivity == Sensitivity.SENSITIVE:
            values = {"id": row.id, "reference": reference, "agent_id": actor.id, "at": now}
            await session.execute(READ, values)
            await audit.note(actor.id, Act.GRIEVANCE_READ, f"grievance {reference}", now)
        return await _case(row)


async def glance(reference: str) -> Case | None:
    """The same, for what does not show what the grievance says: that is no reading of it."""
    async with reading() as connection:
        row = (await connection.execute(CASE, {"reference": reference})).one_or_none()
    return await _case(row) if row else None


async def _case(row: Any) -> Case:
    one = {"id": row.id, "reference": row.reference, "category": row.category, "received_at": row.received_at}
    one |= {"within": LIKELY_WITHIN, "household_id": row.household_id, "msisdn": row.msisdn}
    days = {"first": row.received_at.date(), "last": max(row.first_answer_due, row.decision_due)}
    async with reading() as connection:
        steps = (await connection.execute(STEPS, one)).all()
        related = (await connection.execute(RELATED, one)).all()
        calls = (await connection.execute(CALLS, one)).all()
        days_off = (await connection.execute(DAYS_OFF, days)).all()
    sensitive = row.sensitivity == Sensitivity.SENSITIVE
    return Case(
        id=row.id,
        reference=row.reference,
        channel=row.channel,
        category=row.category,
        subcategory=row.subcategory,
        sensitive=sensitive,
        words=row.words,
        msisdn=row.msisdn,
        household_id=row.household_id,
        commune=row.commune,
        cercle=row.cercle,
        region=row.region,
        village=row.village,
        name=row.name,
        sex=row.sex,
        anonymous=row.anonymous,
        beneficiary=row.beneficiary,
        language=Language(row.spoken or row.language),
        call_back=row.call_back,
        call_safe=row.call_safe,
        sms_safe=row.sms_safe,
        state=GrievanceState(row.state),
        level=Level(row.level),
        first_answer_due=row.first_answer_due,
        decision_due=row.decision_due,
        next_due=row.next_due,
        first_answered_at=row.first_answered_at,
        answer=row.answer,
        received_at=row.received_at,
        decided_at=row.decided_at,
        appealed=row.reopen_count > 0,
        escalated=row.escalated_at is not None,
        call_again_on=row.call_again_on,
        assigned_to=row.assigned_to,
        holder=row.holder,
        assigned_at=row.assigned_at,
        touched_at=row.touched_at,
        decided_by=row.decided_by,
        decider=row.decider,
        filed_by=row.filer,
        seen=Seen(row.version, max((step.id for step in steps), default=0)),
        sms_goes=row.msisdn is not None
        and can_get_sms(row.msisdn)
        and may_be_told(row.anonymous, sensitive=sensitive, sms_safe=row.sms_safe),
        holidays=tuple((day.day, day.name) for day in days_off),
        steps=tuple(
            Step(
                step.id,
                step.at,
                step.kind,
                GrievanceState(step.to_state),
                step.name,
                step.note,
                step.told,
                step.again_on,
                step.sms,
                step.sms_reason,
            )
            for step in steps
        ),
        related=tuple(
            Related(
                other.reference,
                other.category,
                other.subcategory,
                GrievanceState(other.state),
                other.received_at,
                bool(other.likely),
            )
            for other in related
        ),
        calls=tuple(AskedCall(call.asked_at, call.state, call.agreed_on, call.agreed_period) for call in calls),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Who read which sensitive grievance, and when; nothing of what it says."""

    at: datetime
    reference: str
    name: str


READINGS = text("""
SELECT grievance_reading.at, reference, agent.name FROM grievance_reading JOIN agent ON agent.id = agent_id
WHERE CAST(:reference AS varchar) IS NULL OR reference = :reference
ORDER BY grievance_reading.at DESC, grievance_reading.id DESC LIMIT 200
""")


async def readings(reference: str | None = None) -> tuple[Reading, ...]:
    """The last readings of sensitive grievances, or those of one of them, newest first."""
    async with reading() as connection:
        rows = await connection.execute(READINGS, {"reference": reference})
    return tuple(Reading(row.at, row.reference, row.name) for row in rows)
