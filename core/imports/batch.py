"""One batch of rows that another system pushed: what it is about, how far it is, and what became of each row."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from core.imports.kinds import ImportKind
from core.systems.scopes import KeyScope
from core.text.words import DESK, Word, called


class BatchKind(Word):
    """What the rows of a batch are about."""

    HOUSEHOLDS = "households"
    PAYMENTS = "payments"
    EVENTS = "events"
    RESULTS = "results"
    """What became of payments that are known: nothing new, and no other sum."""


called(
    BatchKind,
    DESK,
    {
        BatchKind.HOUSEHOLDS: "ménages",
        BatchKind.PAYMENTS: "paiements",
        BatchKind.EVENTS: "séances et distributions",
        BatchKind.RESULTS: "résultats de paiements",
    },
)

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


class PushState(Word):
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


called(
    PushState,
    DESK,
    {
        PushState.RECEIVED: "reçu, pas encore vérifié",
        PushState.WAITING: "vérifié, attend d'être confirmé",
        PushState.CONFIRMED: "confirmé, va entrer",
        PushState.DONE: "entré",
        PushState.REFUSED: "refusé, rien n'est entré",
        PushState.FAILED: "interrompu, rien n'est entré",
        PushState.DISCARDED: "abandonné",
        PushState.EXPIRED: "pas confirmé à temps",
    },
)

TO_WORK_ON: Final = frozenset({PushState.RECEIVED, PushState.CONFIRMED})
PENDING: Final = TO_WORK_ON | {PushState.WAITING}
"""Its rows are still kept."""


class RowOutcome(Word):
    """What became of a row, or would become of it while its batch waits."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REPEATED = "repeated"
    """It says word for word what another row of the batch says, and counts once."""
    REFUSED = "refused"
    HELD = "held"
    """Nothing is wrong with it; another row held the batch up."""


called(
    RowOutcome,
    DESK,
    {
        RowOutcome.CREATED: "nouvelle",
        RowOutcome.CHANGED: "changée",
        RowOutcome.UNCHANGED: "inchangée",
        RowOutcome.REPEATED: "répète une autre ligne",
        RowOutcome.REFUSED: "refusée",
        RowOutcome.HELD: "bonne, retenue par une autre",
    },
)


def list_day(options: Mapping[str, object]) -> date | None:
    """The day that the list of a batch is of, as it was said."""
    said = options.get("list_day")
    return date.fromisoformat(str(said)) if said else None
