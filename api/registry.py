"""The door of corrections that other systems take over: made at the desk, and no list says the same yet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, Field

from api.doors import Door, DoorCall, DoorReply, ItemPage, PageQuery
from api.problems import ApiProblem
from core.platform import sql
from core.registry.corrections import CorrectedField, CorrectionState
from core.systems.scopes import KeyScope


class CorrectionItem(BaseModel):
    """A field of a household as the desk corrected it; it is confirmed by the next batch that says the same."""

    id: int
    household_no: str = Field(description="The programme's number.")
    field: CorrectedField
    before: str | None
    value: str | None = Field(description="Null: there is none any more.")
    made_at: datetime
    in_conflict: bool = Field(description="A newer list says something else, and a person has to decide.")
    list_value: str | None
    list_day: date | None


class CorrectionQuery(PageQuery):
    """Which part of the corrections."""


@dataclass(frozen=True, slots=True)
class _CorrectionRow:
    id: int
    household_no: str
    field: CorrectedField
    before: str | None
    value: str | None
    made_at: datetime
    in_conflict: bool
    list_value: str | None
    list_day: date | None


CORRECTIONS: Final = f"""
SELECT correction.id, coalesce(household.programme_no, household.household_no) AS household_no, field, before, value,
    made_at, met_at IS NOT NULL AS in_conflict, list_value, list_day
FROM correction JOIN household ON household.id = household_id
WHERE correction.id > %(after)s AND correction.state = '{CorrectionState.STANDS}' AND made_at < %(settled)s
ORDER BY correction.id LIMIT %(most)s
"""  # noqa: S608 - our own words


async def _corrections(asked: DoorCall) -> DoorReply:
    after = asked.after(int)
    values = {"after": after[0] if after else 0, "settled": asked.settled, "most": asked.query.limit}
    rows = await sql.rows(_CorrectionRow, CORRECTIONS, values)
    items = [CorrectionItem.model_validate(row, from_attributes=True) for row in rows]
    return DoorReply(asked.page(items, lambda index: (rows[index].id,)), shown=len(rows))


DOORS: Final = (
    Door("GET", "/corrections", "corrections", frozenset({KeyScope.READ_CORRECTIONS}),
         "Corrections du guichet à reporter", "Corrections of the desk to take over", gives=ItemPage[CorrectionItem],
         do=_corrections, query=CorrectionQuery, problems=(ApiProblem.BAD_CURSOR,)),
)  # fmt: skip
