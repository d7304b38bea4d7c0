"""Builds the site of the desk: the library's lists and forms, the pages it is given, and the door before them."""

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from jinja2 import FileSystemLoader, PrefixLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.templating import Jinja2Templates
from starlette_admin import CustomView
from starlette_admin.auth import BaseAuthProvider
from starlette_admin.contrib.sqla import Admin
from starlette_admin.flash import flash
from starlette_admin.i18n import I18nConfig, TimezoneConfig, ngettext
from starlette_admin.routing import route
from starlette_admin.theme import DefaultTheme, TablerSettings
from starlette_admin.views import BaseView

from core.grievances.attached import LARGEST as LARGEST_ATTACHED
from core.imports.registers.held import LARGEST
from core.imports.services import MOST as SERVICES
from core.platform.redis import Client
from core.platform.settings import Settings
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import NotAllowed
from core.text.formats import number_phrase, short_date
from core.text.languages import STAFF, Language
from desk.site.cleaning import Cleaner, FormSize
from desk.site.cookies import HostCookies
from desk.site.forgery import BoundForms
from desk.site.headers import Failures, SecurityHeaders
from desk.site.library_words import of_the_library
from desk.site.pages import DESK, actor, now
from desk.site.printing import MOST_PRINTED
from desk.site.refusals import Refused, in_words
from desk.site.row_security import AtTheDesk, sessions
from desk.site.scripts import BearingScripts
from desk.site.searches import NoSuchSearch, Searches, TooLong, address, done_with, list_url, opened
from desk.site.words import word

SITE: Final = Path(__file__).parent
UNUSED: Final = frozenset({"relation-lookup", "inline-edit", "inline-edit-row", "import", "file"})
"""Ways in that the library opens for fields and files that our lists do not have."""

FORGOTTEN: Final = "Cette recherche n'est plus gardée : recommencez-la."
TOO_LONG: Final = "La recherche est trop longue."
FORM_FIELDS: Final = 400
"""Fields of a form's mapping: its columns, and its words, which have two each."""

REGISTER_FIELDS: Final = 700
"""Fields of the longest list of a village, a row having six."""


class Desk(Admin):
    """The library's site, with what its pages may refuse said in our words; searches of its lists are kept in Redis."""

    redis: Client

    def _wrap_extra_route(
        self, custom_view: CustomView, handler: Callable[..., Awaitable[Response]], templates: Jinja2Templates
    ) -> Callable[[Request], Awaitable[Response]]:
        inner = super()._wrap_extra_route(custom_view, handler, templates)

        async def refusing(request: Request) -> Response:
            try:
                return await inner(request)
            except NotAllowed:
                raise Refused(HTTPStatus.FORBIDDEN) from None
            finally:
                await request.close()  # a file that came with a form that asked for none

        return refusing

    def _collect_core_routes(self) -> list[Route]:
        """The library's ways in, without those that no page of ours uses."""
        return [each for each in super()._collect_core_routes() if each.name not in UNUSED]

    @route("/{key}/list", methods=["GET"], name="list")
    async def _render_list(self, request: Request) -> Response:
        """A list; what is looked for in it is kept under the key of its address."""
        searches = self._searches(request)
        try:
            asked = await opened(request, searches)
        except NoSuchSearch:
            flash(request, FORGOTTEN, "warning")
            return RedirectResponse(request.url.path, HTTPStatus.SEE_OTHER)
        response: Response = await super()._render_list(asked)
        await searches.keep()
        return response

    @route("/{key}/list", methods=["POST"], name="search")
    async def look(self, request: Request) -> Response:
        """Look for something in a list, at an address that does not hold it."""
        if not self._find_view_by_key(request.path_params["key"]).is_accessible(request):
            raise Refused(HTTPStatus.FORBIDDEN)
        searches = self._searches(request)
        try:
            response = RedirectResponse(address(request, await request.form(), searches), HTTPStatus.SEE_OTHER)
        except TooLong:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, TOO_LONG) from None
        await searches.keep()
        return response

    @route("/_api/{key}/action", methods=["POST"], name="action")
    async def handle_action(self, request: Request) -> Response:
        """Do something with the rows of a list that were chosen; what is to be done is named."""
        if not request.query_params.get("name"):
            raise Refused(HTTPStatus.BAD_REQUEST)
        try:
            asked = await done_with(request, self._searches(request))
        except NoSuchSearch:
            raise Refused(HTTPStatus.CONFLICT, FORGOTTEN) from None
        response: Response = await super().handle_action(asked)
        return response

    @route("/_api/{key}/row-action", methods=["POST"], name="row-action")
    async def handle_row_action(self, request: Request) -> Response:
        """Delete one row: the others lead to pages, which are opened."""
        if request.query_params.get("name") != "delete" or not request.query_params.get("pk"):
            raise Refused(HTTPStatus.BAD_REQUEST)
        response: Response = await super().handle_row_action(request)
        return response

    def _searches(self, request: Request) -> Searches:
        return Searches(request, self.secret_key or "", self.redis)

    def _init_csrf(self) -> None:
        """Guard forms by the session they were shown in, instead of the library's guard."""
        self.middlewares.append(Middleware(BoundForms, secret_key=self.secret_key or secrets.token_hex()))

    async def _render_error(self, request: Request, exc: Exception | None = None) -> Response:
        error = exc if isinstance(exc, HTTPException) else HTTPException(500)
        refused = _refused(request, error.status_code)
        if refused and hasattr(request.state, "signed_in"):
            await audit.record(actor(request).id, Act.ACCESS_REFUSED, refused, now())
        return self._template_response(
            request,
            "desk/site/refused.html",
            {"status": error.status_code, "words": in_words(error)},
            error.status_code,
        )


