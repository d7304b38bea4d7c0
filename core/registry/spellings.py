"""How names are spelled: the spellings of great names of Mali, and how like two names are."""

import re
import tomllib
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Final

from core.places.communes import loose

DATA: Final = Path(__file__).with_name("name_spellings.toml")
PARTS: Final = re.compile(r"[\s-]+")
ALIKE: Final = 0.6
"""From here on a name is near: one of two words has a slip, or one of them is right and the other is not."""

VOWELS: Final = str.maketrans("eyo", "iiu")
"""Alike in a name, as `looser` of the database has it."""


@cache
def spelled_together() -> tuple[tuple[str, ...], ...]:
    """The names that `name_spellings.toml` has, each with its spellings, the usual one first."""
    table = tomllib.loads(DATA.read_text("utf-8"))
    return tuple(tuple(name["spellings"]) for names in table.values() for name in names)


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    return {loose(spelling): names for names in spelled_together() for spelling in names}


def spellings(typed: str) -> list[list[str]]:
    """The words of a name somebody typed, each with its other spellings behind it."""
    words = [word for word in PARTS.split(typed) if loose(word)]
    return [[word, *(other for other in _spellings().get(loose(word), ()) if other != word)] for word in words]


def is_as_typed(typed: str, name: str) -> bool:
    """Whether each word typed begins a word of the name, accents and the like aside."""
    words = [loose(word) for word in PARTS.split(name)]
    return all(any(word.startswith(loose(part)) for word in words) for part in PARTS.split(typed) if loose(part))


def likeness(typed: str, name: str) -> float:
    """How like a name is to what was typed, from 0 to 1: the mean of how like each typed word is to its nearest."""
    words = [_sound(word) for word in PARTS.split(name) if loose(word)]
    parts = spellings(typed)
    if not words or not parts:
        return 0.0
    return sum(max(_alike(_sound(each), word) for each in part for word in words) for part in parts) / len(parts)


def _sound(word: str) -> str:
    return loose(word).translate(VOWELS)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
