"""Payments of households, round by round, and the days that were moved."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from core.platform.columns import Row, one_of, stamped
from core.platform.database import reading


class PaymentState(StrEnum):
    """planned → announced → paid, unclaimed (carried over after a last day), failed (with a reason) or cancelled."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    PAID = "paid"
    UNCLAIMED = "unclaimed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PaymentRound(Row, table=True):
    """A payment round of a component, by its name."""

    __tablename__ = "payment_round"
    __table_args__ = (UniqueConstraint("component", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    component: str = Field(foreign_key="component.code")
    name: str


class Payment(Row, table=True):
    """What a household is paid in a round, in F CFA; without `due_date` no day is fixed yet."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("household_id", "round_id"),
        CheckConstraint("amount_xof >= 0", name="ck_payment_amount"),
        Index("ix_payment_round_id_due_date", "round_id", "due_date"),
        Index(
            "ix_payment_coming",
            "household_id",
            "due_date",
            postgresql_where=text("state IN ('planned', 'announced')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    household_id: int = Field(foreign_key="household.id", ondelete="CASCADE")
    round_id: int = Field(foreign_key="payment_round.id")
    due_date: date | None = None
    last_day: date | None = None
    place: str | None = None
    agency: str | None = None
    amount_xof: int
    state: PaymentState = Field(sa_type=one_of(PaymentState))
    paid_on: date | None = None
    reason: str | None = None
    updated_at: datetime = stamped()


class PaymentMove(Row, table=True):
    """A payment day that was moved: the day it was, the day it became (None: no longer fixed), and when we knew."""

    __tablename__ = "payment_move"

    payment_id: int = Field(foreign_key="payment.id", ondelete="CASCADE", primary_key=True)
    moved_at: datetime = Field(primary_key=True)
    old_day: date
    new_day: date | None = None


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """A payment as it is told, in F CFA; `moved_from` is the day it was on before it was last moved."""

    component: str
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

    component: str
    day: date
    moved_from: date | None
    place: str | None
    agency: str | None
    village: str | None


CARD = """
SELECT payment_round.component, payment_round.name AS round, payment.state, payment.due_date,
       (SELECT old_day FROM payment_move WHERE payment_id = payment.id ORDER BY moved_at DESC LIMIT 1) AS moved_from,
       payment.last_day, payment.place, payment.agency, payment.amount_xof, payment.paid_on, payment.reason
FROM payment JOIN payment_round ON payment_round.id = payment.round_id
"""
CURRENT = text(f"""
WITH dated AS (
    SELECT id, state, due_date, last_day, CASE
        WHEN state IN ('planned', 'announced') AND due_date IS NULL THEN 'infinity'
        ELSE coalesce(paid_on, due_date, last_day, CAST(updated_at AS date))
    END AS day
    FROM payment WHERE household_id = :household_id
), own AS (
    SELECT id, day, CASE
        WHEN state = 'unclaimed' AND last_day >= :today THEN 1
        WHEN state = 'failed' OR state = 'unclaimed' AND last_day IS NULL THEN
            CASE WHEN day >= max(day) FILTER (WHERE state IN ('planned', 'announced', 'paid')) OVER () IS NOT FALSE
                 THEN 2 END
        WHEN state IN ('planned', 'announced') AND (due_date >= :today OR last_day >= :today) THEN 3
        WHEN state = 'cancelled' AND due_date >= :today THEN 4
        WHEN state IN ('planned', 'announced') AND due_date IS NULL THEN 5
        WHEN state IN ('planned', 'announced', 'paid') THEN 6
    END AS worth
    FROM dated
)
{CARD} JOIN own ON own.id = payment.id WHERE own.worth IS NOT NULL
ORDER BY own.worth, CASE WHEN own.worth IN (1, 3, 4) THEN own.day END, own.day DESC, payment.id LIMIT 1
""")  # noqa: S608
PAST = text(f"""
{CARD} WHERE payment.household_id = :household_id AND payment.state = 'paid'
ORDER BY payment.paid_on DESC NULLS LAST, payment.due_date DESC NULLS LAST, payment.id DESC
""")
ALL = text(f"""
{CARD} WHERE payment.household_id = :household_id
ORDER BY coalesce(payment.paid_on, payment.due_date) DESC NULLS FIRST, payment.id DESC
""")
COMMUNE_DAYS = text("""
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
WHERE household.commune_pcode = :commune_pcode
  AND payment.state IN ('planned', 'announced') AND payment.due_date >= :today
GROUP BY payment_round.component, payment.due_date, payment.place, payment.agency
ORDER BY payment.due_date, payment.place, payment_round.component, payment.agency
""")


async def current_payment(household_id: int, today: date) -> PaymentCard | None:
    """The payment to talk about on `today`, or None.

    In this order: one that waits unclaimed until its last day; one that failed with nothing after it; the soonest that
    is due or still open; one cancelled of the coming days; one without a day; else the latest, paid or overdue.
    """
    async with reading() as connection:
        row = (await connection.execute(CURRENT, {"household_id": household_id, "today": today})).one_or_none()
    return _card(row) if row else None


async def past_payments(household_id: int) -> tuple[PaymentCard, ...]:
    """The payments that were paid, newest first."""
    async with reading() as connection:
        rows = await connection.execute(PAST, {"household_id": household_id})
    return tuple(map(_card, rows))


async def all_payments(household_id: int) -> tuple[PaymentCard, ...]:
    """The payments of every round, those without a day first, then newest first."""
    async with reading() as connection:
        rows = await connection.execute(ALL, {"household_id": household_id})
    return tuple(map(_card, rows))


async def commune_days(commune_pcode: str, today: date) -> tuple[PayDay, ...]:
    """The payment days of a commune from `today` on, soonest first.

    A day counts as moved when most of its payments were; `moved_from` is then the latest of the days they were on.
    """
    async with reading() as connection:
        rows = await connection.execute(COMMUNE_DAYS, {"commune_pcode": commune_pcode, "today": today})
    return tuple(PayDay(*row) for row in rows)


def _card(row: sqlalchemy.Row[*tuple[Any, ...]]) -> PaymentCard:
    return PaymentCard(row[0], row[1], PaymentState(row[2]), *row[3:])
