"""Reports of grievances by month or quarter, as rows that a page and a spreadsheet show alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.grievances import figures
from core.grievances.figures import By, Figures, GrievanceCount, Open, Span
from core.staff.agents import Actor

MONTHS: Final[Mapping[Span, int]] = {Span.MONTH: 1, Span.QUARTER: 3}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row of a report: of a period (None: all of it), told apart by what (None: all together), and its value."""

    period: date | None
    by: By | None
    value: str | None
    count: GrievanceCount


@dataclass(frozen=True, slots=True)
class GrievanceReport:
    """The rows of a report, the periods it is of, what places are called, and what is open on the day it is made."""

    since: date
    until: date
    span: Span
    periods: Sequence[date]
    rows: Sequence[ReportRow]
    places: Mapping[str, str]
    open: Open

    def of(self, period: date | None, by: By | None) -> list[ReportRow]:
        """The rows of a period, told apart by something."""
        return [row for row in self.rows if row.period == period and row.by == by]


async def report(actor: Actor, since: date, until: date, today: date, span: Span) -> GrievanceReport:
    """What was received from a day to another (both counted) of what `actor` may see, as it stands `today`."""
    by_period = await figures.by_period(actor, since, figures.day_after(until), today, span)
    together = Figures()
    for each in by_period.values():
        together.join(each)
    rows = [*_rows(None, together)]
    periods = list(_periods(since, until, span))
    for period in periods:
        rows += _rows(period, by_period.get(period) or Figures())
    places = await figures.place_names(together.by[By.PLACE])
    return GrievanceReport(since, until, span, periods, rows, places, await figures.open_now(today))


def _rows(period: date | None, counts: Figures) -> Iterator[ReportRow]:
    yield ReportRow(period, None, None, counts.together)
    for by in By:
        groups = sorted(counts.by[by].items(), key=lambda item: (-item[1].received, item[0] or ""))
        yield from (ReportRow(period, by, value, count) for value, count in groups)


def first_day(day: date, span: Span) -> date:
    """The first day of the month or quarter of a day."""
    months = MONTHS[span]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _periods(since: date, until: date, span: Span) -> Iterator[date]:
    """The first day of each period that some of these days are in."""
    at = first_day(since, span)
    while at <= until:
        yield at
        month = at.month + MONTHS[span]
        at = date(at.year + (month > 12), (month - 1) % 12 + 1, 1)
