"""Households: found, looked at, corrected, and called as they call."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.numbers.msisdn import local
from core.platform.settings import Settings
from core.registry import search
from core.registry.edits import CannotCorrect, ChangedMeanwhile, correct_language, correct_phone
from core.registry.search import CannotSearch, HouseholdFile, Search
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission, may, must
from core.staff.row_security import seen_by
from core.text.languages import Language
from desk.places.commune_field import read_commune
from desk.registry.dialling import dial_as, pressed
from desk.site.pages import Page, actor, now, typed
from desk.site.refusals import Refused, not_there

TOLD: Final[Mapping[str, str]] = {
    "announce": "Annonce d'un paiement",
    "reminder3": "Rappel, 3 jours avant",
    "reminder1": "Rappel, la veille",
    "moved": "Paiement déplacé",
    "cancelled": "Paiement annulé",
    "unclaimed": "Paiement non retiré",
    "free": "Information",
    "received": "Reçu d'une plainte",
    "information": "Information demandée",
    "decided": "Décision sur une plainte",
    "escalated": "Plainte transmise plus haut",
    "call_agreed": "Rappel convenu",
    "call_cut": "Suite d'un appel coupé",
    "sms_stopped": "SMS arrêtés",
    "sms_started": "SMS repris",
    "payment": "Réponse : paiement",
    "status": "Réponse : plainte",
    "number_mistyped": "Réponse : numéro mal écrit",
    "help": "Réponse : aide",
    "not_understood": "Réponse : pas compris",
    "test": "Essai",
}
SENT: Final[Mapping[str, str]] = {
    "left_out": "laissé de côté",
    "planned": "à envoyer",
    "uncertain": "incertain",
    "accepted": "accepté par l'opérateur",
    "on_its_way": "en route",
    "silent": "sans nouvelles",
    "delivered": "arrivé",
    "failed": "pas arrivé",
    "dropped": "retiré",
}
REASONS: Final[Mapping[str, str]] = {
    "no_phone": "pas de téléphone",
    "no_day": "pas de jour fixé",
    "fixed_line": "ligne fixe",
    "opted_out": "ne veut plus de SMS",
    "already_told": "déjà dit",
    "three_today": "déjà trois ce jour",
    "changed": "changé entre-temps",
    "missed_its_day": "trop tard",
    "cancelled": "campagne annulée",
    "cannot_be_written": "ne peut pas s'écrire",
    "not_sent_again": "pas renvoyé",
}
STATUS_REASONS: Final[Mapping[str, str]] = {
    "area": "son village n'est pas choisi",
    "poorest": "d'autres ménages sont plus pauvres",
    "other_help": "reçoit déjà une autre aide",
    "missing": "il manque des informations",
    "document": "il manque un papier",
    "correct": "une erreur est à corriger",
    "absent": "n'est pas venu prendre l'argent",
    "check": "en vérification",
    "done36": "ses 36 mois sont finis",
}
KEYS: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "0")


class Households(Page):
    """The search, and a page for each household."""

    menu_label = "Ménages"
    path = "/households"
    permission = Permission.SEE_HOUSEHOLDS

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("")
    async def index(self, request: Request) -> Response:
        """Look for one."""
        asked, commune = request.query_params.get("q", "").strip(), await read_commune(request.query_params)
        found, error = Search(()), ""
        if asked:
            async with seen_by(actor(request)):
                try:
                    found = await search.search(asked, commune.pcode)
                except CannotSearch as cannot:
                    error = str(cannot)
        context = {"q": asked, "commune": commune, "found": found, "error": error}
        return self.show(request, "registry/households.html", context, 422 if error else 200)

    @route("/{household_no}")
    async def one(self, request: Request) -> Response:
        """All that is known of it."""
        return self._page(request, await self._file(request))

    @route("/{household_no}/phone", methods=["POST"])
    async def phone(self, request: Request) -> Response:
        """Correct its first or second phone."""
        form = await request.form()
        position = 2 if typed(form, "position") == "2" else 1
        number = request.path_params["household_no"]
        try:
            async with seen_by(actor(request)):
                await correct_phone(
                    actor(request),
                    number,
                    position,
                    typed(form, "value"),
                    typed(form, "was"),
                    typed(form, "reason"),
                    now(),
                )
        except (CannotCorrect, ChangedMeanwhile, LookupError) as error:
            return await self._refused(request, form, f"phone{position}", error)
        return self.done(request, "Le téléphone est corrigé.", f"{self.path}/{number}")

    @route("/{household_no}/language", methods=["POST"])
    async def language(self, request: Request) -> Response:
        """Correct the language it is spoken to in."""
        form = await request.form()
        number, was = request.path_params["household_no"], typed(form, "was")
        try:
            spoken = Language(typed(form, "value"))
            async with seen_by(actor(request)):
                await correct_language(
                    actor(request), number, spoken, Language(was) if was else None, typed(form, "reason"), now()
                )
        except CannotCorrect as error:
            return await self._refused(request, form, "language", error)
        except (ChangedMeanwhile, LookupError) as error:
            return await self._refused(request, form, "language", error)
        except ValueError:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY) from None
        return self.done(request, "La langue est corrigée.", f"{self.path}/{number}")

    @route("/{household_no}/dial", methods=["POST"])
    async def dial(self, request: Request) -> Response:
        """Show what its phone shows after some keys; each look is recorded, what was typed is not."""
        form = await request.form()
        found = await self._file(request)
        position = 2 if typed(form, "position") == "2" else 1
        phone = next((phone for phone in found.phones if phone.position == position), None)
        if phone is None:
            raise not_there()
        keys = pressed(typed(form, "keys"), typed(form, "key") or typed(form, "written"))
        async with seen_by(actor(request)):
            about = f"household {found.hit.household_no}"
            detail = {"position": position, "keys": len(keys)}
            await audit.note(actor(request).id, Act.DIALLED_AS_THE_HOUSEHOLD, about, now(), detail)
        shown = await dial_as(actor(request), phone.msisdn, keys, self._settings)
        context = {"file": found, "phone": phone, "keys": keys, "shown": shown, "pad": KEYS, "local": local}
        return self.show(request, "registry/dial.html", context)

    async def _file(self, request: Request) -> HouseholdFile:
        must(actor(request), self.permission)
        async with seen_by(actor(request)):
            found = await search.household_file(request.path_params["household_no"], now().date())
        if found is None:
            raise not_there()
        return found

    async def _refused(self, request: Request, form: FormData, where: str, error: Exception) -> Response:
        """The page again, with what was typed and what is wrong with it."""
        found = await self._file(request)
        if isinstance(error, CannotCorrect):
            wrong = {"where": where, "field": error.field, "words": str(error)}
        else:
            wrong = {"where": where, "field": "value", "words": "Changé entre-temps : regardez la nouvelle valeur."}
        status = HTTPStatus.CONFLICT if isinstance(error, ChangedMeanwhile) else HTTPStatus.UNPROCESSABLE_ENTITY
        given = {"value": typed(form, "value"), "reason": typed(form, "reason")}
        return self._page(request, found, {"wrong": wrong, "given": given}, status)

    def _page(
        self, request: Request, found: HouseholdFile, more: Mapping[str, Any] | None = None, status: int = 200
    ) -> Response:
        context: dict[str, Any] = {
            "file": found,
            "positions": {phone.position: phone for phone in found.phones},
            "may_correct": may(actor(request), Permission.CORRECT_HOUSEHOLDS),
            "told": TOLD,
            "sent": SENT,
            "reasons": REASONS,
            "status_reasons": STATUS_REASONS,
            "local": local,
            "wrong": {},
            "given": {},
        }
        return self.show(request, "registry/household.html", {**context, **(more or {})}, status)
