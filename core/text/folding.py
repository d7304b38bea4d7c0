"""Folding: written text to the letters GSM-7 has, so that nothing is ever sent as a question mark.

Bambara of the official spelling (ɛ ɔ ɲ ŋ) goes to the older official one (è ò ny ng); French, typography and the other
Latin letters of Mali's languages go to their plain letters. A character with no rule is an error.
"""

import re
import unicodedata

from core.platform.errors import JigiError
from core.text.gsm7 import BASIC, EXTENSION

_BAMBARA = {"ɛ": "è", "ɔ": "ò", "ɲ": "ny", "ŋ": "ng", "Ɛ": "E", "Ɔ": "O", "Ɲ": "Ny", "Ŋ": "Ng", "ε": "è", "Ε": "E"}
"""Greek epsilon stands here because keyboards without ɛ make people type it."""

_OTHER_LETTERS = {
    "œ": "oe", "Œ": "OE", "ɓ": "b", "Ɓ": "B", "ɗ": "d", "Ɗ": "D", "ƙ": "k", "Ƙ": "K", "ƴ": "y", "Ƴ": "Y", "ɣ": "gh",
    "Ɣ": "Gh", "ə": "e", "Ə": "E", "ǝ": "e", "Ǝ": "E", "ɩ": "i", "Ɩ": "I", "ʋ": "u", "Ʋ": "U", "đ": "d", "Đ": "D",
    "ħ": "h", "Ħ": "H", "ı": "i", "ł": "l", "Ł": "L", "ŧ": "t", "Ŧ": "T", "ﬁ": "fi", "ﬂ": "fl",
}  # fmt: skip

_TYPOGRAPHY = (
    dict.fromkeys("’‘‚‛ʼʹ′´`ꞌʔ‹›", "'")
    | dict.fromkeys("«»“”„‟″", '"')
    | dict.fromkeys("–—‑‐‒―−•", "-")
    | dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\u00ad\u200b\u200e\u200f\u2060\ufeff", "")
    | {"…": "...", "·": ".", "×": "x", "°": "o", "º": "o", "ª": "a", "№": "No", "¹": "1", "²": "2", "³": "3"}
)

_TONE_MARKS = [chr(code) for code in range(0x0300, 0x0363) if not 0x0334 <= code <= 0x0338]
"""The combining accents, without the strokes laid over a letter: those turn a sign into its contrary (= to ≠)."""

_LATIN_WITH_MARKS = [chr(code) for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00))]

_KEPT = "".join(sorted(set(BASIC + EXTENSION) - {"\r", "\f"}))
_OUTSIDE = re.compile(f"[^{re.escape(_KEPT)}]")


def _rules() -> dict[str, str]:
    rules = _BAMBARA | _OTHER_LETTERS | _TYPOGRAPHY | dict.fromkeys(_TONE_MARKS, "")
    for letter in _LATIN_WITH_MARKS:
        base, *marks = list(unicodedata.normalize("NFD", letter))
        if letter in _KEPT or not marks or not set(marks) <= set(_TONE_MARKS):
            continue
        if base in _KEPT or base in rules:
            rules[letter] = rules.get(base, base)
    return rules


_RULES = _rules()


class NoRule(JigiError, ValueError):
    """The text holds `characters` that no folding rule knows."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        named = ", ".join(f"U+{ord(character):04X} {_name(character)}" for character in characters)
        super().__init__(f"no rule to write in GSM-7: {named}")


def fold(text: str) -> str:
    """Write the text in GSM-7, line breaks kept. Folding twice is folding once.

    Raises NoRule for a character without a rule: emoji, other scripts, controls.
    """
    if _OUTSIDE.search(text) is None:
        return text
    folded = _translated(text)
    if _OUTSIDE.search(folded) is not None:
        raise NoRule("".join(dict.fromkeys(_OUTSIDE.findall(folded))))
    return folded


def fold_away(text: str) -> str:
    """Write the text in GSM-7 and leave out what has no rule: for words a person typed, shown back to them."""
    if _OUTSIDE.search(text) is None:
        return text
    return _OUTSIDE.sub("", _translated(text))


def _translated(text: str) -> str:
    return _OUTSIDE.sub(_plain, unicodedata.normalize("NFC", text))


def _plain(character: re.Match[str]) -> str:
    return _RULES.get(character[0], character[0])


def _name(character: str) -> str:
    return unicodedata.name(character, "CONTROL")
