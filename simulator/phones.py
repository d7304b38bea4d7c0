"""The telephones offered to someone who tries the line."""

import re
from dataclasses import dataclass
from typing import Final

MSISDN: Final = re.compile(r"\+[1-9][0-9]{6,14}")
"""A number in E.164."""


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A caller to play: an E.164 number and, in French, the situation it shows.

    ``hint`` is what this caller would know by heart and may have to type: household number, year of birth, reference.
    """

    msisdn: str
    label: str
    hint: str = ""
