"""Links: no text of ours that a person reads holds one, for that is how scams look."""

import re
from typing import Final

_ENDINGS: Final = "com|fr|io|link|ml|org|xyz"
_WORDS: Final = "app|ci|info|ly|me|net|page|site"
"""Endings of addresses that are words or names too: `M.Ly` and `Venez demain.Me voici` are no links."""

_LINK: Final = re.compile(
    r"(?i:https?:|www\.)"
    rf"|(?i:\b[\w-]+\.(?:{_ENDINGS})\b)"
    rf"|(?i:\b[\w-]+\.(?:{_WORDS})/)"
    rf"|\b[\w-]{{2,}}\.(?:{_WORDS})\b"
    r"|\b[\w-]{2,}\.[a-z]{2,}/\S"
)
_IN_PIECES: Final = re.compile(
    r"(?i:\bw[ .·-]{0,3}w[ .·-]{0,3}w\b|\bh[ .·-]{0,3}t[ .·-]{0,3}t[ .·-]{0,3}p\b"
    r"|\b[\w-]+(?: ?[(\[]\.[)\]] ?| \. ?| (?:point|dot) )(?:com|org|net|ml|fr|info)\b)"
)
"""How a link is written so that nobody takes it for one: `w w w`, `jigi . com`, `jigi point com`."""


def link_in(text: str) -> str | None:
    """The first link in a text, also one that is written in pieces; None where there is none."""
    link = _LINK.search(text) or _IN_PIECES.search(text)
    return link[0] if link else None