def _refused(request: Request, status: int) -> str:
    """How the trail names what was not given: a page that is for other roles, a row that is not there; '' for nothing.

    A row of another place is not there for who asks: whoever goes through numbers to find one is seen in the trail. The
    number is not kept, as anything may be typed there.
    """
    page = request.url.path.removeprefix(DESK).strip("/").split("/")[0]
    if status == HTTPStatus.FORBIDDEN:
        return f"page {page}"
    return f"row of {page}" if status == HTTPStatus.NOT_FOUND and request.path_params.get("id") else ""


def mount(
    app: Starlette,
    settings: Settings,
    redis: Client,
    *,
    way_in: BaseAuthProvider,
    home: CustomView,
    views: Sequence[BaseView],
) -> None:
    """Put the desk, with these pages in the order of its menu, at `/desk` of an application whose database is open."""
    desk = Desk(
        sessions(),
        title="Jigi",
        base_url=DESK,
        route_name="desk",
        templates_dir=str(SITE / "theme"),
        theme=DefaultTheme(TablerSettings(base="slate")),
        additional_loaders=[PrefixLoader({"desk": FileSystemLoader(SITE.parent)})],
        static_dir=str(SITE / "static"),
        auth_provider=way_in,
        secret_key=settings.desk_secret.get_secret_value() or secrets.token_hex(),
        i18n_config=I18nConfig(default_locale="fr", language_cookie_name=None, language_header_name=None),
        timezone_config=TimezoneConfig(
            default_timezone="Africa/Bamako", timezone_cookie_name=None, use_user_locale_timezone=False
        ),
        index_view=home,
        middlewares=[Middleware(GZipMiddleware, minimum_size=600)],
    )
    desk.redis = redis
    desk.templates.env.add_extension(BearingScripts)
    desk.templates.env.install_gettext_callables(of_the_library, ngettext, newstyle=True)  # type: ignore[attr-defined]
    desk.templates.env.filters.update(
        word=word, day=_day, moment=_moment, hour=_hour, number=number_phrase, plural=_plural
    )
    desk.templates.env.globals.update(
        list_url=list_url,
        the_time=now,
        most_printed=MOST_PRINTED,
        spoken=[(each.value, each.staff_name.capitalize()) for each in Language],
        staff_language=STAFF,
    )
    for view in views:
        desk.add_view(view)
    desk.middlewares[:0] = _before_all(settings)
    desk.mount_to(app)
    _take_whole_paths(app)


def _take_whole_paths(app: Starlette) -> None:
    """Let the desk answer for paths with a line feed in them, too, which the library's pattern ends at."""
    for mounted in app.routes:
        if isinstance(mounted, Mount) and mounted.path == DESK:
            mounted.path_regex = re.compile(mounted.path_regex.pattern, re.DOTALL)


def _before_all(settings: Settings) -> list[Middleware]:
    """What a request meets before the library's own session, the outermost first."""
    sizes = {
        "/attachments": FormSize(LARGEST_ATTACHED + settings.desk_form_bytes, files=1),
        "/field-forms": FormSize(settings.desk_form_bytes, FORM_FIELDS),
        "/form-registers": FormSize(min(settings.desk_upload_bytes, LARGEST), FORM_FIELDS, files=1),
        "/services/taken": FormSize(settings.desk_form_bytes, 4 * SERVICES + 20),
        "/services/file": FormSize(settings.desk_form_bytes, files=1),
        "/campaigns/personal": FormSize(min(settings.desk_upload_bytes, LARGEST), files=1),
        "/imports": FormSize(settings.desk_upload_bytes, files=1),
        "/register": FormSize(settings.desk_form_bytes, REGISTER_FIELDS),
    }
    return [
        Middleware(AtTheDesk),
        Middleware(SecurityHeaders),
        Middleware(HostCookies),
        Middleware(Failures),
        Middleware(Cleaner, usual=FormSize(settings.desk_form_bytes), sizes=sizes),
    ]


def _day(value: date | datetime | None) -> str:
    return short_date(value) if value else ""


def _moment(value: datetime | None) -> str:
    return f"{short_date(value)} {value:%H:%M}" if value else ""


def _hour(value: datetime | None) -> str:
    return f"{value:%H:%M}" if value else ""


def _plural(count: int, one: str, many: str) -> str:
    """The count with its word: in French none and one are singular."""
    return f"{number_phrase(count)} {one if count < 2 else many}"
