"""The alphabet a page or a message is sent in, and what each can hold."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from core.text import gsm7
from core.text.folding import fold_away

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_UCS2_SINGLE_PART = 70
_UCS2_PART = 67


@dataclass(frozen=True, slots=True)
class Alphabet:
    """How text is prepared and measured. Units are septets in GSM-7, UTF-16 code units in UCS-2."""

    name: str
    page_budget: int
    """Units a USSD page can hold: 182 septets or 80 code units."""
    page_aim: int
    """Units a page should hold where it can be had: 160 septets or 80 code units."""
    prepare: Callable[[str], str]
    """The text as it will be sent; what cannot be sent is left out."""
    measure: Callable[[str], int]
    """Units of prepared text."""
    segments: Callable[[str], int]
    """SMS parts of prepared text; 1 for empty text."""


def _ucs2_prepare(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _ucs2_measure(text: str) -> int:
    return len(text) + len(_ASTRAL.findall(text))


def _ucs2_segments(text: str) -> int:
    if _ucs2_measure(text) <= _UCS2_SINGLE_PART:
        return 1
    count, used = 1, 0
    for character in text:
        units = _ucs2_measure(character)
        if used + units > _UCS2_PART:
            count, used = count + 1, 0
        used += units
    return count


GSM7 = Alphabet("gsm7", 182, 160, fold_away, gsm7.septets, gsm7.segments)
UCS2 = Alphabet("ucs2", 80, 80, _ucs2_prepare, _ucs2_measure, _ucs2_segments)

_ALPHABETS = {each.name: each for each in (GSM7, UCS2)}


def alphabet(name: str) -> Alphabet:
    """Find an alphabet by the name the settings give it, `gsm7` or `ucs2`.

    Raises ValueError for another name.
    """
    if name not in _ALPHABETS:
        raise ValueError(f"no alphabet {name!r}: one of {', '.join(_ALPHABETS)}")
    return _ALPHABETS[name]
