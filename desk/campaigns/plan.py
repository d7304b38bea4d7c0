"""A new campaign: what it tells, about what and to whom, with its free words counted and shown as phones show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.routing import route

from core.campaigns.models import CampaignKind
from core.campaigns.steps import CampaignError
from core.payments.rounds import nearest_first, rounds
from core.places.names import places_named
from core.platform.settings import Settings
from core.registry.components import WITH_EVENTS, ComponentCode
from core.registry.statuses import Status
from core.scams.guard import NotASafeText
from core.scams.proven import NoSuchPiece
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.alphabet import alphabet
from core.text.languages import Language
from core.text.translator import translator
from desk.campaigns.words import REMINDER_RULE, refused, word
from desk.site.pages import DeskPage, actor, day_in, now, number, typed
from sms.campaigns import planning_task
from sms.campaigns.audience import Audience, BadAudience
from sms.campaigns.drafts import CannotBeWritten, Draft, check_words, draft
from sms.campaigns.scope import campaign_of, must_cover
from sms.campaigns.titles import title as campaign_title
from sms.outbox.composing import SmsRoom
from sms.outbox.contents import FreeWords
from sms.outbox.texts import campaign_sms

PATIENCE: Final = 2.0
"""Seconds that a plan is waited for; a longer one goes on, and its page says so."""

COMPONENTS: Final = {code.value: word(code) for code in ComponentCode}
EVENTS: Final = {code.value: word(code) for code in ComponentCode if code in WITH_EVENTS}
STATUSES: Final = {status.value: word(status) for status in Status}
NOBODY: Final = "Le plan est fait, mais il n'a personne à prévenir : voyez qui est laissé de côté, et pourquoi."
TYPED_IN: Final = [kind for kind in CampaignKind if kind is not CampaignKind.PERSONAL]
"""Kinds of this form; a personal message begins with a file."""

LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 600


@dataclass(frozen=True, slots=True)
class ShownText:
    """Free words of one language as a phone shows them, or why they cannot be sent."""

    body: str
    size: int
    parts: int
    error: str

    def to_json(self) -> dict[str, Any]:
        """For the script of the page."""
        return {"body": self.body, "size": self.size, "parts": self.parts, "error": self.error}


class CampaignPlan(DeskPage):
    """The form of a new campaign."""

    menu_label = "Nouvelle campagne"
    path = "/campaigns/new"
    permission = Permission.RUN_CAMPAIGNS
    add_to_menu = False

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._alphabet = alphabet(settings.alphabet)

    @route("")
    async def index(self, request: Request) -> Response:
        """The form, with the place of whoever asks."""
        return await self._form(
            request, {"kind": "announce", "about": "round", "place": actor(request).scope_code or ""}
        )

    @route("/preview", methods=["POST"])
    async def counted(self, request: Request) -> Response:
        """The free words of a form, counted and as phones show them."""
        form = await request.form()
        return JSONResponse({code: shown.to_json() for code, shown in self._shown(form).items()})

    @route("", methods=["POST"])
    async def plan(self, request: Request) -> Response:
        """Keep it and plan it; or only show it, where that was asked. What was typed is never lost."""
        form = await request.form()
        if typed(form, "act") == "preview":
            return await self._form(request, form)
        errors, audience, words = await self._audience(form)
        me, at = actor(request), now()
        if errors or audience is None:
            return await self._form(request, form, errors)
        kind = CampaignKind(typed(form, "kind"))
        free = kind is CampaignKind.FREE
        title = typed(form, "title")[:LONGEST_TITLE] or campaign_title(kind, audience, *words)
        new = Draft(
            kind,
            audience,
            title,
            {code: typed(form, f"text_{code}") for code in Language.codes()} if free else None,
            me.id,
        )
        try:
            async with seen_by(me):
                await must_cover(me, audience.place)
                campaign_id = await draft(new, at, self._alphabet)
                await audit.record(me.id, Act.CAMPAIGN_DRAFTED, f"campaign {campaign_id}", at, {"kind": kind.value})
        except (CampaignError, BadAudience) as error:
            field = "kind" if isinstance(error, BadAudience) else "place"
            return await self._form(request, form, {field: refused(error)})
        except (CannotBeWritten, NotASafeText, NoSuchPiece) as error:
            return await self._form(request, form, {"text": refused(error)})
        made = await planning_task.begin(campaign_id, self._settings, me, at, patience=PATIENCE)
        if made and not (await campaign_of(campaign_id)).recipients:
            return self.not_done(request, NOBODY, f"/campaigns/{campaign_id}")
        words_done = "La campagne est planifiée. Rien n'est envoyé." if made else "Le plan se fait. Rien n'est envoyé."
        return self.done(request, words_done, f"/campaigns/{campaign_id}")

    def _shown(self, form: FormData | Mapping[str, str]) -> dict[str, ShownText]:
        texts = {code: str(form.get(f"text_{code}") or "").strip()[:LONGEST_TEXT] for code in Language.codes()}
        free = FreeWords(texts)
        return {code: self._one_shown(Language(code), text, free) for code, text in texts.items()}

    def _one_shown(self, language: Language, text: str, free: FreeWords) -> ShownText:
        """What the notifier itself would send of it."""
        if not text:
            return ShownText("", 0, 0, "")
        try:
            check_words(text, self._alphabet)
        except (CannotBeWritten, NotASafeText, NoSuchPiece) as error:
            return ShownText("", 0, 0, refused(error))
        spoken = translator(language)
        room = SmsRoom(reserve=self._settings.sms_optout_reserve)
        sent = campaign_sms(CampaignKind.FREE, free, spoken, now().date(), self._alphabet, room)
        return ShownText(sent.body, sent.size, sent.parts, "")

    async def _form(
        self, request: Request, typed_in: FormData | Mapping[str, str], errors: Mapping[str, str] | None = None
    ) -> Response:
        given = {name: value for name, value in typed_in.items() if isinstance(value, str)}
        shown = self._shown(given)
        wrong = dict(errors or {})
        choices = (await self._places(given.get("place", ""))) if wrong.get("place") else ()
        titles = [
            (str(each.id), f"{each.component} {each.name}") for each in nearest_first(await rounds(), now().date())
        ]
        context = {
            "given": given,
            "errors": wrong,
            "shown": shown,
            "rounds": titles,
            "places": choices,
            "kinds": [(kind.value, word(kind)) for kind in TYPED_IN],
            "events": list(EVENTS.items()),
            "components": list(COMPONENTS.items()),
            "statuses": list(STATUSES.items()),
            "languages": [(each.value, each.staff_name) for each in Language],
            "scope": actor(request).scope_code,
            "reminder_rule": REMINDER_RULE,
        }
        return self.show(request, "campaigns/plan.html", context, 422 if wrong else 200)

    async def _audience(self, form: FormData) -> tuple[dict[str, str], Audience | None, tuple[str | None, str | None]]:
        """What the form asks for, with the names of its round and place; or what is wrong, by field."""
        errors: dict[str, str] = {}
        kind = typed(form, "kind")
        place, place_name = await self._place(typed(form, "place"), errors)
        if typed(form, "village") and not place:
            errors.setdefault("village", "Dites d'abord la commune du village.")
        round_id, round_name = await _round(form, errors)
        event = _event(form, errors)
        _kind(form, errors)
        days = {name: _day(typed(form, name), name, errors) for name in ("first", "last", "day")}
        if days["first"] and days["last"] and days["first"] > days["last"]:
            errors["last"] = "Le dernier jour vient avant le premier."
        if kind == "free":
            for code, shown in self._shown(form).items():
                if shown.error or not shown.body:
                    errors[f"text_{code}"] = shown.error or "Écrivez le texte dans chaque langue."
        status, language = typed(form, "status"), typed(form, "language")
        if errors:
            return errors, None, (None, None)
        audience = Audience(
            round_id=round_id,
            event=event,
            first=days["first"] if event else None,
            last=days["last"] if event else None,
            day=days["day"] if kind in ("reminder1", "reminder3") else None,
            place=place,
            village=typed(form, "village") or None,
            component=typed(form, "component") or None,
            status=Status(status) if status in STATUSES else None,
            language=Language.named(language),
        )
        return errors, audience, (round_name, place_name)

    async def _place(self, text: str, errors: dict[str, str]) -> tuple[str | None, str | None]:
        """The place that was written; nothing written is the whole country."""
        if not text:
            return None, None
        places = await self._places(text)
        if len(places) == 1:
            return places[0]
        errors["place"] = (
            "Lequel de ces lieux ?" if places else "Aucun lieu de ce nom. Écrivez une région, un cercle ou une commune."
        )
        return None, None

    async def _places(self, text: str) -> list[tuple[str, str]]:
        return [(place.pcode, place.label) for place in await places_named(text)]


async def _round(form: FormData, errors: dict[str, str]) -> tuple[int | None, str | None]:
    """The payment round that was chosen, with its name."""
    if typed(form, "about") != "round":
        return None, None
    chosen = number(typed(form, "round"))
    for each in await rounds():
        if each.id == chosen:
            return each.id, f"{each.component} {each.name}"
    errors["round"] = "Choisissez le tour de paiement."
    return None, None


def _event(form: FormData, errors: dict[str, str]) -> str | None:
    """The component whose activities were chosen."""
    if typed(form, "about") != "event":
        return None
    if typed(form, "event") not in EVENTS:
        errors["event"] = "Choisissez la composante."
    return typed(form, "event")


def _kind(form: FormData, errors: dict[str, str]) -> None:
    """Whether what it tells goes with what it is about."""
    about, kind = typed(form, "about"), typed(form, "kind")
    if kind not in TYPED_IN:
        errors["kind"] = "Choisissez ce que dit la campagne."
    if about not in ("round", "event", "filter"):
        errors["about"] = "Choisissez de quoi parle la campagne."
    elif about == "filter" and kind != "free":
        errors.setdefault("kind", "Sans tour de paiement ni activité, seul un texte libre peut être envoyé.")
    elif about != "filter" and kind == "free":
        errors["about"] = "Un texte libre s'adresse à un lieu ou à une liste : choisissez « des ménages choisis »."


def _day(text: str, field: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    day = day_in(text)
    if day is None:
        errors[field] = "Écrivez la date ainsi : 2026-12-31."
    return day
