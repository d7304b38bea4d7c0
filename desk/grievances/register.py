"""The list that a village wrote on paper, typed line by line and filed line by line."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances.filing import Filed, Filing, file_for, filed_before
from core.grievances.subjects import CATEGORIES, Category, Subcategory, is_sensitive, keeps_least
from core.grievances.vocabulary import Channel, Sex
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
from desk.site.pages import DeskPage, actor, now, typed

EMPTY_LINES: Final = 6
MOST_LINES: Final = 100
LONGEST_WORDS: Final = 300
OLDEST: Final = timedelta(days=366)
COLUMNS: Final = ("key", "whose", "sex", "phone", "what", "words")
NOBODY: Final = frozenset({"anonyme", "anonymous", "x"})
CODES: Final[Mapping[str, tuple[Category, Subcategory]]] = {
    f"{place}{within}": (category, subcategory)
    for place, (category, handling) in enumerate(CATEGORIES.items(), 1)
    for within, subcategory in enumerate(handling.subcategories, 1)
}
"""What a subject is typed as: its category's place in the table, then its own."""


@dataclass(slots=True)
class RegisterLine:
    """A line as it was typed, what is wrong with it, and what it was filed as."""

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
    """What holds for all lines: where, when, in which language."""

    commune: CommuneField
    village: str
    written_on: str
    language: str
    errors: dict[str, str] = field(default_factory=dict)
    day: date | None = None


class Register(DeskPage):
    """A table with a line for each grievance; those that are right are filed, the others say what is wrong."""

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
        """File the lines that are right; each is a transaction of its own, and its key files it once."""
        me, sent = actor(request), await request.form(max_fields=MOST_LINES * len(COLUMNS) + 20)
        head = await _head(sent)
        lines = _lines(sent)
        if typed(sent, "do") == "file":
            for line in lines:
                await _settle(line, head, me)
        return self._page(request, head, lines)

    def _page(self, request: Request, head: _List, lines: Sequence[RegisterLine]) -> Response:
        kept = [line for line in lines if not line.empty or line.filed]
        room = min(EMPTY_LINES, MOST_LINES - len(kept))
        wrong = bool(head.errors) or any(line.errors for line in kept)
        context: Mapping[str, Any] = {
            "head": head,
            "lines": [*kept, *(RegisterLine(secrets.token_urlsafe(12)) for _ in range(room))],
            "filed": [(number, line) for number, line in enumerate(kept, 1) if line.filed],
            "wrong": sum(bool(line.errors) for line in kept),
            "codes": CODES,
            "is_sensitive": is_sensitive,
            "most": MOST_LINES,
            "longest": LONGEST_WORDS,
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
    try:
        head.day = date.fromisoformat(head.written_on)
    except ValueError:
        head.errors["written_on"] = "Écrivez le jour où la liste fut écrite."
    if head.day and not today - OLDEST <= head.day <= today:
        head.errors["written_on"] = "Ce jour est à venir, ou passé depuis plus d'un an."
    return head


def _lines(sent: FormData) -> list[RegisterLine]:
    columns = [[str(value).strip() for value in sent.getlist(column)] for column in COLUMNS]
    return [RegisterLine(*cells) for cells in list(zip(*columns, strict=False))[:MOST_LINES] if cells[0]]


async def _settle(line: RegisterLine, head: _List, me: Actor) -> None:
    """File a line, or note what is wrong with it; one that was filed before only says its reference again."""
    key = f"register {me.id} {line.key}"
    line.filed = await filed_before(key)
    if line.filed or line.empty:
        return
    household = await _household(line, head, me)
    code = CODES.get(line.what)
    if code is None:
        line.errors["what"] = "Code inconnu."
    sensitive = code is not None and is_sensitive(code[0])
    phone = _phone(line, None if sensitive else household)
    sex = next((each for each in Sex if each.value == line.sex.upper()), None)
    if line.sex and sex is None:
        line.errors["sex"] = " ou ".join(each.value for each in Sex) + "."
    if len(line.words) > LONGEST_WORDS:
        line.errors["words"] = f"{LONGEST_WORDS} caractères au plus."
    if line.errors or head.errors or code is None:
        return
    category, subcategory = code
    line.filed = await file_for(
        me,
        Filing(
            key=key,
            msisdn=phone,
            household_id=household.id if household and not keeps_least(category) else None,
            category=category,
            subcategory=subcategory,
            words=line.words or None,
            anonymous=line.whose.casefold() in NOBODY,
            call_back=False,
            call_safe=False if sensitive else None,
            sms_safe=False if sensitive else None,
            language=Language.named(head.language) or Language.default(),
            channel=Channel.REGISTER,
            name=household.head_name if household else line.whose,
            sex=sex,
            village=head.village,
            commune_pcode=head.commune.pcode,
            received_on=head.day if head.day != now().date() else None,
        ),
        now(),
    )
    line.whose = "" if sensitive else line.whose
    line.words = ""


async def _household(line: RegisterLine, head: _List, me: Actor) -> Hit | None:
    """The household whose number was typed; None for a name, or when it is wrong, which is noted."""
    if not line.whose:
        line.errors["whose"] = "Numéro, nom, ou « x » pour anonyme."
    if len(line.whose) > LONGEST_NAME:
        line.errors["whose"] = f"{LONGEST_NAME} caractères au plus."
    if not identifiers.digits(line.whose).isdigit():
        return None
    try:
        async with seen_by(me):
            household = await search.by_number(line.whose)
    except CannotSearch as error:
        line.errors["whose"] = label(error.fault, Readership.DESK)
        return None
    if household is None:
        line.errors["whose"] = "Ménage inconnu, ou hors de votre zone : écrivez le nom."
    elif head.commune.pcode and household.commune_pcode != head.commune.pcode:
        line.errors["whose"] = f"Ce ménage est de la commune de {household.commune}."
    return household


def _phone(line: RegisterLine, household: Hit | None) -> str | None:
    typed_phone = line.phone or (household.phones[0] if household and household.phones else "")
    try:
        return msisdn.parse_any(typed_phone) if typed_phone else None
    except msisdn.BadNumber:
        line.errors["phone"] = "8 chiffres."
        return None
