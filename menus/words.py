"""Words that somebody typed: how many are taken, and how they are shown again before they are sent."""

import re
import unicodedata
from typing import Final

from ussd.call import Call
from ussd.values import CUT

MOST_WORDS: Final = 160
REPEATED: Final = 40
LAST_REPEATED: Final = 16
"""Characters of somebody's words that are shown again before they are sent: the first, or of cut ones the last."""


def is_shown(words: str) -> bool:
    """Whether phones can show them: many cannot show a script such as N'Ko."""
    return re.search("[a-z0-9]", unicodedata.normalize("NFD", words).lower()) is not None


def repeated(call: Call, words: str) -> str:
    """The words, by their beginning: what they would push off the page is the key that sends them.

    Words in a script that many phones cannot show are kept as they are, which is said.
    """
    if not is_shown(words):
        return call.t("Your words are kept.")
    if call.flag(CUT):
        return f'"...{words[-LAST_REPEATED:]}"\n{call.t("The end of your words was cut.")}'
    return f'"{words}"' if len(words) <= REPEATED else f'"{words[:REPEATED].rsplit(" ", 1)[0]}..."'


def kept(call: Call) -> str:
    """That there are words, without any of them: of what is secret nothing is shown again."""
    return call.t("The end of your words was cut.") if call.flag(CUT) else call.t("Your words are kept.")
