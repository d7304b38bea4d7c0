"""The outermost doors of the desk: an answer has its headers; what fails is a page in French and a line in the log."""

from http import HTTPStatus
from secrets import token_urlsafe
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.platform.headers import HSTS
from core.platform.logs import place_of
from desk.site.refusals import FORGED, in_words

log = structlog.get_logger(__name__)

YEAR: Final = 31_536_000
HOUR: Final = 3600
CSP: Final = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""A script that stands in a page runs only with the word that was drawn for this answer (`desk.site.scripts`)."""

PLAIN_STYLE: Final = (
    "<style>body{margin:0;background:#f6f8fb;color:#1f2933;font:1rem/1.5 system-ui,sans-serif}"
    "main{max-width:32rem;margin:10vh auto;padding:0 1rem}h1{font-size:1.4rem}"
    "a{display:inline-block;padding:.6rem 1rem;border-radius:6px;background:#0b5cad;color:#fff;text-decoration:none}"
    "</style>"
)
"""How a page looks that must not need the theme: whoever sees it may not be let in to anything."""


class SecurityHeaders:
    """Gives each answer its headers, whatever becomes of the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with its headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["nonce"] = token_urlsafe(16)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), scope, message["status"])
            await send(message)

        await self._app(scope, receive, dressed)


class Failures:
    """Turns what fails inside into a page in French; nothing goes on to the server but that it failed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a failure is logged in one line, without what was sent."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except HTTPException as refused:
            page = plain_page(HTTPStatus(refused.status_code), in_words(refused))
        except Exception as error:
            log.error("desk_failed", error=type(error).__name__, where=place_of(error), method=scope["method"])
            page = plain_page(HTTPStatus.INTERNAL_SERVER_ERROR, in_words(HTTPException(500)))
        else:
            return
        if not begun:
            await page(scope, receive, send)


def path_below(scope: Scope) -> str:
    """The path of a request below the desk."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def plain_page(status: HTTPStatus, words: str) -> HTMLResponse:
    """A page for those who may not be signed in: what is the matter, and the way back."""
    page = (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Pas fait ({status.value}) · Jigi</title>{PLAIN_STYLE}<main><h1>Pas fait</h1><p>{words}</p>"
        '<p><a href="/desk">Revenir au guichet</a></p></main></html>'
    )
    return HTMLResponse(page, status, {"Cache-Control": "no-store", "Connection": "close"})


def plain_forged() -> HTMLResponse:
    """What is said of a form that another page, or one of before, has sent."""
    return plain_page(HTTPStatus.FORBIDDEN, FORGED)


def _dress(headers: MutableHeaders, scope: Scope, status: int) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers.setdefault("Content-Security-Policy", CSP.format(nonce=scope["state"]["nonce"]))
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = HSTS
    if path_below(scope).startswith("/static/") and status == HTTPStatus.OK:
        named = scope["query_string"].startswith(b"v=")
        headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if named else f"public, max-age={HOUR}"
    else:
        headers.setdefault("Cache-Control", "no-store")
