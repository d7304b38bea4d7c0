"""The telephones offered to someone who tries the line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A caller to play: an E.164 number and, in French, the situation it shows."""

    msisdn: str
    label: str
