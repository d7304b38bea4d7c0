"""Every coded value of a room: one enum, with a label for whoever reads it, in every language."""

from enum import StrEnum
from functools import lru_cache
from importlib import import_module
from typing import Final

import pytest

from core.text.catalogue import load
from core.text.languages import Language
from core.text.words import COMMAND, DESK, LINE, PAPER, Code, NoLabel, Word, audiences, called, label
from tests.support.rooms import modules

ROOMS: Final = ("core", "ussd", "menus", "sms", "desk", "simulator", "demo", "proof", "faults")


@lru_cache(maxsize=1)
def kinds() -> dict[str, type[StrEnum]]:
    """Every enum of coded values, by where it stands."""
    named = {}
    for name in (name for room in ROOMS for name in modules(room)):
        for each in vars(import_module(name)).values():
            if isinstance(each, type) and issubclass(each, StrEnum) and each.__module__ == name and len(each):
                named[f"{name}.{each.__name__}"] = each
    return named


@lru_cache(maxsize=1)
def msgids() -> dict[Language, frozenset[str]]:
    """What the catalogue of each language can say."""
    return {language: frozenset({*(made := load(language)).texts, *made.forms}) for language in Language}


def faults(kind: type[StrEnum]) -> list[str]:
    """What is wrong with the words of an enum."""
    if issubclass(kind, Code):
        return []
    if not issubclass(kind, Word):
        return ["neither a word nor a code"]
    readers = audiences(kind)
    if not readers:
        return ["a word that nobody reads"]
    wrong = [] if DESK in readers or readers.keys() <= {LINE, COMMAND} else ["the desk has no label"]
    for language, texts in msgids().items():
        unsaid = sorted({text for text in readers.get(LINE, {}).values() if text not in texts})
        wrong += [f"{language}: {text}" for text in unsaid]
    return wrong


def test_there_are_enums_in_every_room_to_look_at() -> None:
    assert len(kinds()) > 20
    assert {name.partition(".")[0] for name in kinds()} >= {"core", "sms"}


def test_every_enum_is_a_word_with_labels_in_every_language_or_a_code() -> None:
    assert {name: wrong for name, kind in kinds().items() if (wrong := faults(kind))} == {}


class _Bare(StrEnum):
    ONE = "one"


class _Unread(Word):
    ONE = "one"


class _Printed(Word):
    ONE = "one"


class _Untranslated(Word):
    ONE = "one"


called(_Printed, PAPER, {_Printed.ONE: "un"})
called(_Untranslated, LINE, {_Untranslated.ONE: "A text that no catalogue has"})


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (_Bare, ["neither a word nor a code"]),
        (_Unread, ["a word that nobody reads"]),
        (_Printed, ["the desk has no label"]),
        (_Untranslated, [f"{language}: A text that no catalogue has" for language in Language]),
    ],
)
def test_a_word_without_its_labels_is_named(kind: type[StrEnum], wrong: list[str]) -> None:
    assert faults(kind) == wrong


def test_a_value_without_a_label_stops_the_start() -> None:
    with pytest.raises(NoLabel, match="one"):
        called(_Unread, DESK, {})


def test_who_has_no_label_for_a_word_is_told_no_other() -> None:
    with pytest.raises(NoLabel):
        label(_Printed.ONE, DESK)
