"""A text as SMPP carries it: octets and the name of their coding, whole or in the parts of a long SMS."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from core.text import gsm7
from core.text.words import Code

GSM7_PART, UCS2_PART = gsm7.PART, 134
"""Octets of text in each part of a long SMS."""

WHOLE: Final = 140
"""Octets of an SMS in UCS-2 that goes in one part."""


@unique
class Coding(IntEnum):
    """SMPP's data_coding."""

    DEFAULT = 0
    LATIN1 = 3
    UCS2 = 8
    USSD = 15


class DefaultAlphabet(Code):
    """What an SMSC takes for its default alphabet, data_coding 0."""

    GSM7 = "gsm7"
    LATIN1 = "latin1"


@dataclass(frozen=True, slots=True)
class Octets:
    """A text as octets, cut at the end of characters: `parts` has one at least."""

    coding: Coding
    parts: tuple[bytes, ...]

    @property
    def whole(self) -> bytes:
        """The text in one piece."""
        return b"".join(self.parts)


def written(text: str, default: DefaultAlphabet = DefaultAlphabet.GSM7) -> Octets:
    """A text in the default alphabet where GSM-7 and it have every character, else in UCS-2.

    It has as many parts as an SMS of it: whatever comes to the SMSC, GSM-7 goes on the air.
    """
    if gsm7.is_gsm7(text) and in_alphabet(text, default):
        parts = _cut(gsm7.encode(text), gsm7.SINGLE_PART, GSM7_PART)
        if default is DefaultAlphabet.LATIN1:
            parts = tuple(gsm7.decode(part).encode("latin-1") for part in parts)
        return Octets(Coding.DEFAULT, parts)
    return Octets(Coding.UCS2, _cut(text.encode("utf-16-be"), WHOLE, UCS2_PART))


def in_alphabet(text: str, default: DefaultAlphabet) -> bool:
    """Whether a text in GSM-7 has no character that a default alphabet lacks."""
    return default is DefaultAlphabet.GSM7 or all(ord(character) < 0x100 for character in text)


def readable(octets: bytes, coding: int, default: DefaultAlphabet = DefaultAlphabet.GSM7) -> str:
    """The text that came as octets in a coding; a coding without letters (binary) is read as GSM-7 all the same."""
    if coding == Coding.UCS2:
        return octets.decode("utf-16-be", "replace")
    if coding == Coding.LATIN1 or (coding == Coding.DEFAULT and default is DefaultAlphabet.LATIN1):
        return octets.decode("latin-1")
    if coding == Coding.DEFAULT and any(octet > 0x7F for octet in octets):
        return octets.decode("latin-1")  # no septets: an SMSC that sends Latin-1 and calls it its default
    return gsm7.decode(octets)


def _cut(octets: bytes, whole: int, part: int) -> tuple[bytes, ...]:
    if len(octets) <= whole:
        return (octets,)
    parts, start = [], 0
    while start < len(octets):
        end = min(start + part, len(octets))
        if end < len(octets):
            end -= _of_next(octets, end, wide=part == UCS2_PART)
        parts.append(octets[start:end])
        start = end
    return tuple(parts)


def _of_next(octets: bytes, end: int, *, wide: bool) -> int:
    """How many octets before a cut belong to the character after it: an escape, or half of a pair."""
    if wide:
        return 2 if 0xD8 <= octets[end - 2] <= 0xDB else 0
    return int(octets[end - 1] == 0x1B)
