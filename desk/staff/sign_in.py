"""The way in: login and password, then whatever that person still owes — a code, a second factor, a new password."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import segno
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.templating import Jinja2Templates
from starlette_admin.auth import AdminUser, BaseAuthProvider
from starlette_admin.auth.base import AuthMiddleware

from core.platform.settings import Settings
from core.staff import audit, second_factor, sign_in
from core.staff.agents import ROLES
from core.staff.credentials import NotSignedIn
from core.staff.passwords import SHORTEST, TooManyAtOnce, WeakPassword
from core.staff.provider.fitness import must_be_whole
from core.staff.sign_in import SignedIn, Stage
from core.staff.tries import LockedOut
from desk.site.pages import DESK, SESSION_COOKIE, now, typed
from desk.site.refusals import sentence
from desk.site.row_security import ASKING
from desk.staff.provider import BEGIN, NAMES, ProviderDoor

WRONG: Final = "Le nom et le mot de passe ne vont pas ensemble."
WRONG_OLD: Final = "L'ancien mot de passe n'est pas le bon."
WRONG_CODE: Final = "Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant."
A_PAGE: Final = re.compile(rf"{DESK}(?P<below>/[a-z-]*(?:/of/[0-9]{{1,9}})?)")
"""A first page of a subject, or the page of a row by its number, which names nobody."""

WAYS: Final = frozenset({"/login", "/logout"})
"""The ways in and out, which nobody is led to once in."""

BELOW: Final = re.compile(r"/[a-z-]+/of/[0-9]{1,9}")
LEAVES_NOTHING: Final = '"cache", "storage"'
"""What a browser forgets when somebody leaves; the cookie of the session is deleted by name."""

DIFFERENT: Final = "Les deux mots de passe ne sont pas les mêmes."


class SignIn(BaseAuthProvider):
    """Asks who somebody is, and lets in whoever owes nothing more."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(login_path="/login", logout_path="/logout", allow_routes=NAMES)
        self._settings = settings
        must_be_whole(settings)
        self._provider = ProviderDoor(settings, self._refused, _known_by, _next)
        self._templates: Jinja2Templates | None = None

    async def authenticate(self, request: Request) -> AdminUser | None:
        """Who asks, if their session lasts and they are wholly in."""
        session = await self._session(request)
        if session is None or session.stage is not Stage.IN:
            return None
        request.state.signed_in = session
        ASKING.set(session.actor)
        return AdminUser(f"{session.actor.name} ({ROLES[session.actor.role]})")

    def get_routes(self, templates: Jinja2Templates) -> list[Route]:
        """The page of each stage, and the way out."""
        self._templates = templates
        return [
            Route(self.login_path, self._ask, methods=["GET"], name="login"),
            Route(self.login_path, self._take, methods=["POST"], name="login"),
            Route(self.logout_path, self._leave, methods=["POST"], name="logout"),
            *self._provider.routes(),
        ]

    async def _session(self, request: Request) -> SignedIn | None:
        token = request.cookies.get(SESSION_COOKIE)
        return await sign_in.session_of(token, now(), self._settings) if token else None

    async def _ask(self, request: Request) -> Response:
        session = await self._session(request)
        if session is not None and session.stage is Stage.IN:
            return RedirectResponse(_next(request), HTTPStatus.SEE_OTHER)
        return await self._page(request, session)

    async def _refused(self, request: Request, words: str) -> Response:
        """The way in again, with why somebody was not let in."""
        return await self._page(request, None, words)

    async def _page(self, request: Request, session: SignedIn | None, error: str = "") -> Response:
        """The form of the stage somebody is at."""
        if self._templates is None:
            raise RuntimeError("the page is shown once the desk is built")
        context: dict[str, Any] = {
            "error": error,
            "stage": session.stage if session else "password",
            "shortest": SHORTEST,
            "here": _here(request),
            "provider": f"{DESK}{BEGIN}?{urlencode({'next': _next(request)})}" if self._settings.oidc_issuer else "",
            "by_password": not self._settings.oidc_issuer or bool(self._settings.oidc_local_login),
        }
        if session is not None and session.stage is Stage.ENROL:
            uri, secret = await second_factor.totp_uri(session.token_hash)
            context["uri"] = uri
            context["qr"] = segno.make(uri, error="m").svg_data_uri(scale=5, border=2)
            context["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
        return self._templates.TemplateResponse(request, "desk/staff/sign_in.html", context, status)

    async def _take(self, request: Request) -> Response:
        form = await request.form()
        session = await self._session(request)
        if session is not None and session.stage is Stage.IN:
            return RedirectResponse(_next(request), HTTPStatus.SEE_OTHER)
        try:
            if session is None:
                return await self._password(request, form, now())
            if session.stage is Stage.CHANGE:
                await self._change(session, form, now())
                return RedirectResponse(_here(request), HTTPStatus.SEE_OTHER)
            return await self._code(request, session, form, now())
        except (LockedOut, WeakPassword, TooManyAtOnce) as refusal:
            error = sentence(refusal)
        except NotSignedIn:
            error = _wrong(session)
        except _Different:
            error = DIFFERENT
        return await self._page(request, session, error)

    async def _password(self, request: Request, form: FormData, at: datetime) -> Response:
        password = form.get("password")
        token = await sign_in.sign_in(
            typed(form, "login"),
            password if isinstance(password, str) else "",
            at,
            self._settings,
            audit.SOURCE.get() or "",
        )
        return _known_by(token, request, RedirectResponse(_here(request), HTTPStatus.SEE_OTHER))

    async def _code(self, request: Request, session: SignedIn, form: FormData, at: datetime) -> Response:
        """Let in who has the code; who set it up just now is shown the codes for when the telephone is lost."""
        token = await second_factor.prove(session.token_hash, typed(form, "code"), at, self._settings)
        if session.stage is Stage.CODE:
            return _known_by(token, request, RedirectResponse(_here(request), HTTPStatus.SEE_OTHER))
        codes = await second_factor.new_recovery_codes(session.actor.id, at)
        if self._templates is None:
            raise RuntimeError("the page is shown once the desk is built")
        context = {"stage": "recovery", "codes": codes, "to": _next(request)}
        return _known_by(token, request, self._templates.TemplateResponse(request, "desk/staff/sign_in.html", context))

    async def _change(self, session: SignedIn, form: FormData, at: datetime) -> None:
        old, new, again = (str(form.get(name) or "") for name in ("old", "new", "again"))
        if new != again:
            raise _Different
        await sign_in.change_password(session, old, new, at, self._settings)

    async def _leave(self, request: Request) -> Response:
        session = await self._session(request)
        if session is not None:
            await sign_in.sign_out(session.token_hash, now())
        response: Response = RedirectResponse(f"{DESK}{self.login_path}", HTTPStatus.SEE_OTHER)
        way_out = await self._provider.way_out() if session is not None and session.by_provider else None
        if way_out is not None and self._templates is not None:
            context = {"stage": "left", "way_out": way_out}
            response = self._templates.TemplateResponse(request, "desk/staff/sign_in.html", context)
        response.delete_cookie(SESSION_COOKIE, path="/")
        response.headers["Clear-Site-Data"] = LEAVES_NOTHING
        return response

    def get_middleware(self) -> Middleware:
        """What leads to the way in whoever is not in."""
        return Middleware(_Waiting, provider=self)


class _Waiting(AuthMiddleware):
    """Leads to the way in without writing into its address what was looked for: it may name somebody."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Let in, or lead to the way in and from there to the page of the row, or the first one of the subject."""
        passed = False

        async def inner(given: Request) -> Response:
            nonlocal passed
            passed = True
            return await call_next(given)

        response = await super().dispatch(request, inner)
        if passed:
            return response
        page = _first_page(request)
        query = f"?{urlencode({'next': page})}" if page else ""
        return RedirectResponse(f"{DESK}{self.provider.login_path}{query}", HTTPStatus.SEE_OTHER)


def _first_page(request: Request) -> str:
    """The page of the row that was asked for, or the one that its subject begins with; '' for none."""
    path = request.scope["path"].removeprefix(request.scope["root_path"])
    row = BELOW.match(path)
    word = f"/{path.strip('/').partition('/')[0]}"
    for below in (row[0] if row else "", word):
        if len(below) > 1 and _opens(request, below):
            return f"{DESK}{below}"
    return ""


def _opens(request: Request, below: str) -> bool:
    """Whether a page of the desk is there to be opened, and not only sent to."""
    scope = {"type": "http", "method": "GET", "path": below, "root_path": "", "headers": []}
    return any(
        isinstance(each, Route) and each.matches(scope)[0] is Match.FULL and each.path not in WAYS
        for each in request.app.routes
    )


def _next(request: Request) -> str:
    """Where to go once in: a page that can be opened, else the first one."""
    asked = A_PAGE.fullmatch(request.query_params.get("next", ""))
    return asked[0] if asked and _opens(request, asked["below"]) else f"{DESK}/"


def _here(request: Request) -> str:
    """The way in again, for whatever is still owed."""
    return f"{DESK}/login?{urlencode({'next': _next(request)})}"


def _known_by(token: str, request: Request, response: Response) -> Response:
    """Give the browser the new word of its session."""
    secure = request.scope["scheme"] == "https"
    response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/")
    return response


def _wrong(session: SignedIn | None) -> str:
    """What does not fit, at the stage somebody is at."""
    if session is None:
        return WRONG
    return WRONG_OLD if session.stage is Stage.CHANGE else WRONG_CODE


class _Different(Exception):
    """The new password was not typed the same twice."""
