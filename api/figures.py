"""The door of figures: the indicators of a period as the desk has them, for the place of the key, nothing sensitive."""

from datetime import date, timedelta
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.doors import Door, DoorCall, DoorReply
from core.figures.indicators import SOURCES, Indicator, indicators
from core.figures.splits import FigureDays
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


class PeriodFigures(BaseModel):
    """The indicators of a period."""

    since: date
    until: date
    indicators: list[IndicatorItem]


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
    return DoorReply(PeriodFigures(since=query.since, until=query.until, indicators=items))


DOORS: Final = (
    Door("GET", "/figures", "figures", frozenset({KeyScope.READ_FIGURES}), "Indicateurs d'une période",
         "Indicators of a period", gives=PeriodFigures, do=_figures, query=FigureQuery),
)  # fmt: skip
