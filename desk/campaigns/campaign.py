"""The campaigns of SMS: the list, and one of them from its plan to its end."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.routing import route

from core.campaigns.models import CampaignState
from core.numbers.msisdn import BadNumber, parse_any
from core.outbox.messages import MessageState
from core.platform.settings import Settings
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.audit import note
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.formats import number_phrase, short_date
from desk.campaigns import words as campaign_words
from desk.campaigns.words import refused
from desk.site.pages import Page, actor, now, number, typed
from desk.site.refusals import not_there
from sms.campaigns import planning_apart, preview, steps, test_send
from sms.campaigns.preview import Progress, Summary
from sms.campaigns.scope import CampaignError, NotASupervisor, OutOfScope, UnknownCampaign, must_run
from sms.campaigns.steps import WrongState

S = CampaignState
PATIENCE: Final = 2.0
MOST_PHONES: Final = 5
LONGEST_WHY: Final = 300
LIST_LENGTH: Final = 60
LONG_STATEMENTS: Final = text("SET LOCAL statement_timeout = '30s'")
"""A campaign may hold hundreds of thousands of messages: counting them all takes longer than a screen of the line."""

ACTS: Final = {
    "replan": (S.DRAFT, S.PLANNED),
    "approve": (S.PLANNED,),
    "start": (S.APPROVED, S.SCHEDULED),
    "pause": (S.RUNNING, S.SCHEDULED),
    "resume": (S.PAUSED,),
    "cancel": tuple(state for state in S if state not in steps.ENDED),
    "test": (S.PLANNED, S.APPROVED, S.SCHEDULED, S.PAUSED),
}
"""What can be done with a campaign, and in which states."""


class Mistake(ValueError):
    """What was typed does not do; the message says why."""


@dataclass(frozen=True, slots=True)
class Moving:
    """How far a campaign is, ready to be shown."""

    state: str
    words: str
    counted: Progress
    rate: float
    end: datetime | None

    def to_json(self) -> dict[str, Any]:
        """For the script of the page: words and figures as the page shows them."""
        states = self.counted.states
        return {
            "state": self.state,
            "words": self.words,
            "percent": self.percent,
            "waiting": self.counted.waiting,
            "figures": {
                "to_send": number_phrase(self.counted.to_send),
                "sent": number_phrase(self.counted.sent),
                "rate": self.rate_words,
                "end": self.end_words,
                **{state.value: number_phrase(states.get(state, 0)) for state in MessageState},
            },
        }

    @property
    def percent(self) -> int:
        """Of those to be told, how many of a hundred need nothing more."""
        return self.counted.done * 100 // self.counted.to_send if self.counted.to_send else 0

    @property
    def rate_words(self) -> str:
        """How fast it goes."""
        if self.state != S.RUNNING:
            return "–"
        return f"{self.rate:.1f} par seconde".replace(".", ",") if self.rate else "rien ne part en ce moment"

    @property
    def end_words(self) -> str:
        """When everything will have left, at this speed."""
        return f"vers {self.end:%H:%M} le {short_date(self.end)}" if self.end else "–"


class Campaigns(Page):
    """Campaigns, for supervisors, each for their places."""

    menu_label = "Campagnes"
    path = "/campaigns"
    permission = Permission.RUN_CAMPAIGNS

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("")
    async def index(self, request: Request) -> Response:
        """The campaigns, newest first."""
        most = min(number(request.query_params.get("most")) or LIST_LENGTH, 1000)
        async with seen_by(actor(request)):
            found = await preview.summaries(most + 1, actor(request).scope_code)
        context = {"campaigns": found[:most], "more": most * 2 if len(found) > most else None, "say": campaign_words}
        return self.show(request, "campaigns/list.html", context)

    @route("/{id:int}")
    async def one(self, request: Request) -> Response:
        """One campaign: its plan, what can be done, how far it is, and what was decided."""
        me, campaign_id, at = actor(request), _id(request), now()
        async with seen_by(me) as session:
            await session.execute(LONG_STATEMENTS)
            await _must_see(me, campaign_id)
            found = await preview.summary(campaign_id)
            context = {
                "campaign": found,
                "about": await preview.about(campaign_id),
                "planning": await planning_apart.under_way(campaign_id),
                "seen": await steps.last_change(campaign_id),
                "changes": await steps.changes(campaign_id),
                "can": {act for act, states in ACTS.items() if found.state in states},
                "held": await preview.preview(campaign_id, self._settings, at),
                "moving": await self._moving(found, at),
                "say": campaign_words,
                "me": me,
                "cap": self._settings.sms_cap_parts,
                "window": self._settings.sms_window,
                "unsettled": found.state is not S.CANCELLED,
            }
        return self.show(request, "campaigns/campaign.html", context)

    @route("/{id:int}/progress")
    async def progress(self, request: Request) -> Response:
        """How far it is, for the script of the page."""
        me, campaign_id = actor(request), _id(request)
        async with seen_by(me) as session:
            await session.execute(LONG_STATEMENTS)
            await _must_see(me, campaign_id)
            moving = await self._moving(await preview.summary(campaign_id), now())
            planning = await planning_apart.under_way(campaign_id)
        return JSONResponse({**moving.to_json(), "planning": planning})

    @route("/{id:int}/plan", methods=["POST"])
    async def replan(self, request: Request) -> Response:
        """Plan it anew, with the households and payments as they are now."""
        me, campaign_id, at = actor(request), _id(request), now()
        to = f"/campaigns/{campaign_id}"
        try:
            async with seen_by(me):
                await must_run(me, campaign_id)
                await note(me.id, Act.CAMPAIGN_PLANNED, f"campaign {campaign_id}", at)
            made = await planning_apart.begin(campaign_id, self._settings, me, at, patience=PATIENCE)
        except CampaignError as error:
            return await self._refused(request, campaign_id, error)
        return self.done(request, "Le plan est refait." if made else "Le plan se refait.", to)

    @route("/{id:int}/approve", methods=["POST"])
    async def approve(self, request: Request) -> Response:
        """Approve the plan that was looked at."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> tuple[str, dict[str, Any]]:
            if await planning_apart.under_way(campaign_id):
                raise planning_apart.PlanningAlready(f"the plan of campaign {campaign_id} is being made")
            seen = number(typed(form, "seen"))
            given = await steps.approve(campaign_id, me, at, seen=-1 if seen is None else seen)
            if given.complete:
                return "La campagne est approuvée. Elle peut partir.", {"complete": True}
            return "Première approbation donnée. Il en faut une seconde, d'une autre personne.", {"complete": False}

        return await self._act(request, Act.CAMPAIGN_APPROVED, act)

    @route("/{id:int}/start", methods=["POST"])
    async def start(self, request: Request) -> Response:
        """Let it go now, or at a day and hour."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> tuple[str, dict[str, Any]]:
            moment = _moment(typed(form, "day"), typed(form, "hour"), at) if typed(form, "when") == "later" else None
            await steps.start(campaign_id, me, at, moment)
            if moment:
                return f"Elle partira le {short_date(moment)} à {moment:%H:%M}.", {"at": moment.isoformat()}
            return "Elle part.", {"at": "now"}

        return await self._act(request, Act.CAMPAIGN_STARTED, act)

    @route("/{id:int}/pause", methods=["POST"])
    async def pause(self, request: Request) -> Response:
        """Let nothing more leave."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> tuple[str, dict[str, Any]]:
            why = _why(form)
            await steps.pause(campaign_id, why, at, me)
            return "En pause. Ce qui est déjà parti est encore noté.", {"why": why}

        return await self._act(request, Act.CAMPAIGN_PAUSED, act)

    @route("/{id:int}/resume", methods=["POST"])
    async def resume(self, request: Request) -> Response:
        """Let it go on."""

        async def act(me: Actor, campaign_id: int, _: FormData, at: datetime) -> tuple[str, dict[str, Any]]:
            await steps.resume(campaign_id, me, at)
            return "Elle continue où elle s'était arrêtée.", {}

        return await self._act(request, Act.CAMPAIGN_RESUMED, act)

    @route("/{id:int}/cancel", methods=["POST"])
    async def cancel(self, request: Request) -> Response:
        """End it."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> tuple[str, dict[str, Any]]:
            why = _why(form)
            if await planning_apart.under_way(campaign_id):
                raise planning_apart.PlanningAlready(f"the plan of campaign {campaign_id} is being made")
            await steps.cancel(campaign_id, why, me, at)
            return "Annulée. Qui n'avait pas encore de SMS n'en aura pas.", {"why": why}

        return await self._act(request, Act.CAMPAIGN_CANCELLED, act)

    @route("/{id:int}/settle", methods=["POST"])
    async def settle(self, request: Request) -> Response:
        """Send the uncertain ones again, or leave them."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> tuple[str, dict[str, Any]]:
            choice = typed(form, "choice")
            if choice not in ("again", "leave"):
                raise Mistake("Choisissez : renvoyer ou laisser.")
            count = await steps.settle(campaign_id, me, at, again=choice == "again")
            words = f"{count} {'renvoyés' if choice == 'again' else 'laissés comme ils sont'}."
            return words, {"choice": choice, "messages": count}

        return await self._act(request, Act.CAMPAIGN_UNCERTAIN_SETTLED, act)

    @route("/{id:int}/test", methods=["POST"])
    async def test(self, request: Request) -> Response:
        """Send the longest texts to named phones, and to nobody else."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> tuple[str, dict[str, Any]]:
            await must_run(me, campaign_id)
            phones = _phones(typed(form, "phones"))
            count = await test_send.send(campaign_id, phones, at)
            return f"{count} SMS d'essai partent.", {"phones": len(phones), "messages": count}

        return await self._act(request, Act.CAMPAIGN_TESTED, act)

    async def _moving(self, found: Summary, at: datetime) -> Moving:
        counted = await preview.progress(found.id)
        running = found.state is S.RUNNING
        rate = await preview.speed(found.id, at) if running else 0.0
        left = counted.states.get(MessageState.PLANNED, 0)
        end = at + timedelta(seconds=left / rate) if running and rate and left else None
        return Moving(found.state.value, campaign_words.STATES[found.state], counted, rate, end)

    async def _act(
        self,
        request: Request,
        name: Act,
        act: Callable[[Actor, int, FormData, datetime], Awaitable[tuple[str, dict[str, Any]]]],
    ) -> Response:
        """Do something with a campaign and put it on record, both or neither; say what was done, or why not."""
        me, campaign_id, at, form = actor(request), _id(request), now(), await request.form()
        try:
            async with seen_by(me) as session:
                await session.execute(LONG_STATEMENTS)
                words, detail = await act(me, campaign_id, form, at)
                await note(me.id, name, f"campaign {campaign_id}", at, detail)
        except Mistake as mistake:
            return self.not_done(request, str(mistake), f"/campaigns/{campaign_id}")
        except CampaignError as error:
            return await self._refused(request, campaign_id, error)
        return self.done(request, words, f"/campaigns/{campaign_id}")

    async def _refused(self, request: Request, campaign_id: int, error: CampaignError) -> Response:
        """Say why something was not done; what is not of one's places is not there."""
        if isinstance(error, (OutOfScope, UnknownCampaign, NotASupervisor)):
            raise not_there() from None
        words = refused(error)
        if isinstance(error, WrongState):
            words = await _what_happened(campaign_id)
        return self.not_done(request, words, f"/campaigns/{campaign_id}")


