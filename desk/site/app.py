"""Builds the site of the desk: the library's lists and forms, the pages it is given, and the door before them."""

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
from starlette.responses import Response
from starlette.templating import Jinja2Templates
from starlette_admin import CustomView
from starlette_admin.auth import BaseAuthProvider
from starlette_admin.contrib.sqla import Admin
from starlette_admin.i18n import I18nConfig, TimezoneConfig
from starlette_admin.views import BaseView

from core.platform.settings import Settings
from core.staff.permissions import NotAllowed
from core.text.formats import number_phrase, short_date
from core.text.languages import STAFF, Language
from desk.site.middleware import SecurityHeaders, SizeLimit
from desk.site.pages import DESK
from desk.site.refusals import Refused, in_words
from desk.site.row_security import sessions
from desk.site.words import word

SITE: Final = Path(__file__).parent
UPLOADS: Final = ("/imports",)
LISTS: Final = ("/list", "/detail", "/create", "/edit")


class Desk(Admin):
    """The library's site, with what its pages may refuse said in our words."""

    def _wrap_extra_route(
        self, custom_view: CustomView, handler: Callable[..., Awaitable[Response]], templates: Jinja2Templates
    ) -> Callable[[Request], Awaitable[Response]]:
        inner = super()._wrap_extra_route(custom_view, handler, templates)

        async def refusing(request: Request) -> Response:
            try:
                return await inner(request)
            except NotAllowed:
                raise Refused(HTTPStatus.FORBIDDEN) from None

        return refusing

    async def _render_error(self, request: Request, exc: Exception | None = None) -> Response:
        error = exc if isinstance(exc, HTTPException) else HTTPException(500)
        return self._template_response(
            request,
            "desk/site/refused.html",
            {"status": error.status_code, "words": in_words(error)},
            error.status_code,
        )


def mount(
    app: Starlette, settings: Settings, *, way_in: BaseAuthProvider, home: CustomView, views: Sequence[BaseView]
) -> None:
    """Put the desk, with these pages in the order of its menu, at `/desk` of an application whose database is open."""
    desk = Desk(
        sessions(),
        title="Jigi",
        base_url=DESK,
        route_name="desk",
        templates_dir=str(SITE / "theme"),
        additional_loaders=[PrefixLoader({"desk": FileSystemLoader(SITE.parent)})],
        static_dir=str(SITE / "static"),
        auth_provider=way_in,
        secret_key=settings.desk_secret.get_secret_value() or secrets.token_hex(),
        i18n_config=I18nConfig(default_locale="fr", language_cookie_name=None, language_header_name=None),
        timezone_config=TimezoneConfig(
            default_timezone="Africa/Bamako", timezone_cookie_name=None, use_user_locale_timezone=False
        ),
        index_view=home,
        middlewares=[
            Middleware(
                SizeLimit,
                form_bytes=settings.desk_form_bytes,
                upload_bytes=settings.desk_upload_bytes,
                uploads=UPLOADS,
            ),
            Middleware(SecurityHeaders, is_list=_is_list),
            Middleware(GZipMiddleware, minimum_size=600),
        ],
    )
    desk.templates.env.filters.update(
        word=word, day=_day, moment=_moment, hour=_hour, number=number_phrase, plural=_plural
    )
    desk.templates.env.globals.update(
        spoken=[(each.value, each.staff_name.capitalize()) for each in Language], staff_language=STAFF
    )
    for view in views:
        desk.add_view(view)
    desk.mount_to(app)


def _is_list(path: str) -> bool:
    return path.endswith(LISTS) or path.startswith("/_api/")


def _day(value: date | datetime | None) -> str:
    return short_date(value) if value else ""


def _moment(value: datetime | None) -> str:
    return f"{short_date(value)} {value:%H:%M}" if value else ""


def _hour(value: datetime | None) -> str:
    return f"{value:%H:%M}" if value else ""


def _plural(count: int, one: str, many: str) -> str:
    """The count with its word: in French none and one are singular."""
    return f"{number_phrase(count)} {one if count < 2 else many}"
