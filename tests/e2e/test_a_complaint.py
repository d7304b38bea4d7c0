"""A complaint from one end to the other: filed by telephone, answered at the desk, read, and taken up again."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import Telephone, at_desk, reference_in

AWA = "+22370000001"
ANSWER = "Aw ye aw ka sɛbɛn ta ka na."
"""As the catalogue says it: take your paper and come."""

AS_SENT = "Aw ye aw ka sèbèn ta ka na"
SECOND = "Fili ka kan ka latilen."
"""An error must be corrected."""


def test_a_complaint_is_filed_answered_read_reopened_and_decided_by_another(
    chromium: Browser, address: str, shots: Path
) -> None:
    with (
        Telephone(chromium, address, AWA) as phone,
        at_desk(chromium, address, "mariam") as mariam,
        at_desk(chromium, address, "adama") as adama,
        at_desk(chromium, address, "awa") as supervisor,
    ):
        before = _figure(supervisor, "Rouvertes")

        # She files it in Bambara, and the SMS with its number comes.
        assert "Bamanankan" in phone.dial()
        phone.press("1", "3", "1", "1", "3", "N ka wari ma na")
        reference = reference_in(phone.press("1"))
        assert reference in phone.sms(f"damakasi {reference}")

        # An agent takes it, sees her words, and asks for something.
        mariam.goto("/desk/queue")
        mariam.screenshot(path=shots / "queue.png")
        _open(mariam, reference)
        expect(mariam.locator("blockquote")).to_have_text("N ka wari ma na")
        mariam.click("button:has-text('Prendre cette plainte')")
        mariam.click("summary:has-text('Demander une information')")
        mariam.fill("#words-ask", "Le numéro de sa carte")
        mariam.click("button:text-is('Demander')")
        assert "kunnafoni" in phone.sms("kunnafoni")

        # She answers on the line with one key, and the agent reads it.
        phone.hang_up()
        phone.dial()
        phone.press("4", "1")
        assert "Awò" in phone.press("1")
        assert reference in phone.press("1")
        _open(mariam, reference)
        expect(mariam.locator("main")).to_contain_text("La personne a répondu ou ajouté")

        # Another agent cannot have the same one.
        _open(adama, reference)
        expect(adama.locator("main")).to_contain_text("Cette plainte est avec Mariam")
        expect(adama.locator("button:has-text('Prendre cette plainte')")).to_have_count(0)

        # The agent decides, and sees the SMS before it goes.
        _open(mariam, reference)
        mariam.fill("#words", ANSWER)
        expect(mariam.locator("#phone .bubble")).to_contain_text(AS_SENT)
        mariam.screenshot(path=shots / "case.png", full_page=True)
        mariam.click("button:has-text('Donner la décision')")
        expect(mariam.locator("h1")).to_contain_text("réglée")

        # The person reads it by SMS and on the line, and does not agree.
        assert AS_SENT in phone.sms(f"{reference}. Jaabi: Aw ye")
        phone.hang_up()
        phone.dial()
        phone.press("4")
        assert AS_SENT in phone.press("1")
        assert "A nyènabòra wa?" in phone.shown()
        phone.press("2")
        assert reference in phone.press("1")

        # Who decided does not decide the appeal; another agent does.
        _open(mariam, reference)
        expect(mariam.locator("main")).to_contain_text("une autre personne décide du recours")
        _open(adama, reference)
        adama.click("button:has-text('Prendre cette plainte')")
        adama.fill("#words", SECOND)
        adama.click("button:has-text('Donner la décision')")
        expect(adama.locator("h1")).to_contain_text("réglée")
        assert "Fili ka kan ka latilen" in phone.sms(f"{reference}. Jaabi: Fili")

        # The supervisor sees the figures move.
        assert _figure(supervisor, "Rouvertes") == before + 1
        expect(supervisor.locator("main")).to_contain_text("Ce que les personnes en disent")
        supervisor.screenshot(path=shots / "dashboard.png", full_page=True)


def _open(page: Page, reference: str) -> None:
    """Open a case by its number."""
    page.goto("/desk/queue")
    page.fill("#reference", reference)
    page.click("button:has-text('Ouvrir')")
    expect(page.locator("h1")).to_contain_text(reference)


def _figure(page: Page, label: str) -> int:
    """A figure of the dashboard."""
    page.goto("/desk/dashboard")
    shown = page.locator(".card", has_text=label).first.inner_text()
    digits = re.search(r"\d[\d  ]*", shown)
    assert digits, shown
    return int(re.sub(r"\D", "", digits[0]))
