"""The programme's screens, one file per subject; importing this room makes the line whole."""

from menus import (
    about_whom,
    answering,
    codes,
    communes,
    eligibility,
    filing,
    following,
    identity,
    more,
    own_phone,
    payments,
    received,
    secret,
    start,
)
from menus.line import line

__all__ = [
    "about_whom",
    "answering",
    "codes",
    "communes",
    "eligibility",
    "filing",
    "following",
    "identity",
    "line",
    "more",
    "own_phone",
    "payments",
    "received",
    "secret",
    "start",
]
