"""The queue: which grievance to work on next, and whose each is.

The most urgent is first: what is due soonest, then what went up the ladder, what is higher on it, what is older. One
that waits for the person comes back once they called, wrote or filed anew; one that was taken and not touched is
anybody's again. Both are conditions of the questions asked here: nothing sweeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import TextClause, text

from core.grievances.calendar import add_working_days, holidays
from core.grievances.filing import GrievanceState, Level
from core.grievances.steps import levels, untouched_before
from core.platform.database import reading, writing
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor

PAGE: Final = 50
_LONGEST_REST: Final = timedelta(days=14)


class View(StrEnum):
    """A part of the open grievances: what to do next, mine, my team's, nobody's, and those past their day."""

    NEXT = "next"
    MINE = "mine"
    TEAM = "team"
    FREE = "free"
    LATE = "late"


class Reason(StrEnum):
    """Why a grievance stands where it does."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    ANSWER_CAME = "answer_came"
    CALL_AGAIN = "call_again"
    APPEAL = "appeal"
    ESCALATED = "escalated"
    NEW = "new"
    WAITING = "waiting"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A grievance in the queue, without a word of what it says; `reasons` begin with the most urgent."""

    id: int
    reference: str
    category: str
    subcategory: str
    state: GrievanceState
    level: Level
    commune: str | None
    received_at: datetime
    next_due: date
    holder: str | None
    mine: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are mine, my team's, nobody's and past their day."""

    mine: int
    team: int
    free: int
    late: int


OPEN: Final = "grievance.state NOT IN ('resolved', 'rejected', 'closed')"
CAME: Final = "(grievance.state <> 'waiting' OR answer_came(grievance.msisdn, grievance.waiting_since))"
MINE: Final = "grievance.assigned_to = :me"
FREE: Final = f"""((grievance.assigned_to IS NULL
        OR grievance.state = 'assigned' AND grievance.touched_at < CAST(:untouched AS timestamptz))
    AND grievance.level = ANY (CAST(:levels AS text[]))
    AND NOT (grievance.reopen_count > 0 AND grievance.decided_by IS NOT DISTINCT FROM CAST(:me AS integer))
    AND {CAME})"""
TEAM: Final = """grievance.assigned_to = ANY (ARRAY(SELECT id FROM agent
    WHERE scope_kind = :scope_kind AND scope_code IS NOT DISTINCT FROM CAST(:scope_code AS varchar)))"""
LATE: Final = "grievance.next_due < CAST(:today AS date)"
IN_VIEW: Final[Mapping[View, str]] = {
    View.NEXT: f"({MINE} AND {CAME} OR {FREE})",
    View.MINE: MINE,
    View.TEAM: TEAM,
    View.FREE: FREE,
    View.LATE: LATE,
}
LADDER: Final = "array_position(ARRAY['national', 'region', 'cercle', 'commune', 'village'], CAST({0}.level AS text))"
URGENCY: Final = f"({{0}}.next_due, {{0}}.escalated_at IS NULL, {LADDER}, {{0}}.received_at, {{0}}.id)"
BY_URGENCY: Final = URGENCY.format("grievance").strip("()")


def _page(view: View) -> TextClause:
    return text(f"""
SELECT grievance.id, reference, category, subcategory, state, level, commune.name AS commune, received_at, next_due,
    holder.name AS holder, coalesce({MINE}, false) AS mine, escalated_at IS NOT NULL AS escalated,
    reopen_count > 0 AS appeal, state = 'waiting' AND answer_came(msisdn, waiting_since) AS came, call_again_on
FROM grievance LEFT JOIN commune ON commune.pcode = commune_pcode LEFT JOIN agent AS holder ON holder.id = assigned_to
WHERE {OPEN} AND {IN_VIEW[view]} AND (CAST(:after AS integer) IS NULL
    OR {URGENCY.format("grievance")} > (SELECT {URGENCY.format("last").strip("()")} FROM grievance AS last
        WHERE last.id = :after))
ORDER BY {BY_URGENCY} LIMIT :most
""")  # noqa: S608 - our own words


