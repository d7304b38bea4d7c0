"""Import files brought by upload: checked, confirmed by somebody who saw what they would do, undone if need be."""

from http import HTTPStatus
from pathlib import PurePath
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette_admin.routing import route

from core.imports.importing import columns, completable_columns, needed_columns
from core.imports.kinds import ImportKind
from core.imports.refused import MOST
from core.imports.templates import template
from core.imports.undoing import NotUndone
from core.imports.upload import READ_TO_THE_END, Upload
from core.imports.uploads import ImportRuns, NoSuchUpload, NotTaken, SecondPerson, Uploads, may_confirm, may_import
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
SECOND: Final = "Ce fichier retire beaucoup : une deuxième personne doit le confirmer, vous l'avez apporté."
TOO_LATE: Final = "C'est déjà fait, ou ce n'est plus possible : voici où en est cet import."


class Imports(DeskPage):
    """A form and the last imports; of each, what it would do or did, and what may be done with it."""

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
        """The form and the last imports."""
        return await self._page(request)

    @route("", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Take a file, and begin to check it."""
        async with request.form() as form:
            file, kind = form.get("file"), typed(form, "kind")
            if not isinstance(file, UploadFile) or not file.filename or kind not in KINDS:
                return await self._page(request, "Choisissez ce que c'est, puis le fichier.", kind)
            try:
                upload_id = await self.uploads.begin(
                    actor(request),
                    ImportKind(kind),
                    file.filename,
                    file.file,
                    complete=_complete(ImportKind(kind), form),
                    list_day=day_in(typed(form, "list_day")),
                )
            except NotTaken as error:
                return await self._page(request, label(error.fault, Readership.DESK), kind)
            except ImportRuns:
                raise Refused(HTTPStatus.CONFLICT, BUSY) from None
        return RedirectResponse(f"{DESK}{self.path}/{upload_id}", 303)

    @route("/template/{kind}.xlsx")
    async def template(self, request: Request) -> Response:
        """A workbook to fill in."""
        kind = request.path_params["kind"]
        if kind not in KINDS:
            raise not_there()
        attached = {"Content-Disposition": f'attachment; filename="modele-{kind}.xlsx"'}
        return Response(template(ImportKind(kind)), media_type=XLSX_TYPE, headers=attached)

    @route("/{upload_id}")
    async def one(self, request: Request) -> Response:
        """What one file would do or did; while a process works on it the page comes again by itself."""
        upload = await self._upload(request)
        context = {
            "upload": upload,
            "counted": upload.state in READ_TO_THE_END,
            "refused": self.uploads.shelf.refused_of(upload.id) is not None,
            "most": MOST,
            "may_confirm": may_confirm(actor(request), upload),
            "undoable": await self.uploads.can_be_undone(upload),
        }
        return self.show(request, "imports/upload.html", context)

    @route("/{upload_id}/confirm", methods=["POST"])
    async def confirm(self, request: Request) -> Response:
        """Let a checked file come in."""
        upload = await self._upload(request)
        try:
            await self.uploads.confirm(actor(request), upload.id)
        except SecondPerson:
            return self.not_done(request, SECOND, self._address(upload))
        except NoSuchUpload:
            return self.not_done(request, TOO_LATE, self._address(upload))
        except ImportRuns:
            raise Refused(HTTPStatus.CONFLICT, BUSY) from None
        return RedirectResponse(f"{DESK}{self._address(upload)}", 303)

    @route("/{upload_id}/discard", methods=["POST"])
    async def discard(self, request: Request) -> Response:
        """Abandon a checked file."""
        upload = await self._upload(request)
        try:
            await self.uploads.discard(actor(request), upload.id)
        except NoSuchUpload:
            return self.not_done(request, TOO_LATE, self._address(upload))
        return self.done(request, "Abandonné : rien n'est entré.", self.path)

    @route("/{upload_id}/undo", methods=["POST"])
    async def undo(self, request: Request) -> Response:
        """Begin to undo the last import."""
        upload = await self._upload(request)
        try:
            await self.uploads.undo(actor(request), upload.id)
        except NoSuchUpload:
            return self.not_done(request, TOO_LATE, self._address(upload))
        except NotUndone as refusal:
            return self.not_done(request, label(refusal.obstacle, Readership.DESK), self._address(upload))
        except ImportRuns:
            raise Refused(HTTPStatus.CONFLICT, BUSY) from None
        return RedirectResponse(f"{DESK}{self._address(upload)}", 303)

    @route("/{upload_id}/refused")
    async def refused(self, request: Request) -> Response:
        """The refused rows of an import, marked, to correct them and bring them again."""
        upload = await self._upload(request)
        path = self.uploads.shelf.refused_of(upload.id)
        if path is None:
            raise not_there()
        await audit.record(actor(request).id, Act.ERRORS_DOWNLOADED, f"import {upload.id}", now())
        name = f"{PurePath(upload.name).stem}.a-corriger.xlsx"
        return FileResponse(path, filename=name, media_type=XLSX_TYPE)

    async def _upload(self, request: Request) -> Upload:
        upload = await self.uploads.one(request.path_params["upload_id"])
        if upload is None:
            raise not_there()
        return upload

    def _address(self, upload: Upload) -> str:
        return f"{self.path}/{upload.id}"

    async def _page(self, request: Request, error: str = "", kind: str = "") -> Response:
        context = {
            "uploads": await self.uploads.all(),
            "kinds": KINDS,
            "needed_columns": {kind.value: ", ".join(needed_columns(kind)) for kind in ImportKind},
            "other_columns": {kind.value: ", ".join(_others(kind)) for kind in ImportKind},
            "completable": {kind.value: completable_columns(kind) for kind in ImportKind},
            "kind": kind,
            "error": error,
            "largest": self._largest // 1024 // 1024,
            "counted": READ_TO_THE_END,
        }
        return self.show(request, "imports/uploads.html", context, 422 if error else 200)


def _complete(kind: ImportKind, form: FormData) -> tuple[str, ...]:
    """The columns of this kind that were marked as complete; marks of other kinds are none of its business."""
    marked = {str(value) for value in form.getlist("complete")}
    return tuple(column for column in completable_columns(kind) if f"{kind}.{column}" in marked)


def _others(kind: ImportKind) -> tuple[str, ...]:
    needed = needed_columns(kind)
    return tuple(column for column in columns(kind) if column not in needed)
