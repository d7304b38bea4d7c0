"""The life of a sensitive complaint: told on the line in secret, or under "Autre" on paper and then entrusted.

Its focal person sees it and nobody else does, in no list, search, export or history.
"""

import re
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.e2e.keyboard import AT_A_PHONE_FIRST, WIDTHS, Keyboard, KeyboardDesk
from tests.e2e.line import LineCaller
from tests.e2e.people import reference_in

PHONES: Final = dict(zip(WIDTHS, ("66 00 00 31", "66 00 00 32"), strict=True))
SECRET_PHONES: Final = dict(zip(WIDTHS, ("+22366000033", "+22366000034"), strict=True))
NAMES: Final = dict(zip(WIDTHS, ("Nakani Sissoko", "Penda Dembelé"), strict=True))
WORDS: Final = "Celui qui inscrit m'a insultée devant tous."
ANSWER: Final = "La personne ne travaille plus dans ce village."
NOT_THERE: Final = "Cela n'existe pas, ou n'est pas de votre ressort."
JOURNAL: Final = "/desk/audit-entry/list"
RIGHT: Final = "La personne ne travaille plus dans cette commune."


@pytest.mark.parametrize("width", AT_A_PHONE_FIRST)
def test_what_was_told_under_another_subject_is_entrusted_and_gone_for_everybody_else(
    keyboard_desk: KeyboardDesk, shots: Path, width: int
) -> None:
    mariam, supervisor, adama, focal = (keyboard_desk(login, width) for login in ("mariam", "awa", "adama", "kadi"))

    # Typed in twice under "Autre", joined, and given to an agent of the place.
    told, twin = (typed_in(mariam, PHONES[width], NAMES[width], words) for words in (WORDS, "Elle est revenue."))
    mariam.case(told)
    mariam.take()
    mariam.enter(mariam.page.locator("li", has_text=twin).get_by_role("button", name="Joindre à celle-ci"))
    expect(mariam.page.locator("main")).to_contain_text("Les deux plaintes sont jointes")
    supervisor.case(told)
    address = supervisor.page.url.split("#")[0]
    giving = supervisor.unfold("Donner à quelqu'un")
    supervisor.choose(giving.locator("select"), "Adama")
    supervisor.enter(giving.get_by_role("button", name="Donner"))
    expect(supervisor.page.locator("main")).to_contain_text("La plainte est attribuée.")

    # Entrusted: whoever did it sees it no more.
    adama.case(told)
    entrusting = adama.unfold("Confier au point focal")
    adama.choose(entrusting.locator("select"), "Conduite d'un agent · Discrimination")
    adama.mark(entrusting.locator("[name=call_safe][value=yes]"))
    adama.mark(entrusting.locator("[name=sms_safe][value=no]"))
    adama.write(entrusting.locator("textarea"), "Le soir, elle est seule.")
    adama.enter(entrusting.get_by_role("button", name="Confier"))
    expect(adama.page.locator("main")).to_contain_text("La plainte est chez les points focaux")
    for keyboard in (adama, mariam, supervisor):
        nobody_else_sees(keyboard, told, address, NAMES[width])

    # What was joined to it stands alone again, and does not say to what.
    mariam.case(twin)
    expect(mariam.page.locator("main")).not_to_contain_text(told)

    # The focal person takes it; what was written when the session ended is there after the way in.
    focal.case(told)
    expect(focal.page.locator("blockquote")).to_have_text(WORDS)
    focal.take()
    calling = focal.unfold("Noter un appel")
    focal.mark(calling.locator("[name=reached][value=yes]"))
    focal.write(calling.locator("textarea"), f"Je lui ai dit : {ANSWER}")
    focal.lose_session()
    focal.enter(calling.get_by_role("button", name="Noter"))
    focal.sign_in()
    expect(calling.locator("textarea")).to_have_value(f"Je lui ai dit : {ANSWER}")
    expect(calling.locator("[name=reached][value=yes]")).to_be_checked()
    focal.enter(calling.get_by_role("button", name="Noter"))
    expect(focal.page.locator("main")).to_contain_text("L'appel est noté.")

    # Decided, and put right; the page says that nobody reads it and how it is told.
    expect(focal.page.locator("#how-told")).to_contain_text("La personne ne lit pas ce texte")
    expect(focal.page.locator("#how-told")).to_contain_text("Aucun SMS ne partira.")
    focal.write(focal.page.locator("#words"), ANSWER)
    focal.access("d")
    expect(focal.page.locator("h1")).to_contain_text("réglée")
    mending = focal.unfold("Corriger la décision")
    focal.write(mending.locator("textarea"), RIGHT)
    focal.page.screenshot(path=shots / f"life-sensitive-{width}.png", full_page=True)
    focal.enter(mending.get_by_role("button", name="Corriger"))
    expect(focal.page.locator("main")).to_contain_text("La décision est corrigée")
    nobody_else_sees(supervisor, told, address, NAMES[width])


