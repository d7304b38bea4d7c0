"""A case: what a person said, what they are told, what was done, and what to do now."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.routing import route

from core.grievances import attachments, cases, identity, merging, prepared_answers, queue, referrals, rules, steps
from core.grievances.cases import Case
from core.grievances.colleagues import may_have
from core.grievances.locked import CaseChange, NotThere, ShownVersion, Stale
from core.grievances.models import PreparedAnswer, ReferralOutcome
from core.grievances.rules import LONGEST_ANSWER, LONGEST_NOTE, StepNotPossible
from core.grievances.secrecy import correction_reason
from core.grievances.steps import DeskVisit
from core.grievances.subjects import Category
from core.grievances.vocabulary import DECISIONS, GrievanceState, GrievanceStep
from core.numbers.msisdn import local
from core.payments.states import failure_reason
from core.platform.settings import Settings
from core.platform.settings.in_force import in_force
from core.registry.corrections import OF_PHONE, CorrectedField
from core.registry.edits import CannotCorrect, ChangedMeanwhile, EditFault, NoSuchHousehold, correct
from core.staff.agents import Actor, Role
from core.staff.permissions import NotAllowed, Permission, may
from core.staff.row_security import seen_by
from core.text.words import DESK, label
from desk.grievances import reclassify, services
from desk.grievances.household import household_of
from desk.grievances.refusals import UNUSABLE, NotADay, NotAYear, in_french
from desk.grievances.reply import preview, trouble
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, day_in, now, number, typed
from desk.site.refusals import Refused, not_there
from desk.site.words import corrected_value, word

FIELDS: Final = {field.value: field for field in CorrectedField}
YEAR_DIGITS: Final = 4
FURTHEST: Final = timedelta(days=92)
"""A call is not tried again later than this."""

DONE: Final[Mapping[str, str]] = {
    "take": "La plainte est à vous.",
    "assign": "La plainte est attribuée.",
    "note": "La note est écrite.",
    "ask": "La demande est notée.",
    "decide": "La réponse est donnée.",
    "amend": "La décision est corrigée ; un deuxième SMS la dit, s'il est permis.",
    "identify": "La vérification est notée plus bas.",
    "escalate": "La plainte est remontée ; elle n'est plus à vous.",
    "reopen": "La plainte est rouverte en recours ; une autre personne décidera.",
    "resume": "La plainte reprend ; elle est à qui la prend.",
    "close": "La plainte est close.",
    "call": "L'appel est noté.",
    "reclassify": "Le sujet est changé.",
    "household": "Le ménage est changé.",
    "refer": "L'orientation est notée.",
    "merge": "Les deux plaintes sont jointes : une seule réponse les règle.",
    "part": "La plainte est de nouveau seule.",
    "outcome": "La suite de l'orientation est notée.",
    "entrust": "La plainte est chez les points focaux : le guichet n'en voit plus rien.",
    "release": "La plainte est rendue au guichet.",
    "correct": "La correction est notée ; elle tient, ou attend une deuxième personne.",
}
LEAVES: Final = frozenset({"escalate", "entrust", "release"})
"""After these the case may be another's to see."""

REFUSED: Final = "Le refus est donné."
NONE_LEFT: Final = "Il n'y a plus de plainte à prendre. Bravo."
LATEST: Final = 4
"""So many payments of the household stand open, a year of them; those before are folded."""

KEYED: Final = 5
"""So many prepared answers, those that are given most, are chosen by a key."""


