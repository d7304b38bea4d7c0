"""What the gateway tells at the end of a session, as far as it is kept."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The end of one session: for statistics, with no number and nothing typed. `cost` is the gateway's own text."""

    session_id: str
    date: datetime
    network: str | None
    status: str
    duration_ms: int | None
    hops: int | None
    cost: str | None
    error: str | None
