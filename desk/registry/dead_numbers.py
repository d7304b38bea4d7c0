"""Numbers to correct: those that operators say are none, place by place, each corrected where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.numbers.msisdn import Operator, local
from core.outbox.messages import Reason
from core.places.communes import regions
from core.platform.settings import Settings
from core.platform.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, csv_bytes, xlsx_bytes
from core.registry import search
from core.registry.identity_checks import KnownBy, vouch
from core.registry.statuses import PhonePosition
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.words import DESK, PAPER, label
from desk.registry import phone_form
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now, number, typed
from desk.site.printing import MOST_PRINTED, PrintedList, show_printed
from desk.site.refusals import not_there
from desk.site.words import word
from sms.campaigns.dead_numbers import NumberToCorrect, dead_numbers, to_correct
from sms.outbox.reasons import reason_label

A_PAGE: Final = 50
HEADER: Final = (
    "Région", "Commune", "Village", "household_no", "N° Jigi", "Nom", "Numéro", "Lequel", "Opérateur",
    "L'opérateur dit", "Fois", "Dernière fois", "SMS non partis", "Dernière campagne",
)  # fmt: skip
WIDTHS: Final = (14, 18, 18, 16, 11, 26, 14, 10, 12, 26, 6, 12, 14, 30)


@dataclass(frozen=True, slots=True)
class NumberFilter:
    """What of the list is asked for: a region by its P-code, an operator, and which page of it."""

    region: str | None = None
    operator: Operator | None = None
    page: int = 1

    @classmethod
    def of(cls, request: Request) -> "NumberFilter":
        """Read an address; what cannot be read is not asked for."""
        asked = request.query_params
        operator = asked.get("operator", "")
        named = Operator(operator) if operator in tuple(Operator) else None
        return cls(asked.get("region") or None, named, max(number(asked.get("page")) or 1, 1))

    def address(self, page: int | None = None, *, part: str = "") -> str:
        """The address of the list, or of a page or export of it, below the desk."""
        asked = {"region": self.region, "operator": self.operator, "page": page if page and page > 1 else None}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{DeadNumbers.path}{part}{f'?{query}' if query else ''}"


class DeadNumbers(DeskPage):
    """The list, and each number corrected in it."""

    menu_label = "Numéros à corriger"
    path = "/dead-numbers"
    permission = Permission.RUN_CAMPAIGNS

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("")
    async def index(self, request: Request) -> Response:
        """The numbers that are kept out of campaigns, in one's own places."""
        return await self._page(request)

    @route("/of/{id:int}", methods=["POST"])
    async def correct(self, request: Request) -> Response:
        """Correct a number of the household of this row."""
        form, me, wanted = await request.form(), actor(request), NumberFilter.of(request)
        async with seen_by(me):
            hit = await search.by_id(row_id(request))
        if hit is None:
            raise not_there()
        try:
            await _note_how(me, hit.id, typed(form, "by"))
            words = await phone_form.corrected(me, hit.household_no, form)
        except phone_form.NOT_CORRECTED as error:
            wrong = phone_form.wrong_with(error, _where(hit.id, phone_form.position(form)))
            more = {"wrong": wrong, "given": phone_form.given_in(form)}
            return await self._page(request, more, phone_form.status_of(error))
        return self.done(request, words, wanted.address(wanted.page))

    @route("/export.csv")
    async def as_csv(self, request: Request) -> Response:
        """The list as a CSV."""
        rows = await self._rows(request)
        return _file(await csv_bytes(HEADER, rows), CSV_TYPE, "numeros-a-corriger.csv")

    @route("/export.xlsx")
    async def as_workbook(self, request: Request) -> Response:
        """The same as a workbook."""
        rows = await self._rows(request)
        return _file(await xlsx_bytes("Numéros", HEADER, rows, WIDTHS), XLSX_TYPE, "numeros-a-corriger.xlsx")

    @route("/print")
    async def on_paper(self, request: Request) -> Response:
        """The list to print, for a visit."""
        wanted = NumberFilter.of(request)
        dead = await dead_numbers(self._settings, now())
        async with seen_by(actor(request)):
            most = MOST_PRINTED + 1
            numbers = await to_correct(dead, region=wanted.region, operator=wanted.operator, most=most)
            places = {place.pcode: place.name for place in await regions()}
        narrowed = [*filter(None, (places.get(wanted.region or ""), word(wanted.operator)))]
        rows = [_row(each)[:-3] for each in numbers]
        printed = PrintedList("Numéros à corriger", HEADER[:-3], rows, wanted.address(), narrowed)
        return await show_printed(self, request, printed)

    async def _rows(self, request: Request) -> list[tuple[Cell, ...]]:
        me, wanted, at = actor(request), NumberFilter.of(request), now()
        dead = await dead_numbers(self._settings, at)
        async with seen_by(me):
            numbers = await to_correct(dead, region=wanted.region, operator=wanted.operator)
            await audit.record(me.id, Act.DEAD_NUMBERS_EXPORTED, None, at, {"rows": len(numbers)})
        return [_row(each) for each in numbers]

    async def _page(self, request: Request, more: Mapping[str, Any] | None = None, status: int = 200) -> Response:
        wanted, dead = NumberFilter.of(request), await dead_numbers(self._settings, now())
        async with seen_by(actor(request)):
            numbers = await to_correct(
                dead,
                region=wanted.region,
                operator=wanted.operator,
                most=A_PAGE,
                skip=A_PAGE * (wanted.page - 1),
            )
            places = await regions()
        total = numbers[0].total if numbers else 0
        context: dict[str, Any] = {
            "numbers": numbers,
            "total": total,
            "wanted": wanted,
            "pages": _pages(wanted, total),
            "regions": [(place.pcode, place.name) for place in places],
            "operators": [(each.value, word(each)) for each in Operator],
            "after": self._settings.sms_dead_after,
            "operator_says": reason_label(Reason.NO_SUCH_NUMBER, DESK),
            "local": local,
            "where": _where,
            "ways": [(way.value, label(way, DESK)) for way in KnownBy],
            "wrong": {},
            "given": {},
        }
        return self.show(request, "registry/dead_numbers.html", {**context, **(more or {})}, status)


async def _note_how(me: Actor, household_id: int, by: str) -> None:
    """Write down how the right number is known; nothing where that is not said."""
    if by in tuple(KnownBy):
        async with seen_by(me):
            await vouch(me, household_id, KnownBy(by), now())


def _where(household_id: int, position: PhonePosition) -> str:
    """The name of the form of a number on this page."""
    return f"phone{household_id}-{position}"


def _pages(wanted: NumberFilter, total: int) -> Sequence[tuple[str, str]]:
    """The links to the page before and the page after, where there are any."""
    before = [("Page précédente", wanted.address(wanted.page - 1))] if wanted.page > 1 else []
    after = [("Page suivante", wanted.address(wanted.page + 1))] if total > A_PAGE * wanted.page else []
    return (*before, *after)


def _row(each: NumberToCorrect) -> tuple[Cell, ...]:
    return (
        each.region, each.commune, each.village, each.programme_no, each.household_no, each.head_name,
        local(each.msisdn), label(each.position, DESK), label(each.operator, DESK) if each.operator else None,
        reason_label(Reason.NO_SUCH_NUMBER, PAPER), each.times, each.last_at.date(), each.kept_out, each.last_title,
    )  # fmt: skip


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
