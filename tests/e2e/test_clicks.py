"""How many clicks everyday work takes: every click in the page is counted, and keys that set something off as well."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from demo.callers import DEMO_CALLERS, Situation
from tests.e2e.keyboard import Keyboard
from tests.e2e.line import LineCaller
from tests.e2e.people import at_desk, reference_in

HOUSEHOLD: Final = next(each for each in DEMO_CALLERS if each.situation is Situation.PAID)
NEW_PHONE: Final = "66000072"
FORTY: Final = 40


class Clicks:
    """A mouse and keys that are counted; what is typed, and the Enter that ends it, is typing."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def click(self, target: Locator) -> None:
        """One click."""
        self.count += 1
        target.click()

    def access(self, key: str) -> None:
        """One access key."""
        self.count += 1
        Keyboard(self.page, "").access(key)

    def press(self, key: str) -> None:
        """One key that sets something off."""
        self.count += 1
        self.page.keyboard.press(key)

    def choose(self, field: Locator, option: str) -> None:
        """One choice out of a list."""
        self.count += 1
        field.select_option(label=option)

    def type(self, text: str) -> None:
        """Type where the focus is, and end it."""
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")


@pytest.fixture
def mariam(chromium: Browser, address: str) -> Iterator[Clicks]:
    """An agent before the list of what is to be done, who has clicked nothing yet."""
    with at_desk(chromium, address, "mariam") as page:
        page.goto("/desk/queue")
        yield Clicks(page)


def test_the_next_is_answered_with_a_prepared_text_in_three(mariam: Clicks) -> None:
    page = mariam.page
    mariam.access("s")
    expect(page.locator("#prepared")).to_be_visible()
    mariam.access("1")
    expect(page.get_by_role("button", name="Donner et suivante")).to_be_focused()
    mariam.press("Enter")
    expect(page.locator("main")).to_contain_text("La suivante est à vous.")
    assert mariam.count <= 3


def test_a_phone_is_changed_in_a_case_in_three(mariam: Clicks, address: str) -> None:
    page = mariam.page
    with LineCaller(address, HOUSEHOLD.msisdn) as phone:
        told = reference_in(phone.home("3", "2", "2", "1"))
    keyboard = Keyboard(page, "mariam")
    keyboard.case(told)
    keyboard.take()
    mariam.click(page.locator("#year"))
    mariam.type(str(HOUSEHOLD.birth_year))
    right = page.locator("#of-household [name=words]").first
    mariam.click(right)
    mariam.type(NEW_PHONE)
    expect(page.locator("main")).to_contain_text("La correction est notée")
    assert mariam.count <= 3


def test_forty_get_the_same_answer_in_six(mariam: Clicks, address: str) -> None:
    page = mariam.page
    for number in range(FORTY):
        with LineCaller(address, f"+223660100{number:02}") as phone:
            reference_in(phone.dial_deep("2", "3", "1", "2", "1"))
    page.goto("/desk/dashboard")
    mariam.click(page.get_by_role("link", name="Paiement", exact=True).first)
    mariam.access("t")
    mariam.click(page.get_by_role("button", name="Répondre"))
    mariam.access("1")
    give = page.locator("#preview button").first
    expect(give).to_contain_text("plaintes")
    many = int(re.sub(r"\D", "", give.inner_text()))
    assert many >= FORTY
    mariam.access("g")
    expect(page.locator(".alert-success")).to_contain_text(f"Réponse donnée : {many}")
    assert mariam.count <= 6


def test_a_call_is_noted_in_a_case_in_three(mariam: Clicks, address: str) -> None:
    page = mariam.page
    with LineCaller(address, "+22366000071") as phone:
        told = reference_in(phone.home("3", "1", "2", "1"))
    keyboard = Keyboard(page, "mariam")
    keyboard.case(told)
    keyboard.take()
    mariam.click(page.locator("summary", has_text="Noter un appel"))
    calling = page.locator("details[open]", has_text="Noter un appel")
    mariam.click(calling.get_by_label("oui"))
    mariam.click(calling.get_by_role("button", name="Noter"))
    expect(page.locator("main")).to_contain_text("L'appel est noté.")
    assert mariam.count <= 3


def test_a_complaint_is_typed_in_in_four(mariam: Clicks) -> None:
    page = mariam.page
    mariam.click(page.get_by_role("button", name="Saisir"))
    mariam.click(page.get_by_role("link", name="Nouvelle plainte"))
    expect(page.locator("#q")).to_be_focused()
    mariam.type(HOUSEHOLD.household_no or "")
    expect(page.get_by_text("1 ménage trouvé")).to_be_visible()
    mariam.choose(page.locator("#what"), "Carte perdue")
    mariam.access("s")
    expect(page.locator(".alert-success .figure")).to_be_visible()
    assert mariam.count <= 4
