"""The door of what households say of money received, once pay day is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field

from api.doors import Door, DoorCall, DoorReply, ItemPage, PageQuery
from api.problems import ApiProblem, NotDone
from core.payments.replies import MoneyReply
from core.payments.states import PaymentState
from core.platform import sql
from core.registry.components import ComponentCode
from core.systems.scopes import KeyScope


class ReceiptItem(BaseModel):
    """What a household said of a payment; it may say otherwise later, and comes again then."""

    household_no: str
    component: ComponentCode
    round: str
    amount_xof: int = Field(description="Of the payment, in F CFA.")
    state: PaymentState
    reply: MoneyReply
    missing_xof: int | None = Field(description="What is missing, in F CFA; null where all came, or nobody knows.")
    at: datetime


class ReceiptQuery(PageQuery):
    """Which part of the replies."""


@dataclass(frozen=True, slots=True)
class _ReceiptRow:
    payment_id: int
    household_no: str
    component: ComponentCode
    round: str
    amount_xof: int
    state: PaymentState
    reply: MoneyReply
    missing_xof: int | None
    at: datetime


RECEIPTS: Final = """
SELECT payment_id, coalesce(household.programme_no, household.household_no) AS household_no, component,
    payment_round.name AS round, amount_xof, payment.state, reply, missing_xof, at
FROM payment_reply JOIN payment ON payment.id = payment_id JOIN payment_round ON payment_round.id = round_id
JOIN household ON household.id = household_id
WHERE (at, payment_id) > (CAST(%(since)s AS timestamptz), %(after)s) AND at < %(settled)s
ORDER BY at, payment_id LIMIT %(most)s
"""
FIRST: Final = "-infinity"


async def _receipts(asked: DoorCall) -> DoorReply:
    since, after = asked.after(str, int) or (FIRST, 0)
    values = {"since": _moment(since), "after": after, "settled": asked.settled, "most": asked.query.limit}
    rows = await sql.rows(_ReceiptRow, RECEIPTS, values)
    items = [ReceiptItem.model_validate(row, from_attributes=True) for row in rows]
    return DoorReply(
        asked.page(items, lambda index: (rows[index].at.isoformat(), rows[index].payment_id)), shown=len(rows)
    )


def _moment(since: str) -> str:
    """A moment as a cursor has it; raises NotDone for what is none."""
    if since != FIRST:
        try:
            datetime.fromisoformat(since)
        except ValueError:
            raise NotDone(ApiProblem.BAD_CURSOR) from None
    return since


DOORS: Final = (
    Door("GET", "/receipts", "receipts", frozenset({KeyScope.READ_RECEIPTS}),
         "Ce que les ménages disent de l'argent reçu", "What households say of money received",
         gives=ItemPage[ReceiptItem], do=_receipts, query=ReceiptQuery, problems=(ApiProblem.BAD_CURSOR,)),
)  # fmt: skip
