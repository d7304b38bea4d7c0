"""Payments of households, round by round, and the days that were moved."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from core.payments.states import COMING, ON_COURSE, PaymentState
from core.platform import sql
from core.platform.columns import listed
from core.registry.components import ComponentCode


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """A payment as it is told, in F CFA; `moved_from` is the day it was on before it was last moved."""

    component: ComponentCode
    round: str
    state: PaymentState
    due_date: date | None
    moved_from: date | None
    last_day: date | None
    place: str | None
    agency: str | None
    amount_xof: int
    paid_on: date | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PayDay:
    """A coming payment day of a commune; `village` when only one village is paid then and there."""

    component: ComponentCode
    day: date
    moved_from: date | None
    place: str | None
    agency: str | None
    village: str | None


CARD: Final = """
SELECT payment_round.component, payment_round.name AS round, payment.state, payment.due_date,
       (SELECT old_day FROM payment_move WHERE payment_id = payment.id ORDER BY moved_at DESC LIMIT 1) AS moved_from,
       payment.last_day, payment.place, payment.agency, payment.amount_xof, payment.paid_on, payment.reason
FROM payment JOIN payment_round ON payment_round.id = payment.round_id
"""
CURRENT: Final = f"""
WITH dated AS (
    SELECT id, state, due_date, last_day, CASE
        WHEN state IN {listed(COMING)} AND due_date IS NULL THEN 'infinity'
        ELSE coalesce(paid_on, due_date, last_day, CAST(updated_at AS date))
    END AS day
    FROM payment WHERE household_id = %(household_id)s
), own AS (
    SELECT id, day, CASE
        WHEN state = '{PaymentState.UNCLAIMED}' AND last_day >= %(today)s THEN 1
        WHEN state = '{PaymentState.FAILED}' OR state = '{PaymentState.UNCLAIMED}' AND last_day IS NULL THEN
            CASE WHEN day >= max(day) FILTER (WHERE state IN {listed(ON_COURSE)}) OVER () IS NOT FALSE
                 THEN 2 END
        WHEN state IN {listed(COMING)} AND (due_date >= %(today)s OR last_day >= %(today)s) THEN 3
        WHEN state = '{PaymentState.CANCELLED}' AND due_date >= %(today)s THEN 4
        WHEN state IN {listed(COMING)} AND due_date IS NULL THEN 5
        WHEN state IN {listed(ON_COURSE)} THEN 6
    END AS worth
    FROM dated
)
{CARD} JOIN own ON own.id = payment.id WHERE own.worth IS NOT NULL
ORDER BY own.worth, CASE WHEN own.worth IN (1, 3, 4) THEN own.day END, own.day DESC, payment.id LIMIT 1
"""  # noqa: S608 - words of ours
PAST: Final = f"""
{CARD} WHERE payment.household_id = %(household_id)s AND payment.state = '{PaymentState.PAID}'
ORDER BY payment.paid_on DESC NULLS LAST, payment.due_date DESC NULLS LAST, payment.id DESC
"""
ALL: Final = f"""
{CARD} WHERE payment.household_id = %(household_id)s
ORDER BY coalesce(payment.paid_on, payment.due_date) DESC NULLS FIRST, payment.id DESC
"""
COMMUNE_DAYS: Final = f"""
SELECT payment_round.component, payment.due_date AS day,
       CASE WHEN count(move.old_day) * 2 > count(*) THEN max(move.old_day) END AS moved_from,
       payment.place, payment.agency,
       CASE WHEN count(DISTINCT household.village) = 1 AND count(household.village) = count(*)
            THEN max(household.village) END AS village
FROM household
JOIN payment ON payment.household_id = household.id
JOIN payment_round ON payment_round.id = payment.round_id
LEFT JOIN LATERAL (
    SELECT old_day FROM payment_move WHERE payment_id = payment.id ORDER BY moved_at DESC LIMIT 1
) AS move ON true
WHERE household.commune_pcode = %(commune_pcode)s
  AND payment.state IN {listed(COMING)} AND payment.due_date >= %(today)s
GROUP BY payment_round.component, payment.due_date, payment.place, payment.agency
ORDER BY payment.due_date, payment.place, payment_round.component, payment.agency
"""  # noqa: S608


async def current_payment(household_id: int, today: date) -> PaymentCard | None:
    """The payment to talk about on `today`, or None.

    In this order: one that waits unclaimed until its last day; one that failed with nothing after it; the soonest that
    is due or still open; one cancelled of the coming days; one without a day; else the latest, paid or overdue.
    """
    return await sql.row(PaymentCard, CURRENT, {"household_id": household_id, "today": today})


async def past_payments(household_id: int) -> tuple[PaymentCard, ...]:
    """The payments that were paid, newest first."""
    return tuple(await sql.rows(PaymentCard, PAST, {"household_id": household_id}))


async def all_payments(household_id: int) -> tuple[PaymentCard, ...]:
    """The payments of every round, those without a day first, then newest first."""
    return tuple(await sql.rows(PaymentCard, ALL, {"household_id": household_id}))


async def commune_days(commune_pcode: str, today: date) -> tuple[PayDay, ...]:
    """The payment days of a commune from `today` on, soonest first.

    A day counts as moved when most of its payments were; `moved_from` is then the latest of the days they were on.
    """
    return tuple(await sql.rows(PayDay, COMMUNE_DAYS, {"commune_pcode": commune_pcode, "today": today}))
