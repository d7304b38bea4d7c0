"""People to call back: who asked over USSD, what was agreed, who calls them now, and each call that was tried."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.call_requests import requests, rules, steps
from core.call_requests.requests import RequestedCall
from core.call_requests.rules import AlreadyCalled, TakeItFirst, TakenBySomebody
from core.call_requests.vocabulary import CallRequestState, Period
from core.grievances.calendar import add_working_days
from core.grievances.holidays import off
from core.grievances.wishes import Wish, wishes
from core.numbers.msisdn import local
from core.platform.spreadsheets import Cell
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, day_in, now, number, typed
from desk.site.printing import MOST_PRINTED, PrintedList, show_printed
from desk.site.refusals import Refused, not_there
from desk.site.words import word

SHOWN: Final = {"": "À appeler", "wished": "Appels souhaités dans une plainte", "done": "Appels faits"}
CALL_HEADER: Final = (
    "Numéro", "Langue", "Demandé le", "Où il en est", "Jour", "Moment", "Essais", "Ménage", "Village", "Commune",
)  # fmt: skip
WISH_HEADER: Final = ("Plainte", "Sujet", "Numéro", "Langue", "Ménage", "Commune", "Décision due", "Attribuée à")
ROWS: Final = 50
WISHED_ROWS: Final = 100
NOTE_LENGTH: Final = 300
LATEST: Final = timedelta(days=60)
"""A call is not agreed for a day further away."""

BAD_DAY: Final = "Choisissez un jour à venir, dans les deux mois."
GONE: Final = "Quelqu'un d'autre a déjà appelé cette personne."
NOT_TAKEN: Final = "Prenez d'abord cet appel."


class CallRequests(DeskPage):
    """Who waits for a call, and what became of the calls."""

    menu_label = "À rappeler"
    path = "/call-requests"
    permission = Permission.CALL_BACK

    @route("")
    async def index(self, request: Request) -> Response:
        """Those to call first first; `done` shows those called or given up, `wished` open grievances with a wish."""
        kind = request.query_params.get("show", "")
        page = max(1, number(request.query_params.get("page")) or 1)
        skip = (page - 1) * ROWS
        async with seen_by(actor(request)):
            context: dict[str, Any] = {"show": kind, "at": page, "rows": ROWS}
            if kind == "wished":
                context["wishes"] = await wishes(now(), WISHED_ROWS)
            elif kind == "done":
                context["calls"], context["count"] = await requests.ended_calls(ROWS, skip)
            else:
                context["calls"], context["count"] = await requests.to_call(now(), ROWS, skip)
        return self.show(request, "call_requests/requests.html", {"local": local, "today": now().date(), **context})

    @route("/print")
    async def on_paper(self, request: Request) -> Response:
        """One of the three lists to print."""
        kind, at, most = request.query_params.get("show", ""), now(), MOST_PRINTED + 1
        async with seen_by(actor(request)):
            if kind == "wished":
                rows = [_wish_row(each) for each in await wishes(at, most)]
            else:
                calls, _ = await (requests.ended_calls(most) if kind == "done" else requests.to_call(at, most))
                rows = [_call_row(each) for each in calls]
        title = SHOWN.get(kind, SHOWN[""])
        back = f"{self.path}?show={kind}" if kind in ("wished", "done") else self.path
        header = WISH_HEADER if kind == "wished" else CALL_HEADER
        return await show_printed(self, request, PrintedList(title, header, rows, back))

    @route("/of/{id:int}", methods=["GET"])
    async def call(self, request: Request) -> Response:
        """One request: the number, the calls tried, and what to do next."""
        return await self._call(request)

    async def _call(self, request: Request, error: str = "") -> Response:
        request_id, today = row_id(request), now().date()
        async with seen_by(actor(request)):
            call = await requests.call(request_id)
            if call is None:
                raise not_there()
            tries = await requests.tries(request_id)
            others = await requests.others(request_id) if call.open else ()
            next_day = add_working_days(today, 1, await off(today, today + timedelta(days=30)))
        context = {
            "call": call,
            "tries": tries,
            "others": others,
            "number": local(call.msisdn),
            "offered": rules.steps_for(call, actor(request), now()),
            "mine": call.taken(now()) and call.taken_by == actor(request).id,
            "most": rules.MOST_TRIES,
            "next_day": next_day,
            "today": today,
            "periods": [(period.value, word(period)) for period in Period],
            "error": error,
        }
        return self.show(
            request, "call_requests/request.html", context, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        )

    @route("/of/{id:int}/take", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Call this person oneself."""
        async with _asked(), seen_by(actor(request)):
            await steps.take_call(row_id(request), actor(request), now())
        words = f"Cet appel est à vous pendant {steps.TAKEN_FOR.seconds // 60} minutes."
        return self.done(request, words, _of(request))

    @route("/of/{id:int}/back", methods=["POST"])
    async def back(self, request: Request) -> Response:
        """Let somebody else call."""
        async with _asked(), seen_by(actor(request)):
            await steps.give_back(row_id(request), actor(request), now())
        return self.done(request, "Un autre peut appeler cette personne.", self.path)

    @route("/of/{id:int}/agree", methods=["POST"])
    async def agree(self, request: Request) -> Response:
        """Agree when the person will be called; they are told by SMS."""
        form = await request.form()
        day, period = _day(typed(form, "day")), next((each for each in Period if each == typed(form, "period")), None)
        if period is None:
            raise Refused(HTTPStatus.BAD_REQUEST)
        if day is None:
            return await self._call(request, BAD_DAY)
        async with _asked(), seen_by(actor(request)):
            await steps.agree_call(row_id(request), day, period, now(), actor(request))
        return self.done(request, "C'est convenu ; la personne est prévenue par SMS.", _of(request))

    @route("/of/{id:int}/reached", methods=["POST"])
    async def reached(self, request: Request) -> Response:
        """The person answered."""
        note = typed(await request.form(), "note")[:NOTE_LENGTH]
        async with _asked(), seen_by(actor(request)):
            await steps.log_reached(row_id(request), actor(request), note, now())
        return self.done(request, "L'appel est noté : la personne a été jointe.", _of(request))

    @route("/of/{id:int}/unanswered", methods=["POST"])
    async def unanswered(self, request: Request) -> Response:
        """Nobody answered: again another day, or never again after the last try."""
        form = await request.form()
        day = _day(typed(form, "again"))
        if day is None:
            return await self._call(request, BAD_DAY)
        note = typed(form, "note")[:NOTE_LENGTH]
        async with _asked(), seen_by(actor(request)):
            state = await steps.log_not_reached(row_id(request), actor(request), day, note, now())
        if state is CallRequestState.UNREACHABLE:
            return self.done(request, "C'était le dernier essai : la personne est notée injoignable.", self.path)
        return self.done(request, f"L'essai est noté ; à rappeler le {day:%d/%m}.", self.path)


