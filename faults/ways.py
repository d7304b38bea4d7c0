"""By which gateways a run sends: all by one, or by all three, by operator and with fail-over."""

from random import Random
from typing import Final

from core.text.words import Code


class StandInName(Code):
    """The gateways that have a stand-in, by the names that routes have for them."""

    AFRICASTALKING = "africastalking"
    ORANGE = "orange"
    SMPP = "smpp"


class By(Code):
    """What a suite sends by."""

    AFRICASTALKING = "africastalking"
    ORANGE = "orange"
    SMPP = "smpp"
    MIXED = "mixed"


MIXED: Final = (
    "orange=orange>africastalking,malitel=smpp>africastalking,*=africastalking>smpp",
    "orange=smpp>orange,malitel=orange>smpp,*=africastalking>orange>smpp",
    "orange=orange>smpp>africastalking,*=smpp>africastalking>orange",
    "telecel=smpp>orange,*=africastalking>smpp>orange",
    "orange=africastalking,malitel=smpp,*=orange",
    "telecel=smpp,*=orange>africastalking",
    "orange=orange,malitel=smpp,*=africastalking>orange",
)
"""Routes over all three."""


def routes(by: By, seed: int) -> str:
    """What the routes of a run are; drawn apart, so that the rest of its story is the same by whatever it goes."""
    return Random(f"routes {seed}").choice(MIXED) if by is By.MIXED else f"*={by}"
