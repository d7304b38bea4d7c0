"""Lists of the library's own: holidays, prepared answers, places. Whoever changes or exports one is written down."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, ClassVar, Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
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
from starlette_admin.exceptions import FormValidationError
from starlette_admin.export import BaseExporter, CsvExporter, ExportContext

from core.grievances import due_days
from core.grievances.models import Holiday, PreparedAnswer
from core.grievances.rules import check_answer
from core.grievances.subjects import Category
from core.numbers.msisdn import local
from core.places.models import Region
from core.scams.guard import NotASafeText
from core.scams.proven import NoSuchPiece
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.text.folding import NoRule
from core.text.languages import Language
from desk.site.keys import DayKey, NumberKey, TextKey
from desk.site.pages import actor, may_here, now
from desk.site.place_rows import CercleRow, CommuneRow
from desk.site.printing import MOST_PRINTED
from desk.site.refusals import Refused
from desk.site.searches import list_url
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
    page_size_options: Sequence[int] = (25, 50, 100, MOST_PRINTED)

    key_kind: ClassVar[type] = TextKey
    """What the key of a row is in an address."""

    there_already: ClassVar[str] = "C'est déjà dans la liste."

    def __init__(self, model: type[Any]) -> None:
        self.exporters: Sequence[BaseExporter | str] = [SheetCsv()]
        # Unless they are named, the library takes every field for one that it can look into and order by.
        self.searchable_fields = [field.name for field in self.fields if field.searchable]
        self.sortable_fields = [field.name for field in self.fields if field.orderable]
        super().__init__(model)
        self._pk_coerce = self.key_kind  # the library would call the column's own type with the words
        for field in self._all_fields:
            field.null_template = field.empty_template = "desk/site/nothing.html"
        self.events.on(AdminEvent.AFTER_EDIT, self._edited)

    @staticmethod
    def _filter_tree_url(request: Request, logic: str, rules: list[Any]) -> str:
        """Where the list is with these filters, which its address has a key of."""
        tree = ModelView._serialize_filter_string({"logic": logic, "rules": rules}) if rules else None
        return list_url(request, filter=tree, page=None)

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

    async def find_all(self, request: Request, *given: Any, **named: Any) -> Sequence[Any]:
        """The rows that are asked for; what is no value of a column is refused."""
        with _of_their_columns():
            rows: Sequence[Any] = await super().find_all(request, *given, **named)
        if request.query_params.get("page_size") == str(MOST_PRINTED):
            printed = {"list": str(self.menu_label), "rows": len(rows)}
            await audit.record(actor(request).id, Act.LIST_PRINTED, None, now(), printed)
        return rows

    async def count(self, request: Request, *given: Any, **named: Any) -> int:
        """How many they are."""
        with _of_their_columns():
            rows: int = await super().count(request, *given, **named)
        return rows

    async def validate(self, request: Request, data: dict[str, Any]) -> None:
        """Raise FormValidationError for a value that is not of its list, and for one that is too long."""
        errors: dict[str | int, Any] = {
            field.name: wrong
            for field in self.get_fields_list(request)
            if (wrong := _wrong(field, data.get(field.name)))
        }
        if errors:
            raise FormValidationError(errors)

    async def handle_exception(self, request: Request, exc: Exception) -> None:
        """Say in words that a row with this key is there already."""
        if isinstance(exc, IntegrityError):
            raise FormValidationError({self.pk_attr or "": self.there_already}) from None
        await super().handle_exception(request, exc)

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


@contextmanager
def _of_their_columns() -> Iterator[None]:
    """Refuse a filter whose value its column, or PostgreSQL, cannot have."""
    try:
        yield
    except StatementError as error:
        if isinstance(error, DBAPIError) and not isinstance(error, DataError):
            raise
        raise Refused(HTTPStatus.BAD_REQUEST) from None


LONGEST_LINE: Final = 120
LONGEST_TEXT: Final = 600


def _wrong(field: BaseField, value: Any) -> str | dict[str, str]:
    """What is wrong with a value of a form, in words; '' for nothing. That one is missing the library says."""
    if isinstance(field, CollectionField):
        texts = value or {}
        return {part.name: wrong for part in field.fields if (wrong := str(_wrong(part, texts.get(part.name))))}
    if (
        isinstance(field, EnumField)
        and value is not None
        and value not in {choice[0] for choice in field.choices or ()}
    ):
        return "Choisissez dans la liste."
    most = LONGEST_TEXT if isinstance(field, TextAreaField) else LONGEST_LINE
    return f"{most} caractères au plus." if isinstance(value, str) and len(value) > most else ""


class Holidays(Kept):
    """Days off, which move the days by which an answer is due."""

    key = "holiday"
    display_name = "Jour férié"
    menu_label = "Jours fériés"
    may_change = Permission.KEEP_HOLIDAYS
    fields: Sequence[Any] = (
        DateField("day", "Jour", required=True, output_format="yyyy-MM-dd"),  # links to a row are made of it
        StringField("name", "Nom", required=True, help_text="Par exemple : Fête de l'Indépendance."),
    )
    fields_default_sort: Sequence[Any] = (("day", True),)
    show_pk_in_forms = True
    key_kind = DayKey
    there_already = "Ce jour est déjà dans la liste."

    async def _record(self, request: Request, act: str, obj: Any, detail: dict[str, Any]) -> None:
        """Write it down, and give open complaints as many working days as they had."""
        await super()._record(request, act, obj, detail)
        added = {values["day"] for values in [detail.get("after", {})] if "day" in values}
        gone = {values["day"] for values in [detail.get("before", {})] if "day" in values}
        await due_days.move(now().date(), added=added - gone, gone=gone - added)


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
    key_kind = NumberKey
    exclude_fields_from_list = exclude_fields_from_detail = exclude_fields_from_export = ("texts",)
    fields_default_sort: Sequence[Any] = ("category", "title")
    fields: Sequence[Any] = (
        IntegerField(
            "id", exclude_from_list=True, exclude_from_detail=True, exclude_from_export=True, searchable=False
        ),
        EnumField("category", "Catégorie", required=True, choices=[(each.value, word(each)) for each in Category]),
        StringField("title", "Titre", required=True),
        _texts(),
        *map(_text_shown, FOR_STAFF),
        BooleanField("reviewed", "Bambara relu par quelqu'un dont c'est la langue"),
    )

    async def validate(self, request: Request, data: dict[str, Any]) -> None:
        """Raise FormValidationError also for a text that no person may be shown."""
        await super().validate(request, data)
        wrong = {code: why for code, words in (data.get("texts") or {}).items() if (why := _not_to_be_shown(words))}
        if wrong:
            raise FormValidationError({"texts": wrong})


def _not_to_be_shown(words: str | None) -> str:
    """Why no person may be shown these words; '' where they may."""
    try:
        check_answer(words or "")
    except (NotASafeText, NoSuchPiece) as error:
        return error.in_french
    except NoRule as error:
        return f"Aucun téléphone simple ne montre : {' '.join(error.characters)}. Enlevez-le."
    return ""


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
        StringField("region_name", "Région"),
    )
    fields_default_sort: Sequence[Any] = ("name",)


def _phone_shown(column: str, title: str) -> StringField:
    """A telephone as it is read out."""

    def shown(_: Request, commune: CommuneRow) -> str | None:
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
        StringField("cercle_name", "Cercle"),
        StringField("region_name", "Région"),
        _phone_shown("committee_phone", "Comité"),
        _phone_shown("town_hall_phone", "Mairie"),
        TimeField("town_hall_opens", "Ouvre", output_format="HH:mm"),
        TimeField("town_hall_closes", "Ferme", output_format="HH:mm"),
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
        Cercles(CercleRow),
        Communes(CommuneRow),
    )
