"""The list of grievances: filtered, searched, and exported without anybody's name or number."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from http import HTTPStatus
from typing import Any, Final, TypeVar

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import search
from core.grievances.figures import Age, Timely
from core.grievances.search import MOST_EXPORTED, GrievanceStanding, NotSaid, SearchOrder, SearchRow, Wanted
from core.grievances.subjects import Category
from core.grievances.vocabulary import OPEN, Channel, GrievanceState, Level, PersonSays, Sex
from core.numbers.identifiers import digits, is_reference
from core.outbox.restoring import restored_lately
from core.platform.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, csv_bytes, xlsx_bytes
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission, may
from core.staff.row_security import figures_seen_by, seen_by
from core.text.formats import number_phrase, short_date
from core.text.words import PAPER, Word, label
from desk.site.charts import link
from desk.site.pages import DESK, DeskPage, actor, day_in, now, number, typed
from desk.site.printing import MOST_PRINTED, PrintedList, show_printed
from desk.site.refusals import Refused
from desk.site.words import FILTERS, word

W = TypeVar("W", bound=Word)
LETTERS: Final = 80
PCODE: Final = re.compile(r"ML[0-9]{2,6}")
HEADER: Final = (
    "Référence", "Reçue le", "Canal", "Catégorie", "Précision", "Classe", "État", "Niveau", "Région", "Cercle",
    "Commune", "Sexe", "Langue", "Réponse due le", "Répondu le", "Décision due le", "Décidée le", "Rouverte",
    "La personne dit",
    "Attribuée à",
)  # fmt: skip
WIDTHS: Final = (11, 12, 16, 20, 24, 11, 16, 10, 14, 14, 16, 9, 10, 13, 12, 14, 12, 9, 14, 20)
PAPER_HEADER: Final = ("Plainte", "Reçue le", "Sujet", "Personne", "Commune", "État", "Échéance", "Attribuée à")
FOCAL_EXPORTS: Final = "Une plainte sensible ne sort jamais en fichier."
TOO_MANY: Final = f"Plus de {number_phrase(MOST_EXPORTED)} plaintes : resserrez les filtres avant d'exporter."


class GrievanceList(DeskPage):
    """Every grievance that somebody may see."""

    menu_label = "Plaintes"
    path = "/grievances"
    permission = Permission.WORK_ON_GRIEVANCES

    @route("")
    async def index(self, request: Request) -> Response:
        """A page of the list, filtered."""
        return await self._listed(request, wanted_of(request.query_params), request.query_params.get("page"))

    @route("", methods=["POST"])
    async def look(self, request: Request) -> Response:
        """A page of the list, filtered and searched; what is looked for stands in no address."""
        form = await request.form()
        return await self._listed(request, searched_of(form), typed(form, "page"))

    async def _listed(self, request: Request, wanted: Wanted, page: str | None) -> Response:
        today = now().date()
        async with seen_by(actor(request)):
            listed = await search.listed_page(wanted, today, number(page) or 1)
            lost = not listed.rows and is_reference(digits(wanted.words or "")) and await restored_lately(now())
            choices = {
                "agents": [*offered(NotSaid.NOBODY), *await search.agents()],
                "places": [*await search.places(wanted.place), *offered(NotSaid.NOT_SAID)],
            }
        context = {
            "wanted": wanted,
            "rows": listed.rows,
            "restored": lost,
            "count": listed.count,
            "at": listed.number,
            "pages": listed.pages,
            "today": today,
            "open_states": OPEN,
            "href": lambda page: _href(wanted, page=page if page > 1 else ""),
            "csv": _href(wanted, "/export.csv"),
            "xlsx": _href(wanted, "/export.xlsx"),
            "paper": _href(wanted, "/print"),
            "path": f"{DESK}{self.path}",
            "exports": may(actor(request), Permission.EXPORT_GRIEVANCES),
            "assigns": may(actor(request), Permission.ASSIGN_GRIEVANCES),
            "answers": may(actor(request), Permission.HANDLE_ORDINARY),
            "filtered": bool(wanted.words) or _href(wanted) != f"{DESK}{self.path}",
            **choices,
            **CHOICES,
        }
        return self.show(request, "grievances/list.html", context)

    @route("/export.csv", methods=["GET", "POST"])
    async def as_csv(self, request: Request) -> Response:
        """The filtered list as a CSV."""
        rows = await self._exported(request, "csv")
        return download(await csv_bytes(HEADER, rows), CSV_TYPE, "plaintes.csv")

    @route("/export.xlsx", methods=["GET", "POST"])
    async def as_xlsx(self, request: Request) -> Response:
        """The filtered list as a workbook."""
        rows = await self._exported(request, "xlsx")
        made = await xlsx_bytes("Plaintes", HEADER, rows, WIDTHS)
        return download(made, XLSX_TYPE, "plaintes.xlsx")

    @route("/print", methods=["GET", "POST"])
    async def on_paper(self, request: Request) -> Response:
        """The filtered list to print, with names; nothing sensitive is ever on it."""
        me, today = actor(request), now().date()
        if not may(me, Permission.EXPORT_GRIEVANCES):
            raise Refused(HTTPStatus.FORBIDDEN, FOCAL_EXPORTS)
        wanted = searched_of(await request.form()) if request.method == "POST" else wanted_of(request.query_params)
        async with seen_by(me):
            rows = await search.to_print(wanted, today, MOST_PRINTED + 1)
            known = {**dict(await search.agents()), **dict(await search.places(wanted.place))}
        back = _href(wanted).removeprefix(DESK)
        listed = PrintedList("Plaintes", PAPER_HEADER, [*map(on_paper, rows)], back, _narrowed(wanted, known))
        return await show_printed(self, request, listed)

    async def _exported(self, request: Request, kind: str) -> Iterable[Sequence[Cell]]:
        """The rows, written down as exported; refused to focal persons, and when there are too many."""
        me, at = actor(request), now()
        if not may(me, Permission.EXPORT_GRIEVANCES):
            raise Refused(HTTPStatus.FORBIDDEN, FOCAL_EXPORTS)
        wanted = searched_of(await request.form()) if request.method == "POST" else wanted_of(request.query_params)
        async with figures_seen_by(me):
            if await search.count(wanted, at.date()) > MOST_EXPORTED:
                raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, TOO_MANY)
            rows = await search.to_export(wanted, at.date())
        async with seen_by(me):
            detail = {"kind": kind, "rows": len(rows), "filters": _filters(wanted), "searched": bool(wanted.words)}
            await audit.record(me.id, Act.GRIEVANCES_EXPORTED, None, at, detail)
        return map(cells, rows)


def offered(*values: Word) -> list[tuple[str, str]]:
    """The values of a filter with what each is called."""
    return [(value.value, word(value)) for value in values]


CHOICES: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "states": offered(*GrievanceStanding, *GrievanceState),
    "categories": offered(*Category),
    "channels": offered(*Channel),
    "levels": offered(*Level),
    "sexes": offered(*Sex, NotSaid.NOT_SAID),
    "ages": offered(*Age),
    "timelies": offered(*Timely),
    "sayings": offered(*PersonSays),
    "orders": offered(*SearchOrder),
}


def searched_of(form: FormData) -> Wanted:
    """The filters of a form, and what is looked for."""
    return replace(wanted_of(form), words=typed(form, "words")[:LETTERS])


def wanted_of(given: QueryParams | FormData) -> Wanted:
    """The filters of an address or a form; what is not known there does not filter."""
    params = {name: value for name, value in given.items() if isinstance(value, str)}

    def one(name: str, values: Iterable[W]) -> W | None:
        written = params.get(name, "")
        return next((value for value in values if value.value == written), None)

    place = params.get("place", "")
    return Wanted(
        state=one("state", (*GrievanceState, *GrievanceStanding)),
        category=one("category", Category),
        channel=one("channel", Channel),
        level=one("level", Level),
        sex=one("sex", (*Sex, NotSaid.NOT_SAID)),
        place=one("place", (NotSaid.NOT_SAID,)) or (place if PCODE.fullmatch(place) else ""),
        assigned=one("assigned", (NotSaid.NOBODY,)) or number(params.get("assigned", "")),
        agency=one("agency", (NotSaid.NOT_SAID,)) or params.get("agency", "")[:LETTERS],
        round=one("round", (NotSaid.NOT_SAID,)) or number(params.get("round", "")),
        age=one("age", Age),
        timely=one("timely", Timely),
        says=one("says", PersonSays),
        reopened=params.get("reopened") == "1",
        since=day_in(params.get("since", "")),
        until=day_in(params.get("until", "")),
        order=one("order", SearchOrder) or SearchOrder.NEWEST,
    )


def _filters(wanted: Wanted) -> dict[str, Any]:
    given = {**asdict(wanted), "reopened": 1 if wanted.reopened else ""}
    if wanted.order is SearchOrder.NEWEST:
        del given["order"]
    return {name: value for name, value in given.items() if name != "words" and value not in (None, "")}


def _href(wanted: Wanted, path: str = "", **more: object) -> str:
    return link(f"{DESK}{GrievanceList.path}{path}", **_filters(wanted), **more)


def _narrowed(wanted: Wanted, known: Mapping[Any, str]) -> list[str]:
    """The filters in words; a place and an agent by name, where they are known."""
    given = {name: getattr(wanted, name) for name in FILTERS}
    if isinstance(wanted.round, int):
        given["round"] = "un seul"
    words = [f"{FILTERS[name]} : {_said(value, known)}" for name, value in given.items() if value not in (None, "")]
    return [*words, *(["rouvertes seulement"] if wanted.reopened else [])]


def _said(value: object, known: Mapping[Any, str]) -> str:
    if isinstance(value, Word):
        return word(value)
    return short_date(value) if isinstance(value, date) else known.get(value, known.get(str(value), str(value)))


def on_paper(row: SearchRow) -> Sequence[Cell]:
    """A row of the printed list."""
    due = row.next_due if row.state in OPEN else None
    return (
        row.reference, row.received_at.date(), f"{word(row.category)}, {word(row.subcategory)}", row.name, row.commune,
        word(row.state), due, row.agent,
    )  # fmt: skip


def cells(row: SearchRow) -> Sequence[Cell]:
    """A row of the export: what is counted, and nothing that tells who the person is."""
    return (
        row.reference,
        row.received_at.date(),
        label(row.channel, PAPER),
        label(row.category, PAPER),
        label(row.subcategory, PAPER),
        label(row.sensitivity, PAPER),
        label(row.state, PAPER),
        label(row.level, PAPER),
        row.region,
        row.cercle,
        row.commune,
        label(row.sex, PAPER) if row.sex else "",
        word(row.language),
        row.first_answer_due,
        row.first_answered_at.date() if row.first_answered_at else None,
        row.decision_due,
        row.decided_at.date() if row.decided_at else None,
        "oui" if row.reopened else "non",
        label(row.says, PAPER) if row.says else "",
        row.agent,
    )


def download(content: bytes, kind: str, name: str) -> Response:
    """A file to keep."""
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
