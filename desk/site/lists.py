"""Lists of the library's own: holidays, prepared answers, places. Whoever changes or exports one is written down."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, Final, Self

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette_admin import (
    BaseField,
    BooleanField,
    CollectionField,
    DateField,
    EnumField,
    IntegerField,
    StringField,
    TextAreaField,
    TimeField,
)
from starlette_admin.contrib.sqla import ModelView
from starlette_admin.events import AdminEvent, AfterEditContext, EventContext
from starlette_admin.export import BaseExporter, CsvExporter, ExportContext

from core.grievances.models import Holiday, PreparedAnswer
from core.grievances.subjects import Category
from core.numbers.msisdn import local
from core.places.models import Cercle, Commune, Region
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.text.languages import Language
from desk.site.pages import actor, may_here, now
from desk.site.words import word

OPENS_IN_A_SHEET: Final = "\ufeff"
"""What tells a spreadsheet that a file is UTF-8."""


class SheetCsv(CsvExporter):
    """A CSV that a French spreadsheet opens as it is, in which nothing is taken for a formula."""

    def __init__(self) -> None:
        super().__init__(escape_formulas=True, delimiter=";")

    async def generate(self, fields: list[BaseField], rows: list[dict[str, Any]]) -> bytes:
        """The file."""
        return OPENS_IN_A_SHEET.encode() + await super().generate(fields, rows)


class Kept(ModelView):
    """A list of which each change and each export is in the audit trail, in the same transaction.

    `may_change` is the permission to add, change and delete (None: nobody has it), `may_look` to look and export.
    """

    may_look: ClassVar[Permission] = Permission.USE_DESK
    may_change: ClassVar[Permission | None] = None
    importers: Sequence[Any] = ()
    page_size = 25
    page_size_options: Sequence[int] = (25, 50, 100)

    def __init__(self, model: type[Any]) -> None:
        self.exporters: Sequence[BaseExporter | str] = [SheetCsv()]
        super().__init__(model)
        for field in self._all_fields:
            field.null_template = field.empty_template = "desk/site/nothing.html"
        self.events.on(AdminEvent.AFTER_EDIT, self._edited)

    def is_accessible(self, request: Request) -> bool:
        """Whether whoever asks may look."""
        return may_here(request, self.may_look)

    def can_create(self, request: Request) -> bool:
        """Whether they may add a row."""
        return self._changes(request)

    def can_edit(self, request: Request) -> bool:
        """Whether they may change one."""
        return self._changes(request)

    def can_delete(self, request: Request) -> bool:
        """Whether they may delete one."""
        return self._changes(request)

    def can_import(self, request: Request) -> bool:
        """Files come in by the page of imports only."""
        return False

    async def after_create(self, request: Request, obj: Any) -> None:
        """Write down what was added."""
        await self._record(request, "added", obj, {"after": self._values(request, obj)})

    async def _edited(self, context: EventContext) -> None:
        if isinstance(context, AfterEditContext):
            values = self._values(context.request, context.obj)
            before = {name: value for name, value in (context.old_data or {}).items() if values.get(name) != value}
            after = {name: values.get(name) for name in before}
            await self._record(context.request, "changed", context.obj, {"before": before, "after": after})

    async def before_delete(self, request: Request, obj: Any) -> None:
        """Write down what is deleted."""
        await self._record(request, "deleted", obj, {"before": self._values(request, obj)})

    async def after_export(self, request: Request, ctx: ExportContext) -> None:
        """Write down what left."""
        names = [field.name for field in ctx.fields]
        await self._written(request, Act(f"{self.key} exported"), None, {"rows": len(ctx.rows), "fields": names})

    async def _record(self, request: Request, act: str, obj: Any, detail: dict[str, Any]) -> None:
        about = f"{self.key} {await self.get_pk_value(request, obj)}"
        await self._written(request, Act(f"{self.key} {act}"), about, detail)

    async def _written(self, request: Request, act: Act, about: str | None, detail: dict[str, Any]) -> None:
        session: AsyncSession = request.state.session
        connection = await session.connection()
        await connection.exec_driver_sql(audit.RECORD, audit.entry(actor(request).id, act, about, now(), detail))

    def _changes(self, request: Request) -> bool:
        return self.may_change is not None and may_here(request, self.may_change)

    def _values(self, request: Request, obj: Any) -> dict[str, Any]:
        return {field.name: getattr(obj, field.name, None) for field in self.get_fields_list(request)}


class _Day(date):
    """A day by how it stands in an address; one that is none is a day of no holiday."""

    def __new__(cls, written: str) -> Self:
        try:
            return super().__new__(cls, *map(int, written.split("-")))
        except (TypeError, ValueError):
            return super().__new__(cls, 1, 1, 1)


class Holidays(Kept):
    """Days off, which move the days by which an answer is due."""

    key = "holiday"
    display_name = "Jour férié"
    menu_label = "Jours fériés"
    may_change = Permission.KEEP_HOLIDAYS
    fields: Sequence[Any] = (
        DateField("day", "Jour", required=True),
        StringField("name", "Nom", required=True, help_text="Par exemple : Fête de l'Indépendance."),
    )
    fields_default_sort: Sequence[Any] = (("day", True),)
    show_pk_in_forms = True

    def __init__(self, model: type[Any]) -> None:
        super().__init__(model)
        self._pk_coerce = _Day  # the library would call `date` with the words


FOR_STAFF: Final = sorted(Language, key=lambda language: language != Language.staff())
"""The languages as staff read them: their own first."""


def _text_shown(language: Language) -> TextAreaField:
    """A column of the list and the export for the texts of a language, which forms keep together."""
    return TextAreaField(
        f"text_{language}",
        f"Texte en {language.staff_name}",
        getter=lambda _, answer: answer.text_in(language),
        exclude_from_create=True,
        exclude_from_edit=True,
        read_only=True,
        searchable=False,
        orderable=False,
    )


def _texts() -> CollectionField:
    """What forms write: the texts of every language, kept in one column."""
    texts = CollectionField(
        "texts", [TextAreaField(each.value, f"Texte en {each.staff_name}", required=True) for each in FOR_STAFF]
    )
    texts.label = "Textes"
    return texts


class PreparedAnswers(Kept):
    """Texts to answer with, by category, in each language."""

    key = "prepared-answer"
    display_name = "Réponse préparée"
    menu_label = "Réponses préparées"
    may_change = Permission.KEEP_PREPARED_ANSWERS
    may_look = Permission.READ_PREPARED_ANSWERS
    exclude_fields_from_list = exclude_fields_from_detail = exclude_fields_from_export = ("texts",)
    fields: Sequence[Any] = (
        IntegerField("id", exclude_from_list=True, exclude_from_detail=True, exclude_from_export=True),
        EnumField("category", "Catégorie", required=True, choices=[(each.value, word(each)) for each in Category]),
        StringField("title", "Titre", required=True),
        _texts(),
        *map(_text_shown, FOR_STAFF),
        BooleanField("reviewed", "Bambara relu par quelqu'un dont c'est la langue"),
    )


class _Places(Kept):
    """Places come from the import of communes and are looked at only; nobody changes one here."""


class Regions(_Places):
    """The regions."""

    key = "region"
    display_name = menu_label = "Régions"
    fields: Sequence[Any] = (StringField("pcode", "Code"), StringField("name", "Nom"))
    fields_default_sort: Sequence[Any] = ("name",)


class Cercles(_Places):
    """The cercles."""

    key = "cercle"
    display_name = menu_label = "Cercles"
    fields: Sequence[Any] = (
        StringField("pcode", "Code"),
        StringField("name", "Nom"),
        StringField("region_pcode", "Région"),
    )
    fields_default_sort: Sequence[Any] = ("name",)


def _phone_shown(column: str, title: str) -> StringField:
    """A telephone as it is read out."""

    def shown(_: Request, commune: Commune) -> str | None:
        msisdn = getattr(commune, column)
        return local(msisdn) if msisdn else None

    return StringField(column, title, getter=shown)


class Communes(_Places):
    """The communes, with who is near."""

    key = "commune"
    display_name = menu_label = "Communes"
    fields: Sequence[Any] = (
        StringField("pcode", "Code"),
        StringField("name", "Nom"),
        StringField("cercle_pcode", "Cercle"),
        _phone_shown("committee_phone", "Comité"),
        _phone_shown("town_hall_phone", "Mairie"),
        TimeField("town_hall_opens", "Ouvre"),
        TimeField("town_hall_closes", "Ferme"),
        StringField("agency_name", "Agence de paiement"),
        _phone_shown("agency_phone", "Téléphone de l'agence"),
    )
    fields_default_sort: Sequence[Any] = ("name",)


def lists() -> tuple[Kept, ...]:
    """The lists, made anew for one desk."""
    return (
        PreparedAnswers(PreparedAnswer),
        Holidays(Holiday),
        Regions(Region),
        Cercles(Cercle),
        Communes(Commune),
    )
