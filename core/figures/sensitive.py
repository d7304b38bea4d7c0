"""How many sensitive complaints there were, for the head of the whole country alone and as numbers alone.

The database itself counts them, tells no number below five, no exact one and no quarter that is not over, and splits
them by nothing: so that no two questions differ by a person (`docs/decisions/0029-numbers-behind-the-wall.md`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.figures.small import BAND
from core.platform import sql
from core.staff.agents import Actor
from core.staff.permissions import Permission, may

__all__ = ["BAND", "SensitiveTotal", "may_see_totals", "totals"]

TOTALS: Final = "SELECT quarter, at_least FROM sensitive_totals() ORDER BY quarter DESC"


@dataclass(frozen=True, slots=True)
class SensitiveTotal:
    """A quarter by its first day, and the least of the five numbers that the true one is among; None below five."""

    quarter: date
    at_least: int | None


def may_see_totals(actor: Actor) -> bool:
    """Whether somebody heads the whole country."""
    return may(actor, Permission.READ_SENSITIVE_TOTALS) and actor.scope_code is None


async def totals() -> Sequence[SensitiveTotal]:
    """The last eight quarters that are over, the last one first; refused by the database to others."""
    return await sql.rows(SensitiveTotal, TOTALS)
