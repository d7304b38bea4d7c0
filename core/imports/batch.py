"""One batch of rows that another system pushed: what it is about, how far it is, and what became of each row."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from core.imports.kinds import ImportKind
from core.systems.scopes import KeyScope
from core.text.words import Code


class BatchKind(Code):
    """What the rows of a batch are about."""

    HOUSEHOLDS = "households"
    PAYMENTS = "payments"
    EVENTS = "events"
    RESULTS = "results"
    """What became of payments that are known: nothing new, and no other sum."""


IMPORTED_AS: Final[Mapping[BatchKind, ImportKind]] = {
    BatchKind.HOUSEHOLDS: ImportKind.HOUSEHOLDS,
    BatchKind.PAYMENTS: ImportKind.PAYMENTS,
    BatchKind.EVENTS: ImportKind.EVENTS,
    BatchKind.RESULTS: ImportKind.PAYMENTS,
}
"""The kind of file whose checks, losses and corrections the rows go through."""

PUSHED_BY: Final[Mapping[BatchKind, KeyScope]] = {
    BatchKind.HOUSEHOLDS: KeyScope.PUSH_HOUSEHOLDS,
    BatchKind.PAYMENTS: KeyScope.PUSH_PAYMENTS,
    BatchKind.EVENTS: KeyScope.PUSH_EVENTS,
    BatchKind.RESULTS: KeyScope.PUSH_RESULTS,
}
"""What a key has to be allowed to push them."""


class PushState(Code):
    """How far a batch is.

    received → done or refused, where it comes in by itself; received → waiting → confirmed → done, where it is to be
    seen first, or takes so much away that a second person says so.
    """

    RECEIVED = "received"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    DISCARDED = "discarded"
    EXPIRED = "expired"


TO_WORK_ON: Final = frozenset({PushState.RECEIVED, PushState.CONFIRMED})
PENDING: Final = TO_WORK_ON | {PushState.WAITING}
"""Its rows are still kept."""


class RowOutcome(Code):
    """What became of a row, or would become of it while its batch waits."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REPEATED = "repeated"
    """It says word for word what another row of the batch says, and counts once."""
    REFUSED = "refused"
    HELD = "held"
    """Nothing is wrong with it; another row held the batch up."""


def list_day(options: Mapping[str, object]) -> date | None:
    """The day that the list of a batch is of, as it was said."""
    said = options.get("list_day")
    return date.fromisoformat(str(said)) if said else None
