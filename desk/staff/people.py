"""The people who work here: who they are, what they may do and where, how they sign in."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import handing_over
from core.numbers import msisdn
from core.numbers.msisdn import BadNumber
from core.platform.errors import JigiError
from core.platform.settings import Settings
from core.staff import absences, administration, tries
from core.staff.administration import Duties, LastAdministrator, NoReason, Person
from core.staff.agents import ROLES, SCOPES, BadLogin, LoginTaken, Role, Scope
from core.staff.permissions import Permission
from core.staff.sign_in import may_use_password
from desk.places.scope_field import place_choices, place_typed
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, day_in, now, typed
from desk.site.refusals import Mistake, Refused, not_there, sentence
from desk.staff.handing_over import ANYBODY, handed_over, must_say_heir

NAME_LENGTH: Final = 80
REASON_LENGTH: Final = 300
MAIL_LENGTH: Final = 254
MAIL: Final = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")


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
        person, form = await self._one(request), await request.form()
        try:
            await must_say_heir(person.id, form)
            await administration.disable(actor(request), person.login, _why(form), now())
            words = await handed_over(request, person.id, form)
        except (Mistake, LastAdministrator, NoReason) as mistake:
            return await self._person(request, _words(mistake))
        return self.done(request, f"Cette personne ne peut plus entrer. {words}".strip(), _of(request))

    @route("/of/{id:int}/hand-over", methods=["POST"])
    async def hand_over(self, request: Request) -> Response:
        """Give the cases they hold to somebody, or to everybody."""
        person, form = await self._one(request), await request.form()
        try:
            words = await handed_over(request, person.id, form)
        except Mistake as mistake:
            return await self._person(request, _words(mistake))
        return self.done(request, words, _of(request))

    @route("/of/{id:int}/absent", methods=["POST"])
    async def absent(self, request: Request) -> Response:
        """They do not work up to a day: their cases go to somebody meanwhile; or they work again."""
        person, form = await self._one(request), await request.form()
        written, until = typed(form, "until"), day_in(typed(form, "until"))
        try:
            if written and (until is None or until < now().date()):
                raise Mistake("Écrivez un jour à venir.")
            if until:
                await must_say_heir(person.id, form)
            await absences.be_absent(actor(request), person.id, until, _why(form), now())
            words = await handed_over(request, person.id, form) if until else ""
        except (Mistake, NoReason) as mistake:
            return await self._person(request, _words(mistake))
        said = "L'absence est notée." if until else "Cette personne travaille de nouveau."
        return self.done(request, f"{said} {words}".strip(), _of(request))

    @route("/of/{id:int}/alerts", methods=["POST"])
    async def alerts(self, request: Request) -> Response:
        """Where a focal person is told that a case waits."""
        person, form = await self._one(request), await request.form()
        phone, mail = typed(form, "alert_phone"), typed(form, "alert_mail")[:MAIL_LENGTH]
        try:
            if mail and MAIL.fullmatch(mail) is None:
                raise Mistake("Cette adresse de courriel n'en est pas une.")
            kept = msisdn.parse_any(phone) if phone else None
        except BadNumber:
            return await self._person(request, "Numéro inutilisable : attendu 8 chiffres.")
        except Mistake as mistake:
            return await self._person(request, _words(mistake))
        await administration.tell_at(actor(request), person.login, kept, mail or None, now())
        return self.done(request, "C'est noté : sans un mot de ce que disent les plaintes.", _of(request))

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
        by_password = may_use_password(login, self._settings)
        context = {"login": login, "name": name, "password": password if by_password else "", "back": back}
        return self.show(request, "staff/person_password.html", context)

    async def _form(self, request: Request, given: Mapping[str, Any], error: str = "") -> Response:
        context = {"given": given, "error": error, "roles": ROLES.items(), **await place_choices()}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        return self.show(request, "staff/person_new.html", context, status)

    async def _person(self, request: Request, error: str = "", given: Mapping[str, Any] | None = None) -> Response:
        person = await self._one(request)
        context = {
            "person": person,
            "sessions": await administration.open_sessions(person.login, now(), self._settings),
            "asked_for_code": self._settings.desk_totp,
            "by_password": may_use_password(person.login, self._settings),
            "held": await handing_over.held_by(person.id),
            "heirs": await self._heirs(person),
            "today": now().date(),
            "given": given or _as_given(person),
            "error": error,
            "roles": ROLES.items(),
            **await place_choices(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        return self.show(request, "staff/person.html", context, status)

    async def _heirs(self, person: Person) -> list[tuple[str, str]]:
        """Who their cases may go to, nobody in particular first."""
        people = await administration.everybody(now(), self._settings)
        return [ANYBODY] + [
            (str(each.id), f"{each.name} ({ROLES[each.role]})")
            for each in people
            if each.id != person.id and each.disabled_at is None and each.role is not Role.ADMINISTRATOR
        ]

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
        pcode = None if kind is Scope.NATIONAL else await place_typed(kind, typed(form, "place"))
        return Duties(Role(role), kind, pcode, watches_focal=bool(typed(form, "watches")))


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
