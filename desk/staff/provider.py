"""The way in by the provider of identities: there, back again, and what it says of who signed out elsewhere."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.platform.settings import Settings
from core.staff import audit
from core.staff.passwords import TooManyAtOnce
from core.staff.provider import entering
from core.staff.provider.faults import ProviderRefusal
from core.staff.provider.protocol import Attempt, Provider
from core.staff.tries import LockedOut
from desk.site.forgery import ENDED
from desk.site.pages import DESK, now, typed
from desk.site.refusals import sentence

ATTEMPT_COOKIE: Final = "jigi_way_in"
ATTEMPT_SECONDS: Final = 600
BEGIN, BACK = "/login/provider", "/login/back"
NAMES: Final = ("way_in", "way_back", "way_ended")

ShowRefused = Callable[[Request, str], Awaitable[Response]]
LetIn = Callable[[str, Request, Response], Response]
WhereTo = Callable[[Request], str]


class ProviderDoor:
    """Leads to the provider and takes back what it says; `refused` shows why not, `let_in` gives a session."""

    def __init__(self, settings: Settings, refused: ShowRefused, let_in: LetIn, where_to: WhereTo) -> None:
        self._settings = settings
        self._provider = Provider(settings)
        self._refused = refused
        self._let_in = let_in
        self._where_to = where_to

    def routes(self) -> list[Route]:
        """The ways, where a provider is set."""
        if not self._settings.oidc_issuer:
            return []
        return [
            Route(BEGIN, self._begin, methods=["GET"], name=NAMES[0]),
            Route(BACK, self._back, methods=["GET"], name=NAMES[1]),
            Route(ENDED, self._ended, methods=["POST"], name=NAMES[2]),
        ]

    async def way_out(self) -> str | None:
        """Where to sign out of the provider."""
        return await self._provider.way_out() if self._settings.oidc_issuer else None

    async def _begin(self, request: Request) -> Response:
        attempt = Attempt.new()
        try:
            there = await self._provider.begin(attempt)
        except ProviderRefusal as refusal:
            return await self._refused(request, entering.not_begun(refusal))
        response = RedirectResponse(there, HTTPStatus.SEE_OTHER)
        secure = request.scope["scheme"] == "https"
        response.set_cookie(
            ATTEMPT_COOKIE, f"{attempt.seed}|{self._where_to(request)}", ATTEMPT_SECONDS, path="/", secure=secure,
            httponly=True, samesite="lax",
        )  # fmt: skip
        return response

    async def _back(self, request: Request) -> Response:
        seed, _, to = request.cookies.get(ATTEMPT_COOKIE, "").partition("|")
        try:
            response = await self._taken(request, seed, to)
        except (LockedOut, TooManyAtOnce) as locked:
            response = await self._refused(request, sentence(locked))
        except ProviderRefusal as refusal:
            response = await self._refused(request, await entering.refuse(refusal, now()))
        response.delete_cookie(ATTEMPT_COOKIE, path="/")
        return response

    async def _taken(self, request: Request, seed: str, to: str) -> Response:
        """Let somebody in by what they came back with."""
        token = await entering.come_back(
            self._provider, seed, request.query_params, now(), self._settings, audit.SOURCE.get() or ""
        )
        here = f"{DESK}/login?{urlencode({'next': to})}"
        return self._let_in(token, request, RedirectResponse(here, HTTPStatus.SEE_OTHER))

    async def _ended(self, request: Request) -> Response:
        """End sessions that the provider says are over (OpenID Connect Back-Channel Logout 1.0)."""
        form, at = await request.form(), now()
        status = HTTPStatus.OK
        try:
            await entering.end_of(await self._provider.ended(typed(form, "logout_token"), at), at, self._settings)
        except ProviderRefusal:
            status = HTTPStatus.BAD_REQUEST
        return Response(status_code=status, headers={"Cache-Control": "no-store"})
