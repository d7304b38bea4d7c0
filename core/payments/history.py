"""Payments of households, round by round, and the days that were moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from core.payments.states import COMING, PaymentState
from core.platform import sql
from core.platform.columns import listed
from core.registry.components import ComponentCode
from core.registry.statuses import Status


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """A payment as it is told, in F CFA; `moved_from` is the day it was on before it was last moved.

    `hour` is when people shall come on its day, None where no file names one.
    """

    id: int
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
    hour: time | None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Where a household stands, what is not settled of its payments, and the last that was paid of each component.

    `running` are the components that it is in and that go on; it is None where no file named a component.
    """

    status: Status
    status_reason: str | None
    running: frozenset[ComponentCode] | None
    cards: tuple[PaymentCard, ...]


@dataclass(frozen=True, slots=True)
class HouseholdPayment(PaymentCard):
    """A payment with where its household stands; where there is no payment, all of it is None."""

    status: Status
    status_reason: str | None
    running: tuple[ComponentCode, ...] | None


@dataclass(frozen=True, slots=True)
class PayDay:
    """A payment day of a commune that comes or is still open; `village` when only one village is paid then and there.

    `last_day` is the latest of the days until which one of its payments can be collected, where that is after the day.
    Of money that somebody has not come for no village is named: few have not, and their neighbours may ask.
    """

    component: ComponentCode
    day: date
    last_day: date | None
    moved_from: date | None
    place: str | None
    agency: str | None
    village: str | None


CARD_COLUMNS: Final = """
payment.id, payment_round.component, payment_round.name AS round, payment.state, payment.due_date,
    (SELECT old_day FROM payment_move WHERE payment_id = payment.id ORDER BY moved_at DESC LIMIT 1) AS moved_from,
    payment.last_day, payment.place, payment.agency, payment.amount_xof, payment.paid_on, payment.reason,
    payment.hour
"""
CARD: Final = (
    f"SELECT {CARD_COLUMNS} FROM payment "  # noqa: S608 - words of ours
    "JOIN payment_round ON payment_round.id = payment.round_id"
)
DAY_OF: Final = "(coalesce({0}.paid_on, {0}.due_date, {0}.last_day), {0}.id)"
UNSETTLED: Final = f"""
SELECT household.status, household.status_reason, {CARD_COLUMNS}, (
    SELECT coalesce(array_agg(component) FILTER (WHERE ended IS NULL OR ended > %(today)s), '{{}}') FROM enrolment
    WHERE enrolment.household_id = household.id HAVING count(*) > 0
) AS running
FROM household
LEFT JOIN payment ON payment.household_id = household.id AND (payment.state <> '{PaymentState.PAID}' OR NOT EXISTS (
    SELECT FROM payment AS later JOIN payment_round AS round_of_later ON round_of_later.id = later.round_id
    WHERE later.household_id = payment.household_id AND later.state = '{PaymentState.PAID}'
      AND round_of_later.component = (SELECT component FROM payment_round WHERE id = payment.round_id)
      AND {DAY_OF.format("later")} > {DAY_OF.format("payment")}
))
LEFT JOIN payment_round ON payment_round.id = payment.round_id
WHERE household.id = %(household_id)s
"""  # noqa: S608 - words of ours
PAST: Final = f"""
{CARD} WHERE payment.household_id = %(household_id)s AND payment.state = '{PaymentState.PAID}'
ORDER BY payment.paid_on DESC NULLS LAST, payment.due_date DESC NULLS LAST, payment.id DESC
"""
ALL: Final = f"""
{CARD} WHERE payment.household_id = %(household_id)s
ORDER BY coalesce(payment.paid_on, payment.due_date) DESC NULLS FIRST, payment.id DESC
"""
FIRST_DAY: Final = "coalesce(payment.due_date, CAST(%(today)s AS date) - 1)"
"""SQL of the first day of a window; one whose first day nobody set is open already."""

CAN_BE_TAKEN: Final = f"""(
    payment.state IN {listed(COMING)} AND (payment.due_date IS NOT NULL OR move.old_day IS NULL)
        AND (payment.due_date >= %(today)s OR payment.last_day >= %(today)s)
    OR payment.state = '{PaymentState.UNCLAIMED}' AND payment.last_day >= %(today)s
)"""
"""SQL of whether the day of a payment comes, or its window is open; one whose day was dropped has none."""

COMMUNE_DAYS: Final = f"""
SELECT payment_round.component, {FIRST_DAY} AS day,
       max(payment.last_day) FILTER (WHERE payment.last_day > {FIRST_DAY}) AS last_day,
       CASE WHEN count(move.old_day) * 2 > count(*) THEN max(move.old_day) END AS moved_from,
       payment.place, payment.agency,
       CASE WHEN count(DISTINCT household.village_search) = 1 AND count(household.village) = count(*)
            AND NOT bool_or(payment.state = '{PaymentState.UNCLAIMED}')
            THEN max(household.village) END AS village
FROM household
JOIN payment ON payment.household_id = household.id
JOIN payment_round ON payment_round.id = payment.round_id
LEFT JOIN LATERAL (
    SELECT old_day FROM payment_move WHERE payment_id = payment.id ORDER BY moved_at DESC LIMIT 1
) AS move ON true
WHERE household.commune_pcode = %(commune_pcode)s AND {CAN_BE_TAKEN}
GROUP BY payment_round.component, payment.due_date, payment.place, payment.agency
ORDER BY day, payment.place, payment_round.component, payment.agency
"""  # noqa: S608


async def unsettled(household_id: int, today: date) -> Unsettled | None:
    """Where a household stands and what is not settled of its payments, in one query; None where there is none."""
    return unsettled_in(await sql.rows(HouseholdPayment, UNSETTLED, {"household_id": household_id, "today": today}))


def unsettled_in(rows: Sequence[HouseholdPayment]) -> Unsettled | None:
    """The same, in rows that were read already."""
    if not rows:
        return None
    first = rows[0]
    running = None if first.running is None else frozenset(first.running)
    return Unsettled(first.status, first.status_reason, running, tuple(row for row in rows if row.id))


async def past_payments(household_id: int) -> tuple[PaymentCard, ...]:
    """The payments that were paid, newest first."""
    return tuple(await sql.rows(PaymentCard, PAST, {"household_id": household_id}))


async def all_payments(household_id: int) -> tuple[PaymentCard, ...]:
    """The payments of every round, those without a day first, then newest first."""
    return tuple(await sql.rows(PaymentCard, ALL, {"household_id": household_id}))


async def commune_days(commune_pcode: str, today: date) -> tuple[PayDay, ...]:
    """The payment days of a commune that come or are open on `today`, soonest first.

    A day counts as moved when most of its payments were; `moved_from` is then the latest of the days they were on.
    """
    return tuple(await sql.rows(PayDay, COMMUNE_DAYS, {"commune_pcode": commune_pcode, "today": today}))
