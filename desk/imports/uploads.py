"""Import files brought by upload: the same checks, errors and progress as `jigi import`."""

from http import HTTPStatus
from pathlib import PurePath
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette_admin.routing import route

from core.imports.importing import columns, completable_columns, needed_columns
from core.imports.kinds import ImportKind
from core.imports.templates import template
from core.imports.upload import READ_TO_THE_END
from core.imports.uploads import ImportRuns, NotTaken, Uploads, may_import
from core.platform.settings import Settings
from core.platform.spreadsheets import XLSX_TYPE
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.text.words import Readership, label
from desk.site.pages import DESK, DeskPage, actor, day_in, now, typed
from desk.site.refusals import Refused, not_there

KINDS: Final = {kind.value: label(kind, Readership.DESK) for kind in ImportKind}
BUSY: Final = "Un autre import est en cours. Attendez sa fin, puis recommencez."


class Imports(DeskPage):
    """A form, how far the import is, and what the last ones did."""

    menu_label = "Imports"
    path = "/imports"
    permission = Permission.IMPORT

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.uploads = Uploads(settings.data_dir / "uploads")
        self._largest = settings.desk_upload_bytes

    def is_accessible(self, request: Request) -> bool:
        """Whether whoever asks may import."""
        return super().is_accessible(request) and may_import(actor(request))

    @route("")
    async def index(self, request: Request) -> Response:
        """The form and the last imports; while one runs the page comes again by itself."""
        return self._page(request)

    @route("", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Begin to import a file."""
        async with request.form() as form:
            file, kind = form.get("file"), typed(form, "kind")
            if not isinstance(file, UploadFile) or not file.filename or kind not in KINDS:
                return self._page(request, "Choisissez ce que c'est, puis le fichier.", kind)
            name, content, keep_good = file.filename, await file.read(), bool(typed(form, "keep_good"))
            spare_rows = bool(typed(form, "spare_rows"))
            complete = _complete(ImportKind(kind), form)
            list_day = day_in(typed(form, "list_day"))
        try:
            await self.uploads.begin(
                actor(request),
                ImportKind(kind),
                name,
                content,
                keep_good=keep_good,
                spare_rows=spare_rows,
                complete=complete,
                list_day=list_day,
            )
        except NotTaken as error:
            return self._page(request, label(error.fault, Readership.DESK), kind)
        except ImportRuns:
            raise Refused(HTTPStatus.CONFLICT, BUSY) from None
        return RedirectResponse(f"{DESK}{self.path}", 303)

    @route("/template/{kind}.xlsx")
    async def template(self, request: Request) -> Response:
        """A workbook to fill in."""
        kind = request.path_params["kind"]
        if kind not in KINDS:
            raise not_there()
        attached = {"Content-Disposition": f'attachment; filename="modele-{kind}.xlsx"'}
        return Response(template(ImportKind(kind)), media_type=XLSX_TYPE, headers=attached)

    @route("/{upload_id}/errors")
    async def errors(self, request: Request) -> Response:
        """The refused rows of an import, line by line, to correct them."""
        upload_id = request.path_params["upload_id"]
        path = self.uploads.errors_of(upload_id)
        if path is None:
            raise not_there()
        await audit.record(actor(request).id, Act.ERRORS_DOWNLOADED, f"import {upload_id}", now())
        name = f"{PurePath(self.uploads.name_of(upload_id)).stem}.errors.csv"
        return FileResponse(path, filename=name, media_type="text/csv; charset=utf-8")

    def _page(self, request: Request, error: str = "", kind: str = "") -> Response:
        uploads = self.uploads.all()
        context = {
            "uploads": uploads,
            "running": next((upload for upload in uploads if upload.running), None),
            "kinds": KINDS,
            "needed_columns": {kind.value: ", ".join(needed_columns(kind)) for kind in ImportKind},
            "other_columns": {kind.value: ", ".join(_others(kind)) for kind in ImportKind},
            "completable": {kind.value: completable_columns(kind) for kind in ImportKind},
            "kind": kind,
            "error": error,
            "largest": self._largest // 1024 // 1024,
            "counted": READ_TO_THE_END,
            "remarks": {upload.id: self.uploads.remarks_of(upload.id) for upload in uploads},
            "with_errors": {upload.id for upload in uploads if self.uploads.errors_of(upload.id)},
        }
        return self.show(request, "imports/uploads.html", context, 422 if error else 200)


def _complete(kind: ImportKind, form: FormData) -> tuple[str, ...]:
    """The columns of this kind that were marked as complete; marks of other kinds are none of its business."""
    marked = {str(value) for value in form.getlist("complete")}
    return tuple(column for column in completable_columns(kind) if f"{kind}.{column}" in marked)


def _others(kind: ImportKind) -> tuple[str, ...]:
    needed = needed_columns(kind)
    return tuple(column for column in columns(kind) if column not in needed)
