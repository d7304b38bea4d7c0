"""The life of a special complaint: a household that was left out, from a phone that nobody knows, to its appeal."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.e2e.keyboard import AT_THE_DESK_FIRST, WIDTHS, Keyboard, KeyboardDesk
from tests.e2e.line import LineCaller
from tests.e2e.people import reference_in

PHONES: Final = dict(zip(WIDTHS, ("+22366000021", "+22366000022"), strict=True))
FEWEST_DAYS: Final = 12
"""Ten working days are never fewer; an ordinary complaint has five."""

REFUSAL: Final = "Le comité dit que le ménage vient d'arriver."
RIGHT: Final = "Votre ménage sera revu avec le comité."


@pytest.mark.parametrize("width", AT_THE_DESK_FIRST)
def test_a_household_left_out_is_looked_for_refused_put_right_and_appealed(
    keyboard_desk: KeyboardDesk, address: str, shots: Path, width: int
) -> None:
    adama, moussa, mariam = (keyboard_desk(login, width) for login in ("adama", "moussa", "mariam"))
    with LineCaller(address, PHONES[width]) as phone:
        # Told on the line with the place and the name to look for; it has its longer days.
        phone.home("3", "3", "4", "1", "saf", "1", "Dabani", "Moussa Coulibaly")
        told = reference_in(phone.press("1"))
        days = re.search(r"dans (\d+) jours", phone.shown)
        assert days
        assert int(days[1]) >= FEWEST_DAYS

        # The same on paper: what was typed when the session ended is there after the way in.
        written = typed_in(adama, phone.msisdn)

        # One of the two follows the other; who holds them falls ill, and both go to a supervisor.
        adama.case(told)
        expect(adama.page.locator("main")).to_contain_text("Dabani, Safo")
        adama.take()
        adama.enter(adama.page.locator("li", has_text=written).get_by_role("button", name="Joindre à celle-ci"))
        expect(adama.page.locator("main")).to_contain_text("Les deux plaintes sont jointes")
        absent(adama, "Moussa")
        back(adama)

        # Refused with a reason, then put right; both are told.
        moussa.case(told)
        expect(moussa.page.locator("main")).to_contain_text("Oubli d'un ménage")
        moussa.mark(moussa.page.locator("#reply-form [name=decision]").nth(1))
        moussa.write(moussa.page.locator("#words"), REFUSAL)
        moussa.access("d")
        expect(moussa.page.locator("h1")).to_contain_text("non retenue")
        phone.sms(REFUSAL)
        mending = moussa.unfold("Corriger la décision")
        moussa.mark(mending.locator("[name=decision]").nth(0))
        moussa.write(mending.locator("textarea"), RIGHT)
        moussa.page.screenshot(path=shots / f"life-special-{width}.png", full_page=True)
        moussa.enter(mending.get_by_role("button", name="Corriger"))
        expect(moussa.page.locator("h1")).to_contain_text("réglée")
        assert "correction" in phone.sms(RIGHT)

        # The appeal was not used up: asked for on the line, and decided by somebody else.
        phone.home("4")
        assert RIGHT in phone.pick(told)
        phone.pick("Non")
        assert told in phone.press("1")
        moussa.case(told)
        expect(moussa.page.locator("main")).to_contain_text("une autre personne décide du recours")
        mariam.case(told)
        mariam.take()
        mariam.access("1")
        expect(mariam.page.get_by_role("button", name="Donner et suivante")).to_be_focused()
        mariam.access("d")
        expect(mariam.page.locator("h1")).to_contain_text("réglée")
        phone.sms(f"{told}. Réponse : Après")


def typed_in(keyboard: Keyboard, msisdn: str) -> str:
    """Type in what stands on paper of somebody without a household, with a session that ends meanwhile."""
    page = keyboard.page
    keyboard.menu("Saisir", "Nouvelle plainte")
    keyboard.mark(page.locator("[name=who][value=person]"))
    keyboard.write(page.locator("#name"), "Moussa Coulibaly")
    keyboard.write(page.locator("#commune"), "Safo")
    keyboard.write(page.locator("#village"), "Dabani")
    keyboard.write(page.locator("#phone"), msisdn.removeprefix("+223"))
    keyboard.choose(page.locator("#what"), "Ménage oublié")
    keyboard.lose_session()
    keyboard.access("s")
    keyboard.sign_in()
    expect(page.locator("#name")).to_have_value("Moussa Coulibaly")
    expect(page.locator("#what option:checked")).to_have_text("Ménage oublié")
    keyboard.access("s")
    expect(page.locator(".alert-success .figure")).to_be_in_viewport()
    return reference_in(page.locator(".alert-success .figure").inner_text().replace(" ", ""))


def absent(keyboard: Keyboard, heir: str) -> None:
    """Note one's own absence until tomorrow, and who has one's cases meanwhile."""
    keyboard.page.goto("/desk/absences")
    own = keyboard.page.locator("tr", has_text="(vous)")
    keyboard.enter(own.locator("summary"))
    keyboard.to(own.locator("[type=date]"))
    keyboard.page.keyboard.type((datetime.now(UTC) + timedelta(days=1)).strftime("%m%d%Y"))
    keyboard.choose(own.locator("select"), heir)
    keyboard.enter(own.get_by_role("button", name="Noter"))
    expect(keyboard.page.locator("main")).to_contain_text("L'absence est notée.")


def back(keyboard: Keyboard) -> None:
    """Say that one works again."""
    keyboard.page.goto("/desk/absences")
    own = keyboard.page.locator("tr", has_text="(vous)")
    keyboard.enter(own.locator("summary"))
    keyboard.enter(own.get_by_role("button", name="Noter"))
    expect(keyboard.page.locator("main")).to_contain_text("travaille de nouveau")
