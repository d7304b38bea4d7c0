"""The end of one session as a gateway tells it, and what may have been left unsaid in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.text.languages import Language


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
    status: str
    date: datetime | None = None
    network: str | None = None
    duration_ms: int | None = None
    hops: int | None = None
    cost: str | None = None
    error: str | None = None
