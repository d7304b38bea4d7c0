"""The waits of production, made short: what takes minutes there takes seconds here, and is otherwise the same."""

from types import ModuleType
from typing import Final

from core.text.words import Code
from sms.outbox import departing
from sms.worker import sender, sweeps, troubles


class Waits(Code):
    """Whose waits a suite has."""

    SHORT = "short"
    PRODUCTION = "production"
    """Its own, but for what is waited for on a connection; the clock of the suite is turned meanwhile."""


SHORT: Final[tuple[tuple[ModuleType, str, object], ...]] = (
    (sender, "STALE_SECONDS", 2.0),
    (sender, "DATABASE_DOWN_SECONDS", 0.3),
    (sender, "IDLE_SECONDS", 0.3),
    (troubles, "DOUBTED_SECONDS", (0.3, 0.6)),
    (departing, "FROZEN_SECONDS", 3),
    (sweeps, "CLAIMED_SECONDS", 3),
    (sweeps, "RECORDING_SECONDS", 2),
)

ON_CONNECTIONS: Final = {"JIGI_SMS_ANSWER_SECONDS": "0.7", "JIGI_SMS_CONNECT_SECONDS": "1"}
SETTINGS: Final = {
    Waits.SHORT: {**ON_CONNECTIONS, "JIGI_SMS_WORKER_SECONDS": "1", "JIGI_SMS_RETRY_SECONDS": "1"},
    Waits.PRODUCTION: ON_CONNECTIONS,
}
"""The waits that an operator can set."""


def shorten() -> None:
    """Make the waits of this process short."""
    for module, name, seconds in SHORT:
        if not hasattr(module, name):
            raise AttributeError(f"{module.__name__} has no {name} any more")
        setattr(module, name, seconds)