class Cases(DeskPage):
    """One case, and what is done with it."""

    menu_label = "Plainte"
    path = "/cases"
    add_to_menu = False
    permission = Permission.WORK_ON_GRIEVANCES

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("/of/{id:int}")
    async def index(self, request: Request) -> Response:
        """The case, with the text of a prepared answer when one was chosen."""
        return await self._shown(request, number(request.query_params.get("prepared")))

    @route("/of/{id:int}/preview", methods=["POST"])
    async def show_sms(self, request: Request) -> Response:
        """The SMS as it would be sent: as JSON for the script of the page, or on the page itself."""
        form = await request.form()
        decision, words = _decision(form), typed(form, "words")
        if "application/json" not in request.headers.get("accept", ""):
            return await self._shown(request, form=form, act="decide")
        # A sensitive one was read, and recorded, when its page was opened; its SMS says nothing of it.
        async with seen_by(actor(request)):
            case = await cases.glance(await _reference(request))
            if case is None:
                raise not_there()
            sms = await preview(case, decision, words, now(), self._settings)
            why_not = await trouble(case, words, now()) if words else ""
        return JSONResponse(
            {"body": sms.body, "size": sms.size, "parts": sms.parts, "why": sms.why, "trouble": why_not}
        )

    @route("/of/{id:int}/{act}", methods=["POST"])
    async def act(self, request: Request) -> Response:
        """Do what was asked, or show the page again with why it was not done and what was typed."""
        name = request.path_params["act"]
        form = await request.form()
        if name not in ACTS and name not in reclassify.THROUGH_THE_WALL:
            raise not_there()
        version, event = number(typed(form, "version")), number(typed(form, "event"))
        if version is None or event is None:
            raise Refused(HTTPStatus.BAD_REQUEST)
        try:
            async with seen_by(actor(request)):
                visit = DeskVisit(actor(request), await _reference(request), ShownVersion(version, event), now())
                if name in ACTS:
                    await ACTS[name](visit, typed(form, "words"), form)
            if name in reclassify.THROUGH_THE_WALL:
                await reclassify.THROUGH_THE_WALL[name](visit, typed(form, "words"), form)
        except (NotThere, NoSuchHousehold):
            raise not_there() from None
        except (StepNotPossible, ChangedMeanwhile, *UNUSABLE) as error:
            return await self._shown(request, form=form, act=name, refusal=error)
        words = REFUSED if name == "decide" and _decision(form) is GrievanceState.REJECTED else DONE[name]
        if name == "decide" and typed(form, "then") == "next":
            return await self._next(request, words)
        return self.done(request, words, "/queue" if name in LEAVES else case_address(row_id(request)))

    async def _next(self, request: Request, words: str) -> Response:
        """Take the next one and open it at its top, once one is answered."""
        async with seen_by(actor(request)):
            reference = await queue.take_next(actor(request), now())
            taken = await cases.id_of(reference) if reference else None
        if taken is None:
            return self.done(request, f"{words} {NONE_LEFT}", "/queue#main")
        return self.done(request, f"{words} La suivante est à vous.", f"{case_address(taken)}#main")

    async def _shown(
        self,
        request: Request,
        prepared_id: int | None = None,
        *,
        form: FormData | None = None,
        act: str = "",
        refusal: Exception | None = None,
    ) -> Response:
        at, me = now(), actor(request)
        async with seen_by(me):
            case = await cases.case(await _reference(request), me, at)
            if case is None:
                raise not_there()
            offered = rules.steps_for(case, me, at)
            referred = await referrals.of_case(case.id) if case.sensitive else ()
            attached = await attachments.of_case(case.id)
            directory = await referrals.services() if GrievanceStep.REFER in offered else ()
            household = await household_of(case, at)
            prepared = await prepared_answers.of_category(case.category) if GrievanceStep.DECIDE in offered else ()
            colleagues = await _colleagues(case, at.date()) if GrievanceStep.ASSIGN in offered else []
            visit = DeskVisit(me, case.reference, case.shown, at)
            checked = household is not None and await identity.is_checked(visit)
            words = typed(form, "words") if form is not None else ""
            chosen = next((each for each in prepared if each.id == prepared_id), None)
            if chosen is not None:
                act, words = "decide", chosen.text_in(case.language)
            decision = _decision(form) if form is not None else case.state if case.state in DECISIONS else DECISIONS[0]
            sms = await preview(case, decision, words, at, self._settings) if act == "decide" else None
        context = {
            "case": case,
            "today": at.date(),
            "mine": case.open and case.assigned_to == me.id,
            "offered": {ACT_OF.get(step, step.name.lower()) for step in offered},
            "referred": referred,
            "attached": attached,
            "how_told": _how_told(case),
            "directory": [(str(each.id), f"{each.name} ({word(each.kind)}, {each.place})") for each in directory],
            "outcomes": [(each.value, word(each)) for each in ReferralOutcome],
            "subjects": reclassify.forms(case),
            "not_taken": _why_not_taken(case, me, at),
            "may_be_called": rules.may_be_called(case),
            "household": household,
            "corrects": household is not None and not case.sensitive and may(me, Permission.CORRECT_HOUSEHOLDS),
            "asks_registry": case.category is Category.EXCLUSION
            and bool(self._settings.spdci_registries)
            and may(me, Permission.ASK_REGISTRY),
            "checked": checked,
            "fields": [(field.value, word(field)) for field in CorrectedField],
            "phone_fields": tuple(OF_PHONE.items()),
            "local": local,
            "failure_reason": failure_reason,
            "latest": LATEST,
            "correction_shown": corrected_value,
            "prepared": prepared,
            "keyed": KEYED,
            "meaning": _meaning(case, prepared, words) if act == "decide" else "",
            "prepared_id": prepared_id,
            "colleagues": colleagues,
            "act": act,
            "words": words,
            "decision": decision,
            "decisions": DECISIONS,
            "typed": {name: typed(form, name) for name in TYPED} if form is not None else {},
            "refusal": in_french(refusal) if refusal else "",
            "changes": _words_of(refusal.changes) if isinstance(refusal, Stale) else (),
            "sms": sms,
            "longest": LONGEST_ANSWER,
            "amend_hours": in_force().grievance_amend_hours,
            "longest_note": LONGEST_NOTE,
        }
        status = 200 if refusal is None else 422 if isinstance(refusal, UNUSABLE) else 409
        return self.show(request, "grievances/case.html", context, status)


