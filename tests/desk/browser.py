"""A browser without a screen: it keeps cookies, reads the form it was shown, and sends it."""

import html
import re
from types import TracebackType
from typing import Self

import httpx
from starlette.applications import Starlette

from core.staff.agents import Actor

PASSWORD = "un long mot de passe"
TOKEN = re.compile(r'name="csrftoken" value="([^"]+)"')
TAGS = re.compile(r"<script.*?</script>|<style.*?</style>|<[^>]*>", re.DOTALL)


class Browser:
    """Talks to the application as a browser does; `actor` is set once somebody signed in."""

    actor: Actor

    def __init__(self, app: Starlette) -> None:
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk.test")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def open(self, path: str, **params: str) -> httpx.Response:
        """Open a page, following where it leads."""
        return await self.http.get(path, params=params or None, follow_redirects=True)

    async def see(self, path: str, **params: str) -> str:
        """The words of a page that opens, without its markup."""
        answer = await self.open(path, **params)
        assert answer.status_code == 200, (answer.status_code, seen(answer))
        return seen(answer)

    async def look(self, path: str, **fields: str) -> str:
        """The words of the page that a search leads to, which is sent as a form."""
        answer = await self.submit(path, follow=True, **fields)
        assert answer.status_code == 200, (answer.status_code, seen(answer))
        return seen(answer)

    async def submit(
        self, path: str, *, page: str | None = None, follow: bool | str = False, **fields: str | list[str]
    ) -> httpx.Response:
        """Send a form of `page` (or of the path itself) to a path, with the token that the page holds."""
        token = TOKEN.search((await self.open(page or path)).text)
        signed = {"csrftoken": html.unescape(token[1])} if token else {}
        return await self.http.post(path, data={**signed, **fields}, follow_redirects=bool(follow))

    async def token(self, path: str) -> str:
        """The token in the forms of a page."""
        return token_in(await self.open(path))


def token_in(page: httpx.Response) -> str:
    """The token in the forms of a page that was opened."""
    token = TOKEN.search(page.text)
    assert token, seen(page)
    return html.unescape(token[1])


def seen(answer: httpx.Response) -> str:
    """What is read on a page: its words, one space between them."""
    return " ".join(html.unescape(TAGS.sub(" ", answer.text)).split())
