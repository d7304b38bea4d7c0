"""The accesses to sensitive grievances, for the supervisor of the focal persons."""

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import cases
from core.numbers.identifiers import digits
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.staff.sign_in import SignedIn
from desk.site.pages import DeskPage, actor


class Accesses(DeskPage):
    """Who read which sensitive grievance and when, and nothing of it."""

    menu_label = "Lectures"
    path = "/readings"
    permission = Permission.WATCH_ACCESSES

    def is_accessible(self, request: Request) -> bool:
        """For the supervisors who watch over focal persons."""
        visitor: SignedIn | None = getattr(request.state, "signed_in", None)
        return super().is_accessible(request) and visitor is not None and visitor.actor.watches_focal

    @route("")
    async def index(self, request: Request) -> Response:
        """The last ones, or those of one reference."""
        reference = digits(request.query_params.get("reference", ""))[:7]
        async with seen_by(actor(request)):
            rows = await cases.accesses(reference or None)
        return self.show(request, "grievances/accesses.html", {"rows": rows, "reference": reference})
