"""Somebody at the desk who has a keyboard and no mouse."""

import re
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from demo.desk import PASSWORD

WIDTHS: Final = (1366, 390)
"""A desk's screen, and a phone that somebody types at."""

DESK, PHONE = WIDTHS
AT_THE_DESK_FIRST: Final = (DESK, pytest.param(PHONE, marks=pytest.mark.again))
AT_A_PHONE_FIRST: Final = (PHONE, pytest.param(DESK, marks=pytest.mark.again))
"""A life is played at one width each time, and at the other one by `make e2e LIVES=all`."""

MOST_TABS: Final = 150
"""Who has pressed Tab so often has gone round the page: what they look for cannot be reached."""

ALT: Final = 1


class Keyboard:
    """A page of the desk, and the keys that are pressed before it."""

    def __init__(self, page: Page, login: str) -> None:
        self.page = page
        self.login = login
        self._keys = page.context.new_cdp_session(page)

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def access(self, key: str) -> None:
        """Press Alt and the access key that the page gives to something (Playwright's own press tells no letter)."""
        self.page.wait_for_load_state()
        code = f"Digit{key}" if key.isdigit() else f"Key{key.upper()}"
        stroke = {"modifiers": ALT, "key": key, "code": code, "windowsVirtualKeyCode": ord(key.upper())}
        self._keys.send("Input.dispatchKeyEvent", {"type": "keyDown", **stroke, "unmodifiedText": key})
        self._keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **stroke})

    def to(self, target: Locator) -> None:
        """Go on by Tab until the focus is there; it must be seen there."""
        expect(target).to_be_visible()
        self._until(target, "each => each === document.activeElement")
        expect(target).to_be_in_viewport()

    def _until(self, target: Locator, there: str) -> None:
        self.page.wait_for_load_state()
        element = target.element_handle()
        for _ in range(MOST_TABS):
            if element.evaluate(there):
                return
            self.press("Tab")
        raise AssertionError(f"no Tab leads to {target}")

    def enter(self, target: Locator) -> None:
        """Go to a button or a link, and press Enter."""
        self.to(target)
        self.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        """Go to a field, and write over what is there."""
        self.to(field)
        self.press("Control+a")
        self.page.keyboard.insert_text(text)
        expect(field).to_have_value(text)

    def choose(self, field: Locator, option: str) -> None:
        """Go to a list, and choose by the first letters and on by the arrow."""
        self.to(field)
        self.page.keyboard.type(re.split(r"[^ -~]", option)[0])
        chosen = field.locator("option:checked")
        for _ in range(field.locator("option").count()):
            if chosen.inner_text().startswith(option):
                return
            self.press("ArrowDown")
        raise AssertionError(f"no option {option!r}: {field.inner_text()}")

    def mark(self, radio: Locator) -> None:
        """Go to the group of a radio button, and on by the arrows until it is marked."""
        self._until(
            radio, "each => each.name === document.activeElement.name && each.form === document.activeElement.form"
        )
        for _ in range(MOST_TABS):
            if radio.is_checked():
                return
            self.press("Space" if radio.evaluate("each => each === document.activeElement") else "ArrowDown")
        raise AssertionError(f"no arrow leads to {radio}")

    def unfold(self, words: str) -> Locator:
        """Open what is folded under some words; what stands in it."""
        folded = self.page.locator("details", has=self.page.locator("summary", has_text=words))
        if folded.get_attribute("open") is None:
            self.enter(folded.locator("summary"))
        expect(folded).to_have_attribute("open", "")
        return folded

    def menu(self, group: str, entry: str) -> None:
        """Go to a page by the menu, which a phone keeps folded."""
        self.page.goto("/desk/queue")
        header = self.page.locator("header")
        if header.locator(".navbar-toggler").is_visible():
            self.enter(header.locator(".navbar-toggler"))
            expect(header.locator("#menu")).to_have_class(re.compile(r"\bshow\b"))
        self.enter(header.get_by_role("button", name=group))
        expect(header.locator(".dropdown-menu.show")).to_be_visible()
        self.enter(header.get_by_role("link", name=entry, exact=True))
        expect(self.page.locator("h1")).to_contain_text(entry)

    def sign_in(self) -> None:
        """Write who it is where the way in asks; the focus waits there."""
        expect(self.page.locator("#login")).to_be_focused()
        self.write(self.page.locator("#login"), self.login)
        self.write(self.page.locator("#password"), PASSWORD)
        self.press("Enter")
        expect(self.page.locator("header nav")).to_be_attached()

    def lose_session(self) -> None:
        """Let the session end at the desk, as after half an hour of nothing, while the page stays open."""
        cookies = {each["name"]: each["value"] for each in self.page.context.cookies()}
        word = self.page.locator("[name=csrftoken]").first.input_value()
        address = self.page.evaluate("location.origin")
        ended = httpx.post(f"{address}/desk/logout", data={"csrftoken": word}, cookies=cookies, trust_env=False)
        assert ended.is_redirect, ended.text

    def open_case(self, reference: str) -> None:
        """Ask for a case by its number, from the list of what is to be done."""
        self.page.goto("/desk/queue")
        self.access("r")
        expect(self.page.locator("#reference")).to_be_focused()
        self.page.keyboard.type(reference)
        self.press("Enter")

    def case(self, reference: str) -> None:
        """Open a case that is seen."""
        self.open_case(reference)
        expect(self.page.locator("h1")).to_contain_text(reference)

    def take(self) -> None:
        """Take the case that is open."""
        self.access("p")
        expect(self.page.locator("main")).to_contain_text("La plainte est à vous.")


class KeyboardDesk:
    """The people of the demonstration at their keyboards; each signs in once, and works at the width a test says."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self._chromium = chromium
        self._address = address
        self._there: dict[str, Keyboard] = {}

    def __call__(self, login: str, width: int) -> Keyboard:
        """Somebody who works there, signed in, before a window of this width."""
        if login not in self._there:
            context = self._chromium.new_context(base_url=self._address, locale="fr-FR")
            context.set_default_timeout(20_000)
            page = context.new_page()
            page.on("dialog", lambda dialog: dialog.accept())
            page.goto("/desk")
            self._there[login] = Keyboard(page, login)
            self._there[login].sign_in()
        keyboard = self._there[login]
        keyboard.page.set_viewport_size({"width": width, "height": 800})
        return keyboard

    def close(self) -> None:
        """Close their windows."""
        for keyboard in self._there.values():
            keyboard.page.context.close()
