"""The end of one session as a gateway tells it, and what may have been left unsaid in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.text.languages import Language
from core.text.words import Code


class SessionOutcome(Code):
    """How a session ended, in the house's words: each gateway's file says which of its own mean which."""

    FINISHED = "finished"
    CUT = "cut"
    """Cut or left by the person, or by the network."""
    TIMED_OUT = "timed_out"
    """Given up by the gateway."""
    UNKNOWN = "unknown"


CUT_SHORT: Final = frozenset({SessionOutcome.CUT, SessionOutcome.TIMED_OUT})
"""Ended before its last page."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """The answer on the last page of a call that was cut: the person may not have read it to its end.

    `screen` names the question; `memory` is what was chosen and typed on the way to it.
    """

    msisdn: str
    screen: str
    text: str
    language: Language | None
    memory: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """What is kept of the gateway's report; `date` None is now, `error` may be whatever the gateway said."""

    session_id: str
    status: SessionOutcome
    date: datetime | None = None
    network: str | None = None
    duration_ms: int | None = None
    hops: int | None = None
    cost: str | None = None
    error: str | None = None
