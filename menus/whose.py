"""Whose answer is on the screen: said where the phone cannot say it by itself.

A phone that several households share, or one that somebody else lent, shows the first name of the person it speaks of.
"""

from collections.abc import Sequence

from ussd.call import Call
from ussd.pages import HEADING

MEMORY = "whose"
"""Under which the name is remembered."""


def headed(call: Call, text: str) -> str:
    """An answer, each page of it under the name of the person it is about where one is remembered."""
    return f"{call.word(MEMORY)}{HEADING}{text}" if call.word(MEMORY) else text


def first_name(name: str, others: Sequence[str] = ()) -> str:
    """The first name, or the whole one where somebody of the others has the same first name; '' for no name."""
    own = next(iter(name.split()), "")
    return name if any(other != name and own == first_name(other) for other in others) else own
