"""A case: what a person said, what they are told, what was done, and what to do now."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.routing import route

from core.grievances import cases, prepared_answers, steps
from core.grievances.cases import Case
from core.grievances.filing import GrievanceState, Level
from core.grievances.steps import (
    Act,
    CallNotSafe,
    Change,
    DecidedBefore,
    NobodyToTell,
    NotForThem,
    NotThere,
    NotYours,
    Seen,
    SensitiveStaysPut,
    Stale,
    StepNotPossible,
    WordsMissing,
)
from core.platform.settings import Settings
from core.registry.households import Standing, standing
from core.staff.agents import Role
from core.staff.permissions import Permission, may
from core.staff.row_security import seen_by
from core.text.languages import Language
from desk.grievances.reply import KINDS, LONGEST, preview, trouble
from desk.site.pages import Page, actor, now, number, typed
from desk.site.refusals import Refused, not_there
from menus.eligibility import component, eligibility
from menus.payments import earlier_payments, payment
from ussd.call import Call
from ussd.values import Choose

STEPS: Final[Mapping[str, str]] = {
    "received": "Plainte reçue",
    "taken": "Prise en charge",
    "assigned": "Attribuée à",
    "note": "Note interne",
    "information": "Information demandée",
    "decided": "Décision",
    "escalated": "Remontée d'un niveau",
    "reopened": "Rouverte en appel",
    "closed": "Close",
    "called": "Appel : personne jointe",
    "not_reached": "Appel : personne pas jointe",
}
SMS_STATES: Final[Mapping[str, str]] = {
    "planned": "SMS prévu",
    "uncertain": "SMS incertain",
    "accepted": "SMS parti",
    "on_its_way": "SMS en route",
    "silent": "SMS parti, sans nouvelle",
    "delivered": "SMS arrivé",
    "failed": "SMS pas arrivé",
    "dropped": "SMS pas envoyé",
    "left_out": "SMS pas envoyé",
}
PERIODS: Final[Mapping[str, str]] = {"morning": "le matin", "noon": "à midi", "afternoon": "l'après-midi"}
DONE: Final[Mapping[str, str]] = {
    "take": "La plainte est à vous.",
    "assign": "La plainte est attribuée.",
    "note": "La note est écrite.",
    "ask": "La demande est notée.",
    "answer": "La réponse est donnée.",
    "reject": "Le refus est donné.",
    "escalate": "La plainte est remontée ; elle n'est plus à vous.",
    "appeal": "La plainte est rouverte en appel ; une autre personne décidera.",
    "close": "La plainte est close.",
    "call": "L'appel est noté.",
}
DECISIONS: Final = ("answer", "reject")
CHANGED: Final = "Rien n'a été fait : la plainte a changé depuis que vous avez ouvert cette page."


class Cases(Page):
    """One case, and what is done with it."""

    menu_label = "Plainte"
    path = "/cases"
    add_to_menu = False
    permission = Permission.WORK_ON_GRIEVANCES

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("/{reference}")
    async def index(self, request: Request) -> Response:
        """The case, with the text of a prepared answer when one was chosen."""
        return await self._shown(request, number(request.query_params.get("prepared")))

    @route("/{reference}/preview", methods=["POST"])
    async def show_sms(self, request: Request) -> Response:
        """The SMS as it would be sent: as JSON for the script of the page, or on the page itself."""
        form = await request.form()
        act, words = typed(form, "decision") or "answer", typed(form, "words")
        if act not in DECISIONS:
            raise Refused(HTTPStatus.BAD_REQUEST)
        if "application/json" not in request.headers.get("accept", ""):
            return await self._shown(request, form=form, act=act)
        # A sensitive one was read, and recorded, when its page was opened; its SMS says nothing of it.
        async with seen_by(actor(request)):
            found = await cases.glance(request.path_params["reference"])
            if found is None:
                raise not_there()
            sms = await preview(found, act, words, now(), self._settings)
        said = trouble(words, self._settings) if words else None
        return JSONResponse(
            {"body": sms.body, "size": sms.size, "parts": sms.parts, "why": sms.why, "trouble": said or ""}
        )

    @route("/{reference}/{act}", methods=["POST"])
    async def act(self, request: Request) -> Response:
        """Do what was asked, or show the page again with why it was not done and what was typed."""
        name = request.path_params["act"]
        form = await request.form()
        if name == "answer" and typed(form, "decision") == "reject":
            name = "reject"
        if name not in ACTS:
            raise not_there()
        version, event = number(typed(form, "version")), number(typed(form, "event"))
        if version is None or event is None:
            raise Refused(HTTPStatus.BAD_REQUEST)
        act = Act(actor(request), request.path_params["reference"], Seen(version, event), now())
        words = typed(form, "words")
        if name in DECISIONS and (wrong := trouble(words, self._settings)):
            return await self._shown(request, form=form, act=name, refusal=wrong, status=422)
        if len(words) > 4 * LONGEST:
            return await self._shown(request, form=form, act=name, refusal="Le texte est trop long.", status=422)
        try:
            async with seen_by(actor(request)):
                await ACTS[name](act, words, form)
        except NotThere:
            raise not_there() from None
        except (StepNotPossible, ValueError) as error:
            changes = error.changes if isinstance(error, Stale) else ()
            status = 422 if isinstance(error, WordsMissing | NotForThem | _NotADay) else 409
            return await self._shown(request, form=form, act=name, refusal=_why(error), changes=changes, status=status)
        return self.done(request, DONE[name], self._after(name, act))

    def _after(self, name: str, act: Act) -> str:
        return "/queue" if name == "escalate" else f"{self.path}/{act.reference}"

    async def _shown(
        self,
        request: Request,
        prepared_id: int | None = None,
        *,
        form: FormData | None = None,
        act: str = "",
        refusal: str = "",
        changes: tuple[Change, ...] = (),
        status: int = 200,
    ) -> Response:
        at = now()
        me = actor(request)
        async with seen_by(me):
            found = await cases.case(request.path_params["reference"], me, at)
            if found is None:
                raise not_there()
            household = await standing(found.household_id, at.date()) if found.household_id else None
            heard = await _heard(found, household, at)
            mine = found.open and found.assigned_to == me.id
            prepared = await prepared_answers.of_category(found.category) if mine else ()
            colleagues = (
                await steps.may_have(found.reference) if found.open and may(me, Permission.ASSIGN_GRIEVANCES) else ()
            )
            words = typed(form, "words") if form is not None else ""
            chosen = next((each for each in prepared if each.id == prepared_id), None)
            if chosen is not None:
                act, words = "answer", chosen.said(found.language)
            sms = await preview(found, act, words, at, self._settings) if act in KINDS else None
        context = {
            "case": found,
            "today": at.date(),
            "mine": mine,
            "barred": found.open and found.appealed and found.decided_by == me.id,
            "may_take": found.open and not mine and me.id != (found.decided_by if found.appealed else None),
            "free": found.assigned_to is None or _untouched(found, at),
            "within_reach": found.level in steps.levels(me),
            "may_close": found.state in (GrievanceState.RESOLVED, GrievanceState.REJECTED)
            and (may(me, Permission.CLOSE_OF_OTHERS) or me.id in (found.assigned_to, found.decided_by)),
            "may_send_up": not found.sensitive and found.level is not Level.NATIONAL,
            "household": household,
            "heard": heard,
            "prepared": prepared,
            "prepared_id": prepared_id,
            "colleagues": [
                (str(each.id), f"{each.name} ({each.role.value})" if each.role is not Role.AGENT else each.name)
                for each in colleagues
                if each.id != found.assigned_to
            ],
            "act": act,
            "words": words,
            "typed": {name: typed(form, name) for name in ("again_on", "agent")} if form is not None else {},
            "refusal": refusal,
            "changes": changes,
            "sms": sms,
            "longest": LONGEST,
            "step_words": STEPS,
            "sms_words": SMS_STATES,
            "periods": PERIODS,
        }
        return self.show(request, "grievances/case.html", context, status)


class _NotADay(ValueError):
    """A day to call again that is none, or past."""


def _untouched(found: Case, at: datetime) -> bool:
    return (
        found.state is GrievanceState.ASSIGNED
        and found.touched_at is not None
        and found.touched_at < steps.untouched_before(at)
    )


async def _heard(found: Case, household: Standing | None, at: datetime) -> list[tuple[str, str]]:
    """What the line says to this household, in French: the very screens of the line."""
    if household is None:
        return []
    memory: dict[str, Any] = {"household": found.household_id}

    def call(**more: str) -> Call:
        return Call(msisdn=found.msisdn or "", language=Language.staff(), memory=memory | more, key="", now=at)

    said = [("Inscription", await eligibility(call())), ("Paiement", await payment(call()))]
    said += [(each.component, await component(call(component=each.component))) for each in household.enrolments]
    said.append(("Paiements passés", await earlier_payments(call())))
    return [(title, value.text) for title, value in said if isinstance(value, Choose)]


NOT_DONE: Final[Mapping[type[Exception], str]] = {
    Stale: CHANGED,
    DecidedBefore: "Vous avez décidé cette plainte : une autre personne décide de l'appel.",
    CallNotSafe: "N'appelez pas : la personne n'a pas dit qu'un appel est sans danger.",
    NobodyToTell: "Cette plainte n'a pas de numéro de téléphone : il n'y a personne à appeler.",
    SensitiveStaysPut: "Une plainte sensible ne remonte pas : elle reste aux points focaux.",
    NotForThem: "Choisissez quelqu'un de la liste : cette personne ne peut pas avoir cette plainte.",
    WordsMissing: "Écrivez un texte.",
    _NotADay: "Ce jour ne va pas : écrivez un jour à venir, d'ici trois mois.",
}
NOT_POSSIBLE: Final = "Ce n'est pas possible dans l'état où est la plainte. Regardez ce qui a été fait."
FREE: Final = "Cette plainte n'est à personne : prenez-la d'abord."


def _why(error: Exception) -> str:
    if isinstance(error, NotYours):
        with_whom = f"Cette plainte est avec {error.name}. Un superviseur peut la donner à quelqu'un d'autre."
        return with_whom if error.name else FREE
    return NOT_DONE.get(type(error), NOT_POSSIBLE)


async def _take(act: Act, _: str, __: FormData) -> None:
    await steps.take(act)


async def _assign(act: Act, _: str, form: FormData) -> None:
    await steps.assign(act, number(typed(form, "agent")) or 0)


async def _note(act: Act, words: str, _: FormData) -> None:
    await steps.write_note(act, words)


async def _ask(act: Act, words: str, _: FormData) -> None:
    await steps.ask(act, words)


async def _answer(act: Act, words: str, _: FormData) -> None:
    await steps.answer(act, GrievanceState.RESOLVED, words)


async def _reject(act: Act, words: str, _: FormData) -> None:
    await steps.answer(act, GrievanceState.REJECTED, words)


async def _escalate(act: Act, words: str, _: FormData) -> None:
    await steps.send_up(act, words)


async def _appeal(act: Act, words: str, _: FormData) -> None:
    await steps.appeal(act, words)


async def _close(act: Act, _: str, __: FormData) -> None:
    await steps.close(act)


async def _call(act: Act, words: str, form: FormData) -> None:
    again_on = _day(typed(form, "again_on"), act.now.date())
    await steps.log_call(act, reached=typed(form, "reached") == "yes", again_on=again_on, words=words)


def _day(written: str, today: date) -> date | None:
    if not written:
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise _NotADay(written) from None
    if not today <= day <= today + timedelta(days=92):
        raise _NotADay(written)
    return day


ACTS: Final[Mapping[str, Callable[[Act, str, FormData], Awaitable[None]]]] = {
    "take": _take,
    "assign": _assign,
    "note": _note,
    "ask": _ask,
    "answer": _answer,
    "reject": _reject,
    "escalate": _escalate,
    "appeal": _appeal,
    "close": _close,
    "call": _call,
}
