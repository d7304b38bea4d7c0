"""Files of payments: what each household is paid in a round, and what became of it.

`household_no, component, round, due_date, last_day, place, agency, amount_xof, state, paid_on, reason`
and, optional, `hour`
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from psycopg import AsyncConnection

from core.imports import numbers, values
from core.imports.households import NUMBER
from core.imports.layout import MOST_NAMED, Check, Column, Layout, counted, settled
from core.imports.losses import OF_PAYMENTS
from core.imports.remarks import Remark
from core.imports.rounds import settle_rounds
from core.payments.states import PaymentState
from core.registry.components import ComponentCode
from core.registry.numbers import key_sql
from core.text.words import DESK, label

FIRST_DAY: Final = date(2013, 1, 1)
"""The programme began in 2013: nothing was paid before."""

HORIZON: Final = timedelta(days=2 * 366)
"""No day is fixed further ahead."""

STATES: Final = {state.value: label(state, DESK) for state in PaymentState}
LONGEST_ROUND: Final = 40
LONGEST_REASON: Final = 120


def layout(today: date) -> Layout:
    """Payments, keyed by household, component and round; those that the file leaves out stay as they are.

    A day that is not the one we had is kept as a move, with the old day and the new. The day of a payment that was made
    stands only with the state that says so, and a reason with the state that it was given for.
    """
    planned_day = values.day(FIRST_DAY, today + HORIZON)
    return Layout(
        columns=(
            Column("household_no", values.household_no, french="numero_menage", others=NUMBER, example="1000 0012"),
            Column(
                "component",
                values.one_of(sorted(ComponentCode)),
                french="composante",
                others=("volet",),
                choices=sorted(ComponentCode),
                example="TM",
            ),
            Column(
                "round",
                values.words(LONGEST_ROUND),
                french="tour",
                others=("tranche", "cycle", "vague"),
                example="T3 2026",
            ),
            Column(
                "due_date",
                planned_day,
                "date",
                needed=False,
                french="date_paiement",
                others=("date_de_paiement", "jour_de_paiement", "jour", "date_prevue"),
                label="jour du paiement",
                example=today.strftime("%d/%m/%Y"),
            ),
            Column(
                "hour",
                values.hour,
                "time",
                needed=False,
                french="heure",
                others=("heure_paiement", "heure_de_paiement"),
                label="heure",
                forgiving=True,
                example="8 h 30",
            ),
            Column(
                "last_day",
                planned_day,
                "date",
                needed=False,
                french="dernier_jour",
                others=("date_limite", "jusqu_au"),
                label="dernier jour",
            ),
            Column(
                "place",
                values.place,
                needed=False,
                french="lieu",
                others=("lieu_de_paiement", "site_de_paiement", "site"),
                label="lieu",
                example="Mairie de Safo",
            ),
            Column("agency", values.place, needed=False, french="agence", others=("institution",), label="agence"),
            Column(
                "amount_xof",
                values.amount,
                "int",
                french="montant",
                others=("montant_fcfa", "montant_f_cfa", "montant_xof", "somme"),
                example="30 000",
            ),
            Column(
                "state",
                values.word_of(STATES),
                french="etat",
                others=("statut", "statut_paiement", "etat_paiement"),
                choices=tuple(STATES.values()),
                example=STATES[PaymentState.ANNOUNCED],
            ),
            Column(
                "paid_on",
                values.day(FIRST_DAY, today),
                "date",
                needed=False,
                french="paye_le",
                others=("date_paye", "date_du_versement"),
                label="payé le",
            ),
            Column(
                "reason",
                values.public_words(LONGEST_REASON),
                needed=False,
                french="raison",
                others=("motif",),
                label="raison",
            ),
        ),
        key=("household_no", "component", "round"),
        plan=_PLAN,
        checks=_CHECKS,
        doubts=(*_DOUBTS, *numbers.DOUBTS),
        losses=OF_PAYMENTS,
        settle=_settle,
        summed="amount_xof",
        steps=(*_ROUNDS, *_PAYMENTS),
    )


async def _settle(connection: AsyncConnection) -> Sequence[Remark]:
    return [*await numbers.settle_payments(connection), *await settle_rounds(connection)]


_PLANNED, _ANNOUNCED, _PAID = PaymentState.PLANNED, PaymentState.ANNOUNCED, PaymentState.PAID
_UNCLAIMED, _FAILED = PaymentState.UNCLAIMED, PaymentState.FAILED

_CHECKS = (
    Check(
        "household_no",
        "household_id IS NULL",
        "ménage inconnu : importez d'abord les ménages (s'il manque des zéros au début, mettez la colonne en texte)",
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
        f"state <> '{_PAID}' AND named_paid_on",
        f"un jour de paiement, mais l'état n'est pas « {_PAID} »",
    ),
    Check("reason", f"state = '{_FAILED}' AND reason IS NULL", f"un paiement « {_FAILED} » a besoin d'une raison"),
)

_PLAN = f"""
    SELECT line, household.id AS household_id, staged.household_no, staged.component, staged.round,
        payment_round.id AS round_id, payment.id AS payment_id, payment.amount_xof AS was_amount_xof,
        payment.due_date AS was_due_date,
        staged.amount_xof, staged.state,
        {settled("due_date", "payment.due_date")}, {settled("last_day", "payment.last_day")},
        {settled("place", "payment.place")}, {settled("agency", "payment.agency")},
        {settled("hour", "payment.hour")},
        {settled("paid_on", f"CASE WHEN staged.state = '{_PAID}' THEN payment.paid_on END")},
        {settled("reason", "CASE WHEN staged.state = payment.state THEN payment.reason END")},
        staged.paid_on IS NOT NULL AS named_paid_on
    FROM staged LEFT JOIN household ON {key_sql()} = staged.household_no
    LEFT JOIN payment_round ON payment_round.component = staged.component AND payment_round.name = staged.round
    LEFT JOIN payment ON payment.household_id = household.id AND payment.round_id = payment_round.id
    """  # noqa: S608 - names of ours

_DOUBTS = (
    f"""
    SELECT min(line) AS line, 'amount_xof' AS "column", concat_ws(' ', component, round) AS value,
        {counted("paiement")} || ' de ' || amount_xof || ' F au lieu de ' || was_amount_xof || ' F' AS reason
    FROM planned WHERE amount_xof <> was_amount_xof
    GROUP BY component, round, amount_xof, was_amount_xof ORDER BY count(*) DESC LIMIT {MOST_NAMED}
    """,  # noqa: S608 - our own words
    f"""
    WITH written AS MATERIALIZED (
        SELECT component, round, round_id, amount_xof, min(line) AS line, count(*) AS times,
            {counted("nouveau paiement", "nouveaux paiements")} AS payments
        FROM planned WHERE payment_id IS NULL AND round_id IS NOT NULL GROUP BY component, round, round_id, amount_xof
    )
    SELECT line, 'amount_xof' AS "column", concat_ws(' ', component, round) AS value,
        payments || ' de ' || amount_xof || ' F, montant que ce tour n''avait pas' AS reason
    FROM written WHERE (
        SELECT true FROM payment WHERE payment.round_id = written.round_id AND payment.amount_xof = written.amount_xof
        ORDER BY payment.due_date LIMIT 1
    ) IS NULL ORDER BY times DESC LIMIT {MOST_NAMED}
    """,  # noqa: S608
)

_ROUNDS = (
    """
    INSERT INTO payment_round (component, name) SELECT DISTINCT component, round FROM planned WHERE round_id IS NULL
    """,
    "ANALYZE payment_round",
)

_PAYMENTS = (
    f"""
    INSERT INTO payment_move (payment_id, moved_at, old_day, new_day)
    SELECT payment.id, %(now)s, payment.due_date, planned.due_date
    FROM planned JOIN payment ON payment.id = planned.payment_id
    WHERE payment.due_date <> planned.due_date
    OR (payment.due_date IS NOT NULL AND planned.due_date IS NULL AND planned.state = '{_PLANNED}')
    """,  # noqa: S608 - a word of ours
    """
    WITH changed AS (
        UPDATE payment SET (due_date, last_day, place, agency, amount_xof, state, paid_on, reason, hour,
                updated_at)
            = (planned.due_date, planned.last_day, planned.place, planned.agency, planned.amount_xof,
               planned.state, planned.paid_on, planned.reason, planned.hour, %(now)s)
        FROM planned
        WHERE payment.id = planned.payment_id
        AND (payment.due_date, payment.last_day, payment.place, payment.agency, payment.amount_xof,
             payment.state, payment.paid_on, payment.reason, payment.hour)
            IS DISTINCT FROM (planned.due_date, planned.last_day, planned.place, planned.agency, planned.amount_xof,
                              planned.state, planned.paid_on, planned.reason, planned.hour)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM changed
    """,
    "INSERT INTO touched SELECT line, true FROM planned WHERE payment_id IS NULL",
    """
    INSERT INTO payment (household_id, round_id, due_date, last_day, place, agency, amount_xof, state, paid_on, reason,
                         hour, updated_at)
    SELECT household_id, payment_round.id, due_date, last_day, place, agency, amount_xof, state, paid_on, reason,
        hour, %(now)s
    FROM planned JOIN payment_round ON payment_round.component = planned.component
        AND payment_round.name = planned.round
    WHERE payment_id IS NULL
    """,
)
