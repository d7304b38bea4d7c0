"""A text as SMPP carries it: octets and the name of their coding, whole or in the parts of a long SMS."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from core.text import gsm7

GSM7_PART, UCS2_PART = gsm7.PART, 134
"""Octets of text in each part of a long SMS."""

WHOLE: Final = 140
"""Octets of an SMS in UCS-2 that goes in one part."""


@unique
class Coding(IntEnum):
    """SMPP's data_coding."""

    GSM7 = 0
    LATIN1 = 3
    UCS2 = 8
    USSD = 15


@dataclass(frozen=True, slots=True)
class Octets:
    """A text as octets, cut at the end of characters: `parts` has one at least."""

    coding: Coding
    parts: tuple[bytes, ...]

    @property
    def whole(self) -> bytes:
        """The text in one piece."""
        return b"".join(self.parts)


def written(text: str) -> Octets:
    """A text in GSM-7 where it has every character of it, else in UCS-2; in as many parts as an SMS of it has."""
    if gsm7.is_gsm7(text):
        octets = gsm7.encode(text)
        return Octets(Coding.GSM7, _cut(octets, gsm7.SINGLE_PART, GSM7_PART))
    return Octets(Coding.UCS2, _cut(text.encode("utf-16-be"), WHOLE, UCS2_PART))


def readable(octets: bytes, coding: int) -> str:
    """The text that came as octets in a coding; a coding without letters (binary) is read as GSM-7 all the same."""
    if coding == Coding.UCS2:
        return octets.decode("utf-16-be", "replace")
    if coding == Coding.LATIN1:
        return octets.decode("latin-1")
    if coding == Coding.GSM7 and any(octet > 0x7F for octet in octets):
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
