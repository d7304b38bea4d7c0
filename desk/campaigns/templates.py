"""The words of the campaigns: seen and tried while they are written, approved by somebody else, and the way back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.routing import route

from core.campaigns.models import CampaignKind
from core.campaigns.steps import CampaignError, FourEyes, NotASupervisor, WrongState
from core.campaigns.templates import TemplateState
from core.platform import sql
from core.platform.settings import Settings
from core.scams.guard import NotASafeText
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.languages import Language
from desk.campaigns import words as campaign_words
from desk.campaigns.campaign import LONG_STATEMENTS
from desk.campaigns.words import refused, word
from desk.site.pages import DeskPage, actor, now, number, typed
from desk.site.refusals import not_there
from sms.campaigns import templates
from sms.campaigns.drafts import CannotBeWritten
from sms.campaigns.template_checks import LONGEST_WORDS, NotATemplate, TooManyParts, TriedWords, check_one, tried
from sms.campaigns.template_samples import Measures, measures
from sms.campaigns.templates import TemplateVersion, UnknownTemplate
from sms.outbox.placeholders import RULES
from sms.outbox.proven_words import proven_words

MEASURED_FOR: Final = timedelta(minutes=10)
"""How long the longest values are taken to be what they were: they are asked for with every word that is typed."""

OTHER_EYES: Final = "Une autre personne doit approuver : vous avez écrit ce texte."
DECIDED: Final = "Quelqu'un en a déjà décidé. Regardez la page à nouveau."
UNFIT: Final = (NotATemplate, NotASafeText, CannotBeWritten)
"""What words are refused with."""


@dataclass(frozen=True, slots=True)
class ShownWords:
    """Words of one language as phones show them with values of each size, and why they cannot be sent, if not."""

    language: Language
    texts: Sequence[TriedWords]
    error: str = ""

    def to_json(self) -> dict[str, object]:
        """For the script of the page."""
        texts = [{"caption": caption(each), "body": each.sms.body} for each in self.texts]
        return {"error": self.error, "texts": texts}


def caption(text: TriedWords) -> str:
    """What is said above a text: with which values, how long it is, and what it had no room for."""
    words = f"Avec {word(text.size)} : {text.sms.size} caractères, {text.sms.parts} SMS"
    missing = ", ".join(word(piece) for piece in text.sms.left_out)
    return f"{words} ; pas de place pour : {missing}" if missing else words


class CampaignTemplates(DeskPage):
    """The words of each kind of campaign."""

    menu_label = "Textes des campagnes"
    path = "/campaigns/templates"
    permission = Permission.RUN_CAMPAIGNS
    add_to_menu = False

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._measured: tuple[datetime, Measures] | None = None

    @route("")
    async def index(self, request: Request) -> Response:
        """Each kind, with the words that are used and those that wait."""
        async with seen_by(actor(request)):
            kinds = [(kind, await templates.used(kind), _waiting(await templates.versions(kind))) for kind in RULES]
        return self.show(request, "campaigns/templates.html", {"kinds": kinds, "say": campaign_words})

    @route("/{kind}")
    async def one(self, request: Request) -> Response:
        """The words of a kind, to be changed, and all their versions."""
        return await self._page(request, _kind(request))

    @route("/{kind}/preview", methods=["POST"])
    async def preview(self, request: Request) -> Response:
        """What phones would show of the words in a form, for the script of the page."""
        shown = await self._shown(request, _kind(request), _words(await request.form()))
        return JSONResponse({each.language.value: each.to_json() for each in shown})

    @route("/{kind}", methods=["POST"])
    async def propose(self, request: Request) -> Response:
        """Keep the words for somebody else to approve; or only show them, where that was asked."""
        kind, form, me, at = _kind(request), await request.form(), actor(request), now()
        words = _words(form)
        if typed(form, "act") == "preview":
            return await self._page(request, kind, words)
        try:
            async with seen_by(me):
                await sql.execute(LONG_STATEMENTS)
                new = await templates.propose(kind, words, me, self._settings, at)
                await audit.record(me.id, Act.CAMPAIGN_TEMPLATE_WRITTEN, f"campaign template {new}", at, {"kind": kind})
        except UNFIT as error:
            return await self._page(request, kind, words, refused(error))
        except CampaignError as error:
            return self._refused(request, kind, error)
        return self.done(request, "Le texte attend l'accord d'une autre personne.", _page_of(kind))

    @route("/{kind}/approve", methods=["POST"])
    async def approve(self, request: Request) -> Response:
        """Let the words that wait be used from now on."""

        async def act(me: Actor, version: int, at: datetime) -> tuple[Act, int, str]:
            await templates.approve(version, me, self._settings, at)
            return Act.CAMPAIGN_TEMPLATE_DECIDED, version, "Approuvé : les prochains plans le disent ainsi."

        return await self._decide(request, act)

    @route("/{kind}/dismiss", methods=["POST"])
    async def dismiss(self, request: Request) -> Response:
        """Put the words that wait aside."""

        async def act(me: Actor, version: int, at: datetime) -> tuple[Act, int, str]:
            await templates.dismiss(version, me, at)
            return Act.CAMPAIGN_TEMPLATE_DECIDED, version, "Le texte n'est pas retenu."

        return await self._decide(request, act)

    @route("/{kind}/back", methods=["POST"])
    async def back(self, request: Request) -> Response:
        """Propose the words of an older version again."""

        async def act(me: Actor, version: int, at: datetime) -> tuple[Act, int, str]:
            new = await templates.go_back(version, me, self._settings, at)
            return Act.CAMPAIGN_TEMPLATE_WRITTEN, new, "Cette version attend l'accord d'une autre personne."

        return await self._decide(request, act)

    @route("/{kind}/proven", methods=["POST"])
    async def proven(self, request: Request) -> Response:
        """Use the proven words again, at once."""
        kind = _kind(request)

        async def act(me: Actor, _: int, at: datetime) -> tuple[Act, int, str]:
            new = await templates.to_proven(kind, me, at)
            return Act.CAMPAIGN_TEMPLATE_PROVEN, new, "Les prochains plans disent de nouveau le texte éprouvé."

        return await self._decide(request, act)

    async def _decide(
        self, request: Request, act: Callable[[Actor, int, datetime], Awaitable[tuple[Act, int, str]]]
    ) -> Response:
        """Decide on a version of this kind and put it on record, both or neither."""
        kind, me, at = _kind(request), actor(request), now()
        asked = number(typed(await request.form(), "version")) or 0
        try:
            async with seen_by(me):
                await sql.execute(LONG_STATEMENTS)
                if asked and (await templates.version(asked)).kind is not kind:
                    raise UnknownTemplate(asked)
                name, version, words = await act(me, asked, at)
                await audit.record(me.id, name, f"campaign template {version}", at, {"kind": kind})
        except UNFIT as error:
            return self.not_done(request, refused(error), _page_of(kind))
        except CampaignError as error:
            return self._refused(request, kind, error)
        return self.done(request, words, _page_of(kind))

    def _refused(self, request: Request, kind: CampaignKind, error: CampaignError) -> Response:
        if isinstance(error, (UnknownTemplate, NotASupervisor)):
            raise not_there() from None
        words = {FourEyes: OTHER_EYES, WrongState: DECIDED}.get(type(error))
        return self.not_done(request, words or refused(error), _page_of(kind))

    async def _page(
        self, request: Request, kind: CampaignKind, words: Mapping[str, str] | None = None, error: str = ""
    ) -> Response:
        me = actor(request)
        async with seen_by(me):
            versions, used = await templates.versions(kind), await templates.used(kind)
        proven = proven_words(kind)
        waiting = _waiting(versions)
        given = words or (used.texts if used and used.texts else proven)
        context = {
            "kind": kind,
            "given": given,
            "shown": await self._shown(request, kind, given) if me.scope_code is None else (),
            "proposed": await self._shown(request, kind, waiting.texts or {}) if waiting else (),
            "versions": versions,
            "used": used,
            "waiting": waiting,
            "proven": proven,
            "placeholders": [(each, each in RULES[kind].needed) for each in RULES[kind].allowed],
            "languages": list(Language),
            "everywhere": me.scope_code is None,
            "me": me,
            "longest": LONGEST_WORDS,
            "State": TemplateState,
            "say": campaign_words,
            "error": error,
            "caption": caption,
        }
        return self.show(request, "campaigns/template.html", context, 422 if error else 200)

    async def _shown(self, request: Request, kind: CampaignKind, words: Mapping[str, str]) -> Sequence[ShownWords]:
        measured = await self._measures(request)
        return [self._one_shown(kind, words.get(each.value, ""), each, measured) for each in Language]

    def _one_shown(self, kind: CampaignKind, words: str, language: Language, measured: Measures) -> ShownWords:
        """The words with their values, and what is wrong with them; words that scams use are not shown as an SMS."""
        today, error = now().date(), ""
        try:
            check_one(kind, words, language, self._settings, measured, today)
        except TooManyParts as too_long:
            error = refused(too_long)
        except UNFIT as unfit:
            return ShownWords(language, (), refused(unfit))
        return ShownWords(language, tried(kind, words, language, self._settings, measured, today), error)

    async def _measures(self, request: Request) -> Measures:
        """The values that words are tried with, as they were a little ago."""
        at = now()
        if self._measured is None or self._measured[0] < at - MEASURED_FOR:
            async with seen_by(actor(request)):
                await sql.execute(LONG_STATEMENTS)
                self._measured = (at, await measures())
        return self._measured[1]


def _kind(request: Request) -> CampaignKind:
    """The kind that the address names."""
    kind = next((kind for kind in RULES if kind.value == request.path_params["kind"]), None)
    if kind is None:
        raise not_there()
    return kind


def _page_of(kind: CampaignKind) -> str:
    return f"/campaigns/templates/{kind}"


def _words(form: FormData) -> Mapping[str, str]:
    return {each.value: typed(form, f"text_{each}")[:LONGEST_WORDS] for each in Language}


def _waiting(versions: Sequence[TemplateVersion]) -> TemplateVersion | None:
    """The version that waits for an approval."""
    return next((each for each in versions if each.state is TemplateState.PROPOSED), None)