@asynccontextmanager
async def _asked() -> AsyncIterator[None]:
    """Say in words that another calls this person, or that they were called already."""
    try:
        yield
    except TakenBySomebody as taken:
        words = f"{taken.name} appelle cette personne en ce moment (jusqu'à {taken.until:%H:%M})."
        raise Refused(HTTPStatus.CONFLICT, words) from None
    except AlreadyCalled:
        raise Refused(HTTPStatus.CONFLICT, GONE) from None
    except TakeItFirst:
        raise Refused(HTTPStatus.CONFLICT, NOT_TAKEN) from None


def _call_row(call: RequestedCall) -> Sequence[Cell]:
    return (
        local(call.msisdn), word(call.language), call.asked_at.date(), word(call.state),
        call.again_on or call.agreed_on, word(call.agreed_period), call.tries, call.head_name, call.village,
        call.commune,
    )  # fmt: skip


def _wish_row(wish: Wish) -> Sequence[Cell]:
    return (
        wish.reference, f"{word(wish.category)}, {word(wish.subcategory)}", local(wish.msisdn) if wish.msisdn else None,
        word(wish.language), wish.head_name, wish.commune, wish.decision_due, wish.assigned_to,
    )  # fmt: skip


def _of(request: Request) -> str:
    return f"{CallRequests.path}/of/{row_id(request)}"


def _day(written: str) -> date | None:
    """A day from today on and not too far away, or None."""
    day = day_in(written)
    return day if day and now().date() <= day <= now().date() + LATEST else None
