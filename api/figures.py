"""The door of figures: the indicators and splits of a period as the desk has them, for the place of the key.


Indicators are whole numbers; of a split nothing is told that may show a person (`core.figures.small`).
"""

from datetime import date, timedelta
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.doors import Door, DoorCall, DoorReply
from core.figures import small
from core.figures.indicators import SOURCES, Indicator, indicators
from core.figures.splits import FigureDays
from core.grievances.figures import By, Groups, day_after, over
from core.systems.scopes import KeyScope

LONGEST_DAYS: Final = 731


class FigureQuery(BaseModel):
    """Of which days, the last one counted too."""

    model_config = ConfigDict(extra="forbid")

    since: date = Field(ge=date(2013, 1, 1), le=date(2100, 1, 1))
    until: date = Field(ge=date(2013, 1, 1), le=date(2100, 1, 1))

    @model_validator(mode="after")
    def _days(self) -> Self:
        if not self.since <= self.until < self.since + timedelta(days=LONGEST_DAYS):
            raise ValueError(f"until is not before since, and within {LONGEST_DAYS} days")
        return self


class IndicatorItem(BaseModel):
    """An indicator: so many of so many, in the period and in as many days before it."""

    indicator: Indicator
    source: str = Field(description="Where it is defined.")
    part: int
    whole: int
    part_before: int
    whole_before: int


class SplitValue(BaseModel):
    """So many grievances of the period have this value; null: fewer than five, or to be told from them."""

    value: str | None = Field(description="A code, or the P-code of a place; null: not known.")
    received: int | None
    decided_in_time: int | None


class FigureSplit(BaseModel):
    """The grievances of the period by one thing."""

    by: By
    values: list[SplitValue]


class PeriodFigures(BaseModel):
    """The indicators of a period, and what was received in it by category, channel, sex and place below the key's."""

    since: date
    until: date
    indicators: list[IndicatorItem]
    splits: list[FigureSplit]


async def _figures(asked: DoorCall) -> DoorReply:
    query: FigureQuery = asked.query
    rows = await indicators(FigureDays(query.since, query.until), asked.now.date())
    items = [
        IndicatorItem(
            indicator=row.now.indicator,
            source=SOURCES[row.now.indicator].address,
            part=row.now.part,
            whole=row.now.whole,
            part_before=row.before.part,
            whole_before=row.before.whole,
        )
        for row in rows
    ]
    received = await over(asked.holder, query.since, day_after(query.until), asked.now.date())
    splits = [_split(by, groups) for by, groups in received.by.items()]
    return DoorReply(PeriodFigures(since=query.since, until=query.until, indicators=items, splits=splits))


def _split(by: By, groups: Groups) -> FigureSplit:
    received = small.shown({value: count.received for value, count in groups.items()})
    decided = small.shown({value: count.decided for value, count in groups.items()})
    ordered = sorted(groups, key=lambda value: (value is None, value or ""))
    values = [
        SplitValue(
            value=value,
            received=received[value],
            decided_in_time=None if received[value] is None else decided[value],
        )
        for value in ordered
    ]
    return FigureSplit(by=by, values=values)


DOORS: Final = (
    Door("GET", "/figures", "figures", frozenset({KeyScope.READ_FIGURES}), "Indicateurs d'une période",
         "Indicators of a period", gives=PeriodFigures, do=_figures, query=FigureQuery),
)  # fmt: skip
