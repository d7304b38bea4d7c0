"""What stands before the desk: how large a request may be, how answers are kept, and a forged form refused in words."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.site.refusals import FORGED, WORDS

YEAR: Final = 31_536_000
HOUR: Final = 3600
CSP: Final = (
    "default-src 'none'; script-src 'self'{inline}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Pages of our own run no script that stands in the page; the lists of the library do."""


class _TooLarge(Exception):
    """More came than is taken."""


class SizeLimit:
    """Refuses in words what is larger than a form, or than an import file where those are taken."""

    def __init__(self, app: ASGIApp, *, form_bytes: int, upload_bytes: int, uploads: Sequence[str]) -> None:
        self._app = app
        self._form_bytes = form_bytes
        self._upload_bytes = upload_bytes
        self._uploads = tuple(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say that it is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._upload_bytes if _path(scope).startswith(self._uploads) else self._form_bytes
        length = Headers(scope=scope).get("content-length", "0")
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise _TooLarge
            return message

        try:
            if not length.isdigit() or int(length) > most:
                raise _TooLarge
            await self._app(scope, counted, send)
        except _TooLarge:
            await _say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(most))(scope, receive, send)


class SecurityHeaders:
    """Gives each answer its headers; `is_list` tells the paths of the library's own lists and forms."""

    def __init__(self, app: ASGIApp, *, is_list: Callable[[str], bool]) -> None:
        self._app = app
        self._is_list = is_list

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with its headers; a forged form is refused in words instead of the library's."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        forged = False

        async def dressed(message: Message) -> None:
            nonlocal forged
            if forged:
                return
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == HTTPStatus.FORBIDDEN and headers["content-type"].startswith("text/plain"):
                    forged = True
                    await _say(HTTPStatus.FORBIDDEN, FORGED)(scope, receive, send)
                    return
                self._headers(headers, scope, message["status"])
            await send(message)

        await self._app(scope, receive, dressed)

    def _headers(self, headers: MutableHeaders, scope: Scope, status: int) -> None:
        path = _path(scope)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers.setdefault("Content-Security-Policy", CSP.format(inline=" 'unsafe-inline'" * self._is_list(path)))
        if path.startswith("/static/") and status == HTTPStatus.OK:
            named = scope["query_string"].startswith(b"v=")
            headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if named else f"public, max-age={HOUR}"
        else:
            headers.setdefault("Cache-Control", "no-store")


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _too_large(most: int) -> str:
    return (
        f"{WORDS[413]} La limite est de {most // 1024} Ko. Un grand fichier s'importe par la commande « jigi import »."
    )


def _say(status: HTTPStatus, words: str) -> HTMLResponse:
    page = (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{status.value}</title><h1>{status.value}</h1><p>{words}</p>"
        '<p><a href="/desk">Retour au guichet</a></p></html>'
    )
    return HTMLResponse(page, status, {"Cache-Control": "no-store", "Connection": "close"})
