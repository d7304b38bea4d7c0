"""Somebody at the desk without a script, whose clicks are counted."""

import re
from typing import Final

import httpx

from tests.desk.browser import Browser, seen

HIDDEN: Final = re.compile(r'name="(version|event|csrftoken|listed)" value="([^"]+)"')


class Clicks:
    """Somebody at the desk without a script: each button or link that they press is counted, and leads to a page."""

    def __init__(self, browser: Browser, page: httpx.Response) -> None:
        self.http = browser.http
        self.page = page
        self.count = 0

    async def press(self, path: str, **fields: str | list[str]) -> str:
        """Press a button of a form on this page, and read what is shown then."""
        self.count += 1
        form: dict[str, str | list[str]] = dict(HIDDEN.findall(self.page.text)) | fields
        self.page = await self.http.post(path, data=form, follow_redirects=True)
        return seen(self.page)

    async def choose(self, path: str, **fields: str) -> str:
        """Press a button that only shows something."""
        self.count += 1
        self.page = await self.http.get(path, params=fields)
        return seen(self.page)
