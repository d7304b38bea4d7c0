"""The life of an ordinary complaint, at the desk by keyboard alone: told twice, handed over, answered, put right."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from demo.callers import DEMO_CALLERS, DemoCaller, Situation
from tests.e2e.keyboard import AT_A_PHONE_FIRST, WIDTHS, Keyboard, KeyboardDesk
from tests.e2e.line import LineCaller
from tests.e2e.people import reference_in

CALLERS: Final = {
    width: next(each for each in DEMO_CALLERS if each.situation is situation)
    for width, situation in zip(WIDTHS, (Situation.UNCLAIMED, Situation.WINDOW), strict=True)
}
NOTE: Final = "Le chef de village confirme le jour."
RIGHT: Final = "Votre argent est à l'agence. Apportez votre carte."


@pytest.mark.parametrize("width", AT_A_PHONE_FIRST)
def test_an_ordinary_complaint_from_the_line_and_from_paper_to_solved(
    keyboard_desk: KeyboardDesk, address: str, shots: Path, width: int
) -> None:
    caller = CALLERS[width]
    mariam, supervisor, moussa = (keyboard_desk(login, width) for login in ("mariam", "awa", "moussa"))
    with LineCaller(address, caller.msisdn) as phone:
        # Told on the line, and again on paper, which somebody types in.
        told = reference_in(phone.home("3", "1", "1", "3", "Je suis venue deux fois", "1"))
        assert told in phone.sms(told)
        written = typed_in(mariam, caller)

        # Taken; what was written of it when the session ended is there after the way in.
        mariam.case(told)
        mariam.take()
        note = mariam.unfold("Écrire une note interne")
        mariam.write(note.locator("textarea"), NOTE)
        mariam.lose_session()
        mariam.enter(note.get_by_role("button", name="Écrire"))
        mariam.sign_in()
        expect(mariam.page.locator("h1")).to_contain_text(told)
        expect(note.locator("textarea")).to_have_value(NOTE)
        expect(note.get_by_role("status")).to_have_text("Retrouvé : ce que vous aviez écrit ici.")
        mariam.enter(note.get_by_role("button", name="Écrire"))
        expect(mariam.page.locator("main")).to_contain_text("La note est écrite.")

        # The two are one, and both go to somebody else.
        twin = mariam.page.locator("li", has_text=written)
        expect(twin).to_contain_text("peut-être la même")
        mariam.enter(twin.get_by_role("button", name="Joindre à celle-ci"))
        expect(mariam.page.locator("main")).to_contain_text("Les deux plaintes sont jointes")
        supervisor.case(told)
        giving = supervisor.unfold("Donner à quelqu'un")
        supervisor.choose(giving.locator("select"), "Moussa (superviseur)")
        supervisor.enter(giving.get_by_role("button", name="Donner"))
        expect(supervisor.page.locator("main")).to_contain_text("La plainte est attribuée.")
        mariam.case(told)
        expect(mariam.page.locator("main")).to_contain_text("Cette plainte est avec Moussa")

        # Answered by a text that stood ready, with two keys; one SMS for both.
        moussa.case(told)
        moussa.access("1")
        expect(moussa.page.locator("#phone .bubble")).to_contain_text(told)
        expect(moussa.page.get_by_role("button", name="Donner et suivante")).to_be_focused()
        moussa.enter(moussa.page.get_by_role("button", name="Donner la décision"))
        expect(moussa.page.locator("h1")).to_contain_text("réglée")
        phone.sms(f"{told}. Réponse")
        moussa.case(written)
        expect(moussa.page.locator("h1")).to_contain_text("réglée")

        # Put right within a day: a second SMS, and the person may still appeal.
        moussa.case(told)
        mending = moussa.unfold("Corriger la décision")
        moussa.write(mending.locator("textarea"), RIGHT)
        moussa.page.screenshot(path=shots / f"life-ordinary-{width}.png", full_page=True)
        moussa.enter(mending.get_by_role("button", name="Corriger"))
        expect(moussa.page.locator("main")).to_contain_text("La décision est corrigée")
        phone.sms("Votre argent")
        assert not [text for text in phone.messages() if f"{written}. " in text and "Réponse" in text]

        # Read on the line and solved; the desk sees that.
        phone.home("4")
        assert RIGHT in phone.pick(told)
        phone.pick("Oui")
        moussa.case(told)
        expect(moussa.page.locator("h1")).to_contain_text("la personne dit : réglée")


def typed_in(keyboard: Keyboard, caller: DemoCaller) -> str:
    """Type in what stands on paper of a household, and give its number."""
    page = keyboard.page
    keyboard.menu("Saisir", "Nouvelle plainte")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(caller.household_no or "")
    keyboard.press("Enter")
    expect(page.get_by_text("1 ménage trouvé")).to_be_visible()
    keyboard.choose(page.locator("#what"), "Pas payé")
    keyboard.write(page.locator("#words"), "La liste du village : pas payée.")
    keyboard.access("s")
    number = page.locator(".alert-success .figure")
    expect(number).to_be_in_viewport()
    return reference_in(number.inner_text().replace(" ", ""))
