"""A campaign from its plan to the phones, with a pause between, at the desk."""

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import at_desk

FRENCH = "Le bureau de Safo est fermé lundi."
BAMBARA = "Biro bɛ datugu ntɛnɛndon."


def test_a_campaign_is_planned_approved_sent_paused_and_delivered(chromium: Browser, address: str, shots: Path) -> None:
    with at_desk(chromium, address, "awa") as planner, at_desk(chromium, address, "moussa") as approver:
        # Planned: who, how many, what it looks like.
        planner.goto("/desk/campaigns/new")
        planner.select_option("#kind", "free")
        planner.check("input[name='about'][value='filter']")
        planner.fill("#text_fr", FRENCH)
        planner.fill("#text_bm", BAMBARA)
        expect(planner.locator("#phone_bm")).to_contain_text("Biro bè datugu")
        planner.screenshot(path=shots / "campaign-new.png", full_page=True)
        planner.click("button:text-is('Planifier')")
        expect(planner.locator("#state")).to_have_text("planifiée, à approuver", timeout=60_000)
        planner.screenshot(path=shots / "campaign-plan.png", full_page=True)
        campaign = planner.url.split("?")[0]

        # Who planned it cannot approve it; another supervisor can, and starts it.
        expect(planner.locator("button:text-is('Approuver')")).to_have_count(0)
        approver.goto(campaign)
        approver.click("button:text-is('Approuver')")
        approver.click("button:text-is('Envoyer')")

        # It goes; it is paused; nothing more leaves; it goes on.
        expect(approver.locator("#progress")).to_be_visible()
        _until(approver, campaign, lambda: _count(approver, "sent") > 0)
        approver.fill("#why-pause", "Vérifier le texte")
        approver.click("button:has-text('Mettre en pause')")
        expect(approver.locator("#state")).to_have_text("en pause")
        time.sleep(3)
        approver.goto(campaign)
        paused_at = _count(approver, "sent")
        time.sleep(3)
        approver.goto(campaign)
        assert _count(approver, "sent") == paused_at
        assert _count(approver, "planned") > 0, "something was left to send when it was paused"
        approver.click("button:text-is('Reprendre')")

        # All of it arrives, once.
        _until(approver, campaign, lambda: approver.inner_text("#state") == "terminée", seconds=120)
        _until(approver, campaign, lambda: _count(approver, "delivered") == _count(approver, "to_send"), seconds=60)
        approver.screenshot(path=shots / "campaign-done.png", full_page=True)


def _count(page: Page, name: str) -> int:
    return int("".join(filter(str.isdigit, page.inner_text(f"[data-figure={name}]"))))


def _until(page: Page, url: str, true: Callable[[], bool], seconds: float = 30) -> None:
    """Look at the page again until it is so."""
    until = time.monotonic() + seconds
    while True:
        page.goto(url)
        if true():
            return
        assert time.monotonic() < until, page.inner_text("main")
        time.sleep(0.5)
