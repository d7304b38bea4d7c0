"""The directory of services that focal persons send people to, and a referral on the page of a case."""

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import referrals
from core.grievances.models import ReferralOutcome, ServiceKind
from core.grievances.referrals import NoSuchReferral, NoSuchService
from core.grievances.steps import DeskVisit
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now, number, typed
from desk.site.refusals import not_there
from desk.site.words import word

LONGEST: Final = 80


class Services(DeskPage):
    """The directory: what there is, something new, what is no more."""

    menu_label = "Services"
    path = "/services"
    permission = Permission.READ_SENSITIVE

    @route("", methods=["GET"])
    async def index(self, request: Request) -> Response:
        """What there is."""
        return await self._page(request)

    @route("", methods=["POST"])
    async def add(self, request: Request) -> Response:
        """Something new."""
        form = await request.form()
        kind = next((each for each in ServiceKind if each.value == typed(form, "kind")), None)
        name, place, phone = (typed(form, name)[:LONGEST] for name in ("name", "place", "phone"))
        if kind is None or not name or not place:
            return await self._page(request, "Il faut ce qu'il fait, son nom et son lieu.", form)
        async with seen_by(actor(request)):
            await referrals.add_service(actor(request), kind, name, place, phone or None, now())
        return self.done(request, "Le service est dans l'annuaire.", self.path)

    @route("/of/{id:int}/close", methods=["POST"])
    async def close(self, request: Request) -> Response:
        """What is no more."""
        try:
            async with seen_by(actor(request)):
                await referrals.close_service(actor(request), row_id(request), now())
        except NoSuchService:
            raise not_there() from None
        return self.done(request, "Le service n'est plus dans l'annuaire.", self.path)

    async def _page(self, request: Request, error: str = "", form: FormData | None = None) -> Response:
        async with seen_by(actor(request)):
            services = await referrals.services()
        names = ("kind", "name", "place", "phone")
        context = {
            "services": services,
            "kinds": [(kind.value, word(kind)) for kind in ServiceKind],
            "given": {name: typed(form, name) for name in names} if form is not None else {},
            "error": error,
        }
        return self.show(request, "grievances/services.html", context, 422 if error else 200)


async def refer(visit: DeskVisit, _: str, form: FormData) -> None:
    """Send the person of a case to a service, as they agreed."""
    await referrals.refer(visit, number(typed(form, "service")) or 0, agreed=typed(form, "agreed") == "1")


async def settle(visit: DeskVisit, _: str, form: FormData) -> None:
    """What came of a referral."""
    outcome = next((each for each in ReferralOutcome if each.value == typed(form, "outcome")), None)
    if outcome is None:
        raise NoSuchReferral(typed(form, "outcome"))
    await referrals.settle(visit, number(typed(form, "referral")) or 0, outcome)
