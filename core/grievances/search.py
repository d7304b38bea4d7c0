"""The grievances that fit some filters, and one found by its reference, a phone, a household or a name as it sounds.

Whoever asks inside `seen_by` finds what they may see. The filters count as the figures do, so that each figure opens
the list behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlmodel import col, select

from core.grievances.figures import DAYS, IN_TIME, SAYS, Age, Timely
from core.grievances.of_payment import OF_AGENCY, OF_ROUND
from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import IS_OPEN, Channel, GrievanceState, Level, PersonSays, Sex, says_of
from core.numbers.identifiers import digits, number_key
from core.numbers.msisdn import BadNumber, parse
from core.platform import sql
from core.platform.database import reading
from core.registry.numbers import NUMBERED
from core.registry.spellings import spellings
from core.staff.agents import Agent, Role
from core.text.languages import Language
from core.text.words import DESK, Word, called

PAGE_ROWS: Final = 50
MOST_EXPORTED: Final = 20_000
"""Rows of an export: more would hold up the others at work."""


class GrievanceStanding(Word):
    """Several states together, as the list is filtered by them."""

    OPEN = "open"
    OVERDUE = "overdue"
    ENDED = "ended"


class NotSaid(Word):
    """What is looked for where nothing is on record."""

    NOT_SAID = "none"
    NOBODY = "nobody"


class SearchOrder(Word):
    """How the list is ordered."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"


