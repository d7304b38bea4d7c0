"""The queue: which grievance to work on next, and whose each is.

The most urgent is first: what is due soonest, then what went up the ladder, what is higher on it, what is older. One
that waits for the person comes back once they called, wrote or filed anew, once it is past its day, once its call is
due, and once the person kept silent for some days; one that was taken and not touched is anybody's again. All are
conditions of the questions asked here: nothing sweeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final

from core.grievances.calendar import add_working_days
from core.grievances.holidays import off
from core.grievances.rules import levels, untouched_before
from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import DECIDED, IS_OPEN, GrievanceState, GrievanceStep, Level
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import writing
from core.platform.settings.in_force import in_force
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.text.languages import Language
from core.text.words import DESK, Word, called

PAGE: Final = 50
_LONGEST_REST: Final = timedelta(days=14)


class QueueView(Word):
    """A part of the open grievances: what to do next, mine, my team's, nobody's, and those past their day."""

    NEXT = "next"
    MINE = "mine"
    TEAM = "team"
    FREE = "free"
    LATE = "late"


class QueueReason(Word):
    """Why a grievance stands where it does, the most urgent first."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    ANSWER_CAME = "answer_came"
    CALL_AGAIN = "call_again"
    SILENT = "silent"
    APPEAL = "appeal"
    ESCALATED = "escalated"
    NEW = "new"
    WAITING = "waiting"
    UNDER_WAY = "under_way"


called(
    QueueView,
    DESK,
    {
        QueueView.NEXT: "À faire",
        QueueView.MINE: "À moi",
        QueueView.TEAM: "Mon équipe",
        QueueView.FREE: "À prendre",
        QueueView.LATE: "En retard",
    },
)
called(
    QueueReason,
    DESK,
    {
        QueueReason.OVERDUE: "en retard",
        QueueReason.DUE_SOON: "échéance proche",
        QueueReason.ANSWER_CAME: "réponse arrivée",
        QueueReason.CALL_AGAIN: "à rappeler",
        QueueReason.SILENT: "la personne se tait",
        QueueReason.APPEAL: "recours",
        QueueReason.ESCALATED: "remontée",
        QueueReason.NEW: "nouvelle",
        QueueReason.WAITING: "attend la personne",
        QueueReason.UNDER_WAY: "en cours",
    },
)


@dataclass(frozen=True, slots=True)
class Queued:
    """What is shown of a grievance in the queue, without a word of what it says."""

    id: int
    reference: str
    category: Category
    subcategory: Subcategory
    state: GrievanceState
    level: Level
    commune: str | None
    received_at: datetime
    next_due: date
    call_again_on: date | None
    waiting_since: datetime | None
    name: str | None
    language: Language
    holder: str | None
    mine: bool


