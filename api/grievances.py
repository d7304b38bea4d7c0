"""Doors of grievances that are not sensitive, and of what was decided on them.

A grievance of somebody who hides their name has no household here. Its words, and the answer, are shown to a key that
may read words, and to no other.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, Field

from api.doors import Door, DoorCall, DoorReply, ItemPage, PageQuery
from api.problems import ApiProblem
from core.grievances.subjects import Category, Subcategory
from core.grievances.vocabulary import Channel, GrievanceState, GrievanceStep, Level, PersonSays, says_of
from core.platform import sql
from core.platform.columns import listed
from core.systems.scopes import KeyScope


class GrievanceItem(BaseModel):
    """A grievance as it stands."""

    reference: str
    channel: Channel
    category: Category
    subcategory: Subcategory
    state: GrievanceState
    level: Level
    commune_pcode: str | None
    household_no: str | None = Field(description="The programme's number; null where it is nobody's or hidden.")
    received_at: datetime
    first_answer_due: date
    decision_due: date
    decided_at: datetime | None
    reopened_at: datetime | None
    reopen_count: int
    person_says: PersonSays | None = Field(description="What the person says of the decision.")
    version: int = Field(description="Counts its changes.")
    words: str | None = Field(description="Null without the scope words:read.")
    answer: str | None = Field(description="Null without the scope words:read.")


class GrievanceQuery(PageQuery):
    """Which grievances."""

    state: GrievanceState | None = None
    category: Category | None = None


class DecisionItem(BaseModel):
    """A grievance was decided, closed or opened again."""

    id: int
    reference: str
    at: datetime
    step: GrievanceStep
    state: GrievanceState = Field(description="Where the grievance was then.")
    category: Category
    commune_pcode: str | None
    household_no: str | None


class DecisionQuery(PageQuery):
    """Which part of the decisions."""


@dataclass(frozen=True, slots=True)
class _GrievanceRow:
    id: int
    reference: str
    channel: Channel
    category: Category
    subcategory: Subcategory
    state: GrievanceState
    level: Level
    commune_pcode: str | None
    household_no: str | None
    received_at: datetime
    first_answer_due: date
    decision_due: date
    decided_at: datetime | None
    reopened_at: datetime | None
    reopen_count: int
    solved: bool | None
    withdrawn: bool
    version: int
    words: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class _DecisionRow:
    id: int
    reference: str
    at: datetime
    step: GrievanceStep
    state: GrievanceState
    category: Category
    commune_pcode: str | None
    household_no: str | None


SHOWN_NO: Final = """CASE WHEN NOT anonymous THEN coalesce(household.programme_no, household.household_no) END"""
GRIEVANCES: Final = f"""
WITH page AS (
    SELECT grievance.*  FROM (SELECT id, reference, channel, category, subcategory, state, level, commune_pcode,
            household_id, anonymous, received_at, first_answer_due, decision_due, decided_at, reopened_at, reopen_count,
            solved, withdrawn_at, version FROM grievance) AS grievance
    WHERE id > %(after)s AND received_at < %(settled)s AND (%(state)s::text IS NULL OR state = %(state)s)
        AND (%(category)s::text IS NULL OR category = %(category)s)
    ORDER BY id LIMIT %(most)s
)
SELECT page.id, reference, channel, category, subcategory, state, level, page.commune_pcode,
    {SHOWN_NO} AS household_no, received_at, first_answer_due, decision_due, decided_at, reopened_at, reopen_count,
    solved, withdrawn_at IS NOT NULL AS withdrawn, version, spoken.words, spoken.answer
FROM page LEFT JOIN household ON household.id = household_id
LEFT JOIN grievance_words(ARRAY(SELECT id FROM page)) AS spoken ON spoken.id = page.id
ORDER BY page.id
"""  # noqa: S608 - our own words
DECIDING: Final = listed(
    frozenset({GrievanceStep.DECIDE, GrievanceStep.REOPEN, GrievanceStep.CLOSE, GrievanceStep.LAPSE})
)
DECISIONS: Final = f"""
SELECT event.id, reference, event.at, event.kind AS step, event.to_state AS state, category, grievance.commune_pcode,
    {SHOWN_NO} AS household_no
FROM grievance_event AS event JOIN grievance ON grievance.id = event.grievance_id
LEFT JOIN household ON household.id = grievance.household_id
WHERE event.id > %(after)s AND event.kind IN {DECIDING} AND event.at < %(settled)s ORDER BY event.id LIMIT %(most)s
"""  # noqa: S608


async def _grievances(asked: DoorCall) -> DoorReply:
    after = asked.after(int)
    query: GrievanceQuery = asked.query
    values = {
        "after": after[0] if after else 0,
        "settled": asked.settled,
        "state": query.state and query.state.value,
        "category": query.category and query.category.value,
        "most": query.limit,
    }
    rows = await sql.rows(_GrievanceRow, GRIEVANCES, values)
    items = [_item(row) for row in rows]
    return DoorReply(asked.page(items, lambda index: (rows[index].id,)), shown=len(rows))


def _item(row: _GrievanceRow) -> GrievanceItem:
    return GrievanceItem(
        reference=row.reference,
        channel=row.channel,
        category=row.category,
        subcategory=row.subcategory,
        state=row.state,
        level=row.level,
        commune_pcode=row.commune_pcode,
        household_no=row.household_no,
        received_at=row.received_at,
        first_answer_due=row.first_answer_due,
        decision_due=row.decision_due,
        decided_at=row.decided_at,
        reopened_at=row.reopened_at,
        reopen_count=row.reopen_count,
        person_says=says_of(row),
        version=row.version,
        words=row.words,
        answer=row.answer,
    )


async def _decisions(asked: DoorCall) -> DoorReply:
    after = asked.after(int)
    values = {"after": after[0] if after else 0, "settled": asked.settled, "most": asked.query.limit}
    rows = await sql.rows(_DecisionRow, DECISIONS, values)
    items = [DecisionItem.model_validate(row, from_attributes=True) for row in rows]
    return DoorReply(asked.page(items, lambda index: (rows[index].id,)), shown=len(rows))


DOORS: Final = (
    Door("GET", "/grievances", "grievances", frozenset({KeyScope.READ_GRIEVANCES}), "Plaintes non sensibles",
         "Grievances that are not sensitive", gives=ItemPage[GrievanceItem], do=_grievances, query=GrievanceQuery,
         problems=(ApiProblem.BAD_CURSOR,)),
    Door("GET", "/decisions", "decisions", frozenset({KeyScope.READ_DECISIONS}),
         "Ce qui a été décidé, clos ou rouvert, dans l'ordre", "What was decided, closed or opened again, in order",
         gives=ItemPage[DecisionItem], do=_decisions, query=DecisionQuery, problems=(ApiProblem.BAD_CURSOR,)),
)  # fmt: skip