def case_address(grievance_id: int) -> str:
    """Where the page of a grievance is, below the desk: its reference stands in no address."""
    return f"{Cases.path}/of/{grievance_id}"


async def _reference(request: Request) -> str:
    """The reference of the grievance that an address is of, where whoever asks sees it."""
    reference = await cases.reference_of(row_id(request))
    if reference is None:
        raise not_there()
    return reference


TYPED: Final = ("again_on", "agent", "field", "subject", "household", "call_safe", "sms_safe")
"""What is shown again where something was refused, beside the words."""

ACT_OF: Final[Mapping[GrievanceStep, str]] = {GrievanceStep.REACH: "call", GrievanceStep.MISS: "call"}
"""What the page asks for where it is not called as the step."""


def _how_told(case: Case) -> str:
    """By which safe way the person of a sensitive case hears the decision: never by reading this text."""
    hour = f" ({word(case.safe_period)} seulement)" if case.safe_period else ""
    by_call = f"Dites-la-lui par un appel{hour}, et notez-le." if rules.may_be_called(case) else ""
    by_sms = "Le SMS dit seulement d'appeler." if case.sms_goes else "Aucun SMS ne partira."
    otherwise = "Dites-la-lui de vive voix quand elle revient : n'appelez pas."
    return f"La personne ne lit pas ce texte, ni en SMS ni sur la ligne. {by_call or otherwise} {by_sms}"


def _why_not_taken(case: Case, me: Actor, at: datetime) -> str:
    """What stands where the button to take it would be; '' for one's own, one that may be taken and a decided one."""
    why = rules.refusal(GrievanceStep.TAKE, case, me, at)
    if not case.open or why is None or isinstance(why, rules.AlreadyYours):
        return ""
    if isinstance(why, NotAllowed):
        return f"Cette plainte est au niveau {word(case.level)}."
    return f"Cette plainte est avec {case.holder}." if isinstance(why, rules.NotYours) else in_french(why)


def _words_of(changes: tuple[CaseChange, ...]) -> list[tuple[datetime, str]]:
    """What changed since the page was opened, and when."""
    return [
        (
            change.at,
            f"{word(change.step)}{f' — {change.name}' if change.name else ''} (maintenant : {word(change.to_state)})",
        )
        for change in changes
    ]


async def _colleagues(case: Case, today: date) -> list[tuple[str, str]]:
    """Who else may have it: their ids, and their names with what they are where they are no agents."""
    return [
        (str(each.id), each.name if each.role is Role.AGENT else f"{each.name} ({word(each.role)})")
        for each in await may_have(case.reference, today)
        if each.id != case.assigned_to
    ]


