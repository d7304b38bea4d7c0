"""Reports of grievances by month or quarter, on a page and as files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import reports
from core.grievances.figures import Age, By, GrievanceCount, Span
from core.grievances.reports import GrievanceReport, ReportRow, first_day
from core.grievances.search import NotSaid
from core.platform.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, csv_bytes, xlsx_bytes
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, may
from core.staff.row_security import figures_seen_by, seen_by
from core.text.formats import month_phrase, short_date
from core.text.languages import Language
from core.text.words import PAPER, label
from desk.grievances.dashboard import LIST, value_words
from desk.grievances.list import FOCAL_EXPORTS, download
from desk.site.charts import link
from desk.site.kept import KeptFigures, asked_anew
from desk.site.pages import DESK, DeskPage, actor, day_in, now
from desk.site.refusals import Refused
from desk.site.words import word

LONGEST_DAYS: Final = 5 * 366
TOO_LONG: Final = "Un rapport va d'un jour à un jour plus tard, sur cinq ans au plus."
HEADER: Final = (
    "Période", "Par", "Valeur", "Reçues", "Première réponse à temps", "sur", "%", "Décidées à temps", "sur", "%",
    "Jours jusqu'à la décision (médiane)", "Rouvertes", "Réglées, disent-ils", "sur", "%", "Retirées",
    "Encore ouvertes",
)  # fmt: skip
WIDTHS: Final = (16, 20, 24, 9, 14, 9, 7, 14, 9, 7, 16, 10, 14, 9, 7, 10, 10)


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """From which day to which, both counted, and by which periods."""

    since: date
    until: date
    span: Span


class Reports(DeskPage):
    """What came in each month or quarter and what became of it."""

    menu_label = "Par mois ou trimestre"
    path = "/reports"
    permission = Permission.READ_REPORTS

    def __init__(self) -> None:
        super().__init__()
        self._figures: KeptFigures[GrievanceReport] = KeptFigures()

    @route("")
    async def index(self, request: Request) -> Response:
        """The report as a page."""
        me, at, asked = actor(request), now(), _asked(request)
        counted = await self._figures.counted(
            me, asked, at, lambda: _report(me, asked, at.date()), anew=asked_anew(request)
        )
        made = counted.figures
        context = {
            "report": made,
            "counted_at": counted.at,
            "anew": self._href(made, "", anew=1),
            "spans": tuple(Span),
            "by": tuple(By),
            "ages": [(word(age), count, link(LIST, age=age)) for age, count in made.open.ages.items()],
            "period_words": period_words,
            "days": days_words,
            "value_words": lambda row: _value_words(made, row),
            "value_link": _value_link,
            "period_link": _period_link,
            "csv": self._href(made, "/export.csv"),
            "xlsx": self._href(made, "/export.xlsx"),
            "exports": may(me, Permission.EXPORT_REPORTS),
        }
        return self.show(request, "grievances/reports.html", context)

    @route("/export.csv")
    async def as_csv(self, request: Request) -> Response:
        """The report as a CSV."""
        rows = await self._exported(request, "csv")
        return download(await csv_bytes(HEADER, rows), CSV_TYPE, "rapport-plaintes.csv")

    @route("/export.xlsx")
    async def as_xlsx(self, request: Request) -> Response:
        """The report as a workbook."""
        rows = await self._exported(request, "xlsx")
        made = await xlsx_bytes("Rapport", HEADER, rows, WIDTHS)
        return download(made, XLSX_TYPE, "rapport-plaintes.xlsx")

    async def _exported(self, request: Request, kind: str) -> list[Sequence[Cell]]:
        me, at = actor(request), now()
        if not may(me, Permission.EXPORT_REPORTS):
            raise Refused(HTTPStatus.FORBIDDEN, FOCAL_EXPORTS)
        made = await _report(me, _asked(request), at.date())
        rows = list(_rows(made, at.date()))
        detail = {"kind": kind, "rows": len(rows), "since": made.since, "until": made.until, "step": made.span.value}
        async with seen_by(me):
            await audit.record(me.id, Act.REPORT_EXPORTED, None, at, detail)
        return rows

    def _href(self, made: GrievanceReport, path: str, **more: object) -> str:
        return link(f"{DESK}{self.path}{path}", since=made.since, until=made.until, step=made.span, **more)


def _asked(request: Request) -> ReportAsked:
    """The days and the step of an address; refused where they are too many."""
    today, asked = now().date(), request.query_params
    span = next((each for each in Span if each.value == asked.get("step")), Span.MONTH)
    since = day_in(asked.get("since", "")) or _a_year_before(today)
    until = day_in(asked.get("until", "")) or today
    if not 0 <= (until - since).days <= LONGEST_DAYS:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, TOO_LONG)
    return ReportAsked(since, until, span)


async def _report(me: Actor, asked: ReportAsked, today: date) -> GrievanceReport:
    async with figures_seen_by(me):
        return await reports.report(me, asked.since, asked.until, today, asked.span)


def _a_year_before(today: date) -> date:
    """The first day of the month with which the twelve months begin that end now."""
    return first_day(date.fromordinal(first_day(today, Span.MONTH).toordinal() - 330), Span.MONTH)


def period_words(period: date | None, span: Span) -> str:
    """What a period is called: `novembre 2026`, `T4 2026`."""
    if period is None:
        return "Toute la période"
    if span is Span.QUARTER:
        return f"T{(period.month + 2) // 3} {period.year}"
    return month_phrase(Language.staff(), period)


def days_words(count: GrievanceCount) -> str:
    """The median as it is written."""
    return "–" if count.median is None else f"{count.median:.1f}".removesuffix(".0").replace(".", ",")


def _value_words(made: GrievanceReport, row: ReportRow) -> str:
    return value_words(row.value, made.places) if row.by else ""


def _value_link(made: GrievanceReport, by: By, value: str | None) -> str:
    return link(LIST, since=made.since, until=made.until, **{by.value: value or NotSaid.NOT_SAID})


def _period_link(made: GrievanceReport, period: date) -> str:
    """The list of what was received in a period, within the days of the report."""
    at = made.periods.index(period)
    after = made.periods[at + 1] if at + 1 < len(made.periods) else None
    last = date.fromordinal(after.toordinal() - 1) if after else made.until
    return link(LIST, since=max(period, made.since), until=min(last, made.until))


def _rows(made: GrievanceReport, today: date) -> Iterator[Sequence[Cell]]:
    """The rows for a spreadsheet, and after them what is open now by age."""
    for row in made.rows:
        count = row.count
        yield (
            period_words(row.period, made.span),
            label(row.by, PAPER) if row.by else "Ensemble",
            _value_words(made, row),
            count.received,
            count.answered,
            count.answer_due,
            count.answered_share,
            count.decided,
            count.decision_due,
            count.decided_share,
            count.median,
            count.reopened,
            count.solved,
            count.replied,
            count.solved_share,
            count.withdrawn,
            count.open,
        )
    for age in Age:
        blank = (None,) * 13
        yield (f"Au {short_date(today)}", "Ouvertes, par âge", label(age, PAPER), *blank, made.open.ages[age])