async def _what_happened(campaign_id: int) -> str:
    """Who changed a campaign last, when, to what: for somebody whose page is no longer so."""
    found, changes = await preview.summary(campaign_id), await steps.changes(campaign_id)
    last = changes[-1]
    by = f"par {last.actor}" if last.actor else "d'elle-même"
    return (
        f"Ce n'est pas fait : la campagne est {campaign_words.STATES[found.state]} "
        f"({by}, le {short_date(last.at)} à {last.at:%H:%M}). Regardez la page à nouveau."
    )


async def _must_see(me: Actor, campaign_id: int) -> None:
    try:
        await must_run(me, campaign_id)
    except CampaignError:
        raise not_there() from None


def _id(request: Request) -> int:
    campaign_id: int = request.path_params["id"]
    if campaign_id >= 2**31:
        raise not_there()
    return campaign_id


def _why(form: FormData) -> str:
    why = typed(form, "why")[:LONGEST_WHY]
    if not why:
        raise Mistake("Écrivez pourquoi : c'est gardé avec la campagne.")
    return why


def _moment(day: str, hour: str, at: datetime) -> datetime:
    """The day and hour that were typed, in Bamako, which keeps UTC all year."""
    try:
        moment = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=UTC)
    except ValueError:
        raise Mistake("Écrivez le jour et l'heure du départ.") from None
    if moment <= at:
        raise Mistake("Ce moment est passé : choisissez un jour et une heure à venir.")
    return moment


def _phones(typed_in: str) -> list[str]:
    """The numbers that were typed, a comma, semicolon or line between them."""
    written = [part for part in re.split(r"[,;\n]+", typed_in) if part.strip()]
    if not written:
        raise Mistake("Écrivez un numéro de téléphone.")
    if len(written) > MOST_PHONES:
        raise Mistake(f"{MOST_PHONES} téléphones au plus pour un essai.")
    try:
        return list(dict.fromkeys(parse_any(part) for part in written))
    except BadNumber:
        raise Mistake("L'un de ces numéros n'est pas un numéro de téléphone.") from None
