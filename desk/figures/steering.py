"""Figures that steer: by payment agency, round and commune, beside the period before; and who holds how much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.figures import sensitive, splits
from core.figures.sensitive import SensitiveTotal
from core.figures.splits import FigureDays, Split, SplitBy, SplitRow
from core.grievances import handing_over
from core.grievances.handing_over import Load
from core.grievances.search import NotSaid
from core.platform.spreadsheets import XLSX_TYPE, Cell, xlsx_bytes
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission, may
from core.staff.row_security import figures_seen_by, seen_by
from core.text.words import PAPER, label
from desk.grievances.dashboard import LIST
from desk.grievances.list import FOCAL_EXPORTS, download
from desk.grievances.reports import LONGEST_DAYS, TOO_LONG, days_words
from desk.site.charts import link
from desk.site.kept import KeptFigures, asked_anew
from desk.site.pages import DESK, DeskPage, actor, day_in, now
from desk.site.refusals import Refused

USUAL_DAYS: Final = 90
MOST_ROWS: Final = 40
"""Rows on the page; the file has them all."""

HEADER: Final = (
    "Par", "Valeur", "Reçues", "Reçues avant", "Première réponse à temps", "sur", "%", "% avant", "Décidées à temps",
    "sur", "%", "% avant", "Jours jusqu'à la décision (médiane)", "Réglées, disent-ils", "sur", "%", "% avant",
    "Encore ouvertes",
)  # fmt: skip
WIDTHS: Final = (20, 34, 9, 9, 14, 7, 7, 9, 14, 7, 7, 9, 16, 14, 7, 7, 9, 10)
NOT_KNOWN: Final = "pas connu"


@dataclass(frozen=True, slots=True)
class SteeringFigures:
    """What the page shows; the numbers of sensitive complaints are None for whom they are not."""

    splits: Sequence[Split]
    loads: Sequence[Load]
    totals: Sequence[SensitiveTotal] | None


class Steering(DeskPage):
    """What came of complaints where money is paid, and who holds how much of what is open."""

    menu_label = "Par agence, tour, commune"
    path = "/figures"
    permission = Permission.READ_REPORTS

    def __init__(self) -> None:
        super().__init__()
        self._figures: KeptFigures[SteeringFigures] = KeptFigures()

    def is_active(self, request: Request) -> bool:
        """The page itself: what stands below it has a name in the menu of its own."""
        path: str = request.scope["path"].removeprefix(request.scope["root_path"])
        return path == self.path

    @route("")
    async def index(self, request: Request) -> Response:
        """The figures of a period beside those of as many days before."""
        me, at, period = actor(request), now(), period_of(request)
        today = at.date()

        async def count() -> SteeringFigures:
            async with figures_seen_by(me):
                totals = await sensitive.totals() if sensitive.may_see_totals(me) else None
                return SteeringFigures(await splits.splits(period, today), await handing_over.loads(today), totals)

        counted = await self._figures.counted(me, period, at, count, anew=asked_anew(request))
        made = counted.figures
        context: dict[str, Any] = {
            "period": period,
            "splits": [(each, each.rows[:MOST_ROWS], len(each.rows) - MOST_ROWS) for each in made.splits],
            "together": splits.together(made.splits[-1]),
            "loads": made.loads,
            "counted_at": counted.at,
            "anew": anew_link(f"{DESK}{self.path}", period),
            "today": today,
            "value_words": value_words,
            "value_link": lambda split, row: _value_link(period, split, row),
            "days": days_words,
            "trend": trend,
            "xlsx": link(f"{DESK}{self.path}/export.xlsx", since=period.since, until=period.until),
            "exports": may(me, Permission.EXPORT_REPORTS),
        }
        if made.totals is not None:
            context["totals"] = [(_quarter(each.quarter), each.at_least) for each in made.totals]
        return self.show(request, "figures/steering.html", context)

    @route("/export.xlsx")
    async def as_xlsx(self, request: Request) -> Response:
        """All rows as a workbook."""
        me, at, period = actor(request), now(), period_of(request)
        if not may(me, Permission.EXPORT_REPORTS):
            raise Refused(HTTPStatus.FORBIDDEN, FOCAL_EXPORTS)
        async with figures_seen_by(me):
            made = await splits.splits(period, at.date())
        rows = [cells for each in made for cells in _rows(each)]
        detail = {"kind": "xlsx", "rows": len(rows), "since": period.since, "until": period.until, "of": "steering"}
        async with seen_by(me):
            await audit.record(me.id, Act.REPORT_EXPORTED, None, at, detail)
        return download(await xlsx_bytes("Pilotage", HEADER, rows, WIDTHS), XLSX_TYPE, "pilotage-plaintes.xlsx")


def period_of(request: Request) -> FigureDays:
    """From which day to which; the last ninety where none are asked for. Refused where they are too many."""
    asked = request.query_params
    until = day_in(asked.get("until", "")) or now().date()
    since = day_in(asked.get("since", "")) or until - timedelta(days=USUAL_DAYS - 1)
    if not 0 <= (until - since).days <= LONGEST_DAYS:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, TOO_LONG)
    return FigureDays(since, until)


def anew_link(path: str, period: FigureDays) -> str:
    """The page of a period with its figures counted anew."""
    return link(path, since=period.since, until=period.until, anew=1)


def trend(part: int | None, before: int | None) -> str:
    """What changed since the period before, in words a screen reader reads too; nothing where one is missing."""
    if part is None or before is None:
        return ""
    change = part - before
    return "comme avant" if change == 0 else f"{'+' if change > 0 else '−'}{abs(change)}"


def value_words(split: Split, row: SplitRow) -> str:
    """What a row is of."""
    return NOT_KNOWN if row.value is None else split.names.get(row.value, row.value)


def _value_link(period: FigureDays, split: Split, row: SplitRow) -> str:
    """The list of what a row counts."""
    name = "place" if split.by is SplitBy.COMMUNE else split.by.value
    return link(LIST, since=period.since, until=period.until, **{name: row.value or NotSaid.NOT_SAID})


def _quarter(first: date) -> str:
    return f"T{(first.month + 2) // 3} {first.year}"


def _rows(split: Split) -> Iterator[Sequence[Cell]]:
    for row in split.rows:
        count, before = row.count, row.before
        yield (
            label(split.by, PAPER),
            value_words(split, row),
            count.received,
            before.received,
            count.answered,
            count.answer_due,
            count.answered_share,
            before.answered_share,
            count.decided,
            count.decision_due,
            count.decided_share,
            before.decided_share,
            count.median,
            count.solved,
            count.replied,
            count.solved_share,
            before.solved_share,
            count.open,
        )
