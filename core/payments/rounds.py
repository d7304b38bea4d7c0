"""The payment rounds that there are."""

from collections.abc import Iterable
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


def coming(round_: Round, today: date) -> bool:
    """Whether some of its days is still to come, or none is fixed yet."""
    return round_.last_day is None or round_.last_day >= today


def nearest_first(rounds_: Iterable[Round], today: date) -> tuple[Round, ...]:
    """Those that are coming, the nearest first and those without a day after them; then the old, the last one first."""
    ahead: list[Round] = []
    old: list[Round] = []
    for each in rounds_:
        (ahead if coming(each, today) else old).append(each)
    ahead.sort(key=lambda each: (each.last_day or date.max, each.id))
    old.sort(key=lambda each: (each.last_day or date.min, each.id), reverse=True)
    return (*ahead, *old)


async def rounds(most: int = 24) -> tuple[Round, ...]:
    """The rounds that were added last."""
    return tuple(await sql.rows(Round, ROUNDS, {"most": most}))
