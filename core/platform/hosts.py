"""By which names this server is asked for: others get no page, and no link is made of the name that was asked for.

Links and redirections are paths: whoever stands before the server may be called anything.
"""

from collections.abc import Sequence
from typing import Any, Final

from starlette.datastructures import URL, URLPath
from starlette.responses import PlainTextResponse
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
ABOUT_ITSELF: Final = ("/health/", "/metrics")
"""Asked for by a balancer, which knows the server by its address."""


class _PathHere(URLPath):
    """A path that stays one when it is made absolute."""

    def make_absolute_url(self, base_url: str | URL) -> URL:
        base = URL(base_url) if isinstance(base_url, str) else base_url
        return URL(path=base.path.rstrip("/") + str(self))


class _LinksHere:
    """A router whose routes are linked to by paths."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def url_path_for(self, name: str, /, **parameters: Any) -> URLPath:
        return _PathHere(self._router.url_path_for(name, **parameters))


class OwnNames:
    """The names that this server is asked for by, where they are set: these, and what ends as one that begins `*.`."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(name.lower() for name in names)

    def include(self, scope: Scope) -> bool:
        """Whether a request asks for one of them, or is a balancer's question."""
        if not self._names or scope["path"].startswith(ABOUT_ITSELF):
            return True
        named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        host = (named.rpartition(":")[0] if named.rpartition(":")[2].isdigit() else named).lower()
        return any(
            host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in (*self._names, *LOOPBACK)
        )


class OwnHosts:
    """Answers 400 to whoever asks for another name than ours, where ours are set, and hides the name from the pages."""

    def __init__(self, app: ASGIApp, names: OwnNames) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under no name."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not self._names.include(scope):
            await PlainTextResponse("unknown host", status_code=400)(scope, receive, send)
            return
        links = {"router": _LinksHere(scope["app"].router)} if "app" in scope else {}
        nameless = [each for each in scope["headers"] if each[0] != b"host"]
        await self._app({**scope, **links, "headers": nameless, "server": None}, receive, send)
