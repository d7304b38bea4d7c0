"""Which grievances are likely one: by whose they are, what they are about, and when they came; each says why.

A sensitive one is like no other, and one whose person hides their name is never found by it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import STILL_OPEN, GrievanceState
from core.platform import sql
from core.text.words import DESK, Word, called

SAME_SUBJECT_WITHIN: Final = timedelta(days=30)
"""Two open grievances of one household or phone about the same thing are likely one, this near to each other."""

ANY_SUBJECT_WITHIN: Final = timedelta(days=7)
"""So are two about different things: the second call seldom finds the same words."""

NAMESAKE_WITHIN: Final = timedelta(days=30)
"""So are two of one name and village that no household and no phone tells apart."""

RELATED_ROWS: Final = 10
NAMESAKE_ROWS: Final = 5
NEAR_ROWS: Final = 500
"""The open ones of a commune that are looked at for a namesake, the last ones first."""


class Alike(Word):
    """What two grievances have in common."""

    HOUSEHOLD = "household"
    PHONE = "phone"
    SUBJECT = "subject"
    NAME = "name"


called(
    Alike,
    DESK,
    {
        Alike.HOUSEHOLD: "même ménage",
        Alike.PHONE: "même téléphone",
        Alike.SUBJECT: "même sujet",
        Alike.NAME: "même nom, même village",
    },
)


@dataclass(frozen=True, slots=True)
class Related:
    """Another grievance of the same household, phone or name; `likely` when it looks like the same one.

    `follows` when it was merged into this one; `joins` while it may be.
    """

    id: int
    reference: str
    category: Category
    subcategory: Subcategory
    state: GrievanceState
    received_at: datetime
    likely: bool
    follows: bool
    joins: bool
    same_household: bool
    same_phone: bool
    same_subject: bool
    same_name: bool

    @property
    def reasons(self) -> tuple[Alike, ...]:
        """What it has in common with this one."""
        holds = {
            Alike.HOUSEHOLD: self.same_household,
            Alike.PHONE: self.same_phone,
            Alike.NAME: self.same_name,
            Alike.SUBJECT: self.same_subject,
        }
        return tuple(alike for alike, so in holds.items() if so)

    def apart(self, day: date) -> int:
        """Days between the two."""
        return abs((self.received_at.date() - day).days)


def _near(days: str) -> str:
    within = f"CAST({days} AS interval)"
    return f"other.received_at BETWEEN own.received_at - {within} AND own.received_at + {within}"


def _name(column: str) -> str:
    """SQL of the words of a name as they sound, in whatever order they were said."""
    return f"strip(to_tsvector('simple', looser(loose_words({column}))))"


_ORDINARY: Final = f"other.sensitivity <> '{Sensitivity.SENSITIVE}' AND own.sensitivity <> '{Sensitivity.SENSITIVE}'"
RELATED: Final = f"""
WITH own AS MATERIALIZED (SELECT * FROM grievance WHERE id = %(id)s), other AS (
    SELECT * FROM grievance WHERE id <> %(id)s
        AND (household_id = CAST(%(household_id)s AS integer) OR msisdn = CAST(%(msisdn)s AS varchar)))
SELECT other.id, other.reference, other.category, other.subcategory, other.state, other.received_at,
    {_ORDINARY} AND other.{STILL_OPEN} AND (other.household_id = own.household_id) IS NOT FALSE
        AND ({_name("other.name")} = {_name("own.name")}) IS NOT FALSE
        AND ({_near("%(any_subject)s")}
            OR other.category = own.category AND {_near("%(same_subject)s")}) AS likely,
    other.lead_id IS NOT DISTINCT FROM own.id AS follows, other.{STILL_OPEN} AND other.lead_id IS NULL AS joins,
    coalesce(other.household_id = own.household_id, false) AS same_household,
    coalesce(other.msisdn = own.msisdn, false) AS same_phone,
    other.subcategory = own.subcategory AS same_subject, false AS same_name
FROM own, other
ORDER BY follows DESC, likely DESC, other.received_at DESC LIMIT {RELATED_ROWS}
"""  # noqa: S608 - our own words
"""Two that one phone told of two households, or of two forgotten ones by name, are not likely one."""

NAMESAKES: Final = f"""
WITH own AS MATERIALIZED (
    SELECT grievance.id, grievance.commune_pcode, received_at, household_id, msisdn, sex, subcategory,
        {_name("coalesce(grievance.name, head_name)")} AS words,
        loose_village(coalesce(grievance.village, household.village)) AS place
    FROM grievance LEFT JOIN household ON household.id = household_id
    WHERE grievance.id = %(id)s AND sensitivity <> '{Sensitivity.SENSITIVE}' AND NOT anonymous
), other AS MATERIALIZED (
    SELECT near.* FROM own CROSS JOIN LATERAL (
        SELECT * FROM grievance AS other WHERE other.commune_pcode = own.commune_pcode AND other.{STILL_OPEN}
            AND {_near("%(namesake)s")}
        ORDER BY other.received_at DESC LIMIT {NEAR_ROWS}) AS near
    WHERE near.id <> own.id AND near.sensitivity <> '{Sensitivity.SENSITIVE}' AND NOT near.anonymous
        AND (near.household_id IS NULL OR own.household_id IS NULL) AND (near.sex = own.sex) IS NOT FALSE
        AND (near.msisdn = own.msisdn) IS NOT TRUE
)
SELECT other.id, other.reference, other.category, other.subcategory, other.state, other.received_at, true AS likely,
    other.lead_id IS NOT DISTINCT FROM own.id AS follows,
    other.lead_id IS NULL AND other.household_id IS NULL AND own.household_id IS NULL AS joins,
    false AS same_household, false AS same_phone, other.subcategory = own.subcategory AS same_subject,
    true AS same_name
FROM own, other LEFT JOIN household ON household.id = other.household_id
WHERE length(own.words) > 1 AND {_name("coalesce(other.name, head_name)")} = own.words AND own.place <> ''
    AND loose_village(coalesce(other.village, household.village)) = own.place
ORDER BY other.received_at DESC LIMIT {NAMESAKE_ROWS}
"""  # noqa: S608
"""Names and villages as they sound, among the open ones of its commune. Only two that no register names can be joined:
else the answer might tell of a household to the phone of a namesake."""


async def related(grievance_id: int, household_id: int | None, msisdn: str | None) -> tuple[Related, ...]:
    """What is seen beside a grievance: of its household or phone, and of its name and village."""
    values = {
        "id": grievance_id,
        "household_id": household_id,
        "msisdn": msisdn,
        "same_subject": SAME_SUBJECT_WITHIN,
        "any_subject": ANY_SUBJECT_WITHIN,
    }
    return (*await sql.rows(Related, RELATED, values), *await _namesakes(grievance_id))


async def joins_by_name(grievance_id: int, other_id: int) -> bool:
    """Whether another may be joined to a grievance because their names and villages sound the same."""
    return any(each.id == other_id and each.joins for each in await _namesakes(grievance_id))


async def _namesakes(grievance_id: int) -> list[Related]:
    return list(await sql.rows(Related, NAMESAKES, {"id": grievance_id, "namesake": NAMESAKE_WITHIN}))
