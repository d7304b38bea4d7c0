"""A grievance that somebody tells at the desk or by telephone."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances.filing import Filing, file_for
from core.grievances.subjects import (
    CATEGORIES,
    Category,
    Subcategory,
    UnknownCategoryError,
    is_sensitive,
    keeps_least,
    subject,
)
from core.grievances.vocabulary import SPOKEN, Sex
from core.numbers import msisdn
from core.registry import search
from core.registry.search import CannotSearch, Hit, Search
from core.staff.agents import Actor
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.languages import Language
from core.text.words import Readership, label
from desk.places.commune_field import CommuneField, own_commune, read_commune
from desk.site.pages import DeskPage, actor, now, typed
from desk.site.words import word

LONGEST_NAME: Final = 60
LONGEST_WORDS: Final = 1000
WHO: Final = (
    ("household", "Un ménage du registre"),
    ("person", "Une personne sans ménage"),
    ("anonymous", "Anonyme"),
)
YES_NO: Final = (("yes", "Oui"), ("no", "Non"))
UNKEPT: Final[Mapping[str, str]] = {
    "words": "ses mots",
    "name": "son nom",
    "household": "le ménage",
    "village": "le village",
    "sex": "femme ou homme",
}
"""What is typed and not kept of a complaint that keeps the least, as it is told once it is filed."""

UNSAFE: Final = (
    "Ni un appel ni un SMS n'est sûr : ce numéro ne serait pas gardé. Demandez celui d'une personne de confiance, "
    "ou effacez-le."
)
NO_WAY: Final = (
    "Personne ne pourrait la joindre. Écrivez un numéro sûr ; s'il n'y en a pas, cochez qu'elle reviendra au guichet."
)
HIDDEN_NUMBER: Final = (
    "D'une personne anonyme, le numéro n'est gardé que pour la rappeler : cochez « Demande à être rappelée », "
    "ou effacez-le."
)
FIELDS: Final = (
    "key", "who", "q", "household", "name", "village", "sex", "phone", "what", "words", "language", "channel",
    "call_back", "call_safe", "sms_safe", "comes_back",
)  # fmt: skip


@dataclass(slots=True)
class _Form:
    """What was typed, what was found, and what is wrong where."""

    values: dict[str, str]
    commune: CommuneField
    errors: dict[str, str] = field(default_factory=dict)
    search: Search | None = None
    household: Hit | None = None


class Intake(DeskPage):
    """One form: whose grievance, what it is about, how to reach the person."""

    menu_label = "Nouvelle plainte"
    path = "/intake"
    permission = Permission.WORK_ON_GRIEVANCES

    @route("")
    async def index(self, request: Request) -> Response:
        """An empty form."""
        return await self._begun(request)

    @route("/of", methods=["POST"])
    async def of(self, request: Request) -> Response:
        """The form with a household or a phone in it."""
        form = await request.form()
        return await self._begun(request, typed(form, "household"), typed(form, "phone"))

    async def _begun(
        self, request: Request, number: str = "", phone: str = "", filed: str = "", unkept: tuple[str, ...] = ()
    ) -> Response:
        me = actor(request)
        values = dict.fromkeys(FIELDS, "") | {
            "key": secrets.token_urlsafe(16),
            "who": "household",
            "household": number,
            "q": phone or number,
            "phone": phone,
            "language": Language.default().value,
            "channel": SPOKEN[0].value,
        }
        form = _Form(values, await own_commune(me))
        if number or phone:
            await _find(form, me)
        return self._page(request, form, filed, unkept)

    @route("", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Look for the household, or file and show the reference above an empty form: it stands in no address.

        Sent again, the form is known by its key, files nothing more and shows the same reference.
        """
        me, sent = actor(request), await request.form()
        form = _Form({name: typed(sent, name) for name in FIELDS}, await read_commune(sent))
        await _find(form, me)
        if typed(sent, "do") == "find":
            return self._page(request, form)
        filing = _filing(form, me)
        if filing is None:
            return self._page(request, form)
        filed = await file_for(me, filing, now())
        return await self._begun(request, filed=filed.reference, unkept=_unkept(form, filing))

    def _page(self, request: Request, form: _Form, filed: str = "", unkept: tuple[str, ...] = ()) -> Response:
        context: Mapping[str, Any] = {
            "form": form,
            "v": form.values,
            "errors": form.errors,
            "categories": CATEGORIES,
            "is_sensitive": is_sensitive,
            "channels": [(channel.value, word(channel)) for channel in SPOKEN],
            "sexes": [(sex.value, word(sex).capitalize()) for sex in Sex],
            "people": WHO,
            "yes_no": YES_NO,
            "filed": filed,
            "unkept": unkept,
            "longest": LONGEST_WORDS,
        }
        return self.show(request, "grievances/intake.html", context, 422 if form.errors else 200)