called(
    GrievanceStanding,
    DESK,
    {
        GrievanceStanding.OPEN: "ouverte",
        GrievanceStanding.OVERDUE: "ouverte, en retard",
        GrievanceStanding.ENDED: "terminée",
    },
)
called(NotSaid, DESK, {NotSaid.NOT_SAID: "pas dit", NotSaid.NOBODY: "personne"})
called(
    SearchOrder,
    DESK,
    {SearchOrder.NEWEST: "plus récentes", SearchOrder.OLDEST: "plus anciennes", SearchOrder.DUE: "prochaine échéance"},
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None, or an empty word, does not filter.

    `place` is the P-code of a region, cercle or commune; `assigned` is an agent's id. `agency` and
    `round` (its id) are those of the payment that a complaint of one is about. `words` are looked for in no text
    of a person: reference, household number, phone or name.
    """

    words: str = ""
    state: GrievanceState | GrievanceStanding | None = None
    category: Category | None = None
    channel: Channel | None = None
    level: Level | None = None
    sex: Sex | NotSaid | None = None
    place: str | NotSaid = ""
    assigned: int | NotSaid | None = None
    agency: str | NotSaid = ""
    round: int | NotSaid | None = None
    age: Age | None = None
    timely: Timely | None = None
    says: PersonSays | None = None
    reopened: bool = False
    since: date | None = None
    until: date | None = None
    order: SearchOrder = SearchOrder.NEWEST


@dataclass(frozen=True, slots=True)
class SearchRow:
    """A grievance in the list; `name` is the person's, or that of the head of the household."""

    id: int
    reference: str
    received_at: datetime
    channel: Channel
    category: Category
    subcategory: Subcategory
    sensitivity: Sensitivity
    state: GrievanceState
    level: Level
    region: str | None
    cercle: str | None
    commune: str | None
    sex: Sex | None
    language: Language
    first_answer_due: date
    first_answered_at: datetime | None
    decision_due: date
    decided_at: datetime | None
    next_due: date
    reopened: bool
    withdrawn: bool
    solved: bool | None
    agent: str | None
    name: str | None

    @property
    def says(self) -> PersonSays | None:
        """What the person says of it, None while they said nothing."""
        return says_of(self)


ORDERS: Final = {
    SearchOrder.NEWEST: "grievance.received_at DESC, grievance.id DESC",
    SearchOrder.OLDEST: "grievance.received_at, grievance.id",
    SearchOrder.DUE: "grievance.next_due, grievance.id",
}
STANDINGS: Final = {
    GrievanceStanding.OPEN: IS_OPEN,
    GrievanceStanding.ENDED: f"NOT ({IS_OPEN})",
    GrievanceStanding.OVERDUE: f"{IS_OPEN} AND grievance.next_due < %(today)s",
}
EQUAL: Final = ("category", "channel", "level")
LISTED: Final = """
SELECT grievance.id, grievance.reference, grievance.received_at, grievance.channel, grievance.category,
    grievance.subcategory, grievance.sensitivity, grievance.state, grievance.level, region.name AS region,
    cercle.name AS cercle, commune.name AS commune, grievance.sex, grievance.language, grievance.first_answer_due,
    grievance.first_answered_at, grievance.decision_due, grievance.decided_at, grievance.next_due,
    grievance.reopen_count > 0 AS reopened, grievance.withdrawn_at IS NOT NULL AS withdrawn, grievance.solved,
    agent.name AS agent, {name} AS name
FROM (SELECT id FROM grievance WHERE {where} ORDER BY {order} LIMIT %(most)s OFFSET %(skipped)s) AS fits
JOIN grievance ON grievance.id = fits.id
LEFT JOIN commune ON commune.pcode = grievance.commune_pcode
LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode LEFT JOIN region ON region.pcode = cercle.region_pcode
LEFT JOIN agent ON agent.id = grievance.assigned_to {households}
ORDER BY {order}
"""
NAMED: Final = (
    "CASE WHEN NOT grievance.anonymous THEN coalesce(grievance.name, household.head_name) END",
    "LEFT JOIN household ON household.id = household_id",
)
NAMELESS: Final = ("CAST(NULL AS text)", "")


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of the list: its number, how many pages there are, and how many rows they have together."""

    rows: Sequence[SearchRow]
    number: int
    pages: int
    count: int


async def listed_page(wanted: Wanted, today: date, number: int) -> SearchPage:
    """The rows of a page, the last one for a number beyond it; a name is looked up once for rows and count."""
    where, values = _where(wanted, today, await _named(wanted))
    count = int(await sql.scalar(f"SELECT count(*) FROM grievance WHERE {where}", values) or 0)  # noqa: S608
    pages = max(1, -(-count // PAGE_ROWS))
    number = min(max(number, 1), pages)
    values |= {"most": PAGE_ROWS, "skipped": PAGE_ROWS * (number - 1)}
    rows = await sql.rows(SearchRow, _statement(wanted, where, NAMED), values)
    return SearchPage(rows, number, pages, count)


async def _named(wanted: Wanted) -> Sequence[int] | None:
    """The ids of those whose person has the name that is looked for; None where no name is."""
    if not _is_name(wanted.words):
        return None
    return await sql.scalars("SELECT grievances_like(%(name)s)", {"name": Jsonb(spellings(wanted.words))})


def _is_name(words: str) -> bool:
    return bool(words.strip()) and not any(letter.isdigit() for letter in words)


async def count(wanted: Wanted, today: date) -> int:
    """How many there are."""
    where, values = _where(wanted, today)
    return int(await sql.scalar(f"SELECT count(*) FROM grievance WHERE {where}", values) or 0)  # noqa: S608


async def to_export(wanted: Wanted, today: date) -> list[SearchRow]:
    """The rows of an export, at most MOST_EXPORTED: no name, and never a sensitive one, whoever asks."""
    where, values = _where(wanted, today)
    values |= {"most": MOST_EXPORTED, "skipped": 0}
    statement = _statement(wanted, f"{where} AND grievance.sensitivity <> '{Sensitivity.SENSITIVE}'", NAMELESS)
    return await sql.many_rows(SearchRow, statement, values)


async def to_print(wanted: Wanted, today: date, most: int) -> list[SearchRow]:
    """The first rows for paper, with names; never a sensitive one, whoever asks."""
    where, values = _where(wanted, today)
    where = f"{where} AND grievance.sensitivity <> '{Sensitivity.SENSITIVE}'"
    return await sql.rows(SearchRow, _statement(wanted, where, NAMED), values | {"most": most, "skipped": 0})


async def chosen_to_export(ids: Sequence[int], today: date) -> list[SearchRow]:
    """The rows of an export that were chosen one by one: no name, and never a sensitive one, whoever asks."""
    values = {"today": today, "ids": list(ids), "most": MOST_EXPORTED, "skipped": 0}
    where = f"grievance.id = ANY (CAST(%(ids)s AS integer[])) AND grievance.sensitivity <> '{Sensitivity.SENSITIVE}'"
    return await sql.many_rows(SearchRow, _statement(Wanted(), where, NAMELESS), values)


def _statement(wanted: Wanted, where: str, names: tuple[str, str]) -> str:
    return LISTED.format(where=where, order=ORDERS[wanted.order], name=names[0], households=names[1])


def _where(wanted: Wanted, today: date, named: Sequence[int] | None = None) -> tuple[str, dict[str, Any]]:
    """SQL of the filters, of our own words alone, and their values; `named` fit the name, where it was looked up."""
    clauses = ["true"]
    values: dict[str, Any] = {"today": today, "since": None, "until": None}
    for name in EQUAL:
        value = getattr(wanted, name)
        if value is not None:
            clauses.append(f"grievance.{name} = %({name})s")
            values[name] = value.value
    if isinstance(wanted.state, GrievanceStanding):
        clauses.append(STANDINGS[wanted.state])
    elif wanted.state is not None:
        clauses.append("grievance.state = %(state)s")
        values["state"] = wanted.state.value
    _who_and_where(wanted, clauses, values)
    _of_payment(wanted, clauses, values)
    if wanted.timely is not None:
        clauses.append(IN_TIME[wanted.timely])
    if wanted.says is not None:
        clauses.append(SAYS[wanted.says])
    if wanted.reopened:
        clauses.append("grievance.reopen_count > 0")
    _days(wanted, today, clauses, values)
    if wanted.words.strip():
        clauses.append(_words(wanted.words, named, values))
    return " AND ".join(f"({clause})" for clause in clauses), values


def _who_and_where(wanted: Wanted, clauses: list[str], values: dict[str, Any]) -> None:
    filters = (
        ("sex", wanted.sex, "grievance.sex", "grievance.sex = %(sex)s"),
        ("place", wanted.place, "grievance.commune_pcode", WITHIN),
        ("assigned", wanted.assigned, "grievance.assigned_to", "grievance.assigned_to = %(assigned)s"),
    )
    for name, value, column, clause in filters:
        if isinstance(value, NotSaid):
            clauses.append(f"{column} IS NULL")
        elif value not in (None, ""):
            clauses.append(clause)
            values[name] = value.value if isinstance(value, Sex) else value


def _of_payment(wanted: Wanted, clauses: list[str], values: dict[str, Any]) -> None:
    for name, value, clause in (("agency", wanted.agency, OF_AGENCY), ("round", wanted.round, OF_ROUND)):
        if value not in (None, ""):
            clauses.append(clause)
            values[name] = None if isinstance(value, NotSaid) else value


WITHIN: Final = (
    "grievance.commune_pcode IN (SELECT commune.pcode FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode "
    "WHERE %(place)s IN (commune.pcode, cercle.pcode, cercle.region_pcode))"
)
RECEIVED: Final = {
    "since": "grievance.received_at >= CAST(CAST(%(since)s AS date) AS timestamptz)",
    "until": "grievance.received_at < CAST(CAST(%(until)s AS date) AS timestamptz)",
}


def _days(wanted: Wanted, today: date, clauses: list[str], values: dict[str, Any]) -> None:
    """The days between which it was received, the last one counted, as they are asked or as an age tells them."""
    bounds = {"since": wanted.since, "until": wanted.until and wanted.until + timedelta(days=1)}
    if wanted.age is not None:
        youngest, oldest = DAYS[wanted.age]
        bounds |= {"until": today - timedelta(days=youngest - 1)}
        bounds |= {} if oldest is None else {"since": today - timedelta(days=oldest)}
        clauses.append(IS_OPEN)
    for name, day in bounds.items():
        if day is not None:
            clauses.append(RECEIVED[name])
            values[name] = day


def _words(words: str, named: Sequence[int] | None, values: dict[str, Any]) -> str:
    """SQL of what somebody typed: a reference, a household or a phone where it is a number, or else a name.

    A household is found by either of its numbers; that of the programme may have letters, or nothing else.
    """
    values["number"] = number_key(words)
    of_household = f"grievance.household_id = ANY(ARRAY(SELECT household.id FROM household WHERE {NUMBERED}))"  # noqa: S608
    if named is not None:
        values["named"] = list(named)
        return f"grievance.id = ANY (CAST(%(named)s AS integer[])) OR {of_household}"
    if _is_name(words):
        values["name"] = Jsonb(spellings(words))
        return f"grievance.id IN (SELECT grievances_like(%(name)s)) OR {of_household}"
    number = digits(words)
    values["reference"] = number
    fits = ["grievance.reference = %(reference)s", of_household]
    try:
        values["msisdn"] = parse(number)
        fits.append("grievance.msisdn = %(msisdn)s")
    except BadNumber:
        pass
    return " OR ".join(fits)


PLACES: Final = """
SELECT pcode, label FROM (
    SELECT region.pcode, region.name AS label, region.pcode AS region, 0 AS size FROM region UNION ALL
    SELECT cercle.pcode, region.name || ' › ' || cercle.name, region.pcode, 1
    FROM cercle JOIN region ON region.pcode = region_pcode UNION ALL
    SELECT commune.pcode, region.name || ' › ' || cercle.name || ' › ' || commune.name, region.pcode, 2
    FROM commune JOIN cercle ON cercle.pcode = cercle_pcode JOIN region ON region.pcode = region_pcode
) AS place
WHERE size < 2 OR region = (SELECT region_pcode FROM cercle LEFT JOIN commune ON commune.cercle_pcode = cercle.pcode
    WHERE %(chosen)s IN (commune.pcode, cercle.pcode, cercle.region_pcode) LIMIT 1)
ORDER BY label
"""


@dataclass(frozen=True, slots=True)
class _Place:
    pcode: str
    label: str


async def agents() -> list[tuple[str, str]]:
    """Who may have a grievance assigned: id and name."""
    working = select(Agent).where(col(Agent.disabled_at).is_(None), Agent.role != Role.ADMINISTRATOR)
    async with reading() as session:
        people = await session.exec(working.order_by(col(Agent.name), col(Agent.id)))
        return [(str(each.id), each.name) for each in people]


async def places(chosen: str) -> list[tuple[str, str]]:
    """The regions and cercles, and the communes of the region that the chosen place is in: P-code and name."""
    return [(place.pcode, place.label) for place in await sql.rows(_Place, PLACES, {"chosen": chosen})]
