"""Households of ours as other programmes ask for them: what the transaction sees, and what the line says of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from core.grievances.vocabulary import STILL_OPEN
from core.numbers.identifiers import number_key
from core.payments.account import account
from core.platform import sql
from core.registry.numbers import NOT_FORGOTTEN, PROGRAMME_NO, key_sql
from core.registry.statuses import Status
from core.spdci.criteria import Attribute, SearchCriteria
from core.spdci.mapping import OwnEnrolment, OwnHousehold

CONDITIONS: Final[Mapping[Attribute, str]] = {
    Attribute.NUMBER: f"({key_sql()} = ANY (%(household_no)s) OR household.household_no = ANY (%(household_no)s))",
    Attribute.PLACE: """EXISTS (SELECT FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
        WHERE commune.pcode = household.commune_pcode
        AND (ARRAY[commune.pcode, cercle.pcode, cercle.region_pcode]) && CAST(%(commune_pcode)s AS varchar[]))""",
    Attribute.STATUS: "household.status = ANY (%(enrolment_status)s)",
}
FOUND: Final = f"""
SELECT household.id, {PROGRAMME_NO}, household.commune_pcode, household.status,
    (SELECT min(since) FROM enrolment WHERE enrolment.household_id = household.id) AS since, count(*) OVER () AS total
FROM household WHERE {NOT_FORGOTTEN} AND {{conditions}}
ORDER BY {{order}} household.id LIMIT %(size)s OFFSET %(offset)s
"""  # noqa: S608 - our own words
OWN_FIRST: Final = f"{key_sql()} <> ALL (%(household_no)s),"
"""Whose own number it is comes before whom we gave it."""

GRIEVANCES: Final = f"""
SELECT household_id, count(*) FILTER (WHERE {STILL_OPEN}) AS open,
    count(*) FILTER (WHERE NOT ({STILL_OPEN})) AS decided
FROM grievance WHERE household_id = ANY (%(ids)s) AND sensitivity <> 'sensitive' AND NOT anonymous
GROUP BY household_id
"""  # noqa: S608 - our own words
"""None that is sensitive, and none whose person wanted not to be named."""


@dataclass(frozen=True, slots=True)
class _FoundRow:
    id: int
    programme_no: str
    commune_pcode: str
    status: Status
    since: date | None
    total: int


@dataclass(frozen=True, slots=True)
class _CountRow:
    household_id: int
    open: int
    decided: int


async def beneficiaries(
    criteria: SearchCriteria, today: date, *, with_grievances: bool
) -> tuple[list[OwnHousehold], int]:
    """A page of the households that a search finds, and how many it finds, within the transaction of who asks."""
    wanted: dict[str, Any] = {name.value: sorted(values) for name, values in criteria.wanted.items()}
    conditions = " AND ".join(CONDITIONS[name] for name in criteria.wanted)
    order = OWN_FIRST if criteria.is_one else ""
    size = 1 if criteria.is_one else criteria.size
    values = {**wanted, "size": size, "offset": 0 if criteria.is_one else (criteria.page - 1) * size}
    rows = await sql.rows(_FoundRow, FOUND.format(conditions=conditions, order=order), values)
    counts = await _counts([row.id for row in rows]) if with_grievances else None
    households = [await _household(row, today, counts) for row in rows]
    total = rows[0].total if rows else 0
    return households, min(total, 1) if criteria.is_one else total


async def _counts(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    rows = await sql.rows(_CountRow, GRIEVANCES, {"ids": list(ids)})
    return {row.household_id: {"open": row.open, "decided": row.decided} for row in rows}


async def _household(row: _FoundRow, today: date, counts: Mapping[int, Mapping[str, int]] | None) -> OwnHousehold:
    money = await account(row.id, today)
    if money is None:
        raise LookupError(f"household {row.id} went while it was read")
    return OwnHousehold(
        enrolment=_enrolment(row),
        money=money,
        grievances=None if counts is None else counts.get(row.id, {"open": 0, "decided": 0}),
    )


ENROLMENTS: Final = f"""
SELECT household.id, {PROGRAMME_NO}, household.commune_pcode, household.status,
    (SELECT min(since) FROM enrolment WHERE enrolment.household_id = household.id) AS since, 0 AS total
FROM household WHERE {NOT_FORGOTTEN} AND {{which}} AND household.id > %(after)s ORDER BY household.id LIMIT %(most)s
"""  # noqa: S608 - our own words
CHANGED: Final = "household.updated_at >= %(since)s"
MOST_TOLD: Final = 500
"""Households that a registry is told of in one message."""


async def enrolments_of(numbers: Sequence[str]) -> list[OwnEnrolment]:
    """Where the households with these numbers stand, so many at the most as go in one message."""
    wanted = [number_key(number) for number in numbers]
    return list(map(_enrolment, await _rows(CONDITIONS[Attribute.NUMBER], {"household_no": wanted})))


async def enrolments_since(since: datetime) -> AsyncIterator[Sequence[OwnEnrolment]]:
    """Where every household stands that changed since a moment, each time as many as go in one message."""
    last = 0
    while rows := await _rows(CHANGED, {"since": since}, last):
        yield list(map(_enrolment, rows))
        last = rows[-1].id


async def _rows(which: str, values: Mapping[str, Any], after: int = 0) -> Sequence[_FoundRow]:
    return await sql.rows(_FoundRow, ENROLMENTS.format(which=which), {**values, "after": after, "most": MOST_TOLD})


def _enrolment(row: _FoundRow) -> OwnEnrolment:
    since = row.since.isoformat() if row.since else None
    return OwnEnrolment(row.programme_no, row.commune_pcode, row.status, since)
