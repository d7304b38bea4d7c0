"""Whether the money came: what households answered after pay day, by commune, round and agency."""

from collections.abc import Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.payments.reply_figures import ReplyCount, reply_counts, together
from core.platform.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, csv_bytes, xlsx_bytes
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission, may
from core.staff.row_security import figures_seen_by, seen_by
from core.text.words import PAPER, label
from desk.grievances.list import download
from desk.grievances.reports import LONGEST_DAYS, TOO_LONG
from desk.site.charts import link
from desk.site.pages import DESK, DeskPage, actor, day_in, now
from desk.site.refusals import Refused

FIRST_DAYS: Final = 90
MOST_ROWS: Final = 200
NOT_EXPORTED: Final = "Les superviseurs seuls exportent les rapports."
HEADER: Final = (
    "Commune", "Code", "Composante", "Tour", "Agence", "Réponses", "Tout reçu", "Reçu en partie", "Rien reçu",
    "Manque (F CFA)",
)  # fmt: skip
WIDTHS: Final = (24, 12, 26, 16, 24, 10, 10, 14, 10, 16)


class Received(DeskPage):
    """What was answered in some days, where most is missing first."""

    menu_label = "Argent reçu ?"
    path = "/received"
    permission = Permission.READ_REPORTS

    @route("")
    async def index(self, request: Request) -> Response:
        """The figure as a page, of its first rows; the file has them all."""
        since, until = _days(request)
        counts = await _counts(request, since, until)
        context = {
            "since": since,
            "until": until,
            "counts": counts[:MOST_ROWS],
            "more": len(counts) - MOST_ROWS,
            "together": together(counts),
            "csv": link(f"{DESK}{self.path}/export.csv", since=since, until=until),
            "xlsx": link(f"{DESK}{self.path}/export.xlsx", since=since, until=until),
            "exports": may(actor(request), Permission.EXPORT_REPORTS),
        }
        return self.show(request, "grievances/received.html", context)

    @route("/export.csv")
    async def as_csv(self, request: Request) -> Response:
        """The figure as a CSV."""
        return download(await csv_bytes(HEADER, await _exported(request, "csv")), CSV_TYPE, "argent-recu.csv")

    @route("/export.xlsx")
    async def as_xlsx(self, request: Request) -> Response:
        """The figure as a workbook."""
        made = await xlsx_bytes("Argent reçu", HEADER, await _exported(request, "xlsx"), WIDTHS)
        return download(made, XLSX_TYPE, "argent-recu.xlsx")


async def _exported(request: Request, kind: str) -> list[Sequence[Cell]]:
    """The rows, written down as exported; refused to focal persons."""
    me, at = actor(request), now()
    if not may(me, Permission.EXPORT_REPORTS):
        raise Refused(HTTPStatus.FORBIDDEN, NOT_EXPORTED)
    since, until = _days(request)
    rows = [_row(count) for count in await _counts(request, since, until)]
    detail = {"kind": kind, "rows": len(rows), "since": since, "until": until, "of": "payment replies"}
    async with seen_by(me):
        await audit.record(me.id, Act.REPORT_EXPORTED, None, at, detail)
    return rows


def _days(request: Request) -> tuple[date, date]:
    """From which day to which, both counted."""
    asked = request.query_params
    until = day_in(asked.get("until", "")) or now().date()
    since = day_in(asked.get("since", "")) or until - timedelta(days=FIRST_DAYS)
    if not 0 <= (until - since).days <= LONGEST_DAYS:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, TOO_LONG)
    return since, until


async def _counts(request: Request, since: date, until: date) -> list[ReplyCount]:
    async with figures_seen_by(actor(request)):
        return await reply_counts(since, until)


def _row(count: ReplyCount) -> Sequence[Cell]:
    return (
        count.commune,
        count.commune_pcode,
        label(count.component, PAPER),
        count.round,
        count.agency,
        count.replies,
        count.everything,
        count.partly,
        count.nothing,
        count.missing_xof,
    )
