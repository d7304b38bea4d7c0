"""Corrections of the registry: what waits for a person, and what the programme's own registry has to take over."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.platform.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, csv_bytes, xlsx_bytes
from core.registry.corrections import CorrectionCard, to_carry_over, to_decide
from core.registry.edits import CannotCorrect, ChangedMeanwhile, NoSuchHousehold, approve, refuse, settle
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.words import DESK, label
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now
from desk.site.refusals import not_there
from desk.site.words import corrected_value

MOST: Final = 200
HEADER: Final = (
    "household_no", "N° Jigi", "Nom", "Commune", "Champ", "Avant", "Après", "Corrigé le", "Par", "Pourquoi",
    "La liste dit", "Liste du",
)  # fmt: skip
WIDTHS: Final = (16, 12, 24, 18, 16, 18, 18, 12, 18, 30, 18, 12)
CHANGED: Final = "Changé entre-temps : regardez ce qui reste."


class Corrections(DeskPage):
    """What waits, and the file of what stands; a person decides with one button."""

    menu_label = "Corrections"
    path = "/corrections"
    permission = Permission.CORRECT_HOUSEHOLDS

    @route("")
    async def index(self, request: Request) -> Response:
        """What waits for a second person, or is said otherwise by a newer list."""
        return await self._page(request)

    @route("/{id:int}/{act:str}", methods=["POST"])
    async def decide(self, request: Request) -> Response:
        """Approve or refuse what was proposed; keep a correction, or follow the list."""
        act = ACTS.get(request.path_params["act"])
        if act is None:
            raise not_there()
        try:
            async with seen_by(actor(request)):
                await act(request, row_id(request))
        except NoSuchHousehold:
            raise not_there() from None
        except CannotCorrect as error:
            return await self._page(request, label(error.fault, DESK), 422)
        except ChangedMeanwhile:
            return await self._page(request, CHANGED, 409)
        return self.done(request, "C'est décidé.", self.path)

    @route("/export.csv")
    async def as_csv(self, request: Request) -> Response:
        """What the registry has to take over, as a CSV."""
        rows = await self._rows(request)
        return _file(await csv_bytes(HEADER, rows), CSV_TYPE, "corrections-a-reporter.csv")

    @route("/export.xlsx")
    async def as_workbook(self, request: Request) -> Response:
        """The same as a workbook."""
        rows = await self._rows(request)
        return _file(await xlsx_bytes("Corrections", HEADER, rows, WIDTHS), XLSX_TYPE, "corrections-a-reporter.xlsx")

    async def _rows(self, request: Request) -> list[tuple[Cell, ...]]:
        async with seen_by(actor(request)):
            cards = await to_carry_over()
            await audit.record(actor(request).id, Act.CORRECTIONS_EXPORTED, None, now(), {"rows": len(cards)})
        return [_row(card) for card in cards]

    async def _page(self, request: Request, error: str = "", status: int = 200) -> Response:
        async with seen_by(actor(request)):
            waiting = await to_decide(MOST + 1)
            standing = len(await to_carry_over())
        context = {
            "waiting": waiting[:MOST],
            "most": MOST if len(waiting) > MOST else 0,
            "standing": standing,
            "shown": corrected_value,
            "error": error,
            "me": actor(request).id,
        }
        return self.show(request, "registry/corrections.html", context, status)


async def _approve(request: Request, correction_id: int) -> None:
    await approve(actor(request), correction_id, now())


async def _refuse(request: Request, correction_id: int) -> None:
    await refuse(actor(request), correction_id, now())


async def _keep(request: Request, correction_id: int) -> None:
    await settle(actor(request), correction_id, now(), keep=True)


async def _follow(request: Request, correction_id: int) -> None:
    await settle(actor(request), correction_id, now(), keep=False)


ACTS: Final[Mapping[str, Callable[[Request, int], Awaitable[None]]]] = {
    "approve": _approve,
    "refuse": _refuse,
    "keep": _keep,
    "follow": _follow,
}


def _row(card: CorrectionCard) -> tuple[Cell, ...]:
    return (
        card.programme_no, card.household_no, card.head_name, card.commune, card.field.value, card.before, card.value,
        card.made_at.date(), card.maker, card.reason, card.list_value if card.in_conflict else None,
        card.list_day if card.in_conflict else None,
    )  # fmt: skip


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
