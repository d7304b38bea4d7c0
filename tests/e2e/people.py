"""Those who play in the tests: a person with a telephone, and people at the desk."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from demo.desk import PASSWORD


class Telephone:
    """The simulator's telephone, in the hands of one caller."""

    def __init__(self, chromium: Browser, address: str, msisdn: str) -> None:
        self.context = chromium.new_context(base_url=address, viewport={"width": 1366, "height": 768})
        self.page = self.context.new_page()
        self.page.goto("/simulator")
        self.page.check(f'input[name="caller"][value="{msisdn}"]')

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.context.close()

    def dial(self, code: str = "*384*1234#") -> str:
        """Call, and give the first page."""
        self.page.fill("#code", code)
        self.page.click("#code-form button.primary")
        return self.shown()

    def press(self, *keys: str) -> str:
        """Answer pages one after the other, and give the last one."""
        for key in keys:
            before = self.page.inner_text("#popup-text")
            self.page.fill("#reply", key)
            self.page.click("#soft-left")
            self.page.wait_for_function(
                "before => !document.getElementById('popup').hidden && "
                "document.getElementById('popup-text').textContent !== before",
                arg=before,
            )
        return self.shown()

    def shown(self) -> str:
        """What the screen shows."""
        expect(self.page.locator("#popup")).to_be_visible()
        return self.page.inner_text("#popup-text")

    def hang_up(self) -> None:
        """Press the red key."""
        self.page.click("#end-key")

    def _messages(self) -> None:
        """Open the list of messages; one that arrives at that moment covers the key, and is closed first."""
        for _ in range(20):
            if self.page.is_visible("#popup"):
                self.page.click("#end-key")
            try:
                self.page.click("#open-messages", timeout=1_000)
            except PlaywrightTimeout:
                continue
            return
        raise AssertionError("the telephone does not come to rest")

    def sms(self, holding: str, seconds: float = 30) -> str:
        """The newest SMS that holds these words, once it is there."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._messages()
            rows = self.page.locator("#popup-rows button", has_text=holding)
            if rows.count():
                rows.first.click()
                return self.page.inner_text("#popup-text")
            time.sleep(0.5)
        raise AssertionError(f"no SMS with {holding!r} came: {self.page.inner_text('#popup')}")


@contextmanager
def at_desk(chromium: Browser, address: str, login: str) -> Iterator[Page]:
    """A window at the desk, with somebody of the demonstration signed in; what it asks is answered yes."""
    context = chromium.new_context(base_url=address, viewport={"width": 1366, "height": 768}, locale="fr-FR")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/desk")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button:text-is('Entrer')")
    expect(page.locator("header nav")).to_be_attached()
    yield page
    context.close()


def reference_in(text: str) -> str:
    """The number of a complaint that a page or an SMS names."""
    number = re.search(r"\b\d{7}\b", text)
    assert number, text
    return number[0]
