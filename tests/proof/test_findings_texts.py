"""Each fault, planted in the texts of a menu that has none, is found where the text is said."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import core.text.translator
from core.text.alphabet import GSM7, UCS2
from proof.findings import Fault, Rules, findings
from tests.proof.planted import (
    FR,
    TEXTS,
    WOMAN,
    Looked,
    Place,
    a_menu,
    findings_in,
    places,
    screen,
    walked,
    write_catalogue,
)
from tests.proof.planted import catalogues as catalogues
from ussd.call import Call
from ussd.values import Value, choose, option


async def test_letters_that_were_not_folded_are_found(world: None, catalogues: Path) -> None:
    """A walk in an alphabet that keeps `Ê`, judged as if the network had only GSM-7."""
    findings = await findings_in(a_menu(), catalogues, Looked(alphabet=replace(UCS2, page_budget=160, page_aim=160)))
    assert (Fault.OUTSIDE_ALPHABET, "markets", "fr", "(first dial)", WOMAN.actor) in places(findings)
    assert "'Ê' (U+00CA)" in next(each.detail for each in findings if each.language == "fr")
    assert {each.fault for each in findings} == {Fault.OUTSIDE_ALPHABET}


async def test_what_the_caller_typed_may_be_left_out(world: None, catalogues: Path) -> None:
    async def village(call: Call) -> Value:
        return choose(call.t("Found: {name}", name=call.word("letters")), option(call.t("Call me back"), "called"))

    walk = await walked(a_menu(screen(village, "called")))
    assert any(visit.keys == ("2", "😀") and "Trouv" in visit.text for visit in walk.visits)
    assert await findings_in(a_menu(screen(village, "called")), catalogues) == []


CATALOGUE: Sequence[tuple[str, str, str | None, list[Place], str]] = [
    (
        "a text that French lacks",
        "The market is on {day}.",
        None,
        [(Fault.NOT_TRANSLATED, "day", "fr", "1", WOMAN.actor)],
        "'The market is on {day}.'",
    ),
    (
        "a text that is empty",
        "Found: {name}",
        "",
        [(Fault.NOT_TRANSLATED, "village", "fr", "2*safo", WOMAN.actor)],
        "'Found: {name}'",
    ),
    (
        "a text that is fuzzy",
        "You will be called.",
        "fuzzy",
        [(Fault.NOT_TRANSLATED, "called", "fr", "3", WOMAN.actor)],
        "'You will be called.'",
    ),
    (
        "what was said of a wrong answer",
        "Not found.",
        None,
        [(Fault.NOT_TRANSLATED, "letters", "fr", "2*zzzz", WOMAN.actor)],
        "'Not found.'",
    ),
    (
        "a text that is still in English",
        "You will be called.",
        "You will be called.",
        [(Fault.SAME_AS_ENGLISH, "called", "fr", "3", WOMAN.actor)],
        "'You will be called.'",
    ),
    (
        "a text without its value",
        "The market is on {day}.",
        "Le marché a lieu.",
        [(Fault.OTHER_FIELDS, "day", "fr", "1", WOMAN.actor)],
        "'Le marché a lieu.'",
    ),
    (
        "a text with another value",
        "The market is on {day}.",
        "Le marché est le {jour}.",
        [(Fault.OTHER_FIELDS, "day", "fr", "1", WOMAN.actor), (Fault.EXCEPTION, "day", "fr", "1", WOMAN.actor)],
        "jour",
    ),
    (
        "a text with an open bracket",
        "The market is on {day}.",
        "Le marché est le {day.",
        [(Fault.OTHER_FIELDS, "day", "fr", "1", WOMAN.actor), (Fault.EXCEPTION, "day", "fr", "1", WOMAN.actor)],
        "",
    ),
    (
        "a character without a rule",
        "You will be called.",
        "Nous vous appellerons ☎",
        [(Fault.OUTSIDE_ALPHABET, "called", "fr", "3", WOMAN.actor)],
        "U+260E BLACK TELEPHONE",
    ),
    *(
        (
            f"the engine's {own!r}",
            own,
            None,
            [(Fault.NOT_TRANSLATED, "markets", "fr", "(first dial)", WOMAN.actor)],
            repr(own),
        )
        for own in list(TEXTS)[-10:]
    ),
]
"""A name, a text, its French (None: no entry), what is found there, and part of what is said of it."""


@pytest.mark.parametrize(
    ("msgid", "translation", "expected", "detail"),
    [case[1:] for case in CATALOGUE],
    ids=[case[0] for case in CATALOGUE],
)
async def test_what_is_wrong_with_a_text_is_found(
    world: None, catalogues: Path, msgid: str, translation: str | None, expected: list[Place], detail: str
) -> None:
    """In French only; the Bambara beside it has no finding."""
    write_catalogue(catalogues, FR, {msgid: translation}, fuzzy=msgid if translation == "fuzzy" else "")
    core.text.translator.translator.cache_clear()
    findings = await findings_in(a_menu(), catalogues)
    of_the_text = [each for each in findings if (each.screen, each.keys) == (expected[0][1], expected[0][3])]
    assert sorted(places(of_the_text)) == sorted(expected)
    assert all(detail in each.detail for each in of_the_text)
    assert all(each.language != "bm" for each in findings)


async def test_a_text_may_be_the_same_in_a_language_where_the_rules_say_so(world: None, catalogues: Path) -> None:
    write_catalogue(catalogues, FR, {"Markets": "Markets"})
    core.text.translator.translator.cache_clear()
    walk = await walked(a_menu())
    assert [each.fault for each in findings(walk, a_menu(), Rules(GSM7))] == [Fault.SAME_AS_ENGLISH]
    assert findings(walk, a_menu(), Rules(GSM7, same=frozenset({"Markets"}))) == []
