"""What a person sees of a grievance on a phone: those of their phone, and where one stands by its reference."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from core.grievances.rules import may_be_reopened
from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import DECIDED, GrievanceState
from core.platform import sql


@dataclass(frozen=True, slots=True)
class GrievanceCard:
    """A grievance in the list of a phone."""

    reference: str
    category: Category
    subcategory: Subcategory
    state: GrievanceState
    received_on: date


@dataclass(frozen=True, slots=True)
class GrievanceView:
    """A grievance as its reference shows it; nothing of a sensitive one's answer, and no words of any.

    `answer_due` is the day its decision is due.
    """

    reference: str
    category: Category
    subcategory: Subcategory
    sensitive: bool
    state: GrievanceState
    received_on: date
    answer_due: date
    answer: str | None
    reopened: bool

    @property
    def may_reopen(self) -> bool:
        """Whether the person may have it reopened."""
        return may_be_reopened(self.state, appealed=self.reopened)


OF_PHONE: Final = """
SELECT reference, category, subcategory, state, CAST(received_at AS date) AS received_on FROM grievance
WHERE msisdn = %(msisdn)s AND sensitivity <> %(sensitive)s ORDER BY received_at DESC, id DESC LIMIT 10
"""
VIEW: Final = """
SELECT reference, category, subcategory, sensitivity = %(sensitive)s AS sensitive, state,
    CAST(received_at AS date) AS received_on, decision_due AS answer_due,
    CASE WHEN sensitivity <> %(sensitive)s AND state = ANY(%(decided)s) THEN answer END AS answer,
    reopen_count > 0 AS reopened
FROM grievance WHERE reference = %(reference)s
"""
SENSITIVE: Final = {"sensitive": Sensitivity.SENSITIVE.value, "decided": [state.value for state in DECIDED]}


async def of_phone(msisdn: str) -> tuple[GrievanceCard, ...]:
    """The last ten grievances filed from this phone, newest first; never a sensitive one, since phones are shared."""
    return tuple(await sql.rows(GrievanceCard, OF_PHONE, SENSITIVE | {"msisdn": msisdn}))


async def by_reference(reference: str) -> GrievanceView | None:
    """The grievance with this reference, or None."""
    return await sql.row(GrievanceView, VIEW, SENSITIVE | {"reference": reference})
