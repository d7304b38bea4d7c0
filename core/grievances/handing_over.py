"""Whoever leaves or is ill leaves no case behind: what they hold goes to somebody, or to everybody again.

An administrator sees no case, so that it goes by the line's sign-in: how many they are is all that is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core.grievances.colleagues import FITS
from core.grievances.vocabulary import IS_OPEN, GrievanceState, GrievanceStep
from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, writing
from core.staff import audit, sign_in
from core.staff.acts import Act
from core.staff.agents import Actor, Role

HELD: Final = f"SELECT count(*) FROM grievance WHERE assigned_to = %(agent)s AND {IS_OPEN}"  # noqa: S608
HAND_OVER: Final = f"""
WITH held AS (
    SELECT grievance.id, state, (SELECT agent.id FROM agent
        LEFT JOIN commune ON commune.pcode = grievance.commune_pcode
        LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
        WHERE agent.id = CAST(%(to)s AS integer) AND {FITS}) AS heir
    FROM grievance WHERE assigned_to = %(agent)s AND {IS_OPEN} ORDER BY grievance.id FOR UPDATE OF grievance
), given AS (
    UPDATE grievance SET assigned_to = heir, assigned_at = CASE WHEN heir IS NOT NULL THEN %(now)s END,
        touched_at = CASE WHEN heir IS NOT NULL THEN %(now)s END,
        state = CASE WHEN grievance.state <> '{GrievanceState.ASSIGNED}' THEN grievance.state
            WHEN heir IS NULL THEN '{GrievanceState.RECEIVED}' ELSE grievance.state END
    FROM held WHERE grievance.id = held.id
    RETURNING grievance.id, held.state AS from_state, grievance.state AS to_state, heir
), noted AS (
    INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, agent_id, told, note)
    SELECT given.id, %(now)s, '{GrievanceStep.HAND_OVER}', from_state, to_state, CAST(%(by)s AS integer), false,
        coalesce((SELECT agent.name FROM agent WHERE agent.id = heir), 'personne : à qui la prend')
    FROM given
)
SELECT count(*) AS every, count(heir) AS taken FROM given
"""  # noqa: S608 - our own words
LOADS: Final = f"""
SELECT agent.id, agent.name, agent.role, absent_until, count(*) AS held,
    count(*) FILTER (WHERE next_due < %(today)s) AS late, min(next_due) AS first_due
FROM grievance JOIN agent ON agent.id = assigned_to WHERE {IS_OPEN}
GROUP BY agent.id ORDER BY late DESC, held DESC, agent.name
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many cases somebody left, and how many of them went to who was named; the others are anybody's."""

    every: int
    taken: int


@dataclass(frozen=True, slots=True)
class Load:
    """What an agent holds of the open cases that are seen: how many, how many past their day, and the first day."""

    id: int
    name: str
    role: Role
    absent_until: date | None
    held: int
    late: int
    first_due: date


@goes_by(DatabaseTask.LINE)
async def held_by(agent_id: int) -> int:
    """How many open cases somebody holds."""
    return int(await sql.scalar(HELD, {"agent": agent_id}) or 0)


async def hand_over(by: Actor | None, agent_id: int, to: int | None, now: datetime) -> HandedOver:
    """Give the open cases of somebody to `to`, each that they may have; the others are anybody's to take again.

    What was done stays done, and days stay as they were. `by` is None for the operator with the shell.
    """
    return await _hand_over(by, agent_id, to, await sign_in.about(agent_id), now)


@goes_by(DatabaseTask.LINE)
async def _hand_over(by: Actor | None, agent_id: int, to: int | None, about: str, now: datetime) -> HandedOver:
    values = {"agent": agent_id, "to": to, "by": by.id if by else None, "now": now, "today": now.date()}
    async with writing():
        done = await sql.row(HandedOver, HAND_OVER, values) or HandedOver(0, 0)
        if done.every:
            detail = {"to": to, "cases": done.every, "taken": done.taken}
            await audit.record(by.id if by else None, Act.GRIEVANCES_HANDED_OVER, about, now, detail)
    return done


async def loads(today: date) -> Sequence[Load]:
    """Who holds how much of what is seen, whoever is furthest behind first."""
    return await sql.rows(Load, LOADS, {"today": today})
