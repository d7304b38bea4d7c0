"""The dialogues of `tests/dialogues` are held again, and every screen is as it is written there."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.text.languages import Language
from tests.menus import dialogues
from tests.menus.dialogues import CONVENTIONS, Dialogue, Step, Way, World, files, read, written
from ussd.gateways import GATEWAYS

BUDGET = 182
HOW = "If the line is meant to say this, run `make dialogues` and read what changed."


def difference(file: Path, now: str) -> str:
    """What the file has (-) and what the line says (+)."""
    rows = difflib.unified_diff(file.read_text("utf-8").splitlines(), now.splitlines(), file.name, "the line", n=6)
    return "\n".join(["", *(row.rstrip("\n") for row in rows), "", HOW])


TELLS_AGAIN = {
    "answer_and_reopening",
    "complaint_question_answered",
    "complaint_settled_or_not",
    "complaint_twice",
    "complaint_with_words",
    "complaint_withdrawn",
}
"""Dialogues that begin with what the last call told: a process of the first stored form begins with the menu."""


def played() -> Iterator[tuple[Path, Way]]:
    """Every dialogue by every way; the conventions of SMPP, which differ in their bytes alone, take turns."""
    for number, file in enumerate(files()):
        for place, way in enumerate(Way):
            if way is Way.BESIDE_FORM_1 and file.stem in TELLS_AGAIN:
                continue
            if way not in CONVENTIONS or number % len(CONVENTIONS) == place % len(CONVENTIONS):
                yield file, way


@pytest.mark.parametrize(
    ("file", "way"), [*played()], ids=lambda each: each.value if isinstance(each, Way) else each.stem
)
async def test_the_line_says_what_the_dialogue_says(dialogue_world: World, file: Path, way: Way) -> None:
    now = written(await dialogue_world.by(way).held(read(file.read_text("utf-8"))))
    assert now == file.read_text("utf-8"), difference(file, now)


def test_the_dialogues_are_held_through_every_gateway() -> None:
    assert {*dialogues.THROUGH.values()} == {*GATEWAYS}


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_every_screen_of_a_dialogue_fits_a_phone_and_none_says_that_the_line_is_down(file: Path) -> None:
    dialogue = read(file.read_text("utf-8"))
    for steps in dialogue.steps.values():
        shown = [step.screen for step in steps if step.screen is not None]
        assert len(shown) > 2
        for screen in shown:
            assert dialogues.septets(screen) <= BUDGET, screen.text
            assert not screen.text.startswith(("Service indisponible", "A tè baara kè sisan")), screen.text


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_a_dialogue_shows_other_words_in_each_language(file: Path) -> None:
    dialogue = read(file.read_text("utf-8"))
    french, bambara = (dialogue.steps[language] for language in (Language("fr"), Language("bm")))
    assert len(french) == len(bambara)
    same = [one for one, other in zip(french, bambara, strict=True) if one.screen and one.screen == other.screen]
    assert len(same) == (0 if dialogue.knows_language else 1)


DIALOGUE = """# Une personne demande quand elle sera payée
Appelant : +22370000001 (un paiement à venir, jour fixé)
Langue : choisie à un appel d'avant
Jour : mardi 24 novembre 2026, 10 h

## En français

Elle compose *384*1234#

    │ Jigisèmèjiri
    │ 1 Date de paiement

L'appel est coupé.

## En bambara

Elle compose *384*1234#

    │ Jigisèmèjiri
    │ 1 Wari dili don

Elle écrit On a pris *5 000 F*

    │ Damakasi sèbènna. Nimòrò: {référence}

L'appel est fini.
"""


def test_a_dialogue_is_written_as_it_was_read() -> None:
    dialogue = read(DIALOGUE)
    assert (dialogue.msisdn, dialogue.knows_language) == ("+22370000001", True)
    assert [step.action for step in dialogue.steps[Language("fr")]] == ["Elle compose *384*1234#", "L'appel est coupé."]
    last = dialogue.steps[Language("bm")][-1].screen
    assert last is not None
    assert last.ends
    assert dialogues.septets(last) == len("Damakasi sèbènna. Nimòrò: 1234567")
    assert written(dialogue) == DIALOGUE


@pytest.mark.parametrize(
    ("line", "instead", "why"),
    [
        ("Elle écrit On a pris *5 000 F*", "Il raccroche", "line 22: 'Il raccroche' is neither"),
        ("## En bambara", "## En bamanankan", "not both of"),
        ("Jour : mardi 24 novembre 2026, 10 h", "Jour : hier", "the head lacks « Jour"),
        ("Langue : choisie à un appel d'avant", "Langue : bambara", "the head lacks « Langue"),
        ("Appelant : +22370000001 (un paiement à venir, jour fixé)", "Appelant : Awa", "no line 'Appelant"),
    ],
)
def test_a_file_that_is_no_dialogue_is_told_where(line: str, instead: str, why: str) -> None:
    with pytest.raises(dialogues.Unreadable, match=re.escape(why)):
        read(DIALOGUE.replace(line, instead))


def test_a_difference_is_readable_and_tells_how_to_rewrite(tmp_path: Path) -> None:
    file = tmp_path / "payment.txt"
    file.write_text(DIALOGUE, "utf-8")
    shown = difference(file, DIALOGUE.replace("1 Date de paiement", "1 Jour de paiement"))
    assert "-    │ 1 Date de paiement\n+    │ 1 Jour de paiement\n" in shown
    assert "make dialogues" in shown


async def test_what_the_line_says_now_is_written_and_nothing_else(dialogue_world: World, tmp_path: Path) -> None:
    """A dialogue of which only the head and what the caller does are there is completed."""
    source = next(file for file in files() if file.stem == "payment_with_a_day")
    whole = source.read_text("utf-8")
    dialogue = read(whole)
    bare = {language: [Step(step.action) for step in steps] for language, steps in dialogue.steps.items()}
    fresh, same = tmp_path / "fresh.txt", tmp_path / "same.txt"
    fresh.write_text(
        written(Dialogue(dialogue.title, dialogue.msisdn, dialogue.actor, dialogue.knows_language, bare)), "utf-8"
    )
    same.write_text(whole, "utf-8")
    assert "│" not in fresh.read_text("utf-8")
    assert await dialogues.rewrite(dialogue_world, [fresh, same]) == [fresh]
    assert fresh.read_text("utf-8") == whole


def test_the_command_says_what_it_is_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["dialogues", "--help"])
    with pytest.raises(SystemExit):
        dialogues.main()
    assert "--rewrite" in capsys.readouterr().out