@dataclass(frozen=True, slots=True)
class QueueRow(Queued):
    """A row of the queue; `reasons` begin with the most urgent."""

    reasons: tuple[QueueReason, ...]

    def days_old(self, today: date) -> int:
        """How many days ago it came."""
        return (today - self.received_at.date()).days

    @property
    def on(self) -> date:
        """The day of the most urgent reason: of the call, of the last word to the person, else what is due next."""
        if self.reasons[0] is QueueReason.CALL_AGAIN and self.call_again_on:
            return self.call_again_on
        if self.reasons[0] is QueueReason.SILENT and self.waiting_since:
            return self.waiting_since.date()
        return self.next_due


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many are mine, my team's, nobody's and past their day."""

    mine: int
    team: int
    free: int
    late: int


@dataclass(frozen=True, slots=True)
class _Row(Queued):
    """A row as it is read: what its reasons are told from stands beside what is shown."""

    escalated: bool
    appeal: bool
    came: bool


LEADS: Final = f"""(grievance.lead_id IS NULL OR NOT EXISTS (SELECT FROM grievance AS lead
    WHERE lead.id = grievance.lead_id AND lead.state NOT IN {listed(DECIDED)}))"""
"""Those that follow no open one: what follows is done with the other."""

FOLLOWER_ADDED: Final = f"""EXISTS (SELECT FROM grievance AS follower JOIN grievance_event ON grievance_id = follower.id
    WHERE follower.lead_id = grievance.id AND kind = '{GrievanceStep.ADD}' AND at > grievance.waiting_since)"""
CAME: Final = f"""(grievance.state <> '{GrievanceState.WAITING}'
    OR grievance.next_due < CAST(%(today)s AS date) OR grievance.call_again_on <= CAST(%(today)s AS date)
    OR grievance.waiting_since < CAST(%(silent)s AS timestamptz)
    OR answer_came(grievance.msisdn, grievance.waiting_since) OR {FOLLOWER_ADDED})"""
"""Those that do not wait for the person, or have something to do all the same."""

MINE: Final = "grievance.assigned_to = %(me)s"
FREE: Final = f"""((grievance.assigned_to IS NULL
        OR grievance.state = '{GrievanceState.ASSIGNED}' AND grievance.assigned_to <> CAST(%(me)s AS integer)
        AND grievance.touched_at < CAST(%(untouched)s AS timestamptz))
    AND grievance.level = ANY (CAST(%(levels)s AS text[]))
    AND NOT (grievance.reopen_count > 0 AND grievance.decided_by IS NOT DISTINCT FROM CAST(%(me)s AS integer))
    AND {CAME})"""
"""Those that `rules` lets whoever asks take, but for one that still waits for the person."""

TEAM: Final = """grievance.assigned_to = ANY (ARRAY(SELECT id FROM agent
    WHERE scope_kind = %(scope_kind)s AND scope_code IS NOT DISTINCT FROM CAST(%(scope_code)s AS varchar)))"""
LATE: Final = "grievance.next_due < CAST(%(today)s AS date)"
IN_VIEW: Final[Mapping[QueueView, str]] = {
    QueueView.NEXT: f"({MINE} AND {CAME} OR {FREE})",
    QueueView.MINE: MINE,
    QueueView.TEAM: TEAM,
    QueueView.FREE: FREE,
    QueueView.LATE: LATE,
}
_FROM_THE_TOP: Final = ", ".join(f"'{level}'" for level in reversed(Level))
LADDER: Final = f"array_position(ARRAY[{_FROM_THE_TOP}], CAST({{0}}.level AS text))"
URGENCY: Final = f"({{0}}.next_due, {{0}}.escalated_at IS NULL, {LADDER}, {{0}}.received_at, {{0}}.id)"
BY_URGENCY: Final = URGENCY.format("grievance").strip("()")


SHOWS_NAME: Final = f"NOT anonymous AND sensitivity <> '{Sensitivity.SENSITIVE}'"


def _page(view: QueueView) -> str:
    return f"""
SELECT grievance.id, reference, category, subcategory, state, level, commune.name AS commune, received_at, next_due,
    call_again_on, waiting_since, CASE WHEN {SHOWS_NAME} THEN coalesce(grievance.name, head_name) END AS name,
    grievance.language, holder.name AS holder, coalesce({MINE}, false) AS mine, escalated_at IS NOT NULL AS escalated,
    reopen_count > 0 AS appeal,
    state = '{GrievanceState.WAITING}' AND (answer_came(msisdn, waiting_since) OR {FOLLOWER_ADDED}) AS came
FROM grievance LEFT JOIN commune ON commune.pcode = grievance.commune_pcode
LEFT JOIN household ON household.id = household_id LEFT JOIN agent AS holder ON holder.id = assigned_to
WHERE {IS_OPEN} AND {LEADS} AND {IN_VIEW[view]}
    AND (CAST(%(category)s AS text) IS NULL OR category = %(category)s)
    AND (CAST(%(language)s AS text) IS NULL OR grievance.language = %(language)s)
    AND (CAST(%(after)s AS integer) IS NULL
    OR {URGENCY.format("grievance")} > (SELECT {URGENCY.format("last").strip("()")} FROM grievance AS last
        WHERE last.id = %(after)s))
ORDER BY {BY_URGENCY} LIMIT %(most)s
"""  # noqa: S608 - our own words


PAGES: Final = {view: _page(view) for view in QueueView}
COUNTS: Final = f"""
SELECT count(*) FILTER (WHERE {MINE}) AS mine, count(*) FILTER (WHERE {TEAM}) AS team,
    count(*) FILTER (WHERE {FREE}) AS free, count(*) FILTER (WHERE {LATE}) AS late