@pytest.mark.parametrize("width", AT_A_PHONE_FIRST)
def test_what_is_told_in_secret_on_the_line_is_followed_by_its_secret_alone(
    keyboard_desk: KeyboardDesk, address: str, width: int
) -> None:
    mariam, supervisor, focal = (keyboard_desk(login, width) for login in ("mariam", "awa", "kadi"))
    with LineCaller(address, SECRET_PHONES[width]) as phone:
        # Violence, and no call is safe: a number and a secret, and no SMS.
        told, secret = re.findall(r": (\d+)", phone.home("3", "4", "4", "2"))
        for keyboard in (mariam, supervisor):
            keyboard.open_case(told)
            expect(keyboard.page.locator("main")).to_contain_text(NOT_THERE)

        # The focal person decides; the page says how it is told, and that it is not by a call.
        focal.case(told)
        focal.take()
        expect(focal.page.locator("#how-told")).to_contain_text("n'appelez pas")
        focal.write(focal.page.locator("#words"), ANSWER)
        focal.access("d")
        expect(focal.page.locator("h1")).to_contain_text("réglée")

        # She follows it by both numbers; the line tells no answer.
        phone.home("4")
        phone.pick("Taper son numéro")
        phone.press(told)
        assert told in phone.press(secret)
        assert ANSWER not in phone.shown
        assert phone.messages() == []


def typed_in(keyboard: Keyboard, phone: str, name: str, words: str) -> str:
    """Type in what somebody without a household says; its number."""
    page = keyboard.page
    keyboard.menu("Saisir", "Nouvelle plainte")
    keyboard.mark(page.locator("[name=who][value=person]"))
    keyboard.write(page.locator("#name"), name)
    keyboard.write(page.locator("#commune"), "Safo")
    keyboard.write(page.locator("#phone"), phone)
    keyboard.choose(page.locator("#what"), "Autre chose")
    keyboard.write(page.locator("#words"), words)
    keyboard.access("s")
    expect(page.locator(".alert-success .figure")).to_be_in_viewport()
    return reference_in(page.locator(".alert-success .figure").inner_text().replace(" ", ""))


def nobody_else_sees(keyboard: Keyboard, reference: str, address: str, name: str) -> None:
    """It is nowhere for this person: not by its number or address, in no search or export; its history ends before."""
    page, main = keyboard.page, keyboard.page.locator("main")
    keyboard.open_case(reference)
    expect(main).to_contain_text(NOT_THERE)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
    page.goto("/desk/grievances")
    for words in (reference, name):
        keyboard.access("c")
        expect(page.locator("#words")).to_be_focused()
        keyboard.press("Control+a")
        page.keyboard.insert_text(words)
        keyboard.press("Enter")
        expect(page.locator("#words")).to_have_value(words)
        expect(main.get_by_role("link", name=reference)).to_have_count(0)
    page.goto("/desk/grievances")
    with page.expect_download() as download:
        keyboard.enter(page.get_by_role("link", name="Exporter en CSV"))
    exported = download.value.path().read_text("utf-8-sig")
    assert len(exported.splitlines()) > 1
    assert reference not in exported
    if page.locator(f"header a[href='{JOURNAL}']").count():
        page.goto(JOURNAL)
        keyboard.write(page.locator("input[type=search]"), reference)
        keyboard.press("Enter")
        expect(page).to_have_url(re.compile("asked="))
        expect(page.locator("tbody")).to_contain_text("plainte attribuée")
        expect(page.locator("tbody")).not_to_contain_text(re.compile("confiée|kadi"))
