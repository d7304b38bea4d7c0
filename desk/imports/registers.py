"""Village registers kept on telephones: an export of KoBo or ODK is brought, looked at, and filed."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.routing import route

from core.files.cells import UnreadableFile
from core.imports.registers.columns import Export
from core.imports.registers.held import LARGEST, HeldExport, HeldExports
from core.imports.registers.mappings import (
    BadMapping,
    FormMapping,
    all_mappings,
    forget,
    from_json,
    keep,
    mapping_named,
    the_fitting,
)
from core.imports.registers.register import Examination, Registered, examine, file_register, references_of
from core.imports.registers.submissions import ListChoices
from core.platform.settings import Settings
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.languages import Language
from desk.imports.mapping_form import MappingForm, begun, sent
from desk.places.commune_field import CommuneField, own_commune, read_commune
from desk.site.pages import DESK, DeskPage, actor, now, number, typed
from desk.site.refusals import not_there

FILED_AT_ONCE: Final = 300
"""Some seconds of work; a button files the rest."""

BAD_SHOWN: Final = 200


class FormRegisters(DeskPage):
    """A file is brought, its columns are said once, what it would do is seen, and it is filed."""

    menu_label = "Registre de formulaire (KoBo, ODK)"
    path = "/form-registers"
    permission = Permission.FILE_REGISTERS

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._held = HeldExports(settings.data_dir / "registers")
        self._held.sweep(now())
        self._largest = min(settings.desk_upload_bytes, LARGEST)

    @route("")
    async def index(self, request: Request) -> Response:
        """Where a file is brought, and the mappings that are kept."""
        self._held.sweep(now())
        return await self._index(request, await own_commune(actor(request)))

    @route("", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Hold a file; go on to what it would do, or to its columns where no mapping fits."""
        me = actor(request)
        async with request.form() as form:
            commune, language = await read_commune(form), Language.named(typed(form, "language"))
            file = form.get("file")
            if commune.error:
                return await self._index(request, commune, error=commune.error)
            if not isinstance(file, UploadFile) or not file.filename:
                return await self._index(request, commune, error="Choisissez le fichier.")
            name, content = file.filename, await file.read()
        choices = ListChoices(commune.pcode, language or Language.default())
        try:
            held = await self._held.hold(me, name, content, choices, now())
            export = await self._held.export(held)
        except UnreadableFile as problem:
            return await self._index(request, commune, error=str(problem))
        fitting = the_fitting(await self._mappings(request), export)
        return RedirectResponse(self._at(held) if fitting else f"{self._at(held)}/mapping", 303)

    @route("/mappings", methods=["POST"])
    async def kept(self, request: Request) -> Response:
        """Take a mapping away as a file, or keep it no more."""
        async with request.form() as form:
            name, forgotten = typed(form, "name"), typed(form, "do") == "forget"
        mapping = await self._mapping(request, name)
        if mapping is None:
            raise not_there()
        if forgotten:
            async with seen_by(actor(request)):
                await forget(name)
                await audit.record(actor(request).id, Act.REGISTER_MAPPING_FORGOTTEN, f"form {name}", now())
            return self.done(request, "Correspondance retirée. Les plaintes restent.", self.path)
        attached = {"Content-Disposition": 'attachment; filename="correspondance.json"'}
        return Response(mapping.json(), media_type="application/json", headers=attached)

    @route("/mappings/brought", methods=["POST"])
    async def bring_mapping(self, request: Request) -> Response:
        """Keep a mapping that was made elsewhere."""
        async with request.form() as form:
            file = form.get("mapping")
            content = await file.read() if isinstance(file, UploadFile) else b""
        try:
            mapping = from_json(content.decode("utf-8-sig", "replace"))
        except BadMapping as problem:
            return await self._index(request, await own_commune(actor(request)), mapping_error=str(problem))
        await self._keep(request, mapping)
        return self.done(request, f"Correspondance « {mapping.name} » gardée.", self.path)

    @route("/{held_id}")
    async def look(self, request: Request) -> Response:
        """What a file would do, by the mapping that fits or was chosen."""
        held = self._of(request)
        export = await self._held.export(held)
        mappings = await self._mappings(request)
        mapping = _asked_for(request, mappings) or the_fitting(mappings, export)
        return await self._look(request, held, export, mapping)

    @route("/{held_id}/file", methods=["POST"])
    async def file(self, request: Request) -> Response:
        """File what is new: all of it, or where rows are bad the good ones if that was chosen."""
        me, held = actor(request), self._of(request)
        async with request.form() as form:
            name, keep_good = typed(form, "mapping"), bool(typed(form, "keep_good"))
        export = await self._held.export(held)
        mapping = await self._mapping(request, name)
        if mapping is None or not mapping.fits(export):
            return await self._look(request, held, export, mapping)
        examination = await examine(export, mapping, me, held.choices, now())
        if examination.problems and not keep_good:
            error = "Rien n'est enregistré : il y a de mauvaises lignes. Corrigez-les, ou prenez les bonnes."
            return await self._look(request, held, export, mapping, error=error)
        registered = await file_register(examination, me, now(), FILED_AT_ONCE)
        counted = {"filed": len(registered), "known": len(examination.known), "bad": examination.bad}
        await audit.record(me.id, Act.REGISTER_FILED, f"form {mapping.name}", now(), counted)
        left = len(examination.fresh) > FILED_AT_ONCE
        if not left:
            self._held.drop(held)
        return await self._filed(request, held, mapping, examination, registered, left=left)

    @route("/{held_id}/mapping")
    async def mapping(self, request: Request) -> Response:
        """The columns of a file, to say what they are."""
        held = self._of(request)
        export = await self._held.export(held)
        mapping = _asked_for(request, await self._mappings(request))
        return self._mapping_page(request, held, begun(export, mapping, PurePath(held.name).stem[:60]))

    @route("/{held_id}/mapping", methods=["POST"])
    async def say_mapping(self, request: Request) -> Response:
        """Ask of the words in the columns that were chosen; once all is said, keep it and look at the file."""
        held = self._of(request)
        export = await self._held.export(held)
        async with request.form() as form:
            chosen, only_columns = sent(export, form), typed(form, "do") == "columns"
        if only_columns:
            return self._mapping_page(request, held, chosen)
        try:
            mapping = chosen.mapping()
        except BadMapping as problem:
            chosen.error = str(problem)
            return self._mapping_page(request, held, chosen)
        await self._keep(request, mapping)
        return self.done(request, f"Correspondance « {mapping.name} » gardée.", f"{self.path}/{held.id}")

    def _of(self, request: Request) -> HeldExport:
        held = self._held.of(request.path_params["held_id"], actor(request), now())
        if held is None:
            raise not_there()
        return held

    def _at(self, held: HeldExport) -> str:
        return f"{DESK}{self.path}/{held.id}"

    async def _mappings(self, request: Request) -> Sequence[FormMapping]:
        async with seen_by(actor(request)):
            return await all_mappings()

    async def _mapping(self, request: Request, name: str) -> FormMapping | None:
        async with seen_by(actor(request)):
            return await mapping_named(name)

    async def _keep(self, request: Request, mapping: FormMapping) -> None:
        async with seen_by(actor(request)):
            await keep(mapping, actor(request).id, now())
            await audit.record(actor(request).id, Act.REGISTER_MAPPING_KEPT, f"form {mapping.name}", now())

    async def _index(
        self, request: Request, commune: CommuneField, *, error: str = "", mapping_error: str = ""
    ) -> Response:
        context: Mapping[str, Any] = {
            "commune": commune,
            "language": Language.default().value,
            "error": error,
            "mapping_error": mapping_error,
            "mappings": await self._mappings(request),
            "largest": self._largest // 1024 // 1024,
        }
        return self.show(request, "imports/registers.html", context, 422 if error or mapping_error else 200)

    async def _look(
        self, request: Request, held: HeldExport, export: Export, mapping: FormMapping | None, *, error: str = ""
    ) -> Response:
        fits = mapping is not None and mapping.fits(export)
        examination = None
        if mapping and fits:
            examination = await examine(export, mapping, actor(request), held.choices, now())
        context: Mapping[str, Any] = {
            "held": held,
            "export": export,
            "mapping": mapping,
            "mappings": await self._mappings(request),
            "missing": mapping.missing(export) if mapping and not fits else (),
            "examination": examination,
            "known": await references_of(examination.known) if examination else (),
            "problems": examination.problems[:BAD_SHOWN] if examination else (),
            "error": error,
        }
        return self.show(request, "imports/register.html", context, 422 if error else 200)

    async def _filed(
        self,
        request: Request,
        held: HeldExport,
        mapping: FormMapping,
        examination: Examination,
        registered: Sequence[Registered],
        *,
        left: bool,
    ) -> Response:
        context: Mapping[str, Any] = {
            "held": held,
            "mapping": mapping,
            "registered": registered,
            "left": len(examination.fresh) - FILED_AT_ONCE if left else 0,
            "bad": examination.bad,
        }
        return self.show(request, "imports/register_filed.html", context)

    def _mapping_page(self, request: Request, held: HeldExport, chosen: MappingForm) -> Response:
        context = {"title": held.name, "at": self._at(held), "to": "mapping", "form": chosen}
        return self.show(request, "imports/register_mapping.html", context, 422 if chosen.error else 200)


def _asked_for(request: Request, mappings: Sequence[FormMapping]) -> FormMapping | None:
    """The mapping whose number stands in the address, or None."""
    asked = number(request.query_params.get("mapping"))
    return next((each for each in mappings if each.id == asked), None) if asked else None