def _meaning(case: Case, prepared: Sequence[PreparedAnswer], words: str) -> str:
    """What the words say in French, where they are a prepared answer of another language as it is."""
    same = (each for each in prepared if each.text_in(case.language) == words != each.meaning)
    return next((each.meaning for each in same), "")


def _decision(form: FormData) -> GrievanceState:
    """The decision of a form, the first one where it says none; raises Refused for what is no decision."""
    written = typed(form, "decision") or DECISIONS[0].value
    decision = next((each for each in DECISIONS if each.value == written), None)
    if decision is None:
        raise Refused(HTTPStatus.BAD_REQUEST)
    return decision


async def _take(visit: DeskVisit, _: str, __: FormData) -> None:
    await steps.take(visit)


async def _assign(visit: DeskVisit, _: str, form: FormData) -> None:
    await steps.assign(visit, number(typed(form, "agent")) or 0)


async def _note(visit: DeskVisit, words: str, _: FormData) -> None:
    await steps.note(visit, words)


async def _ask(visit: DeskVisit, words: str, _: FormData) -> None:
    await steps.ask(visit, words)


async def _decide(visit: DeskVisit, words: str, form: FormData) -> None:
    await steps.decide(visit, _decision(form), words)


async def _amend(visit: DeskVisit, words: str, form: FormData) -> None:
    await steps.amend(visit, _decision(form), words)


async def _identify(visit: DeskVisit, _: str, form: FormData) -> None:
    written = typed(form, "year")
    year = number(written) if len(written) == YEAR_DIGITS else None
    if year is None:
        raise NotAYear(written)
    await identity.check(visit, year)


async def _escalate(visit: DeskVisit, words: str, _: FormData) -> None:
    await steps.escalate(visit, words)


async def _reopen(visit: DeskVisit, words: str, _: FormData) -> None:
    await steps.reopen(visit, words)


async def _resume(visit: DeskVisit, words: str, _: FormData) -> None:
    await steps.resume(visit, words)


async def _close(visit: DeskVisit, _: str, __: FormData) -> None:
    await steps.close(visit)


async def _call(visit: DeskVisit, words: str, form: FormData) -> None:
    again_on = _day(typed(form, "again_on"), visit.now.date())
    await steps.call(visit, reached=typed(form, "reached") == "yes", again_on=again_on, words=words)


async def _correct(visit: DeskVisit, words: str, form: FormData) -> None:
    """Correct the registry by what the person says, noted in the case; who holds it does, and checked who asks."""
    case = await cases.glance(visit.reference)
    field = FIELDS.get(typed(form, "field"))
    if case is None or case.sensitive or case.household_id is None or case.assigned_to != visit.actor.id:
        raise NotThere
    await identity.must_be_checked(visit)
    if field is None:
        raise CannotCorrect(EditFault.NO_WORDS)
    stands = await correct(visit.actor, case.household_id, field, words, correction_reason(visit.reference), visit.now)
    said = f"Registre, {label(field, DESK)} : {words or 'rien'}"
    await steps.note(visit, said if stands else f"{said} (attend une deuxième personne)")


async def _merge(visit: DeskVisit, _: str, form: FormData) -> None:
    await merging.merge(visit, number(typed(form, "other")) or 0)


async def _part(visit: DeskVisit, _: str, __: FormData) -> None:
    await merging.part(visit)


def _day(written: str, today: date) -> date | None:
    if not written:
        return None
    day = day_in(written)
    if day is None or not today <= day <= today + FURTHEST:
        raise NotADay(written)
    return day


ACTS: Final[Mapping[str, Callable[[DeskVisit, str, FormData], Awaitable[None]]]] = {
    "take": _take,
    "assign": _assign,
    "note": _note,
    "ask": _ask,
    "decide": _decide,
    "amend": _amend,
    "identify": _identify,
    "escalate": _escalate,
    "reopen": _reopen,
    "resume": _resume,
    "close": _close,
    "call": _call,
    "correct": _correct,
    "reclassify": reclassify.change_subject,
    "household": reclassify.change_household,
    "refer": services.refer,
    "outcome": services.settle,
    "merge": _merge,
    "part": _part,
}
"""What the page can ask for, by the names of the steps in lower case; a call is one of two steps."""
