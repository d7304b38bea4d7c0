"""What a text that was kept gives away."""

import re
from typing import Final

SHORT: Final = 5
"""Words up to this length stand by chance in digests, session ids and fractions of a second."""


def mentions(text: object, *words: str) -> list[str]:
    """The words that a text gives away: long ones wherever they stand, short ones as words of their own."""
    searched = str(text)
    return [
        word
        for word in words
        if re.search(rf"(?<![\w.]){word}(?!\w)" if len(word) <= SHORT else re.escape(word), searched)
    ]
