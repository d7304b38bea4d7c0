"""Forms of the field: what a form's server pushes is tied to a mapping, and what waits is filed once it fits.

Nothing that was said is shown here, but to focal persons: what waits may be sensitive.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.imports.field import forms, waiting
from core.imports.field.forms import FieldFormCard
from core.imports.field.states import SubmissionOutcome
from core.imports.registers.mappings import BadMapping, FormMapping, all_mappings, codes, keep, mapping_named
from core.platform.encryption import Undecryptable
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import NotAllowed, Permission
from core.staff.row_security import seen_by
from core.text.words import DESK as AT_THE_DESK
from core.text.words import label
from desk.imports.mapping_form import MappingForm, begun, likely_choices, said_of, sent
from desk.site.keys import row_id
from desk.site.pages import DESK, DeskPage, actor, may_here, now, number, typed
from desk.site.refusals import not_there

UNREADABLE = "Ce guichet n'a pas la clé de ces envois."


class FieldForms(DeskPage):
    """The forms that push; of each its mapping, what waits and why."""

    menu_label = "Formulaires de terrain"
    path = "/field-forms"
    permission = Permission.FILE_REGISTERS

    @route("")
    async def index(self, request: Request) -> Response:
        """Every form, and how many of its submissions wait."""
        async with seen_by(actor(request)):
            known = await forms.every()
        return self.show(request, "imports/field_forms.html", {"forms": known})

    @route("/{id:int}")
    async def form(self, request: Request) -> Response:
        """A form: its mapping, what waits."""
        return await self._page(request, await self._form(request))

    @route("/{id:int}/mapping", methods=["POST"])
    async def choose(self, request: Request) -> Response:
        """Let a mapping that is kept say the columns of a form."""
        form = await self._form(request)
        async with request.form() as typed_in:
            name = typed(typed_in, "mapping")
        mapping = await self._mapping(request, name)
        if mapping is None:
            raise not_there()
        await self._tie(request, form, mapping)
        return self.done(request, f"Relié à « {mapping.name} ».", self._at(form))

    @route("/{id:int}/columns")
    async def columns(self, request: Request) -> Response:
        """The questions of the form, to say what they are."""
        form = await self._form(request)
        try:
            export = await waiting.columns_of(actor(request), form)
        except Undecryptable:
            return self.not_done(request, UNREADABLE, self._at(form))
        mapping = await self._mapping(request, form.mapping) if form.mapping else None
        return self._columns_page(request, form, begun(export, mapping, form.name))

    @route("/{id:int}/columns", methods=["POST"])
    async def say_columns(self, request: Request) -> Response:
        """Keep what was said of the questions; what their words mean is asked once they came."""
        form = await self._form(request)
        try:
            export = await waiting.columns_of(actor(request), form)
        except Undecryptable:
            return self.not_done(request, UNREADABLE, self._at(form))
        async with request.form() as typed_in:
            chosen = sent(export, typed_in)
        try:
            mapping = chosen.mapping_of_columns()
        except BadMapping as problem:
            chosen.error = str(problem)
            return self._columns_page(request, form, chosen)
        await self._keep(request, mapping)
        await self._tie(request, form, mapping)
        return self.done(request, f"Correspondance « {mapping.name} » gardée.", self._at(form))

    @route("/{id:int}/words", methods=["POST"])
    async def say_words(self, request: Request) -> Response:
        """Tie words of the form to codes of ours, and file what fits then."""
        form, mapping = await self._mapped(request)
        try:
            async with request.form() as typed_in:
                said = said_of(typed_in)
            await self._keep(request, waiting.with_meanings(mapping, said))
        except BadMapping as problem:
            return self.not_done(request, str(problem), self._at(form))
        return await self._file(request, form)

    @route("/{id:int}/file", methods=["POST"])
    async def file(self, request: Request) -> Response:
        """File what fits now."""
        form, _ = await self._mapped(request)
        return await self._file(request, form)

    @route("/{id:int}/drop", methods=["POST"])
    async def drop(self, request: Request) -> Response:
        """Put a submission away, unfiled."""
        form = await self._form(request)
        async with request.form() as typed_in:
            submission = number(typed(typed_in, "submission")) or 0
        if not await waiting.drop(actor(request), form, submission, now()):
            return self.not_done(request, "Cet envoi n'attend plus.", self._at(form))
        return self.done(request, "Envoi écarté : il ne sera pas enregistré.", self._at(form))

    @route("/{id:int}/read", methods=["POST"])
    async def read(self, request: Request) -> Response:
        """What a submission says, for a focal person."""
        form = await self._form(request)
        async with request.form() as typed_in:
            submission = number(typed(typed_in, "submission")) or 0
        try:
            values = await waiting.read(actor(request), form, submission, now())
        except NotAllowed:
            raise not_there() from None
        except Undecryptable:
            return self.not_done(request, UNREADABLE, self._at(form))
        return await self._page(request, form, opened=submission, values=values or {})

    async def _file(self, request: Request, form: FieldFormCard) -> Response:
        form, mapping = await self._mapped(request)
        try:
            counted = await waiting.file_waiting(actor(request), form, mapping, now())
        except Undecryptable:
            return self.not_done(request, UNREADABLE, self._at(form))
        filed = counted.get(SubmissionOutcome.FILED, 0) + counted.get(SubmissionOutcome.NOTED, 0)
        left = counted.get(SubmissionOutcome.WAITING, 0)
        return self.done(request, f"Enregistrés : {filed}. En attente encore : {left}.", self._at(form))

    async def _page(
        self, request: Request, form: FieldFormCard, *, opened: int = 0, values: Mapping[str, str] | None = None
    ) -> Response:
        async with seen_by(actor(request)):
            listed = await waiting.of_form(form.id)
            mappings = await all_mappings()
        mapping = next((each for each in mappings if each.name == form.mapping), None)
        unknown = waiting.unknown_words(listed, mapping) if mapping else {}
        context: Mapping[str, Any] = {
            "form": form,
            "mapping": mapping,
            "mappings": mappings,
            "waiting": listed,
            "words": likely_choices(unknown),
            "labels": {field.value: label(field, AT_THE_DESK) for field in unknown},
            "codes": {field.value: codes(field) for field in unknown},
            "may_read": may_here(request, Permission.READ_SENSITIVE),
            "opened": opened,
            "values": values or {},
        }
        return self.show(request, "imports/field_form.html", context)

    def _columns_page(self, request: Request, form: FieldFormCard, chosen: MappingForm) -> Response:
        context = {"title": form.name, "at": f"{DESK}{self._at(form)}", "to": "columns", "form": chosen}
        return self.show(request, "imports/register_mapping.html", context, 422 if chosen.error else 200)

    async def _form(self, request: Request) -> FieldFormCard:
        async with seen_by(actor(request)):
            form = await forms.one(row_id(request))
        if form is None:
            raise not_there()
        return form

    async def _mapped(self, request: Request) -> tuple[FieldFormCard, FormMapping]:
        form = await self._form(request)
        mapping = await self._mapping(request, form.mapping) if form.mapping else None
        if mapping is None:
            raise not_there()
        return form, mapping

    async def _mapping(self, request: Request, name: str) -> FormMapping | None:
        async with seen_by(actor(request)):
            return await mapping_named(name)

    async def _keep(self, request: Request, mapping: FormMapping) -> None:
        async with seen_by(actor(request)):
            await keep(mapping, actor(request).id, now())
            await audit.record(actor(request).id, Act.REGISTER_MAPPING_KEPT, f"form {mapping.name}", now())

    async def _tie(self, request: Request, form: FieldFormCard, mapping: FormMapping) -> None:
        async with seen_by(actor(request)):
            await forms.tie(form.id, mapping.name)
            detail = {"mapping": mapping.name}
            await audit.record(actor(request).id, Act.FIELD_FORM_MAPPED, f"form {form.name}", now(), detail)

    def _at(self, form: FieldFormCard) -> str:
        return f"{self.path}/{form.id}"
