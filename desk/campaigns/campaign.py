"""The campaigns of SMS: the list, and one of them from its plan to its end."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.routing import route

from core.campaigns.models import Campaign, CampaignKind, CampaignState
from core.campaigns.steps import (
    CampaignError,
    CampaignStep,
    EmptyPlan,
    FourEyes,
    NotASupervisor,
    WrongState,
    must,
    open_steps,
    refusal,
)
from core.outbox.messages import MessageState
from core.platform import sql
from core.platform.settings import Settings
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.formats import short_date
from core.text.words import DESK
from desk.campaigns import forms
from desk.campaigns import words as campaign_words
from desk.campaigns.progress import moving
from desk.campaigns.words import refused
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now, number, typed
from desk.site.refusals import Mistake, not_there
from sms.alarms.standing import concerning, notices
from sms.campaigns import (
    asking,
    budgets,
    motion,
    once_more,
    planning_task,
    preview,
    readiness,
    steps,
    templates,
    test_send,
    touching,
    ways,
)
from sms.campaigns.cost import cost_of
from sms.campaigns.motions import Motion
from sms.campaigns.scope import OutOfScope, UnknownCampaign, must_run, must_touch
from sms.campaigns.tally import tally_of
from sms.outbox.balances import left_words

PATIENCE: Final = 2.0
LIST_LENGTH: Final = 60
FEW: Final = 2
SAMPLES: Final = {CampaignKind.PERSONAL: 6}
"""The longest texts of each language that are shown; each number has its own where a file was brought."""

LONG_STATEMENTS: Final = "SELECT set_config('statement_timeout', '30s', true), set_config('jit', 'off', true)"
"""A campaign may hold hundreds of thousands of messages: counting them takes longer than a screen of the line.

