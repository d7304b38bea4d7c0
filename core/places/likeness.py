"""How like the name of a place is to what somebody wrote, as it sounds and with the kind of place beside it or not."""

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Final

from core.places.communes import loose


class PlaceKind(IntEnum):
    """What a place is, the widest first."""

    REGION = 0
    CERCLE = 1
    COMMUNE = 2


class Likeness(IntEnum):
    """How like a name is to what was written, the likest first."""

    SAME = 0
    SOUNDS_SAME = 1
    BEGINS = 2
    WORD_BEGINS = 3
    HOLDS = 4
    SLIP = 5
    SLIP_BEGINS = 6


LEAST_LETTERS: Final = 2
"""One letter begins so many names that it names none."""

WORD_LETTERS, HELD_LETTERS, SLIP_LETTERS = 3, 4, 4
"""Letters from which a word of a name, a part of one, and a name with a slip in it are looked for."""

BEGUN_LETTERS: Final = 5
"""Letters from which the beginning of a name may have a slip in it too."""

KINDS: Final = {
    "region": PlaceKind.REGION, "marabolo": PlaceKind.REGION,
    "cercle": PlaceKind.CERCLE, "kubeda": PlaceKind.CERCLE,
    "commune": PlaceKind.COMMUNE, "komini": PlaceKind.COMMUNE,
}  # fmt: skip
"""What kinds of places are called beside their names."""

JOINTS: Final = frozenset({"de", "d", "du", "des", "la", "le", "les", "l"})
"""What stands between a kind of place and its name."""

_WORD = re.compile(r"[^\W_]+")
_sound = lru_cache(maxsize=4096)(loose)
"""The names of the registry, and what is being looked for, are compared over and over."""


def words_of(part: str) -> tuple[str, ...]:
    """The words of a text, in small letters."""
    return tuple(_WORD.findall(unicodedata.normalize("NFC", part.lower())))


def bare(words: Sequence[str]) -> tuple[str, ...]:
    """Words without the kind of place before or behind a name, and what joins the two."""
    first, last = 0, len(words)
    while first < last and (kind_named(words[first]) is not None or words[first] in JOINTS):
        first += 1
    while last > first and kind_named(words[last - 1]) is not None:
        last -= 1
    return tuple(words[first:last])


def kind_named(word: str) -> PlaceKind | None:
    """The kind of place that a word is the name of, with its accents or without; None for any other."""
    return KINDS.get(_plain(word))


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def likeness(words: Sequence[str], name: str) -> Likeness | None:
    """How like a name is to the words written; None where it is not."""
    typed = _sound("".join(words))
    if len(typed) < LEAST_LETTERS:
        return None
    forms = _forms(name)
    if typed in forms:
        return Likeness.SAME if tuple(map(_plain, words)) in _spellings(name) else Likeness.SOUNDS_SAME
    if any(form.startswith(typed) for form in forms):
        return Likeness.BEGINS
    if _are_beginnings(words, name):
        return Likeness.WORD_BEGINS
    if len(typed) >= HELD_LETTERS and any(typed in form for form in forms):
        return Likeness.HOLDS
    return None


def slip(words: Sequence[str], name: str) -> Likeness | None:
    """Whether one wrong, missing, surplus or swapped letter leads from the words to a name, or to how it begins."""
    typed = _sound("".join(words))
    if len(typed) < SLIP_LETTERS:
        return None
    if any(_one_slip(typed, form) for form in _forms(name)):
        return Likeness.SLIP
    return Likeness.SLIP_BEGINS if any(_one_slip(typed, begun) for begun in _beginnings(name, len(typed))) else None


@lru_cache(maxsize=4096)
def _forms(name: str) -> tuple[str, ...]:
    """The loose forms of a name: `Kati Commune` is also `Kati`."""
    words = words_of(name)
    return tuple(dict.fromkeys(form for form in (_sound("".join(words)), _sound("".join(bare(words)))) if form))


@lru_cache(maxsize=4096)
def _spellings(name: str) -> tuple[tuple[str, ...], ...]:
    """The words of a name as they are written but for accents, with a kind of place among them and without."""
    words = words_of(name)
    return tuple(map(_plain, words)), tuple(map(_plain, bare(words)))


def _are_beginnings(words: Sequence[str], name: str) -> bool:
    """Whether each of the words begins another word of the name."""
    parts = [_sound(part) for part in words_of(name)]
    for word in map(_sound, words):
        part = next((part for part in parts if len(word) >= WORD_LETTERS and part.startswith(word)), None)
        if part is None:
            return False
        parts.remove(part)
    return bool(words)


@lru_cache(maxsize=16384)
def _beginnings(name: str, length: int) -> tuple[str, ...]:
    """Of which beginnings of a name so many letters may be a slip."""
    if length < BEGUN_LETTERS:
        return ()
    return tuple(dict.fromkeys(form[:most] for form in _forms(name) for most in range(length - 1, length + 2)))


def _one_slip(one: str, other: str) -> bool:
    """Whether two words are one wrong, missing, surplus or swapped letter apart, or none."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[same:], other[same:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
