"""The grievances that fit some filters, and one found by its reference, a phone, a household or a name as it sounds.

Whoever asks inside `seen_by` finds what they may see. The filters count as the figures do, so that each figure opens
the list behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import TextClause, text

from core.grievances.figures import AGES, IN_TIME, IS_OPEN
from core.numbers.identifiers import digits, is_household_no
from core.numbers.msisdn import BadNumber, parse
from core.platform.database import reading

PAGE_ROWS: Final = 50
MOST_EXPORTED: Final = 20_000
"""Rows of an export: more would hold up the others at work."""

NOT_SAID: Final = "none"
ORDERS: Final[Mapping[str, str]] = {
    "newest": "grievance.received_at DESC, grievance.id DESC",
    "oldest": "grievance.received_at, grievance.id",
    "due": "grievance.next_due, grievance.id",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; an empty word does not filter.

    `state` is a state, `open`, `ended` or `overdue`; `sex` and `place` may be `none`, where it was not said; `place` is
    the P-code of a region, cercle or commune; `assigned` is an agent's id or `nobody`; `timely` is one of IN_TIME.
    `words` are looked for in no text of a person: reference, household number, phone or name.
    """

    words: str = ""
    state: str = ""
    category: str = ""
    channel: str = ""
    level: str = ""
    sex: str = ""
    place: str = ""
    assigned: str = ""
    age: str = ""
    timely: str = ""
    reopened: bool = False
    since: date | None = None
    until: date | None = None
    order: str = "newest"


@dataclass(frozen=True, slots=True)
class Row:
    """A grievance in the list; `name` is the person's, or that of the head of the household."""

    reference: str
    received_at: datetime
    channel: str
    category: str
    subcategory: str
    sensitivity: str
    state: str
    level: str
    region: str | None
    cercle: str | None
    commune: str | None
    sex: str | None
    language: str
    first_answer_due: date
    first_answered_at: datetime | None
    decision_due: date
    decided_at: datetime | None
    next_due: date
    reopened: bool
    agent: str | None
    name: str | None


STATES: Final[Mapping[str, str]] = {
    "open": IS_OPEN,
    "ended": f"NOT ({IS_OPEN})",
    "overdue": f"{IS_OPEN} AND grievance.next_due < :today",
}
EQUAL: Final = ("category", "channel", "level")
FOUND: Final = """
SELECT grievance.reference, grievance.received_at, grievance.channel, grievance.category, grievance.subcategory,
    grievance.sensitivity, grievance.state, grievance.level, region.name AS region, cercle.name AS cercle,
    commune.name AS commune, grievance.sex, grievance.language, grievance.first_answer_due,
    grievance.first_answered_at, grievance.decision_due, grievance.decided_at, grievance.next_due,
    grievance.reopen_count > 0 AS reopened, agent.name AS agent, {name} AS name
FROM (SELECT id FROM grievance WHERE {where} ORDER BY {order} LIMIT :most OFFSET :skipped) AS fits
JOIN grievance ON grievance.id = fits.id
LEFT JOIN commune ON commune.pcode = grievance.commune_pcode
LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode LEFT JOIN region ON region.pcode = cercle.region_pcode
LEFT JOIN agent ON agent.id = grievance.assigned_to {households}
ORDER BY {order}
"""
NAMED: Final = ("coalesce(grievance.name, household.head_name)", "LEFT JOIN household ON household.id = household_id")
NAMELESS: Final = ("CAST(NULL AS text)", "")


async def count(wanted: Wanted, today: date) -> int:
    """How many there are."""
    where, values = _where(wanted, today)
    async with reading() as connection:
        statement = text(f"SELECT count(*) FROM grievance WHERE {where}")  # noqa: S608 - our own words
        return int(await connection.scalar(statement, values) or 0)


async def page(wanted: Wanted, today: date, number: int = 1) -> list[Row]:
    """The rows of a page, the first being 1."""
    where, values = _where(wanted, today)
    statement = _statement(wanted, where, NAMED)
    return await _rows(statement, values | {"most": PAGE_ROWS, "skipped": PAGE_ROWS * (number - 1)})


async def to_export(wanted: Wanted, today: date) -> list[Row]:
    """The rows of an export, at most MOST_EXPORTED: no name, and never a sensitive one, whoever asks."""
    where, values = _where(wanted, today)
    statement = _statement(wanted, f"{where} AND grievance.sensitivity <> 'sensitive'", NAMELESS)
    return await _rows(statement, values | {"most": MOST_EXPORTED, "skipped": 0})


def _statement(wanted: Wanted, where: str, names: tuple[str, str]) -> TextClause:
    order = ORDERS.get(wanted.order, ORDERS["newest"])
    return text(FOUND.format(where=where, order=order, name=names[0], households=names[1]))


async def _rows(statement: TextClause, values: Mapping[str, Any]) -> list[Row]:
    async with reading() as connection:
        return [Row(*row) for row in await connection.execute(statement, values)]


