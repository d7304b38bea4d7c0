"""The queue: what to do next, the most urgent first."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.routing import route

from core.grievances import cases, handing_over, queue, telling
from core.grievances.queue import PAGE, QueueFilter, QueueRow, QueueView
from core.grievances.subjects import Category
from core.numbers.identifiers import digits, is_reference
from core.platform.spreadsheets import Cell
from core.staff.permissions import Permission, may
from core.staff.row_security import seen_by
from core.text.languages import Language
from desk.grievances.case import NONE_LEFT, case_address
from desk.grievances.list import FOCAL_EXPORTS
from desk.site.pages import DESK, DeskPage, actor, now, number, typed
from desk.site.printing import MOST_PRINTED, PrintedList, show_printed
from desk.site.refusals import Refused, not_there
from desk.site.words import word

HEADER: Final = ("À faire", "Plainte", "Sujet", "Personne", "Commune", "Échéance", "À qui")
MISTYPED: Final = "Ce n'est pas un numéro de plainte : 7 ou 10 chiffres, regardez-le encore."


class Queue(DeskPage):
    """What to do next, by scope; take the next one."""

    menu_label = "À traiter"
    path = "/queue"
    permission = Permission.WORK_ON_GRIEVANCES

    def is_active(self, request: Request) -> bool:
        """A case is opened from here."""
        return super().is_active(request) or "/cases/" in request.scope["path"]

    @route("")
    async def index(self, request: Request) -> Response:
        """The rows of one view, with the counts of the others."""
        (view, only), at = _asked(request), now()
        category, language = only.category or "", only.language or ""
        async with seen_by(actor(request)):
            rows = await queue.page(
                actor(request), view, at, after=number(request.query_params.get("after")), only=only
            )
            counts = await queue.counts(actor(request), at)
            own = view in (QueueView.NEXT, QueueView.MINE)
            to_tell = await telling.to_tell(actor(request), at.date()) if own else ()
            leads = may(actor(request), Permission.ASSIGN_GRIEVANCES)
            loads = await handing_over.loads(at.date()) if leads else ()
        context = {
            "view": view,
            "tabs": tuple(QueueView),
            "rows": rows,
            "to_tell": to_tell,
            "counts": {
                QueueView.MINE: counts.mine,
                QueueView.TEAM: counts.team,
                QueueView.FREE: counts.free,
                QueueView.LATE: counts.late,
            },
            "loads": loads,
            "categories": [(each.value, word(each)) for each in Category],
            "only": only,
            "narrowed": urlencode({"category": category, "language": language}) if category or language else "",
            "exports": may(actor(request), Permission.EXPORT_GRIEVANCES),
            "today": at.date(),
            "after": rows[-1].id if len(rows) == PAGE else None,
        }
        return self.show(request, "grievances/queue.html", context)

    @route("/print")
    async def on_paper(self, request: Request) -> Response:
        """A view to print, all of it; what is sensitive is never on paper."""
        me, at = actor(request), now()
        if not may(me, Permission.EXPORT_GRIEVANCES):
            raise Refused(HTTPStatus.FORBIDDEN, FOCAL_EXPORTS)
        view, only = _asked(request)
        rows: list[QueueRow] = []
        async with seen_by(me):
            while len(rows) <= MOST_PRINTED:
                more = await queue.page(me, view, at, after=rows[-1].id if rows else None, only=only)
                rows += more
                if len(more) < PAGE:
                    break
        narrowed = [word(view), *(word(each) for each in (only.category, only.language) if each)]
        printed = PrintedList("Plaintes à traiter", HEADER, [_row(each) for each in rows], self.path, narrowed)
        return await show_printed(self, request, printed)

    @route("/take", methods=["POST"])
    async def take_next(self, request: Request) -> Response:
        """Take the most urgent one that nobody has, and open it."""
        async with seen_by(actor(request)):
            reference = await queue.take_next(actor(request), now())
            taken = await cases.id_of(reference) if reference else None
        if taken is None:
            return self.not_done(request, NONE_LEFT, self.path)
        return self.done(request, "Cette plainte est à vous.", case_address(taken))

    @route("/open", methods=["POST"])
    async def open_one(self, request: Request) -> Response:
        """Open the case of a number that was typed, where whoever asks may see it."""
        reference = digits(typed(await request.form(), "reference"))
        if not is_reference(reference):
            return self.not_done(request, MISTYPED, self.path)
        async with seen_by(actor(request)):
            typed_one = await cases.id_of(reference)
        if typed_one is None:
            raise not_there()
        return RedirectResponse(f"{DESK}{case_address(typed_one)}", 303)


def _asked(request: Request) -> tuple[QueueView, QueueFilter]:
    """The view and the filter of an address; what cannot be read is not asked for."""
    asked = request.query_params
    view, category, language = asked.get("view", ""), asked.get("category", ""), asked.get("language", "")
    only = QueueFilter(
        Category(category) if category in set(Category) else None, Language.named(language) if language else None
    )
    return QueueView(view) if view in set(QueueView) else QueueView.NEXT, only


def _row(row: QueueRow) -> Sequence[Cell]:
    return (
        ", ".join(map(word, row.reasons[:2])), row.reference, f"{word(row.category)}, {word(row.subcategory)}",
        row.name, row.commune, row.next_due, row.holder,
    )  # fmt: skip