PAGES: Final = {view: _page(view) for view in View}
COUNTS = text(f"""
SELECT count(*) FILTER (WHERE {MINE}) AS mine, count(*) FILTER (WHERE {TEAM}) AS team,
    count(*) FILTER (WHERE {FREE}) AS free, count(*) FILTER (WHERE {LATE}) AS late
FROM grievance WHERE {OPEN}
""")  # noqa: S608
TAKE_NEXT = text(f"""
WITH next AS (
    SELECT id, state FROM grievance WHERE {OPEN} AND {FREE}
    ORDER BY {BY_URGENCY} LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE grievance SET state = 'assigned', assigned_to = :me, assigned_at = :now, touched_at = :now,
        waiting_since = NULL
    FROM next WHERE grievance.id = next.id RETURNING grievance.id, grievance.reference, next.state AS from_state
), noted AS (
    INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, agent_id, told)
    SELECT id, :now, 'taken', from_state, 'assigned', :me, false FROM taken
)
SELECT reference FROM taken
""")  # noqa: S608


async def page(actor: Actor, view: View, now: datetime, *, after: int | None = None) -> tuple[QueueRow, ...]:
    """The grievances of a view that `actor` may see, most urgent first, from the one after the id `after`."""
    values = _asked(actor, now) | {"after": after, "most": PAGE}
    async with reading() as connection:
        rows = (await connection.execute(PAGES[view], values)).all()
    today = now.date()
    soon = add_working_days(today, 1, await holidays(today, today + _LONGEST_REST))
    return tuple(_row(row, today, soon) for row in rows)


async def counts(actor: Actor, now: datetime) -> Counts:
    """How many are in each view that `actor` may see."""
    async with reading() as connection:
        row = (await connection.execute(COUNTS, _asked(actor, now))).one()
    return Counts(row.mine, row.team, row.free, row.late)


async def take_next(actor: Actor, now: datetime) -> str | None:
    """Take the most urgent grievance that nobody has, and give its reference; None when there is none.

    Nobody else can take the same: whoever asks at the same time gets the next one.
    """
    async with writing() as session:
        reference: str | None = await session.scalar(TAKE_NEXT, _asked(actor, now) | {"now": now})
        if reference is not None:
            await audit.note(actor.id, Act.GRIEVANCE_TAKEN, f"grievance {reference}", now)
    return reference


def _asked(actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "me": actor.id,
        "levels": [level.value for level in levels(actor)],
        "scope_kind": actor.scope_kind.value,
        "scope_code": actor.scope_code,
        "untouched": untouched_before(now),
        "today": now.date(),
    }


def _row(row: Any, today: date, soon: date) -> QueueRow:
    return QueueRow(
        id=row.id,
        reference=row.reference,
        category=row.category,
        subcategory=row.subcategory,
        state=GrievanceState(row.state),
        level=Level(row.level),
        commune=row.commune,
        received_at=row.received_at,
        next_due=row.next_due,
        holder=row.holder,
        mine=row.mine,
        reasons=tuple(_reasons(row, today, soon)) or (Reason.UNDER_WAY,),
    )


def _reasons(row: Any, today: date, soon: date) -> list[Reason]:
    """Each that holds, the most urgent first; `soon` is the next working day."""
    waits = row.state == GrievanceState.WAITING and not row.came
    holds = {
        Reason.OVERDUE: row.next_due < today,
        Reason.DUE_SOON: today <= row.next_due <= soon,
        Reason.ANSWER_CAME: row.came,
        Reason.CALL_AGAIN: row.call_again_on is not None and row.call_again_on <= today,
        Reason.APPEAL: row.appeal,
        Reason.ESCALATED: row.escalated,
        Reason.NEW: row.state == GrievanceState.RECEIVED and not row.appeal and not row.escalated,
        Reason.WAITING: waits,
    }
    return [reason for reason, so in holds.items() if so]
