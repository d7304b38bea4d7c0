"""People to call back: who asked over USSD, what was agreed, who calls them now, and each call that was tried."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.call_requests import requests
from core.call_requests.requests import AlreadyCalled, CallRequestState, Period, TakenBySomebody
from core.grievances.calendar import add_working_days, holidays
from core.numbers.msisdn import local
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from desk.site.pages import Page, actor, now, number, typed
from desk.site.refusals import Refused, not_there

ROWS: Final = 50
WISHED_ROWS: Final = 100
NOTE_LENGTH: Final = 300
LATEST: Final = timedelta(days=60)
"""A call is not agreed for a day further away."""

PERIODS: Final[Mapping[str, str]] = {"morning": "le matin", "noon": "à midi", "afternoon": "l'après-midi"}
STATES: Final[Mapping[str, str]] = {
    "asked": "demandé",
    "agreed": "convenu",
    "called": "appelé",
    "unreachable": "injoignable",
}
BAD_DAY: Final = "Choisissez un jour à venir, dans les deux mois."
GONE: Final = "Quelqu'un d'autre a déjà appelé cette personne."


class Callbacks(Page):
    """Who waits for a call, and what became of the calls."""

    menu_label = "Rappels"
    path = "/callbacks"
    permission = Permission.CALL_BACK

    @route("")
    async def index(self, request: Request) -> Response:
        """Those to call first first; `done` shows those called or given up, `wished` open grievances with a wish."""
        kind = request.query_params.get("show", "")
        page = max(1, number(request.query_params.get("page")) or 1)
        skip = (page - 1) * ROWS
        async with seen_by(actor(request)):
            context: dict[str, Any] = {"show": kind, "at": page, "rows": ROWS, "periods": PERIODS, "states": STATES}
            if kind == "wished":
                context["wished"] = await requests.wished(now(), WISHED_ROWS)
            else:
                listed = requests.ended_calls if kind == "done" else requests.to_call
                context["calls"], context["count"] = await listed(now(), ROWS, skip)
        return self.show(request, "call_requests/requests.html", {"local": local, "today": now().date(), **context})

    @route("/of/{id:int}", methods=["GET"])
    async def call(self, request: Request) -> Response:
        """One request: the number, the calls tried, and what to do next."""
        return await self._call(request)

    async def _call(self, request: Request, error: str = "") -> Response:
        request_id, today = _id(request), now().date()
        async with seen_by(actor(request)):
            found = await requests.call(request_id, now())
            if found is None:
                raise not_there()
            tries = await requests.tries(request_id)
            next_day = add_working_days(today, 1, await holidays(today, today + timedelta(days=30)))
        context = {
            "call": found,
            "tries": tries,
            "number": local(found.msisdn),
            "intake": f"/desk/intake?{urlencode({'phone': found.msisdn, 'household': found.household_no or ''})}",
            "mine": found.taken_by == actor(request).id,
            "most": requests.MOST_TRIES,
            "next_day": next_day,
            "today": today,
            "periods": PERIODS,
            "states": STATES,
            "error": error,
        }
        return self.show(
            request, "call_requests/request.html", context, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        )

    @route("/of/{id:int}/take", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Call this person oneself."""
        async with _asked(), seen_by(actor(request)):
            await requests.take_call(_id(request), actor(request), now())
        words = f"Cet appel est à vous pendant {requests.TAKEN_FOR.seconds // 60} minutes."
        return self.done(request, words, _of(request))

    @route("/of/{id:int}/back", methods=["POST"])
    async def back(self, request: Request) -> Response:
        """Let somebody else call."""
        async with seen_by(actor(request)):
            await requests.give_back(_id(request), actor(request), now())
        return self.done(request, "Un autre peut appeler cette personne.", self.path)

    @route("/of/{id:int}/agree", methods=["POST"])
    async def agree(self, request: Request) -> Response:
        """Agree when the person will be called; they are told by SMS."""
        form = await request.form()
        day, period = _day(typed(form, "day")), typed(form, "period")
        if period not in PERIODS:
            raise Refused(HTTPStatus.BAD_REQUEST)
        if day is None:
            return await self._call(request, BAD_DAY)
        async with _asked(), seen_by(actor(request)):
            if not await requests.agree_call(_id(request), day, Period(period), now(), actor(request)):
                raise AlreadyCalled
        return self.done(request, "C'est convenu ; la personne est prévenue par SMS.", _of(request))

    @route("/of/{id:int}/reached", methods=["POST"])
    async def reached(self, request: Request) -> Response:
        """The person answered."""
        note = typed(await request.form(), "note")[:NOTE_LENGTH]
        async with _asked(), seen_by(actor(request)):
            await requests.log_reached(_id(request), actor(request), note, now())
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
            state = await requests.log_not_reached(_id(request), actor(request), day, note, now())
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


def _id(request: Request) -> int:
    found: int = request.path_params["id"]
    if found > 2**31 - 1:
        raise not_there()
    return found


def _of(request: Request) -> str:
    return f"{Callbacks.path}/of/{_id(request)}"


def _day(written: str) -> date | None:
    """A day from today on and not too far away, or None."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if now().date() <= day <= now().date() + LATEST else None
