"""The desk where scripts do not run, on a phone: every page is reached by the menu, and the work of a case is done."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.callers import DEMO_CALLERS, Situation
from demo.desk import PASSWORD
from tests.e2e.line import LineCaller
from tests.e2e.people import reference_in

CALLER = next(each for each in DEMO_CALLERS if each.situation is Situation.UPCOMING)


@pytest.fixture
def plain(chromium: Browser, address: str) -> Iterator[Page]:
    """A page of Awa, who supervises, in a browser that runs no script."""
    context = chromium.new_context(
        base_url=address, java_script_enabled=False, locale="fr-FR", viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/desk")
    page.fill("#login", "awa")
    page.fill("#password", PASSWORD)
    page.click("button:text-is('Entrer')")
    page.wait_for_selector("header nav")
    yield page
    context.close()


def test_every_page_of_the_menu_is_reached_and_has_its_content(plain: Page) -> None:
    names = [each.inner_text().strip() for each in plain.locator("#menu a[href^='/desk/']:not([href='/desk/'])").all()]
    assert len(names) > 10
    for name in dict.fromkeys(names):
        plain.goto("/desk/dashboard")
        plain.locator("#menu").get_by_role("link", name=name, exact=True).first.click()
        expect(plain.locator("h1, h2").first).to_be_visible()
        assert len(plain.locator("main").inner_text().split()) > 5, name


def test_a_complaint_is_taken_noted_and_decided(plain: Page, address: str) -> None:
    with LineCaller(address, CALLER.msisdn) as phone:
        reference = reference_in(phone.home("3", "2", "2", "1"))
    plain.goto("/desk/grievances")
    plain.locator("input[name=words]").first.fill(reference)
    plain.locator("main form button[type=submit]").first.click()
    plain.locator("main").get_by_role("link", name=reference).first.click()
    plain.get_by_role("button", name="Prendre cette plainte").click()
    plain.locator("summary", has_text="Écrire une note interne").click()
    plain.locator("#words-note").fill("Appelé, pas de réponse.")
    plain.get_by_role("button", name="Écrire", exact=True).click()
    expect(plain.locator("main")).to_contain_text("Appelé, pas de réponse.")
    plain.locator("#reply #words").fill("Votre argent est chez la caisse.")
    plain.get_by_role("button", name="Voir le SMS").click()
    expect(plain.locator("#phone")).to_contain_text("caisse")
    plain.get_by_role("button", name="Donner la décision").click()
    expect(plain.locator("main")).to_contain_text("Décidée")
