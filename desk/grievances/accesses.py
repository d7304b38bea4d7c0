"""The accesses to sensitive grievances, for the supervisor of the focal persons."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import cases
from core.numbers.identifiers import digits
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.staff.sign_in import SignedIn
from desk.site.pages import DeskPage, actor, typed

LONGEST_REFERENCE: Final = 10


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
        """The last ones."""
        return await self._of(request, "")

    @route("", methods=["POST"])
    async def of(self, request: Request) -> Response:
        """Those of one reference, which stands in no address."""
        return await self._of(request, digits(typed(await request.form(), "reference")).lower()[:LONGEST_REFERENCE])

    async def _of(self, request: Request, reference: str) -> Response:
        async with seen_by(actor(request)):
            rows = await cases.accesses(reference or None)
        return self.show(request, "grievances/accesses.html", {"rows": rows, "reference": reference})