FROM grievance WHERE {IS_OPEN} AND {LEADS}
"""  # noqa: S608
TAKE_NEXT: Final = f"""
WITH next AS (
    SELECT id, state FROM grievance WHERE {IS_OPEN} AND {LEADS} AND {FREE}
    ORDER BY {BY_URGENCY} LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE grievance SET state = '{GrievanceState.ASSIGNED}', assigned_to = %(me)s, assigned_at = %(now)s,
        touched_at = %(now)s, waiting_since = NULL
    FROM next WHERE grievance.id = next.id RETURNING grievance.id, grievance.reference, next.state AS from_state
), noted AS (
    INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, agent_id, told)
    SELECT id, %(now)s, '{GrievanceStep.TAKE}', from_state, '{GrievanceState.ASSIGNED}', %(me)s, false FROM taken
)
SELECT reference FROM taken
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Of which category, and in which language; None for all."""

    category: Category | None = None
    language: Language | None = None


def silent_before(now: datetime) -> datetime:
    """Somebody who was asked something before this, and said nothing since, is silent."""
    return now - timedelta(days=in_force().grievance_silent_days)


async def page(
    actor: Actor, view: QueueView, now: datetime, *, after: int | None = None, only: QueueFilter = QueueFilter()
) -> tuple[QueueRow, ...]:
    """The grievances of a view that `actor` may see, most urgent first, from the one after the id `after`."""
    narrowed = {
        "category": only.category.value if only.category else None,
        "language": only.language.value if only.language else None,
    }
    rows = await sql.rows(_Row, PAGES[view], _asked(actor, now) | narrowed | {"after": after, "most": PAGE})
    today = now.date()
    soon = add_working_days(today, 1, await off(today, today + _LONGEST_REST))
    return tuple(_shown(row, today, soon, silent_before(now)) for row in rows)


async def counts(actor: Actor, now: datetime) -> QueueCounts:
    """How many are in each view that `actor` may see."""
    return await sql.row(QueueCounts, COUNTS, _asked(actor, now)) or QueueCounts(0, 0, 0, 0)


async def take_next(actor: Actor, now: datetime) -> str | None:
    """Take the most urgent grievance that nobody has, and give its reference; None when there is none.

    Nobody else can take the same: whoever asks at the same time gets the next one.
    """
    async with writing():
        reference: str | None = await sql.scalar(TAKE_NEXT, _asked(actor, now) | {"now": now})
        if reference is not None:
            await audit.record(actor.id, Act.GRIEVANCE_TAKEN, f"grievance {reference}", now)
    return reference


def _asked(actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "me": actor.id,
        "levels": [level.value for level in levels(actor)],
        "scope_kind": actor.scope_kind.value,
        "scope_code": actor.scope_code,
        "untouched": untouched_before(now),
        "silent": silent_before(now),
        "today": now.date(),
    }


def _shown(row: _Row, today: date, soon: date, silent: datetime) -> QueueRow:
    shown = {field.name: getattr(row, field.name) for field in fields(Queued)}
    return QueueRow(**shown, reasons=tuple(_reasons(row, today, soon, silent)) or (QueueReason.UNDER_WAY,))


def _reasons(row: _Row, today: date, soon: date, silent: datetime) -> list[QueueReason]:
    """Each that holds, the most urgent first; `soon` is the next working day."""
    holds = {
        QueueReason.OVERDUE: row.next_due < today,
        QueueReason.DUE_SOON: today <= row.next_due <= soon,
        QueueReason.ANSWER_CAME: row.came,
        QueueReason.CALL_AGAIN: row.call_again_on is not None and row.call_again_on <= today,
        QueueReason.SILENT: row.waiting_since is not None and row.waiting_since < silent and not row.came,
        QueueReason.APPEAL: row.appeal,
        QueueReason.ESCALATED: row.escalated,
        QueueReason.NEW: row.state is GrievanceState.RECEIVED and not row.appeal and not row.escalated,
        QueueReason.WAITING: row.state is GrievanceState.WAITING and not row.came,
    }
    return [reason for reason, so in holds.items() if so]
