"""Links: no text of ours that a person reads holds one, for that is how scams look."""

import re
from typing import Final

from core.platform.errors import JigiError

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


class NotASafeText(JigiError, ValueError):
    """A text that holds a link; `link` is it."""

    def __init__(self, link: str) -> None:
        super().__init__(link)
        self.link = link


def refuse_links(text: str) -> None:
    """Raise NotASafeText for a text with a link in it."""
    link = _LINK.search(text)
    if link:
        raise NotASafeText(link[0])
