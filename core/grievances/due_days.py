"""The days of open complaints, counted anew where a day becomes a holiday or is none any more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.grievances.calendar import SATURDAY, add_working_days
from core.grievances.holidays import fixed, off
from core.grievances.vocabulary import IS_OPEN
from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, writing

FAR: Final = timedelta(days=400)
"""Open complaints came, and are due, no further away than this; of an older one nothing moves."""

_SINCE: Final = "CAST(greatest(grievance.received_at, grievance.reopened_at, grievance.escalated_at) AS date)"
DUE: Final = f"""
SELECT DISTINCT {_SINCE} AS since, first_answer_due, decision_due FROM grievance
WHERE {IS_OPEN} AND {_SINCE} >= %(first)s
"""  # noqa: S608 - our own words
MOVE: Final = f"""
WITH locked AS MATERIALIZED (SELECT id FROM grievance WHERE {IS_OPEN} ORDER BY id FOR UPDATE)
UPDATE grievance SET decision_due = moved.decision, first_answer_due =
    CASE WHEN first_answered_at IS NULL THEN moved.first_answer ELSE grievance.first_answer_due END
FROM unnest(CAST(%(since)s AS date[]), CAST(%(first_answer_due)s AS date[]), CAST(%(decision_due)s AS date[]),
    CAST(%(first_answer)s AS date[]), CAST(%(decision)s AS date[]))
    AS moved (since, first_answer_due, decision_due, first_answer, decision)
WHERE {IS_OPEN} AND {_SINCE} = moved.since AND grievance.first_answer_due = moved.first_answer_due
    AND grievance.decision_due = moved.decision_due AND grievance.id IN (SELECT id FROM locked)
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Due:
    since: date
    first_answer_due: date
    decision_due: date


@goes_by(DatabaseTask.LINE)
async def move(today: date, *, added: Collection[date] = (), gone: Collection[date] = ()) -> int:
    """Give open complaints as many working days as they had; give how many complaints moved.

    `added` are days off from now on, `gone` are none any more. Whoever keeps the holidays sees no complaint, so that
    it goes by the line's sign-in.
    """
    first, last = today - FAR, today + FAR
    always = {each.day for each in fixed(first, last)}
    on_record = await off(first, last)
    before = (on_record - {*added}) | {*gone} | always
    after = ((on_record | {*added}) - {*gone}) | always
    async with writing():
        plans = [_moved(due, before, after) for due in await sql.rows(_Due, DUE, {"first": first})]
        return await _write([plan for plan in plans if plan])


def working_days(day: date, until: date, off: Collection[date]) -> int:
    """How many working days there are after a day, to another one that counts."""
    days = (date.fromordinal(number) for number in range(day.toordinal() + 1, until.toordinal() + 1))
    return sum(each.weekday() < SATURDAY and each not in off for each in days)


def _moved(due: _Due, before: Collection[date], after: Collection[date]) -> Mapping[str, date] | None:
    """The days of those that are due on these, before and after; None where they stay."""
    first_answer, decision = (
        add_working_days(due.since, working_days(due.since, day, before), after)
        for day in (due.first_answer_due, due.decision_due)
    )
    if (first_answer, decision) == (due.first_answer_due, due.decision_due):
        return None
    return {
        "since": due.since,
        "first_answer_due": due.first_answer_due,
        "decision_due": due.decision_due,
        "first_answer": first_answer,
        "decision": decision,
    }


async def _write(plans: Sequence[Mapping[str, date]]) -> int:
    if not plans:
        return 0
    return await sql.execute(MOVE, {name: [plan[name] for plan in plans] for name in plans[0]})