def _where(wanted: Wanted, today: date) -> tuple[str, dict[str, Any]]:
    """SQL of the filters, of our own words alone, and their values."""
    clauses = ["true"]
    values: dict[str, Any] = {"today": today}
    for name in EQUAL:
        if getattr(wanted, name):
            clauses.append(f"grievance.{name} = :{name}")
            values[name] = getattr(wanted, name)
    if wanted.state in STATES:
        clauses.append(STATES[wanted.state])
    elif wanted.state:
        clauses.append("grievance.state = :state")
        values["state"] = wanted.state
    _sex_and_place(wanted, clauses, values)
    if wanted.assigned == "nobody":
        clauses.append("grievance.assigned_to IS NULL")
    elif wanted.assigned.isdigit():
        clauses.append("grievance.assigned_to = :assigned")
        values["assigned"] = int(wanted.assigned)
    if wanted.timely in IN_TIME:
        clauses.append(IN_TIME[wanted.timely])
    if wanted.reopened:
        clauses.append("grievance.reopen_count > 0")
    _days(wanted, today, clauses, values)
    if wanted.words.strip():
        clauses.append(_words(wanted.words, values))
    return " AND ".join(f"({clause})" for clause in clauses), values


def _sex_and_place(wanted: Wanted, clauses: list[str], values: dict[str, Any]) -> None:
    if wanted.sex == NOT_SAID:
        clauses.append("grievance.sex IS NULL")
    elif wanted.sex:
        clauses.append("grievance.sex = :sex")
        values["sex"] = wanted.sex
    if wanted.place == NOT_SAID:
        clauses.append("grievance.commune_pcode IS NULL")
    elif wanted.place:
        clauses.append(WITHIN)
        values["place"] = wanted.place


WITHIN: Final = (
    "grievance.commune_pcode IN (SELECT commune.pcode FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode "
    "WHERE :place IN (commune.pcode, cercle.pcode, cercle.region_pcode))"
)
DAYS: Final = {
    "since": "grievance.received_at >= CAST(CAST(:since AS date) AS timestamptz)",
    "until": "grievance.received_at < CAST(CAST(:until AS date) AS timestamptz)",
}


def _days(wanted: Wanted, today: date, clauses: list[str], values: dict[str, Any]) -> None:
    """The days between which it was received, the last one counted, as they are asked or as an age tells them."""
    bounds = {"since": wanted.since, "until": wanted.until and wanted.until + timedelta(days=1)}
    if wanted.age in AGES:
        youngest, oldest = AGES[wanted.age]
        bounds |= {"until": today - timedelta(days=youngest - 1)}
        bounds |= {} if oldest is None else {"since": today - timedelta(days=oldest)}
        clauses.append(IS_OPEN)
    for name, day in bounds.items():
        if day is not None:
            clauses.append(DAYS[name])
            values[name] = day


def _words(words: str, values: dict[str, Any]) -> str:
    """SQL of what somebody typed: a reference, a household or a phone where it is a number, or else a name."""
    number = digits(words)
    if not number.lstrip("+").isdigit():
        values["name"] = words
        return "grievance.id IN (SELECT grievances_named(:name))"
    fits = ["grievance.reference = :number"]
    values["number"] = number
    if is_household_no(number):
        fits.append("grievance.household_id = (SELECT id FROM household WHERE household_no = :number)")
    try:
        values["msisdn"] = parse(number)
        fits.append("grievance.msisdn = :msisdn")
    except BadNumber:
        pass
    return " OR ".join(fits)


AGENTS: Final = text(
    "SELECT id, name FROM agent WHERE disabled_at IS NULL AND role <> 'administrator' ORDER BY name, id"
)
PLACES: Final = text("""
SELECT pcode, label FROM (
    SELECT region.pcode, region.name AS label, region.pcode AS region, 0 AS size FROM region UNION ALL
    SELECT cercle.pcode, region.name || ' › ' || cercle.name, region.pcode, 1
    FROM cercle JOIN region ON region.pcode = region_pcode UNION ALL
    SELECT commune.pcode, region.name || ' › ' || cercle.name || ' › ' || commune.name, region.pcode, 2
    FROM commune JOIN cercle ON cercle.pcode = cercle_pcode JOIN region ON region.pcode = region_pcode
) AS place
WHERE size < 2 OR region = (SELECT region_pcode FROM cercle LEFT JOIN commune ON commune.cercle_pcode = cercle.pcode
    WHERE :chosen IN (commune.pcode, cercle.pcode, cercle.region_pcode) LIMIT 1)
ORDER BY label
""")


async def agents() -> list[tuple[str, str]]:
    """Who may have a grievance assigned: id and name."""
    async with reading() as connection:
        return [(str(row.id), row.name) for row in await connection.execute(AGENTS)]


async def places(chosen: str) -> list[tuple[str, str]]:
    """The regions and cercles, and the communes of the region that the chosen place is in: P-code and name."""
    async with reading() as connection:
        return [(row.pcode, row.label) for row in await connection.execute(PLACES, {"chosen": chosen})]
