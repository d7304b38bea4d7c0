"""What an import would take away: counted with samples before it is written, and confirmed where it is much."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.payments.states import COMING
from core.platform.columns import listed
from core.platform.settings import settings
from core.platform.sql import BY_INDEX
from core.registry.statuses import LEFT, Status
from core.text.words import COMMAND, DESK, Word, called

SAMPLES: Final = 5


class LossKind(Word):
    """What is taken away."""

    PHONES = "phones"
    ENROLMENTS = "enrolments"
    SUSPENDED = "suspended"
    LEFT = "left"
    DAYS = "days"
    ROUNDS = "rounds"


ALWAYS_HEAVY: Final = frozenset({LossKind.ROUNDS})
"""However few they are, they are confirmed: everybody of a round would be told that there is no day."""

called(
    LossKind,
    DESK,
    {
        LossKind.PHONES: "téléphones retirés",
        LossKind.ENROLMENTS: "inscriptions terminées",
        LossKind.SUSPENDED: "ménages suspendus",
        LossKind.LEFT: "ménages sortis ou non retenus",
        LossKind.DAYS: "jours de paiement retirés",
        LossKind.ROUNDS: "tours qui n'ont plus aucun jour",
    },
)
called(
    LossKind,
    COMMAND,
    {
        LossKind.PHONES: "phones removed",
        LossKind.ENROLMENTS: "enrolments ended",
        LossKind.SUSPENDED: "households suspended",
        LossKind.LEFT: "households that leave",
        LossKind.DAYS: "payment days removed",
        LossKind.ROUNDS: "rounds left without any day",
    },
)


@dataclass(frozen=True, slots=True)
class Loss:
    """So many things of a kind, and what the first of them are."""

    kind: LossKind
    count: int
    samples: Sequence[str]


@dataclass(frozen=True, slots=True)
class LossRule:
    """SQL of what the planned rows take away: the `line`, and a `sample` that names it."""

    kind: LossKind
    lost: str


OF_HOUSEHOLDS: Final = (
    LossRule(
        LossKind.PHONES,
        """
        SELECT line, concat_ws(' ', household_no, was_phone) AS sample FROM planned
        WHERE was_phone IS NOT NULL AND phone IS NULL
        UNION ALL SELECT line, concat_ws(' ', household_no, was_alt_phone) FROM planned
        WHERE was_alt_phone IS NOT NULL AND alt_phone IS NULL
        """,
    ),
    LossRule(
        LossKind.ENROLMENTS,
        """
        SELECT line, concat_ws(' ', household_no, enrolment.component) AS sample
        FROM planned JOIN enrolment USING (household_id)
        WHERE enrolment.ended IS NULL AND enrolment.component <> ALL (planned.components)
        """,
    ),
    LossRule(
        LossKind.SUSPENDED,
        f"""
        SELECT line, household_no AS sample FROM planned
        WHERE status = '{Status.SUSPENDED}' AND was_status <> '{Status.SUSPENDED}'
        """,  # noqa: S608 - words of ours
    ),
    LossRule(
        LossKind.LEFT,
        f"""
        SELECT line, household_no AS sample FROM planned
        WHERE status IN {listed(LEFT)} AND was_status NOT IN {listed(LEFT)}
        """,  # noqa: S608
    ),
)
OF_PAYMENTS: Final = (
    LossRule(
        LossKind.DAYS,
        """
        SELECT line, concat_ws(' ', household_no, component, round, to_char(was_due_date, 'DD/MM/YYYY')) AS sample
        FROM planned WHERE was_due_date IS NOT NULL AND due_date IS NULL
        """,
    ),
    LossRule(
        LossKind.ROUNDS,
        f"""
        SELECT min(line) AS line, concat_ws(' ', component, round) AS sample FROM planned AS withdrawn
        WHERE round_id IS NOT NULL GROUP BY round_id, component, round
        HAVING bool_or(was_due_date IS NOT NULL AND due_date IS NULL) AND bool_and(due_date IS NULL)
            AND NOT EXISTS (SELECT FROM payment WHERE payment.round_id = withdrawn.round_id
                AND payment.due_date IS NOT NULL AND payment.state IN {listed(COMING)}
                AND payment.id NOT IN (SELECT payment_id FROM planned WHERE payment_id IS NOT NULL) {BY_INDEX})
        """,  # noqa: S608
    ),
)


def counted_sql(rule: LossRule) -> str:
    """SQL of how many things a rule finds, and the first of them by their lines."""
    return f"""
    SELECT count(*) AS count, (array_agg(sample ORDER BY line))[1:{SAMPLES}] AS samples FROM ({rule.lost}) AS lost
    """  # noqa: S608 - our own words


def count_of(losses: Sequence[Loss]) -> int:
    """How many things are taken away."""
    return sum(loss.count for loss in losses)


def too_many(losses: Sequence[Loss], rows: int) -> bool:
    """Whether more is taken away than the share of the rows that goes without a word, or what never goes without."""
    if any(loss.kind in ALWAYS_HEAVY for loss in losses):
        return True
    return count_of(losses) > settings().import_loss_share * rows
