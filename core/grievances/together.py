"""The same done with many grievances: each by its own step, rules and record, so that one refused holds up no other."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from core.grievances import steps
from core.grievances.cases import CaseRow, glance
from core.grievances.locked import NotThere, ShownVersion, Stale
from core.grievances.models import PreparedAnswer
from core.grievances.near_numbers import near_numbers
from core.grievances.own_words import own_words
from core.grievances.rules import StepNotPossible, check_words, refusal
from core.grievances.steps import DeskVisit
from core.grievances.vocabulary import GrievanceState, GrievanceStep
from core.platform import sql
from core.platform.database import writing
from core.platform.errors import JigiError
from core.staff.agents import Actor
from core.staff.row_security import seen_by

MOST_TOGETHER: Final = 50
"""So many at once: a page of the list."""


class SensitiveAlone(StepNotPossible):
    """A sensitive grievance is answered by itself, never with others."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A grievance that was chosen, as it was shown."""

    id: int
    reference: str
    shown: ShownVersion


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    reference: str
    version: int
    event: int


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What came of one: why it was not done, None where it was."""

    id: int
    reference: str
    why: JigiError | None


CHOSEN: Final = f"""
SELECT id, reference, version,
    coalesce((SELECT max(id) FROM grievance_event WHERE grievance_id = grievance.id), 0) AS event
FROM grievance WHERE id = ANY (CAST(%(ids)s AS integer[])) ORDER BY next_due, id LIMIT {MOST_TOGETHER}
"""  # noqa: S608 - our own words
VERSION: Final = "SELECT version FROM grievance WHERE reference = %(reference)s"


async def chosen(ids: Sequence[int]) -> tuple[Chosen, ...]:
    """Those that the transaction sees, as they are now, what is due first first."""
    rows = await sql.rows(_Row, CHOSEN, {"ids": list(ids)})
    return tuple(Chosen(row.id, row.reference, ShownVersion(row.version, row.event)) for row in rows)


async def each_of(
    actor: Actor,
    cases: Sequence[Chosen],
    now: datetime,
    step: GrievanceStep,
    act: Callable[[DeskVisit], Awaitable[None]],
) -> tuple[CaseOutcome, ...]:
    """Do the same with each, in a transaction of its own, from the page that showed them.

    Whatever was done by the same person since that page is done, so that a second click does nothing more.
    """
    outcomes = []
    for case in cases:
        visit = DeskVisit(actor, case.reference, case.shown, now)
        why: JigiError | None = None
        try:
            async with seen_by(actor):
                await act(visit)
        except Stale as stale:
            why = None if any(c.step is step and c.name == actor.name for c in stale.changes) else stale
        except JigiError as error:
            why = error
        outcomes.append(CaseOutcome(case.id, case.reference, why))
    return tuple(outcomes)


async def answer(visit: DeskVisit, prepared: PreparedAnswer, state: GrievanceState) -> None:
    """Decide one with a prepared answer in the person's language; one that nobody has is taken first.

    Raises SensitiveAlone, NotThere, and what `steps.take` and `steps.decide` raise.
    """
    async with writing():
        case = await glance(visit.reference)
        if case is None:
            raise NotThere(visit.reference)
        if case.sensitive:
            raise SensitiveAlone(visit.reference)
        if case.open and case.assigned_to != visit.actor.id:
            await steps.take(visit)
            version = await sql.scalar(VERSION, {"reference": visit.reference})
            visit = replace(visit, shown=replace(visit.shown, version=version))
        await steps.decide(visit, state, prepared.text_in(case.language))


async def why_not_answered(case: CaseRow, prepared: PreparedAnswer, actor: Actor, now: datetime) -> JigiError | None:
    """Why `answer` would be refused now, None where it would not."""
    if case.sensitive:
        return SensitiveAlone(case.reference)
    if case.open and case.assigned_to != actor.id:
        why = refusal(GrievanceStep.TAKE, case, actor, now)
        if why:
            return why
        case = replace(case, assigned_to=actor.id, state=GrievanceState.ASSIGNED)
    why = refusal(GrievanceStep.DECIDE, case, actor, now)
    if why:
        return why
    words = prepared.text_in(case.language)
    try:
        check_words(GrievanceStep.DECIDE, words, await near_numbers(case.reference))
        await own_words(words, case, now.date())
    except JigiError as error:
        return error
    return None
