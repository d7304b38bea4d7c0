"""The directory of services that focal persons send people to, and a referral on the page of a case."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.files.cells import UnreadableFile
from core.files.opening import SUFFIXES
from core.grievances import referrals
from core.grievances.models import ReferralOutcome, ServiceKind
from core.grievances.referrals import NoSuchReferral, NoSuchService
from core.grievances.steps import DeskVisit
from core.imports.services import LONGEST, MOST, ServiceFile, service_file, template
from core.platform.spreadsheets import XLSX_TYPE
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now, number, typed
from desk.site.refusals import not_there
from desk.site.words import word


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

    @route("/template.xlsx")
    async def template(self, request: Request) -> Response:
        """The workbook to fill in."""
        attached = {"Content-Disposition": 'attachment; filename="services.xlsx"'}
        return Response(template(), media_type=XLSX_TYPE, headers=attached)

    @route("/file", methods=["POST"])
    async def look(self, request: Request) -> Response:
        """Show what a file would add, and what is wrong with it; nothing is written yet."""
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                return await self._page(request, "Choisissez le fichier.")
            suffix, content = Path(file.filename).suffix.lower(), await file.read()
        if suffix not in SUFFIXES:
            return await self._page(request, "Un fichier .csv ou .xlsx.")
        async with seen_by(actor(request)):
            directory = await referrals.services()
        with NamedTemporaryFile(suffix=suffix) as held:
            held.write(content)
            held.flush()
            try:
                brought = await service_file(Path(held.name), directory)
            except UnreadableFile as problem:
                return await self._page(request, str(problem))
        return await self._page(request, brought=brought)

    @route("/taken", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Add what was shown; what came in meanwhile is not added twice."""
        form = await request.form()
        columns = [
            [str(value)[:LONGEST] for value in form.getlist(name)] for name in ("kind", "name", "place", "phone")
        ]
        lines = [line for line in zip(*columns, strict=False) if line[0] in set(ServiceKind) and line[1] and line[2]]
        added = 0
        async with seen_by(actor(request)):
            held = {(each.kind.value, each.name, each.place) for each in await referrals.services()}
            for kind, name, place, phone in lines[:MOST]:
                if (kind, name, place) not in held:
                    await referrals.add_service(actor(request), ServiceKind(kind), name, place, phone or None, now())
                    added += 1
        return self.done(request, f"Services ajoutés à l'annuaire : {added}.", self.path)

    @route("/of/{id:int}/close", methods=["POST"])
    async def close(self, request: Request) -> Response:
        """What is no more."""
        try:
            async with seen_by(actor(request)):
                await referrals.close_service(actor(request), row_id(request), now())
        except NoSuchService:
            raise not_there() from None
        return self.done(request, "Le service n'est plus dans l'annuaire.", self.path)

    async def _page(
        self, request: Request, error: str = "", form: FormData | None = None, brought: ServiceFile | None = None
    ) -> Response:
        async with seen_by(actor(request)):
            services = await referrals.services()
        names = ("kind", "name", "place", "phone")
        context = {
            "services": services,
            "kinds": [(kind.value, word(kind)) for kind in ServiceKind],
            "given": {name: typed(form, name) for name in names} if form is not None else {},
            "error": error,
            "brought": brought,
        }
        wrong = error or (brought and brought.problems)
        return self.show(request, "grievances/services.html", context, 422 if wrong else 200)


async def refer(visit: DeskVisit, _: str, form: FormData) -> None:
    """Send the person of a case to a service, as they agreed."""
    await referrals.refer(visit, number(typed(form, "service")) or 0, agreed=typed(form, "agreed") == "1")


async def settle(visit: DeskVisit, _: str, form: FormData) -> None:
    """What came of a referral."""
    outcome = next((each for each in ReferralOutcome if each.value == typed(form, "outcome")), None)
    if outcome is None:
        raise NoSuchReferral(typed(form, "outcome"))
    await referrals.settle(visit, number(typed(form, "referral")) or 0, outcome)
