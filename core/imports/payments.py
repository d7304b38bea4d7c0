"""Files of payments: what each household is paid in a round, and what became of it.

`household_no, component, round, due_date, last_day, place, agency, amount_xof, state, paid_on, reason`
"""

from datetime import date, timedelta
from typing import Final

from core.imports import values
from core.imports.layout import Check, Column, Layout
from core.payments.states import PaymentState
from core.registry.components import ComponentCode

FIRST_DAY: Final = date(2013, 1, 1)
"""The programme began in 2013: nothing was paid before."""

HORIZON: Final = timedelta(days=2 * 366)
"""No day is fixed further ahead."""

LONGEST_ROUND: Final = 40
LONGEST_REASON: Final = 120


def layout(today: date) -> Layout:
    """Payments, keyed by household, component and round; those that the file leaves out stay as they are.

    A day that is not the one we had is kept as a move, with the old day and the new.
    """
    planned_day = values.day(FIRST_DAY, today + HORIZON)
    return Layout(
        columns=(
            Column("household_no", values.household_no),
            Column("component", values.one_of(sorted(ComponentCode))),
            Column("round", values.words(LONGEST_ROUND)),
            Column("due_date", planned_day, "date", needed=False),
            Column("last_day", planned_day, "date", needed=False),
            Column("place", values.name, needed=False),
            Column("agency", values.name, needed=False),
            Column("amount_xof", values.amount, "int"),
            Column("state", values.one_of(tuple(PaymentState))),
            Column("paid_on", values.day(FIRST_DAY, today), "date", needed=False),
            Column("reason", values.words(LONGEST_REASON), needed=False),
        ),
        key=("household_no", "component", "round"),
        checks=_CHECKS,
        steps=(*_ROUNDS, *_PAYMENTS),
    )


_PLANNED, _ANNOUNCED, _PAID = PaymentState.PLANNED, PaymentState.ANNOUNCED, PaymentState.PAID
_UNCLAIMED, _FAILED = PaymentState.UNCLAIMED, PaymentState.FAILED

_CHECKS = (
    Check(
        "household_no",
        "NOT EXISTS (SELECT FROM household WHERE household.household_no = staged.household_no)",
        "ménage inconnu : importez d'abord les ménages",
    ),
    Check(
        "due_date",
        f"state = '{_ANNOUNCED}' AND due_date IS NULL",
        f"un paiement « {_ANNOUNCED} » a besoin de son jour",
    ),
    Check(
        "last_day",
        f"state = '{_UNCLAIMED}' AND last_day IS NULL",
        f"un paiement « {_UNCLAIMED} » a besoin d'un dernier jour",
    ),
    Check("last_day", "last_day < due_date", "le dernier jour est avant le jour du paiement"),
    Check(
        "paid_on",
        f"state = '{_PAID}' AND paid_on IS NULL",
        f"un paiement « {_PAID} » a besoin du jour où il fut fait",
    ),
    Check(
        "paid_on",
        f"state <> '{_PAID}' AND paid_on IS NOT NULL",
        f"un jour de paiement, mais l'état n'est pas « {_PAID} »",
    ),
    Check("reason", f"state = '{_FAILED}' AND reason IS NULL", f"un paiement « {_FAILED} » a besoin d'une raison"),
)

_ROUNDS = (
    """
    INSERT INTO payment_round (component, name) SELECT DISTINCT component, round FROM staged
    WHERE NOT EXISTS (SELECT FROM payment_round AS earlier
                      WHERE earlier.component = staged.component AND earlier.name = staged.round)
    """,
    "ANALYZE payment_round",
)

_PAYMENTS = (
    """
    CREATE TEMP TABLE staged_payment ON COMMIT DROP AS
    SELECT line, household.id AS household_id, payment_round.id AS round_id,
        due_date, last_day, place, agency, amount_xof, state, paid_on, reason
    FROM staged JOIN household USING (household_no)
    JOIN payment_round ON payment_round.component = staged.component AND payment_round.name = staged.round
    """,
    "ANALYZE staged_payment",
    f"""
    INSERT INTO payment_move (payment_id, moved_at, old_day, new_day)
    SELECT payment.id, %(now)s, payment.due_date, staged.due_date
    FROM staged_payment AS staged JOIN payment USING (household_id, round_id)
    WHERE payment.due_date <> staged.due_date
    OR (payment.due_date IS NOT NULL AND staged.due_date IS NULL AND staged.state = '{_PLANNED}')
    """,  # noqa: S608 - a word of ours
    """
    WITH changed AS (
        UPDATE payment SET (due_date, last_day, place, agency, amount_xof, state, paid_on, reason, updated_at)
            = (staged.due_date, staged.last_day, staged.place, staged.agency, staged.amount_xof,
               staged.state, staged.paid_on, staged.reason, %(now)s)
        FROM staged_payment AS staged
        WHERE payment.household_id = staged.household_id AND payment.round_id = staged.round_id
        AND (payment.due_date, payment.last_day, payment.place, payment.agency, payment.amount_xof,
             payment.state, payment.paid_on, payment.reason)
            IS DISTINCT FROM (staged.due_date, staged.last_day, staged.place, staged.agency, staged.amount_xof,
                              staged.state, staged.paid_on, staged.reason)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM changed
    """,
    """
    INSERT INTO touched SELECT line, true FROM staged_payment AS staged
    WHERE NOT EXISTS (SELECT FROM payment
                      WHERE payment.household_id = staged.household_id AND payment.round_id = staged.round_id)
    """,
    """
    INSERT INTO payment (household_id, round_id, due_date, last_day, place, agency, amount_xof, state, paid_on, reason,
                         updated_at)
    SELECT household_id, round_id, due_date, last_day, place, agency, amount_xof, state, paid_on, reason, %(now)s
    FROM staged_payment JOIN touched USING (line) WHERE created
    """,
)
