"""Trying what only its owner knows: three wrong tries in 24 hours, then 24 hours in which nothing is tried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

TRIES: Final = 3
BLOCK: Final = timedelta(hours=24)


def blocked_until(wrong: Sequence[datetime]) -> datetime | None:
    """Until when wrong tries, oldest first, block any other; None when they do not."""
    if not wrong or recent(wrong, wrong[-1]) < TRIES:
        return None
    return wrong[-1] + BLOCK


def recent(wrong: Sequence[datetime], now: datetime) -> int:
    """How many of these tries count still."""
    return sum(now - at < BLOCK for at in wrong)
