"""The programme's screens, one file per subject; importing this room makes the line whole."""

from menus import codes, communes, eligibility, filing, following, identity, more, payments, received, start
from menus.line import line

__all__ = [
    "codes",
    "communes",
    "eligibility",
    "filing",
    "following",
    "identity",
    "line",
    "more",
    "payments",
    "received",
    "start",
]
