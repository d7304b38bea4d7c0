"""The payment rounds that there are."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from core.platform.database import reading


@dataclass(frozen=True, slots=True)
class Round:
    """A payment round, and the last of its days that is fixed."""

    id: int
    component: str
    name: str
    last_day: date | None


ROUNDS = text("""
SELECT payment_round.id, payment_round.component, payment_round.name, (
    SELECT max(due_date) FROM payment WHERE payment.round_id = payment_round.id) AS last_day
FROM payment_round ORDER BY payment_round.id DESC LIMIT :most
""")


async def rounds(most: int = 24) -> tuple[Round, ...]:
    """The rounds that were added last."""
    async with reading() as connection:
        rows = await connection.execute(ROUNDS, {"most": most})
    return tuple(Round(*row) for row in rows)
