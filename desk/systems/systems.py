"""Other systems: the keys that they ask with, and where they are told of what happens."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.outbox import receivers
from core.outbox.outgoing import EVENTS, WANTED, EventKind
from core.outbox.receivers import BadReceiver, NoSuchReceiver, ReceiverTerms
from core.outbox.signing import PUBLIC_KEY, SigningScheme
from core.platform.errors import JigiError
from core.platform.outside import InsideAddress
from core.platform.settings import Settings
from core.staff.administration import UnknownPlace
from core.staff.agents import Scope
from core.staff.permissions import Permission
from core.systems import keys
from core.systems.keys import LONGEST, BadExpiry, BadSystem, KeyGrant, NoScope, NoSuchKey, PlaceOfAPush, TwoKeysLive
from core.systems.scopes import KeyScope
from core.text.words import DESK, Word, label
from desk.places.scope_field import place_choices, place_typed
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, day_in, now, typed
from desk.site.refusals import Mistake, Refused, not_there, sentence

URL_LENGTH: Final = 500
YEAR: Final = timedelta(days=365)
SENTENCES: Final[dict[type[JigiError], str]] = {
    BadSystem: "Un système s'appelle par 2 à 32 petites lettres sans accent, chiffres et tirets.",
    NoScope: "Cochez ce que la clé permet.",
    BadExpiry: f"Une clé finit après aujourd'hui, et dans {LONGEST.days} jours au plus.",
    PlaceOfAPush: "Apporter des données est pour une clé de tout le pays : cela change tous les lieux.",
    TwoKeysLive: "Ce système a déjà deux clés : retirez-en une d'abord.",
    NoSuchKey: "Cette clé est déjà retirée.",
    BadReceiver: "Écrivez une adresse https://… et cochez au moins un événement.",
    InsideAddress: "Cette adresse mène à un réseau privé ou à cette machine : rien n'y est envoyé. L'exploitant peut "
    "ouvrir un réseau (JIGI_API_RECEIVER_NETWORKS).",
    NoSuchReceiver: "Cette adresse est retirée, ou arrêtée : remettez-la en marche d'abord.",
}

REFUSALS: Final[tuple[type[Exception], ...]] = (*SENTENCES, Mistake, UnknownPlace)
W = TypeVar("W", bound=Word)


class Systems(DeskPage):
    """Keys and receivers, by system: made, shown once, changed two at a time, withdrawn."""

    menu_label = "Systèmes"
    path = "/systems"
    permission = Permission.MANAGE_SYSTEMS

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._allowed = settings.api_receiver_networks

    @route("")
    async def index(self, request: Request) -> Response:
        """Every system, and the forms."""
        return await self._page(request)

    @route("/keys", methods=["POST"])
    async def make_key(self, request: Request) -> Response:
        """Make a key; it is shown on the page that answers, and nowhere again."""
        form = await request.form()
        try:
            grant = KeyGrant(frozenset(_chosen(form, "scopes", KeyScope)), _end_of(form), *await _place(form))
            key = await keys.make(typed(form, "system"), grant, now(), actor(request))
        except REFUSALS as error:
            return await self._page(request, error=_words(error), given=form)
        return await self._page(request, made=key, made_for=f"la clé de {typed(form, 'system')}")

    @route("/keys/{id:int}/withdraw", methods=["POST"])
    async def withdraw_key(self, request: Request) -> Response:
        """Let a key open nothing any more."""
        try:
            system = await keys.withdraw(row_id(request), now(), actor(request))
        except NoSuchKey as error:
            return self.not_done(request, _words(error), self.path)
        return self.done(request, f"Cette clé de {system} n'ouvre plus rien.", self.path)

    @route("/receivers", methods=["POST"])
    async def make_receiver(self, request: Request) -> Response:
        """Tell a system of events; what it verifies them by is shown on the page that answers."""
        form = await request.form()
        try:
            scheme = next(iter(_chosen(form, "scheme", SigningScheme)), SigningScheme.HMAC)
            url, kinds = typed(form, "url")[:URL_LENGTH], _chosen(form, "kinds", EventKind)
            terms = ReceiverTerms(url, kinds, *await _place(form), scheme)
            key = await receivers.make(typed(form, "system"), terms, now(), self._allowed, actor(request))
        except REFUSALS as error:
            return await self._page(request, error=_words(error), given=form)
        return await self._page(request, made=key, made_for=_verified_by(key, typed(form, "system")))

    @route("/receivers/{id:int}/{act}", methods=["POST"])
    async def act(self, request: Request) -> Response:
        """Try a receiver, switch it on, send it again what it took, give it another secret, or withdraw it."""
        form, at, me, number = await request.form(), now(), actor(request), row_id(request)
        try:
            match request.path_params["act"]:
                case "secret":
                    key = await receivers.new_secret(number, at, me)
                    return await self._page(request, made=key, made_for=_verified_by(key))
                case "replay":
                    since = day_in(typed(form, "since"))
                    if since is None:
                        raise Mistake("Choisissez depuis quel jour.")
                    moment = datetime(since.year, since.month, since.day, tzinfo=UTC)
                    count = await receivers.replay(number, moment, at, me)
                    return self.done(request, f"{count} événements partent encore une fois.", self.path)
                case "test":
                    await receivers.send_test(number, at, me)
                    return self.done(request, "Un essai part. Dans une minute, regardez ici s'il est pris.", self.path)
                case "on":
                    await receivers.switch_on(number, at, me)
                    return self.done(request, "C'est en marche : ce qui attend part d'abord.", self.path)
                case "forget":
                    await receivers.forget_secret(number, at, me)
                    return self.done(request, "L'ancien secret ne signe plus.", self.path)
                case "withdraw":
                    await receivers.withdraw(number, at, me)
                    return self.done(request, "Cette adresse n'est plus avertie de rien.", self.path)
        except (NoSuchReceiver, Mistake) as error:
            return self.not_done(request, _words(error), self.path)
        raise not_there()

    async def _page(
        self, request: Request, *, error: str = "", made: str = "", made_for: str = "", given: FormData | None = None
    ) -> Response:
        at = now()
        context: dict[str, Any] = {
            "keys": [card for card in await keys.cards() if card.withdrawn_at is None],
            "gone": sum(1 for card in await keys.cards() if card.withdrawn_at is not None),
            "receivers": [card for card in await receivers.cards() if card.withdrawn_at is None],
            "key_scopes": list(KeyScope),
            "kinds": [(kind.value, EVENTS[kind]) for kind in WANTED],
            "schemes": [(scheme.value, label(scheme, DESK)) for scheme in SigningScheme],
            "until": (at + YEAR).date(),
            "longest": (at + LONGEST).date(),
            "week": (at - timedelta(days=7)).date(),
            "error": error,
            "made": made,
            "made_for": made_for,
            "given": given or {},
            "chosen": set(given.getlist("scopes")) | set(given.getlist("kinds")) if given else set(),
            **await place_choices(),
        }
        return self.show(request, "systems/systems.html", context, HTTPStatus.UNPROCESSABLE_ENTITY if error else 200)


def _chosen(form: FormData, name: str, kind: Callable[[str], W]) -> Sequence[W]:
    """The words that were ticked; raises Refused for one that no page of ours has."""
    try:
        return [kind(str(value)) for value in form.getlist(name)]
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST) from None


def _end_of(form: FormData) -> datetime:
    """The end of the day that was chosen; raises Mistake."""
    day = day_in(typed(form, "until"))
    if day is None:
        raise Mistake("Choisissez le dernier jour de la clé.")
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)


async def _place(form: FormData) -> tuple[Scope, str | None]:
    (kind,) = _chosen(form, "scope", Scope) or (Scope.NATIONAL,)
    return kind, None if kind is Scope.NATIONAL else await place_typed(kind, typed(form, "place"))


def _verified_by(key: str, system: str = "") -> str:
    words = "la clé publique pour vérifier" if key.startswith(PUBLIC_KEY) else "le secret pour vérifier"
    return f"{words} ({system})" if system else words


def _words(error: Exception) -> str:
    if isinstance(error, Mistake):
        return str(error)
    return SENTENCES.get(type(error)) or sentence(error)  # type: ignore[arg-type]
