"""The letters of a cell as a person sees them: nothing invisible, one space between words, no mark of a spreadsheet."""

import re
import unicodedata
from typing import Final

INVISIBLE: Final = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
"""Soft hyphens, zero widths, directions and byte order marks: nobody sees them, and no name has them."""

_MARKS: Final = ("'", "\u2019", "\u02bc")
"""What Excel has people type so that a number stays text."""

_NUMBER: Final = re.compile(r"[+\d]")


def seen(text: str) -> str:
    """The text without what is invisible, composed, with single spaces; a `'` before a number is none of it.

    A control character that parts words is a space, any other stays and is refused by whoever reads the cell.
    """
    text = " ".join(text.split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", " ".join(INVISIBLE.sub("", text).split()))
    return text[1:] if text.startswith(_MARKS) and _NUMBER.match(text, 1) else text
