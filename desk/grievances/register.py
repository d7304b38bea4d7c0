"""The list that a village wrote on paper, typed and filed row by row."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances.filing import Filed, file_for, filed_before
from core.grievances.subjects import CATEGORIES, Category, Subcategory, is_sensitive, keeps_least
from core.grievances.village_list import NOBODY, OLDEST, ListEntry, filing_of
from core.grievances.vocabulary import Sex
from core.numbers import identifiers, msisdn
from core.registry import search
from core.registry.search import CannotSearch, Hit
from core.staff.agents import Actor
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.languages import Language
from core.text.words import Readership, label
from desk.grievances.intake import LONGEST_NAME
from desk.places.commune_field import CommuneField, own_commune, read_commune
from desk.site.pages import DeskPage, actor, day_in, now, typed

EMPTY_ROWS: Final = 6
MOST_ROWS: Final = 100
LONGEST_WORDS: Final = 300
UNKEPT: Final = "Pas gardé d'une liste : effacez-le, ou prenez « Nouvelle plainte »."
"""Of a number that would be dropped: nobody asked if it is safe, or whose it is."""

COLUMNS: Final = ("key", "whose", "sex", "phone", "what", "words")
CODES: Final[Mapping[str, tuple[Category, Subcategory]]] = {
    f"{number}{within}": (category, subcategory)
    for number, (category, handling) in enumerate(CATEGORIES.items(), 1)
    for within, subcategory in enumerate(handling.subcategories, 1)
}
"""What a subject is typed as: the number of its category in the table, then its own."""


@dataclass(slots=True)
class RegisterRow:
    """A row as it was typed, what is wrong with it, and what it was filed as."""

    key: str
    whose: str = ""
    sex: str = ""
    phone: str = ""
    what: str = ""
    words: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    filed: Filed | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not any((self.whose, self.sex, self.phone, self.what, self.words))


@dataclass(slots=True)
class _List:
    """What holds for all rows: where, when, in which language."""

    commune: CommuneField
    village: str
    written_on: str
    language: str
    errors: dict[str, str] = field(default_factory=dict)
    day: date | None = None


class Register(DeskPage):
    """A table with a row for each grievance; those that are right are filed, the others say what is wrong."""

    menu_label = "Registre de village"
    path = "/register"
    permission = Permission.WORK_ON_GRIEVANCES

    @route("")
    async def index(self, request: Request) -> Response:
        """An empty list."""
        head = _List(await own_commune(actor(request)), "", now().date().isoformat(), Language.default().value)
        return self._page(request, head, [])

    @route("", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """File the rows that are right; each is a transaction of its own, and its key files it once."""
        me, sent = actor(request), await request.form(max_fields=MOST_ROWS * len(COLUMNS) + 20)
        head = await _head(sent)
        rows = _rows(sent)
        if typed(sent, "do") == "file":
            for row in rows:
                await _settle(row, head, me)
        return self._page(request, head, rows, answered=True)

    def _page(self, request: Request, head: _List, rows: Sequence[RegisterRow], *, answered: bool = False) -> Response:
        """The list; `answered` when it was sent, so that what the browser kept of it is done with."""
        kept = [row for row in rows if not row.empty or row.filed]
        room = min(EMPTY_ROWS, MOST_ROWS - len(kept))
        wrong = bool(head.errors) or any(row.errors for row in kept)
        context: Mapping[str, Any] = {
            "head": head,
            "rows": [*kept, *(RegisterRow(secrets.token_urlsafe(12)) for _ in range(room))],
            "filed": [(number, row) for number, row in enumerate(kept, 1) if row.filed],
            "wrong": sum(bool(row.errors) for row in kept),
            "codes": CODES,
            "is_sensitive": is_sensitive,
            "most": MOST_ROWS,
            "longest": LONGEST_WORDS,
            "answered": answered,
        }
        return self.show(request, "grievances/register.html", context, 422 if wrong else 200)


async def _head(sent: FormData) -> _List:
    commune = await read_commune(sent)
    head = _List(commune, typed(sent, "village"), typed(sent, "written_on"), typed(sent, "language"))
    if commune.pcode is None:
        head.errors["commune"] = commune.error or "Dites de quelle commune est la liste."
    if not head.village or len(head.village) > LONGEST_NAME:
        head.errors["village"] = f"Écrivez le nom du village, {LONGEST_NAME} caractères au plus."
    today = now().date()
    head.day = day_in(head.written_on)
    if head.day is None:
        head.errors["written_on"] = "Écrivez le jour où la liste fut écrite."
    if head.day and not today - OLDEST <= head.day <= today:
        head.errors["written_on"] = "Ce jour est à venir, ou passé depuis plus d'un an."
    return head


def _rows(sent: FormData) -> list[RegisterRow]:
    columns = [[str(value).strip() for value in sent.getlist(column)] for column in COLUMNS]
    return [RegisterRow(*cells) for cells in list(zip(*columns, strict=False))[:MOST_ROWS] if cells[0]]


async def _settle(row: RegisterRow, head: _List, me: Actor) -> None:
    """File a row, or note what is wrong with it; one that was filed before only says its reference again."""
    key = f"register {me.id} {row.key}"
    row.filed = await filed_before(key)
    if row.filed or row.empty:
        return
    household = await _household(row, head, me)
    code = CODES.get(row.what)
    if code is None:
        row.errors["what"] = "Code inconnu."
    sensitive = code is not None and is_sensitive(code[0])
    phone = _phone(row)
    anonymous = row.whose.casefold() in NOBODY
    if phone and code is not None and (keeps_least(code[0]) or anonymous):
        row.errors["phone"] = UNKEPT
    sex = next((each for each in Sex if each.value == row.sex.upper()), None)
    if row.sex and sex is None:
        row.errors["sex"] = " ou ".join(each.value for each in Sex) + "."
    if len(row.words) > LONGEST_WORDS:
        row.errors["words"] = f"{LONGEST_WORDS} caractères au plus."
    if row.errors or head.errors or code is None:
        return
    entry = ListEntry(
        key=key,
        subcategory=code[1],
        day=head.day or now().date(),
        name=row.whose,
        phone=phone,
        words=row.words or None,
        sex=sex,
        language=Language.named(head.language) or Language.default(),
        village=head.village,
        commune_pcode=head.commune.pcode,
        household=household,
        anonymous=anonymous,
    )
    row.filed = await file_for(me, filing_of(entry, now().date()), now())
    row.whose = "" if sensitive else row.whose
    row.words = ""


async def _household(row: RegisterRow, head: _List, me: Actor) -> Hit | None:
    """The household whose number was typed; None for a name, or when it is wrong, which is noted."""
    if not row.whose:
        row.errors["whose"] = "Numéro, nom, ou « x » pour anonyme."
    if len(row.whose) > LONGEST_NAME:
        row.errors["whose"] = f"{LONGEST_NAME} caractères au plus."
    if not any(letter.isdigit() for letter in row.whose):
        return await _lettered(row.whose, head, me)
    try:
        async with seen_by(me):
            household = await search.by_number(row.whose)
    except CannotSearch as error:
        row.errors["whose"] = label(error.fault, Readership.DESK)
        return None
    if household is None and not identifiers.digits(row.whose).isdigit():
        return None
    if household is None:
        row.errors["whose"] = "Ménage inconnu, ou hors de votre zone : vérifiez chaque chiffre, ou écrivez le nom."
    elif head.commune.pcode and household.commune_pcode != head.commune.pcode:
        row.errors["whose"] = f"Ce ménage est de la commune de {household.commune}."
    return household


async def _lettered(whose: str, head: _List, me: Actor) -> Hit | None:
    """The household of the list's commune whose number has letters alone; None where it is a name."""
    try:
        async with seen_by(me):
            household = await search.by_number(whose)
    except CannotSearch:
        return None
    return household if household and household.commune_pcode == head.commune.pcode else None


def _phone(row: RegisterRow) -> str | None:
    try:
        return msisdn.parse_any(row.phone) if row.phone else None
    except msisdn.BadNumber:
        row.errors["phone"] = "8 chiffres."
        return None
