"""Forms that only the page of the same session may send.

The word in a form is made from the session's cookie and from a word that the browser keeps, so that one taken from
another session, or from before somebody signed in, sends nothing.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from starlette_admin.security.csrf import CSRFMiddleware

from desk.site.headers import path_below, plain_forged
from desk.site.pages import SESSION_COOKIE

BROWSER_COOKIE: Final = "jigi_browser"
ENDED: Final = "/login/ended"
"""Where a provider of identities posts that somebody signed out: its signature is what is believed there."""


class BoundForms(CSRFMiddleware):
    """Stands where the library's own guard stands, and gives its templates their word in the same place."""

    def __init__(self, app: ASGIApp, secret_key: str) -> None:
        super().__init__(app, secret_key)
        self._secret = secret_key.encode()

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Refuse what is sent without the word of this session."""
        kept = request.cookies.get(BROWSER_COOKIE)
        browser = kept or secrets.token_urlsafe(16)
        word = self._word(browser, request.cookies.get(SESSION_COOKIE, ""))
        request.state.csrf_token = word
        guarded = request.method not in self.safe_methods and path_below(request.scope) != ENDED
        if guarded and not hmac.compare_digest(_sent(request).encode(), word.encode()):
            return plain_forged()
        response = await call_next(request)
        if not kept:
            secure = request.scope["scheme"] == "https"
            response.set_cookie(BROWSER_COOKIE, browser, httponly=True, samesite="lax", secure=secure)
        return response

    def _word(self, browser: str, session: str) -> str:
        return hmac.new(self._secret, f"form\0{browser}\0{session}".encode(), sha256).hexdigest()


def _sent(request: Request) -> str:
    """The word that came, in a header as scripts send it or in the form as it was cleaned."""
    in_form: str = getattr(request.state, "form_word", "")
    return request.headers.get(CSRFMiddleware.header_name) or in_form
