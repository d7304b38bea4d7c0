"""The programme's screens, one file per subject; importing this room makes the line whole."""

from menus import (
    about_whom,
    codes,
    communes,
    eligibility,
    filing,
    following,
    identity,
    more,
    payments,
    received,
    secret,
    start,
)
from menus.line import line

__all__ = [
    "about_whom",
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
    "secret",
    "start",
]
