"""Decisions that are still to be told by a call: whoever missed the person said on which day to call again.

They are on the work list of whoever has or decided the case on that day, and from the day after it on that of whoever
leads them: a decision that nobody tells is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.grievances.queue import SHOWS_NAME
from core.grievances.subjects import Category, Subcategory
from core.grievances.vocabulary import DECIDED
from core.platform import sql
from core.platform.columns import listed
from core.staff.agents import Actor
from core.staff.permissions import Permission, may
from core.text.languages import Language

MOST: Final = 50
TO_TELL: Final = f"""
SELECT grievance.id, reference, category, subcategory, call_again_on, grievance.language, holder.name AS holder,
    CASE WHEN {SHOWS_NAME} THEN coalesce(grievance.name, head_name) END AS name
FROM grievance LEFT JOIN household ON household.id = household_id
LEFT JOIN agent AS holder ON holder.id = coalesce(assigned_to, decided_by)
WHERE call_again_on <= CAST(%(today)s AS date) AND state IN {listed(DECIDED)}
    AND (%(me)s IN (assigned_to, decided_by) OR %(leads)s AND call_again_on < CAST(%(today)s AS date))
ORDER BY call_again_on, grievance.id LIMIT {MOST}
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class ToTell:
    """A decided grievance whose person is to be called on a day that has come, and whose it is."""

    id: int
    reference: str
    category: Category
    subcategory: Subcategory
    call_again_on: date
    language: Language
    holder: str | None
    name: str | None


async def to_tell(actor: Actor, today: date) -> Sequence[ToTell]:
    """Those that somebody is to call today, or whose people should have; whoever waits longest first."""
    values = {"me": actor.id, "today": today, "leads": may(actor, Permission.CLOSE_OF_OTHERS)}
    return await sql.rows(ToTell, TO_TELL, values)
