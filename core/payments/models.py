"""Tables of payments: rounds, what each household is paid in one, and the days that were moved."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, desc, text
from sqlmodel import Field

from core.payments.states import COMING, PaymentState
from core.platform.columns import TableRow, coded, listed, one_of, stamped
from core.registry.components import ComponentCode


class PaymentRound(TableRow, table=True):
    """A payment round of a component, by its name."""

    __tablename__ = "payment_round"
    __table_args__ = (UniqueConstraint("component", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    component: ComponentCode = Field(foreign_key="component.code", sa_type=coded(ComponentCode))
    name: str


class Payment(TableRow, table=True):
    """What a household is paid in a round, in F CFA; without `due_date` no day is fixed yet.

    `hour` is when people shall come on its day, where the files name one.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("household_id", "round_id"),
        CheckConstraint("amount_xof >= 0", name="ck_payment_amount"),
        Index("ix_payment_round_id_due_date", "round_id", "due_date"),
        Index(
            "ix_payment_coming",
            "household_id",
            "due_date",
            postgresql_where=text(f"state IN {listed(COMING)}"),
        ),
        Index(
            "ix_payment_household_id_due_date",
            "household_id",
            desc("due_date"),
            desc("id"),
            postgresql_include=["agency", "round_id", "state"],
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
    hour: time | None = None
    updated_at: datetime = stamped()


class PaymentMove(TableRow, table=True):
    """A payment day that was moved: the day it was, the day it became (None: no longer fixed), and when we knew."""

    __tablename__ = "payment_move"

    payment_id: int = Field(foreign_key="payment.id", ondelete="CASCADE", primary_key=True)
    moved_at: datetime = Field(primary_key=True)
    old_day: date
    new_day: date | None = None
