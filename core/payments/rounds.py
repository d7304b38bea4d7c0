"""The payment rounds that there are."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from core.platform import sql
from core.registry.components import ComponentCode


@dataclass(frozen=True, slots=True)
class Round:
    """A payment round, and the last of its days that is fixed."""

    id: int
    component: ComponentCode
    name: str
    last_day: date | None


ROUNDS: Final = """
SELECT payment_round.id, payment_round.component, payment_round.name, (
    SELECT max(due_date) FROM payment WHERE payment.round_id = payment_round.id) AS last_day
FROM payment_round ORDER BY payment_round.id DESC LIMIT %(most)s
"""


async def rounds(most: int = 24) -> tuple[Round, ...]:
    """The rounds that were added last."""
    return tuple(await sql.rows(Round, ROUNDS, {"most": most}))
