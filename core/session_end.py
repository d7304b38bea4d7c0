"""The end of one session as a gateway tells it, as far as it is kept: no number, nothing typed."""

from dataclasses import dataclass
from datetime import datetime


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
