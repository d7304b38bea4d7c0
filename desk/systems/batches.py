"""Batches that other systems pushed: how far each is, what became of its rows, and whether it may come in."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.imports import batches
from core.imports.batch import PushState, RowOutcome
from core.imports.batches import BatchCard, BatchRowCard, NoSuchBatch
from core.imports.losses import LossKind
from core.imports.pushed import Value
from core.imports.uploads import may_import
from core.platform.spreadsheets import XLSX_TYPE, Cell, xlsx_bytes
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import NotAllowed, Permission
from core.text.words import DESK, label
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now, number
from desk.site.refusals import not_there

A_PAGE: Final = 30
ROWS: Final = 100
MOST: Final = 5_000
TOO_LATE: Final = "C'est déjà fait, ou ce n'est plus possible : voici où en est ce lot."
WIDTH, REASON_WIDTH = 18, 80


class Batches(DeskPage):
    """The list for who looks after systems; rows and decisions for who imports files."""

    menu_label = "Lots reçus"
    path = "/batches"
    permission = Permission.SEE_BATCHES

    @route("")
    async def index(self, request: Request) -> Response:
        """Batches of every system, the newest first."""
        cards = await batches.page_as(actor(request), number(request.query_params.get("after")), A_PAGE)
        context = {"batches": cards, "further": cards[-1].id if len(cards) == A_PAGE else None}
        return self.show(request, "systems/batches.html", context)

    @route("/of/{id:int}")
    async def one(self, request: Request) -> Response:
        """A batch: what it would do or did, and its rows for who may import."""
        batch, me = await self._batch(request), actor(request)
        after = number(request.query_params.get("after")) or 0
        rows: Sequence[BatchRowCard] = ()
        if may_import(me):
            rows = await batches.rows_as(me, batch.id, _wrong(batch), after, ROWS)
        context = {
            "batch": batch,
            "losses": [(label(LossKind(loss["kind"]), DESK), loss["count"], loss["samples"]) for loss in batch.losses],
            "may_import": may_import(me),
            "waits": batch.state is PushState.WAITING,
            "wrong": _wrong(batch) is not None,
            "rows": rows,
            "further": rows[-1].row if len(rows) == ROWS else None,
        }
        return self.show(request, "systems/batch.html", context)

    @route("/of/{id:int}/confirm", methods=["POST"])
    async def confirm(self, request: Request) -> Response:
        """Let a checked batch come in."""
        try:
            await batches.confirm_as(actor(request), row_id(request), now())
        except NoSuchBatch:
            return self.not_done(request, TOO_LATE, self._address(request))
        return self.done(request, "Confirmé : il entre dans la minute.", self._address(request))

    @route("/of/{id:int}/discard", methods=["POST"])
    async def discard(self, request: Request) -> Response:
        """Abandon a checked batch."""
        try:
            await batches.discard_as(actor(request), row_id(request), now())
        except NoSuchBatch:
            return self.not_done(request, TOO_LATE, self._address(request))
        return self.done(request, "Abandonné : rien n'est entré.", self._address(request))

    @route("/of/{id:int}/refused")
    async def refused(self, request: Request) -> Response:
        """The refused rows as a workbook, with the reason; as they were pushed, while they are kept."""
        batch, me = await self._batch(request), actor(request)
        if not may_import(me):
            raise NotAllowed("to import is for supervisors of the whole country")
        wrong = await batches.rows_as(me, batch.id, RowOutcome.REFUSED, 0, MOST)
        if not wrong:
            raise not_there()
        content = await batches.content_as(me, batch.id)
        await audit.record(me.id, Act.ERRORS_DOWNLOADED, f"batch {batch.id}", now())
        names = list(dict.fromkeys(name for row in content for name in row))
        header, table = [*names, "Ligne", "Raison"], [_written(row, names, content) for row in wrong]
        file = await xlsx_bytes("À corriger", header, table, [*(WIDTH for _ in names), WIDTH, REASON_WIDTH])
        attached = {"Content-Disposition": f'attachment; filename="lot-{batch.id}-a-corriger.xlsx"'}
        return Response(file, media_type=XLSX_TYPE, headers=attached)

    async def _batch(self, request: Request) -> BatchCard:
        try:
            return await batches.one_as(actor(request), row_id(request))
        except NoSuchBatch:
            raise not_there() from None

    def _address(self, request: Request) -> str:
        return f"{self.path}/of/{row_id(request)}"


def _wrong(batch: BatchCard) -> RowOutcome | None:
    """The rows that are looked at first: those that were refused, where any were."""
    return RowOutcome.REFUSED if batch.bad else None


def _written(wrong: BatchRowCard, names: Sequence[str], content: Sequence[dict[str, Value]]) -> list[Cell]:
    kept = content[wrong.row - 1] if wrong.row <= len(content) else {}
    cells = [_cell(kept.get(name)) for name in names]
    return [*cells, wrong.row, " ; ".join(f"{each['column']} : {each['reason']}" for each in wrong.problems)]


def _cell(value: Value) -> Cell:
    return value if value is None or isinstance(value, str | int) else ";".join(value)
