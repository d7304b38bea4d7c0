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


_CODES = {character: bytes((code + (code >= 0x1B),)) for code, character in enumerate(BASIC)} | {
    character: bytes((0x1B, code))
    for character, code in zip(EXTENSION, (0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65), strict=True)
}
_CHARACTERS = {code: character for character, code in _CODES.items()}


def encode(text: str) -> bytes:
    """The text as its codes, a septet an octet, as SMPP carries it. Raises NotGsm7."""
    septets(text)
    return b"".join(_CODES[character] for character in text)


def decode(octets: bytes) -> str:
    """The text of codes that came a septet an octet; what the extension table has not is as in the basic one."""
    characters, escaped = [], False
    for octet in octets:
        code = bytes((octet & 0x7F,))
        if code == b"\x1b" and not escaped:
            escaped = True
            continue
        basic = _CHARACTERS.get(code, " ")
        characters.append(_CHARACTERS.get(b"\x1b" + code, basic) if escaped else basic)
        escaped = False
    return "".join(characters)
