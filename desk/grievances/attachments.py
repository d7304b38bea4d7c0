"""What is attached to a complaint: taken, given back as a file to keep, and taken away."""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.routing import route

from core.grievances import attachments, cases
from core.grievances.attached import LARGEST, MEDIA_TYPES, SUFFIXES, NotAttachable
from core.grievances.attachments import TooMany
from core.grievances.locked import NotThere, ShownVersion
from core.grievances.rules import StepNotPossible
from core.grievances.steps import DeskVisit
from core.platform.encryption import Undecryptable
from core.platform.objects import NoObject, StoreDown, object_store
from core.platform.settings import Settings
from core.staff.permissions import NotAllowed, Permission
from core.staff.row_security import seen_by
from core.text.words import DESK as AT_THE_DESK
from core.text.words import label
from desk.grievances.refusals import in_french
from desk.site.keys import row_id
from desk.site.pages import DESK, DeskPage, actor, now, number, typed
from desk.site.refusals import Refused, not_there

FULL: Final = f"Cette plainte a déjà {attachments.MOST} pièces : retirez-en une."
NO_STORE: Final = (
    "Les pièces ne sont pas joignables en ce moment : recommencez plus tard, ou dites-le à l'administrateur."
)
UNREADABLE: Final = "Ce guichet n'a pas la clé de cette pièce."
KEEP: Final = "sandbox; default-src 'none'"
"""What a browser that shows a file all the same lets it do."""


class Attachments(DeskPage):
    """Files of complaints."""

    menu_label = "Pièces"
    path = "/attachments"
    add_to_menu = False
    permission = Permission.WORK_ON_GRIEVANCES

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._store = object_store(settings)

    @route("/of/{id:int}")
    async def back(self, request: Request) -> Response:
        """The complaint."""
        return RedirectResponse(f"{DESK}{_case(row_id(request))}", 303)

    @route("/of/{id:int}", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Attach a file to a complaint."""
        visit = await _visit(request)
        async with request.form() as form:
            file = form.get("file")
            content = await file.read(LARGEST + 1) if isinstance(file, UploadFile) else b""
        try:
            await attachments.attach(visit, content, self._store)
        except NotAttachable as error:
            return self.not_done(request, label(error.fault, AT_THE_DESK), _case(row_id(request)))
        except NotThere:
            raise not_there() from None
        except TooMany:
            return self.not_done(request, FULL, _case(row_id(request)))
        except StoreDown:
            return self.not_done(request, NO_STORE, _case(row_id(request)))
        except (StepNotPossible, NotAllowed) as error:
            return self.not_done(request, in_french(error), _case(row_id(request)))
        return self.done(request, "La pièce est jointe.", _case(row_id(request)))

    @route("/file/{id:int}")
    async def give(self, request: Request) -> Response:
        """The file, to keep: no browser opens it here."""
        try:
            file = await attachments.opened(actor(request), row_id(request), self._store, now())
        except (NoObject, StoreDown):
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, NO_STORE) from None
        except Undecryptable:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, UNREADABLE) from None
        if file is None:
            raise not_there()
        headers = {
            "Content-Disposition": f'attachment; filename="piece-{row_id(request)}{SUFFIXES[file.kind]}"',
            "Content-Security-Policy": KEEP,
        }
        return Response(file.content, media_type=MEDIA_TYPES[file.kind], headers=headers)

    @route("/of/{id:int}/remove", methods=["POST"])
    async def remove(self, request: Request) -> Response:
        """Take a file away from a complaint."""
        visit = await _visit(request)
        attachment = number(typed(await request.form(), "attachment")) or 0
        try:
            async with seen_by(actor(request)):
                await attachments.detach(visit, attachment)
        except NotThere:
            raise not_there() from None
        except (StepNotPossible, NotAllowed) as error:
            return self.not_done(request, in_french(error), _case(row_id(request)))
        return self.done(request, "La pièce est retirée.", _case(row_id(request)))


def _case(grievance_id: int) -> str:
    """Where the page of a complaint is, at its files."""
    return f"/cases/of/{grievance_id}"


async def _visit(request: Request) -> DeskVisit:
    """Who acts on which complaint, where they see it; what they add or take away does not hang on what else changed."""
    async with seen_by(actor(request)):
        reference = await cases.reference_of(row_id(request))
    if reference is None:
        raise not_there()
    return DeskVisit(actor(request), reference, ShownVersion(0, 0), now())