async def _find(form: _Form, me: Actor) -> None:
    """Look for what was typed, and for the household that was chosen, where this person works."""
    asked, chosen = form.values["q"], form.values["household"]
    async with seen_by(me):
        try:
            form.search = await search.search(asked, form.commune.pcode) if asked else None
        except CannotSearch as error:
            form.errors["q"] = label(error.fault, Readership.DESK)
        form.household = await search.by_household_no(chosen) if chosen else None
    hits = form.search.hits if form.search else ()
    if form.household not in hits:
        form.household = hits[0] if len(hits) == 1 else None if asked else form.household
    form.values["household"] = form.household.household_no if form.household else ""


def _filing(form: _Form, me: Actor) -> Filing | None:
    """What is filed; None, with the errors noted, when something is missing or wrong."""
    v, errors = form.values, form.errors
    category, subcategory = _subject(form)
    sensitive, anonymous = category is not None and is_sensitive(category), v["who"] == "anonymous"
    least = category is not None and keeps_least(category)
    if not least:
        _check_person(form)
    phone = _phone(form, ordinary=not sensitive and not anonymous)
    call_back = bool(v["call_back"])
    if call_back and phone is None and "phone" not in errors:
        errors["phone"] = "Pour rappeler, il faut un numéro."
    _check_reach(form, phone, sensitive=sensitive)
    if len(v["words"]) > LONGEST_WORDS:
        errors["words"] = f"Trop long : {len(v['words'])} caractères, {LONGEST_WORDS} au plus."
    if errors or category is None or subcategory is None:
        return None
    household = form.household if v["who"] == "household" and not least else None
    return Filing(
        key=f"desk {me.id} {v['key']}",
        msisdn=phone,
        household_id=household.id if household else None,
        category=category,
        subcategory=subcategory,
        words=v["words"] or None,
        anonymous=anonymous,
        call_back=call_back,
        call_safe=v["call_safe"] == "yes" if sensitive else None,
        sms_safe=v["sms_safe"] == "yes" if sensitive else None,
        language=Language.named(v["language"]) or Language.default(),
        channel=next((each for each in SPOKEN if each.value == v["channel"]), SPOKEN[0]),
        name=household.head_name if household else v["name"] or None,
        sex=next((each for each in Sex if each.value == v["sex"]), None),
        village=household.village if household else v["village"] or None,
        commune_pcode=None if household else form.commune.pcode,
    )


def _check_reach(form: _Form, phone: str | None, *, sensitive: bool) -> None:
    """Note where a number that was typed would not be kept, and where nobody could reach who complains."""
    v, errors = form.values, form.errors
    if not sensitive:
        if v["who"] == "anonymous" and v["phone"] and not v["call_back"]:
            errors.setdefault("phone", HIDDEN_NUMBER)
        return
    if (v["call_back"] or v["phone"]) and v["call_safe"] not in ("yes", "no"):
        errors["call_safe"] = "Demandez si un appel est sans danger."
        return
    if v["call_back"] and v["call_safe"] == "no":
        errors["call_safe"] = "Un appel n'est pas sûr : ne demandez pas de rappel."
        return
    safe = "yes" in (v["call_safe"], v["sms_safe"])
    if phone and not safe:
        errors.setdefault("phone", UNSAFE)
    elif not phone and not v["comes_back"]:
        errors.setdefault("phone", NO_WAY)


def _unkept(form: _Form, filing: Filing) -> tuple[str, ...]:
    """What was typed and is not kept of what was filed."""
    if not keeps_least(Category(filing.category)):
        return ()
    return tuple(text for name, text in UNKEPT.items() if form.values[name])


def _subject(form: _Form) -> tuple[Category, Subcategory] | tuple[None, None]:
    category, _, subcategory = form.values["what"].partition(".")
    try:
        return subject(category, subcategory)
    except UnknownCategoryError:
        form.errors["what"] = "Choisissez de quoi il s'agit."
        return None, None


def _check_person(form: _Form) -> None:
    v, errors = form.values, form.errors
    if v["who"] == "household" and form.household is None:
        errors.setdefault("q", "Cherchez le ménage et choisissez-le, ou prenez « sans ménage ».")
    if v["who"] != "household":
        errors.pop("q", None)
        if form.commune.error or (v["who"] == "person" and form.commune.pcode is None):
            errors["commune"] = form.commune.error or "Dites de quelle commune."
    if v["who"] == "person" and not v["name"]:
        errors["name"] = "Écrivez le nom, ou prenez « anonyme »."
    for name in ("name", "village"):
        if len(v[name]) > LONGEST_NAME:
            errors[name] = f"{LONGEST_NAME} caractères au plus."


def _phone(form: _Form, *, ordinary: bool) -> str | None:
    """The number that was typed, or that of the household where nothing speaks against writing to it."""
    if form.values["phone"]:
        try:
            return msisdn.parse_any(form.values["phone"])
        except msisdn.BadNumber:
            form.errors["phone"] = "Numéro inutilisable : attendu 8 chiffres."
            return None
    if ordinary and form.values["who"] == "household" and form.household and form.household.phones:
        return msisdn.parse_any(form.household.phones[0])
    return None