What a policy of the database asks of each row looks so dear to it that it would compile it, for longer than it takes.
"""

SETTLING: Final = frozenset({CampaignStep.SEND_AGAIN, CampaignStep.LEAVE, CampaignStep.ONCE_MORE})
"""Steps that are offered beside the messages that they are for, where there are any."""

Done = tuple[str, dict[str, Any]]
"""What is said of an act, and what is put on record of it."""


class Campaigns(DeskPage):
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
            campaigns = await preview.summaries(most + 1, actor(request).scope_code)
        context = {
            "alarms": await notices(actor(request).scope_code, now()),
            "campaigns": campaigns[:most],
            "more": most * 2 if len(campaigns) > most else None,
            "say": campaign_words,
            "State": CampaignState,
        }
        return self.show(request, "campaigns/list.html", context)

    @route("/{id:int}")
    async def one(self, request: Request) -> Response:
        """One campaign: its plan, what can be done, how far it is, and what was decided."""
        me, campaign_id, at = actor(request), row_id(request), now()
        try:
            async with seen_by(me):
                standing = await must_run(me, campaign_id)
        except OutOfScope:
            return await self._of_others_too(request, me, campaign_id)
        except CampaignError:
            raise not_there() from None
        tally = await tally_of(standing, at)
        alarms = concerning(await notices(me.scope_code, at), campaign_id, self._settings)
        month = await budgets.budgets_of(campaign_id, self._settings, at)
        ahead = await readiness.ways_ahead(standing, tally, self._settings, at)
        async with seen_by(me):
            await sql.execute(LONG_STATEMENTS)
            campaign = await preview.summary(campaign_id)
            planning = await steps.being_planned(campaign_id)
            can = open_steps(standing, me, being_planned=planning)
            context = {
                "campaign": campaign,
                "standing": standing,
                "about": await preview.about(campaign_id),
                "own_words": await templates.of_campaign(campaign_id),
                "planning": planning,
                "seen": await steps.last_change(campaign_id),
                "changes": await steps.changes(campaign_id),
                "can": can,
                "to_do": can - SETTLING,
                "others_must": isinstance(
                    refusal(CampaignStep.APPROVE, standing, me, being_planned=planning), FourEyes
                ),
                "held": await preview.preview(
                    campaign_id, self._settings, at, SAMPLES.get(campaign.kind, FEW), counted=tally
                ),
                "moving": await moving(campaign, at, tally),
                "say": campaign_words,
                "CampaignStep": CampaignStep,
                "State": CampaignState,
                "Motion": Motion,
                "Kind": CampaignKind,
                "me": me,
                "motions": await motion.motions_of(campaign_id, self._settings, at),
                "window": self._settings.sms_window,
                "alarms": alarms,
                "ahead": ahead,
                "cost": cost_of(tally, self._settings),
                "budgets": month,
                "were_off": await once_more.were_off(campaign_id, self._settings, at)
                if CampaignStep.ONCE_MORE in can
                else 0,
                "ways": await ways.ways_of(campaign_id, self._settings, at, counted=tally),
                "left_words": left_words,
                "rates": self._settings.sms_currency_rates,
            }
        return self.show(request, "campaigns/campaign.html", context)

    async def _of_others_too(self, request: Request, me: Actor, campaign_id: int) -> Response:
        """A campaign that speaks to other places too: what it is, and what became of it where `me` works."""
        try:
            async with seen_by(me):
                await sql.execute(LONG_STATEMENTS)
                await must_touch(me, campaign_id)
                states = await touching.states_in(campaign_id, me.scope_code or "")
                context = {
                    "campaign": await preview.summary(campaign_id),
                    "about": await preview.about(campaign_id),
                    "states": [(state, states[state]) for state in MessageState if state in states],
                    "say": campaign_words,
                }
        except CampaignError:
            raise not_there() from None
        return self.show(request, "campaigns/touching.html", context)

    @route("/{id:int}/progress")
    async def progress(self, request: Request) -> Response:
        """How far it is, for the script of the page."""
        me, campaign_id, at = actor(request), row_id(request), now()
        async with seen_by(me):
            standing = await _seen(me, campaign_id)
        tally = await tally_of(standing, at)
        async with seen_by(me):
            await sql.execute(LONG_STATEMENTS)
            far = await moving(await preview.summary(campaign_id), at, tally)
            planning = await steps.being_planned(campaign_id)
            _, does = await motion.goes_on(campaign_id, self._settings, at, DESK)
        return JSONResponse({**far.to_json(does), "planning": planning})

    @route("/{id:int}/plan", methods=["POST"])
    async def replan(self, request: Request) -> Response:
        """Plan it anew, with the households and payments as they are now."""
        me, campaign_id, at = actor(request), row_id(request), now()
        to = f"/campaigns/{campaign_id}"
        try:
            async with seen_by(me):
                await must_run(me, campaign_id)
                await audit.record(me.id, Act.CAMPAIGN_PLANNED, f"campaign {campaign_id}", at)
            made = await planning_task.begin(campaign_id, self._settings, me, at, patience=PATIENCE)
        except CampaignError as error:
            return await self._refused(request, campaign_id, error)
        return self.done(request, "Le plan est refait." if made else "Le plan se refait.", to)

    @route("/{id:int}/approve", methods=["POST"])
    async def approve(self, request: Request) -> Response:
        """Approve the plan that was looked at."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> Done:
            seen = number(typed(form, "seen"))
            given = await steps.approve(campaign_id, me, at, seen=-1 if seen is None else seen)
            if given.complete:
                return "La campagne est approuvée. Elle peut partir.", {"complete": True}
            return "Première approbation donnée. Il en faut une seconde, d'une autre personne.", {"complete": False}

        return await self._act(request, Act.CAMPAIGN_APPROVED, act)

    @route("/{id:int}/start", methods=["POST"])
    async def start(self, request: Request) -> Response:
        """Let it go now, or at a day and hour; its gateways are asked first, before anything is held."""
        me, asked_of, asked_at = actor(request), row_id(request), now()
        try:
            async with seen_by(me):
                must(CampaignStep.START, await must_run(me, asked_of), me)
        except CampaignError as error:
            return await self._refused(request, asked_of, error)
        asked = await asking.ask(asked_of, self._settings, asked_at)

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> Done:
            moment = forms.moment(form, at)
            must(CampaignStep.START, await must_run(me, campaign_id), me)
            await self._must_succeed(campaign_id, at)
            if moment is None:
                asked.must_be_open()
            await steps.start(campaign_id, me, at, moment)
            if moment:
                words = f"Elle partira le {short_date(moment)} à {moment:%H:%M}. {asked.words(DESK)}"
                return words, {"at": moment.isoformat()}
            return f"{await self._goes_on(campaign_id, at, 'Elle part.')} {asked.words(DESK)}", {"at": "now"}

        return await self._act(request, Act.CAMPAIGN_STARTED, act)

    @route("/{id:int}/pause", methods=["POST"])
    async def pause(self, request: Request) -> Response:
        """Let nothing more leave."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> Done:
            why = forms.reason(form)
            await steps.pause(campaign_id, why, at, me)
            return "En pause. Ce qui est déjà parti est encore noté.", {"why": why}

        return await self._act(request, Act.CAMPAIGN_PAUSED, act)

    @route("/{id:int}/resume", methods=["POST"])
    async def resume(self, request: Request) -> Response:
        """Let it go on."""

        async def act(me: Actor, campaign_id: int, _: FormData, at: datetime) -> Done:
            await steps.resume(campaign_id, me, at)
            return await self._goes_on(campaign_id, at, "Elle continue où elle s'était arrêtée."), {}

        return await self._act(request, Act.CAMPAIGN_RESUMED, act)

    @route("/{id:int}/cancel", methods=["POST"])
    async def cancel(self, request: Request) -> Response:
        """End it."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> Done:
            why = forms.reason(form)
            await steps.cancel(campaign_id, why, me, at)
            return "Annulée. Qui n'avait pas encore de SMS n'en aura pas.", {"why": why}

        return await self._act(request, Act.CAMPAIGN_CANCELLED, act)

    @route("/{id:int}/settle", methods=["POST"])
    async def settle(self, request: Request) -> Response:
        """Send the uncertain ones again, or leave them."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> Done:
            choice = typed(form, "choice")
            if choice not in ("again", "leave"):
                raise Mistake("Choisissez : renvoyer ou laisser.")
            count = await steps.settle(campaign_id, me, at, again=choice == "again")
            words = f"{count} {'renvoyés' if choice == 'again' else 'laissés comme ils sont'}."
            return words, {"choice": choice, "messages": count}

        return await self._act(request, Act.CAMPAIGN_UNCERTAIN_SETTLED, act)

    @route("/{id:int}/once-more", methods=["POST"])
    async def once_more(self, request: Request) -> Response:
        """Send it once more to those whose phone was off."""

        async def act(me: Actor, campaign_id: int, _: FormData, at: datetime) -> Done:
            count = await once_more.send(campaign_id, me, self._settings, at)
            return f"{count} SMS partent encore une fois, demain matin.", {"messages": count}

        return await self._act(request, Act.CAMPAIGN_ONCE_MORE, act)

    @route("/{id:int}/test", methods=["POST"])
    async def test(self, request: Request) -> Response:
        """Send the longest texts to named phones, and to nobody else."""

        async def act(me: Actor, campaign_id: int, form: FormData, at: datetime) -> Done:
            phones = forms.phones(form)
            count = await test_send.send(campaign_id, phones, me, at)
            return f"{count} SMS d'essai partent.", {"phones": len(phones), "messages": count}

        return await self._act(request, Act.CAMPAIGN_TESTED, act)

    async def _must_succeed(self, campaign_id: int, at: datetime) -> None:
        """Raise NoWayOut or TooLittleLeft for a start that cannot succeed."""
        await ways.must_suffice(campaign_id, self._settings, at)
        await readiness.must_have_a_way(campaign_id, self._settings)

    async def _goes_on(self, campaign_id: int, at: datetime, words: str) -> str:
        """What is said to who started or resumed it: that it goes only where it does."""
        goes, does = await motion.goes_on(campaign_id, self._settings, at, DESK)
        return words if goes else f"C'est noté. {does}"

    async def _act(
        self,
        request: Request,
        name: Act,
        act: Callable[[Actor, int, FormData, datetime], Awaitable[Done]],
    ) -> Response:
        """Do something with a campaign and put it on record, both or neither; say what was done, or why not."""
        me, campaign_id, at, form = actor(request), row_id(request), now(), await request.form()
        try:
            async with seen_by(me):
                await sql.execute(LONG_STATEMENTS)
                words, detail = await act(me, campaign_id, form, at)
                await audit.record(me.id, name, f"campaign {campaign_id}", at, detail)
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
        if isinstance(error, WrongState) and not isinstance(error, EmptyPlan):
            async with seen_by(actor(request)):
                words = await _what_happened(campaign_id)
        return self.not_done(request, words, f"/campaigns/{campaign_id}")


async def _what_happened(campaign_id: int) -> str:
    """Who changed a campaign last, when, to what: for somebody whose page is no longer so."""
    campaign, changes = await preview.summary(campaign_id), await steps.changes(campaign_id)
    last = changes[-1]
    by = f"par {last.actor}" if last.actor else "d'elle-même"
    return (
        f"Ce n'est pas fait : la campagne est {campaign_words.word(campaign.state)} "
        f"({by}, le {short_date(last.at)} à {last.at:%H:%M}). Regardez la page à nouveau."
    )


async def _seen(me: Actor, campaign_id: int) -> Campaign:
    """The campaign, where it is for the places of whoever asks."""
    try:
        return await must_run(me, campaign_id)
    except CampaignError:
        raise not_there() from None
