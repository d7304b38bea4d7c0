"""GSM-7: the default alphabet of USSD and SMS, counted as the network counts it (3GPP TS 23.038, once GSM 03.38)."""

import re

from core.platform.errors import JigiError

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters of one septet, in the order of their codes (0x1B, the escape, left out)."""

EXTENSION = "\f^{}\\[~]|€"
"""Characters of two septets: the escape and their code in the extension table."""

SINGLE_PART = 160
"""Septets of an SMS that goes in one part."""

PART = 153
"""Septets of text in each part of a longer SMS: the header that joins the parts takes seven."""

_ESCAPE = "\x1b"
_OUTSIDE = re.compile(f"[^{re.escape(BASIC + EXTENSION)}]")
_EXTENDED = re.compile(f"[{re.escape(EXTENSION)}]")
_ESCAPED = str.maketrans({character: _ESCAPE + character for character in EXTENSION})


class NotGsm7(JigiError, ValueError):
    """The text holds `characters` that GSM-7 has not."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in characters)
        super().__init__(f"not in GSM-7: {named}")


def is_gsm7(text: str) -> bool:
    """Say whether every character of the text is in GSM-7."""
    return _OUTSIDE.search(text) is None


def septets(text: str) -> int:
    """Count the septets of the text; a character of the extension table is two.

    Raises NotGsm7.
    """
    if _OUTSIDE.search(text) is not None:
        raise NotGsm7("".join(dict.fromkeys(_OUTSIDE.findall(text))))
    return len(text) + len(_EXTENDED.findall(text))


def segments(text: str) -> int:
    """Count the SMS parts of the text: one up to 160 septets, else parts of 153.

    An escape and its character stay in one part, so a part may hold 152. Empty text is one part. Raises NotGsm7.
    """
    total = septets(text)
    if total <= SINGLE_PART:
        return 1
    if total == len(text):
        return -(-total // PART)
    return _parts(text.translate(_ESCAPED))


def _parts(escaped: str) -> int:
    count, start = 1, 0
    while len(escaped) - start > PART:
        start += PART
        if escaped[start - 1] == _ESCAPE:
            start -= 1
        count += 1
    return count
