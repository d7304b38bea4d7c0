"""The people who work here: who they are, what they may do and where, how they sign in."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.places import communes
from core.platform.errors import JigiError
from core.platform.settings import Settings
from core.staff import administration, tries
from core.staff.administration import Duties, LastAdministrator, NoReason, Person
from core.staff.agents import ROLES, SCOPES, BadLogin, LoginTaken, Role, Scope
from core.staff.permissions import Permission
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now, typed
from desk.site.refusals import Mistake, Refused, not_there, sentence

NAME_LENGTH: Final = 80
REASON_LENGTH: Final = 300


class People(DeskPage):
    """Who works here: added, changed, kept out, let in again."""

    menu_label = "Personnes"
    path = "/people"
    permission = Permission.MANAGE_PEOPLE

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("")
    async def index(self, request: Request) -> Response:
        """Everybody."""
        people = await administration.everybody(now(), self._settings)
        context = {
            "people": people,
            "working": sum(person.disabled_at is None for person in people),
            "shut": await tries.shut_doors(now(), self._settings),
        }
        return self.show(request, "staff/people.html", context)

    @route("/new", methods=["GET"])
    async def blank(self, request: Request) -> Response:
        """The form for somebody new."""
        return await self._form(request, {})

    @route("/new", methods=["POST"])
    async def add(self, request: Request) -> Response:
        """Add them, and show their password once."""
        form = await request.form()
        login, name = typed(form, "login").lower(), typed(form, "name")[:NAME_LENGTH]
        try:
            if not name:
                raise Mistake("Écrivez le nom de la personne.")
            password = await administration.add(actor(request), login, name, await self._duties(form), now())
        except (Mistake, LoginTaken, BadLogin) as mistake:
            return await self._form(request, form, _words(mistake))
        return self._once(request, login, name, password, self.path)

    @route("/of/{id:int}", methods=["GET"])
    async def person(self, request: Request) -> Response:
        """Somebody, and what can be done."""
        return await self._person(request)

    @route("/of/{id:int}", methods=["POST"])
    async def change(self, request: Request) -> Response:
        """Change what they may do, and where."""
        form = await request.form()
        login = await self._login(request)
        try:
            changed = await administration.change(actor(request), login, await self._duties(form), _why(form), now())
        except (Mistake, LastAdministrator, NoReason) as mistake:
            return await self._person(request, _words(mistake), form)
        words = "C'est changé ; ses sessions sont fermées." if changed else "Rien n'a changé."
        return self.done(request, words, _of(request))

    @route("/of/{id:int}/out", methods=["POST"])
    async def disable(self, request: Request) -> Response:
        """Keep them out."""
        login = await self._login(request)
        try:
            await administration.disable(actor(request), login, _why(await request.form()), now())
        except (LastAdministrator, NoReason) as mistake:
            return await self._person(request, _words(mistake))
        return self.done(request, "Cette personne ne peut plus entrer.", _of(request))

    @route("/of/{id:int}/back", methods=["POST"])
    async def enable(self, request: Request) -> Response:
        """Let them in again."""
        login = await self._login(request)
        await administration.enable(actor(request), login, now())
        return self.done(request, "Cette personne peut entrer de nouveau.", _of(request))

    @route("/of/{id:int}/password", methods=["POST"])
    async def password(self, request: Request) -> Response:
        """Give a new password, shown once."""
        person = await self._one(request)
        password = await administration.new_password(actor(request), person.login, now())
        return self._once(request, person.login, person.name, password, _of(request))

    @route("/of/{id:int}/second", methods=["POST"])
    async def second_factor(self, request: Request) -> Response:
        """Forget a second factor: a telephone was lost."""
        login = await self._login(request)
        await administration.forget_second_factor(actor(request), login, now())
        words = "Le second code est oublié : la personne en prépare un nouveau à sa prochaine entrée."
        return self.done(request, words, _of(request))

    @route("/of/{id:int}/sessions", methods=["POST"])
    async def sessions(self, request: Request) -> Response:
        """End what they left open."""
        login = await self._login(request)
        await administration.end_sessions(actor(request), login, now())
        return self.done(request, "Ses sessions sont fermées.", _of(request))

    def _once(self, request: Request, login: str, name: str, password: str, back: str) -> Response:
        context = {"login": login, "name": name, "password": password, "back": back}
        return self.show(request, "staff/person_password.html", context)

    async def _form(self, request: Request, given: Mapping[str, Any], error: str = "") -> Response:
        context = {"given": given, "error": error, **await _choices()}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        return self.show(request, "staff/person_new.html", context, status)

    async def _person(self, request: Request, error: str = "", given: Mapping[str, Any] | None = None) -> Response:
        person = await self._one(request)
        context = {
            "person": person,
            "sessions": await administration.open_sessions(person.login, now(), self._settings),
            "asked_for_code": self._settings.desk_totp,
            "given": given or _as_given(person),
            "error": error,
            **await _choices(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        return self.show(request, "staff/person.html", context, status)

    async def _login(self, request: Request) -> str:
        """The login of who has the row of the path."""
        return (await self._one(request)).login

    async def _one(self, request: Request) -> Person:
        """Who has the row of the path."""
        someone = await administration.person_by_id(row_id(request), now(), self._settings)
        if someone is None:
            raise not_there()
        return someone

    async def _duties(self, form: FormData) -> Duties:
        role, scope = typed(form, "role"), typed(form, "scope")
        if role not in ROLES or scope not in SCOPES:
            raise Refused(HTTPStatus.BAD_REQUEST)
        kind = Scope(scope)
        pcode = None if kind is Scope.NATIONAL else await _place(kind, typed(form, "place"))
        return Duties(Role(role), kind, pcode, watches_focal=bool(typed(form, "watches")))


async def _place(kind: Scope, written: str) -> str:
    """The P-code of the place that was written, by code or by name; raises Mistake."""
    if not written:
        raise Mistake("Écrivez le nom ou le code du lieu.")
    places = await administration.places_named(kind, written.split(" ")[0], written)
    if not places:
        raise Mistake(f"Aucun lieu de ce genre ne s'appelle « {written} » ({SCOPES[kind]}).")
    if len(places) > 1:
        these = ", ".join(f"{place.pcode} {place.name}" for place in places)
        raise Mistake(f"Plusieurs lieux s'appellent ainsi, écrivez le code : {these}.")
    return places[0].pcode


async def _choices() -> dict[str, Any]:
    """What the lists of the forms hold; communes are too many and are written by name."""
    regions = await communes.regions()
    cercles = [cercle for region in regions for cercle in await communes.cercles(region.pcode)]
    return {"roles": ROLES.items(), "scopes": SCOPES.items(), "places": [*regions, *cercles]}


def _as_given(person: Person) -> dict[str, str]:
    return {
        "role": person.role,
        "scope": person.scope_kind,
        "place": " ".join(part for part in (person.scope_code, person.place) if part),
        "watches": "1" if person.watches_focal else "",
    }


def _of(request: Request) -> str:
    return f"/people/of/{row_id(request)}"


def _why(form: FormData) -> str:
    return typed(form, "why")[:REASON_LENGTH]


def _words(mistake: Mistake | JigiError) -> str:
    return str(mistake) if isinstance(mistake, Mistake) else sentence(mistake)
