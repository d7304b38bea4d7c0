"""Absences: one's own, and for a supervisor those of the agents of their place, with what each holds."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import handing_over, search
from core.staff import absences
from core.staff.administration import NoReason
from core.staff.permissions import NotAllowed, Permission
from core.staff.row_security import seen_by
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, day_in, now, typed
from desk.site.refusals import Mistake, not_there, sentence
from desk.staff.handing_over import ANYBODY, handed_over, must_say_heir
from desk.staff.people import REASON_LENGTH


class Absences(DeskPage):
    """Who is away until when; their cases go to somebody meanwhile."""

    menu_label = "Absences"
    path = "/absences"
    permission = Permission.WORK_ON_GRIEVANCES

    @route("")
    async def index(self, request: Request) -> Response:
        """Those whose absence may be noted, oneself first."""
        return await self._page(request)

    @route("/of/{id:int}", methods=["POST"])
    async def write_down(self, request: Request) -> Response:
        """Note an absence, and hand over what is held; or that they are back."""
        form, agent_id, me = await request.form(), row_id(request), actor(request)
        written, until = typed(form, "until"), day_in(typed(form, "until"))
        if agent_id not in {each.id for each in await absences.whose_absence(me)}:
            raise not_there()
        try:
            if written and (until is None or until < now().date()):
                raise Mistake("Écrivez un jour à venir.")
            if until:
                await must_say_heir(agent_id, form)
            await absences.be_absent(me, agent_id, until, typed(form, "why")[:REASON_LENGTH], now())
            words = await handed_over(request, agent_id, form) if until else ""
        except Mistake as mistake:
            return await self._page(request, str(mistake))
        except (NoReason, NotAllowed) as error:
            return await self._page(request, sentence(error))
        noted = "L'absence est notée." if until else "C'est noté : cette personne travaille de nouveau."
        return self.done(request, f"{noted} {words}".strip(), self.path)

    async def _page(self, request: Request, error: str = "") -> Response:
        me, today = actor(request), now().date()
        people = await absences.whose_absence(me)
        async with seen_by(me):
            loads = {load.id: load for load in await handing_over.loads(today)}
            heirs = await search.agents()
        context = {
            "people": people,
            "loads": loads,
            "held": {each.id: await handing_over.held_by(each.id) for each in people},
            "heirs": [ANYBODY, *heirs],
            "me": me.id,
            "today": today,
            "error": error,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        return self.show(request, "staff/absences.html", context, status)
