"""Figures of grievances over a period: received, in time or late, how many days it took, what is open and how old.

Whoever asks inside `seen_by` counts what they may see: a sensitive one is in the figures of focal persons alone. An
appeal begins anew: its days are counted from when it was reopened.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Protocol

from core.grievances.subjects import Category
from core.grievances.vocabulary import IS_OPEN, Channel, PersonSays, Sex
from core.platform import sql
from core.staff.agents import Scope
from core.text.words import DESK, Word, called


class Age(Word):
    """How long ago an open grievance was received, in days."""

    WEEK = "0-7"
    FORTNIGHT = "8-14"
    MONTH = "15-30"
    TWO_MONTHS = "31-60"
    OLDER = "61-"


DAYS: Final[Mapping[Age, tuple[int, int | None]]] = {
    Age.WEEK: (0, 7),
    Age.FORTNIGHT: (8, 14),
    Age.MONTH: (15, 30),
    Age.TWO_MONTHS: (31, 60),
    Age.OLDER: (61, None),
}
"""The first and the last day of each age, the youngest first."""


class Timely(Word):
    """Whether the first answer or the decision was given in time, or late: after its day, or not while it is past."""

    ANSWERED = "answered"
    ANSWERED_LATE = "answered_late"
    DECIDED = "decided"
    DECIDED_LATE = "decided_late"


class By(Word):
    """What figures are split by."""

    CATEGORY = "category"
    CHANNEL = "channel"
    SEX = "sex"
    PLACE = "place"


class Span(Word):
    """How long each period of a report is."""

    MONTH = "month"
    QUARTER = "quarter"


called(
    Age,
    DESK,
    {
        Age.WEEK: "7 jours au plus",
        Age.FORTNIGHT: "8 à 14 jours",
        Age.MONTH: "15 à 30 jours",
        Age.TWO_MONTHS: "31 à 60 jours",
        Age.OLDER: "plus de 60 jours",
    },
)
called(
    Timely,
    DESK,
    {
        Timely.ANSWERED: "première réponse à temps",
        Timely.ANSWERED_LATE: "première réponse en retard",
        Timely.DECIDED: "décidée à temps",
        Timely.DECIDED_LATE: "décision en retard",
    },
)
called(By, DESK, {By.CATEGORY: "Catégorie", By.CHANNEL: "Canal", By.SEX: "Sexe", By.PLACE: "Lieu"})
called(Span, DESK, {Span.MONTH: "mois", Span.QUARTER: "trimestre"})

IS_DECIDED: Final = (
    "(grievance.decided_at IS NOT NULL AND (grievance.reopened_at IS NULL "
    "OR grievance.decided_at > grievance.reopened_at))"
)
UNTIL: Final = "coalesce(CAST(coalesce(grievance.withdrawn_at, grievance.lapsed_at) AS date), CAST(%(today)s AS date))"
"""SQL of the day on which what is missing is late or not: of what ended undecided, the day it did."""

IN_TIME: Final[Mapping[Timely, str]] = {
    Timely.ANSWERED: "CAST(grievance.first_answered_at AS date) <= grievance.first_answer_due",
    Timely.ANSWERED_LATE: f"coalesce(CAST(grievance.first_answered_at AS date), {UNTIL}) > grievance.first_answer_due",
    Timely.DECIDED: f"{IS_DECIDED} AND CAST(grievance.decided_at AS date) <= grievance.decision_due",
    Timely.DECIDED_LATE: f"CASE WHEN {IS_DECIDED} THEN CAST(grievance.decided_at AS date) "
    f"ELSE {UNTIL} END > grievance.decision_due",
}
"""SQL of the four."""

SAYS: Final[Mapping[PersonSays, str]] = {
    PersonSays.SOLVED: "grievance.solved IS TRUE",
    PersonSays.UNSOLVED: "grievance.solved IS FALSE",
    PersonSays.WITHDRAWN: "grievance.withdrawn_at IS NOT NULL",
}
"""SQL of the three."""

TAKEN: Final = (
    f"CASE WHEN {IS_DECIDED} THEN CAST(grievance.decided_at AS date) "
    "- CAST(coalesce(grievance.reopened_at, grievance.received_at) AS date) END"
)
"""SQL of the days to the decision, those off counted too."""

PLACE: Final[Mapping[Scope, str]] = {
    Scope.NATIONAL: "cercle.region_pcode",
    Scope.REGION: "commune.cercle_pcode",
    Scope.CERCLE: "commune.pcode",
    Scope.COMMUNE: "commune.pcode",
}
"""The places that somebody's figures are split by: those one step below their own."""


MEASURES: Final = (
    "received",
    *(timely.value for timely in Timely),
    "reopened",
    "open",
    *(says.value for says in PersonSays),
)


@dataclass
class GrievanceCount:
    """What became of some grievances; `days` are those to the decision, how often each."""

    received: int = 0
    answered: int = 0
    answered_late: int = 0
    decided: int = 0
    decided_late: int = 0
    reopened: int = 0
    open: int = 0
    solved: int = 0
    unsolved: int = 0
    withdrawn: int = 0
    days: Counter[int] = field(default_factory=Counter)

    @property
    def median(self) -> float | None:
        """Half of what was decided took so many days or fewer; None when nothing was."""
        return median(self.days)

    @property
    def replied(self) -> int:
        """Those of which the person said whether the decision settled it."""
        return self.solved + self.unsolved

    @property
    def solved_share(self) -> int | None:
        """Of those, so many in a hundred were settled."""
        return share(self.solved, self.replied)

    @property
    def answer_due(self) -> int:
        """Those whose first answer was given or is past due."""
        return self.answered + self.answered_late

    @property
    def decision_due(self) -> int:
        """Those that were decided or are past due."""
        return self.decided + self.decided_late

    @property
    def answered_share(self) -> int | None:
        """Of those, so many in a hundred were answered in time."""
        return share(self.answered, self.answer_due)

    @property
    def decided_share(self) -> int | None:
        """Of those, so many in a hundred were decided in time."""
        return share(self.decided, self.decision_due)

    def join(self, other: "GrievanceCount") -> None:
        """Add what became of others."""
        for measure in MEASURES:
            setattr(self, measure, getattr(self, measure) + getattr(other, measure))
        self.days.update(other.days)

    def add(self, row: "Measured") -> None:
        """Add a row of them."""
        for measure in MEASURES:
            setattr(self, measure, getattr(self, measure) + getattr(row, measure))
        if row.days is not None:
            self.days[row.days] += row.received


@dataclass(frozen=True, slots=True)
class Measured:
    """How many grievances took so many days, and what became of them."""

    days: int | None
    received: int
    answered: int
    answered_late: int
    decided: int
    decided_late: int
    reopened: int
    open: int
    solved: int
    unsolved: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class CountedGrievances(Measured):
    """Those that have all of this in common besides: period, one value of what they are split by."""

    split_by: int
    period: date | None
    category: Category | None
    channel: Channel | None
    sex: Sex | None
    place: str | None


Groups = dict[str | None, GrievanceCount]
"""Counts by the value of what they are split by; None where it was not said."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A period: all together, and by category, channel, sex and place (its P-code)."""

    together: GrievanceCount = field(default_factory=GrievanceCount)
    by: Mapping[By, Groups] = field(default_factory=lambda: {by: {} for by in By})

    def join(self, other: "Figures") -> None:
        """Add those of another period."""
        self.together.join(other.together)
        for name, groups in other.by.items():
            for value, count in groups.items():
                self.by[name].setdefault(value, GrievanceCount()).join(count)


def day_after(day: date) -> date:
    """The day on which a period that ends with `day` does not count any more."""
    return day + timedelta(days=1)


def share(part: int, whole: int) -> int | None:
    """So many in a hundred, rounded; None of nothing."""
    return round(100 * part / whole) if whole else None


def median(days: Mapping[int, int]) -> float | None:
    """The middle of numbers that occur so often; between the two in the middle their mean; None of nothing."""
    count = sum(days.values())
    if not count:
        return None
    below = (count - 1) // 2, count // 2
    return sum(_at(days, index) for index in below) / 2


def _at(days: Mapping[int, int], index: int) -> int:
    for value in sorted(days):
        index -= days[value]
        if index < 0:
            return value
    raise IndexError(index)


EACH: Final = f"""{TAKEN} AS days,
    {", ".join(f"{clause} AS {name}" for name, clause in (*IN_TIME.items(), *SAYS.items()))},
    reopen_count > 0 AS reopened, {IS_OPEN} AS open"""
"""SQL of what is measured of each grievance."""

COUNTS: Final = (
    f"count(*) AS received, {', '.join(f'count(*) FILTER (WHERE {name}) AS {name}' for name in MEASURES[1:])}"
)
RECEIVED_BETWEEN: Final = """received_at >= CAST(CAST(%(since)s AS date) AS timestamptz)
    AND received_at < CAST(CAST(%(until)s AS date) AS timestamptz)"""

COUNTED: Final = f"""
SELECT split_by, period, category, channel, sex, {{place}} AS place, days,
    {", ".join(f"CAST(sum({measure}) AS integer) AS {measure}" for measure in MEASURES)}
FROM (
    SELECT grouping(category, channel, sex, commune_pcode) AS split_by, period, category, channel, sex, commune_pcode,
        days, {COUNTS}
    FROM (
        SELECT {{period}} AS period, category, channel, sex, commune_pcode, {EACH}
        FROM grievance WHERE {RECEIVED_BETWEEN} OFFSET 0
    ) AS each
    GROUP BY GROUPING SETS (
        (period, category, days), (period, channel, days), (period, sex, days), (period, commune_pcode, days))
) AS counted
LEFT JOIN commune ON commune.pcode = counted.commune_pcode LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 - our own words
"""Each row is looked at once (OFFSET 0 keeps that so), whatever it is then split by."""

SPLIT_BY: Final = {7: By.CATEGORY, 11: By.CHANNEL, 13: By.SEX, 14: By.PLACE}
"""What a row of COUNTED is split by, as PostgreSQL's grouping() numbers it."""

PERIODS: Final[Mapping[Span | None, str]] = {
    None: "CAST(NULL AS date)",
    **{span: f"CAST(date_trunc('{span}', grievance.received_at) AS date)" for span in Span},
}
STATEMENTS: Final = {
    (span, scope): COUNTED.format(period=PERIODS[span], place=PLACE[scope]) for span in PERIODS for scope in Scope
}


class Placed(Protocol):
    """Whose figures they are: of places one step below theirs they are split."""

    @property
    def scope_kind(self) -> Scope: ...


async def over(actor: Placed, since: date, until: date, today: date) -> Figures:
    """The figures of what was received from a day to another (that one not counted), as they stand `today`."""
    return (await by_period(actor, since, until, today, None)).get(None) or Figures()


async def by_period(
    actor: Placed, since: date, until: date, today: date, span: Span | None
) -> dict[date | None, Figures]:
    """The figures of each month or quarter (by its first day), or of all (None), oldest first."""
    values = {"since": since, "until": until, "today": today}
    periods: dict[date | None, Figures] = {}
    for row in await sql.rows(CountedGrievances, STATEMENTS[span, actor.scope_kind], values):
        figures = periods.setdefault(row.period, Figures())
        by = SPLIT_BY[row.split_by]
        figures.by[by].setdefault(getattr(row, by.value), GrievanceCount()).add(row)
        if by is By.CATEGORY:
            figures.together.add(row)
    return dict(sorted(periods.items(), key=lambda item: item[0] or date.min))


OPEN_NOW: Final = f"""
SELECT width_bucket(CAST(%(today)s AS date) - CAST(grievance.received_at AS date), CAST(%(from_days)s AS integer[]))
    AS age, count(*) AS grievances, count(*) FILTER (WHERE grievance.next_due < %(today)s) AS overdue,
    count(*) FILTER (WHERE grievance.assigned_to IS NULL) AS nobodys
FROM grievance WHERE {IS_OPEN} GROUP BY 1
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class _OpenOfAge:
    age: int
    grievances: int
    overdue: int
    nobodys: int


@dataclass(frozen=True, slots=True)
class Open:
    """What is open now: by age, past its next day, and with nobody."""

    ages: Mapping[Age, int]
    overdue: int
    nobodys: int

    @property
    def all(self) -> int:
        """How many."""
        return sum(self.ages.values())


async def open_now(today: date) -> Open:
    """The open grievances, however long ago they were received."""
    values = {"today": today, "from_days": [first for first, _ in DAYS.values()]}
    rows = await sql.rows(_OpenOfAge, OPEN_NOW, values)
    ages = dict.fromkeys(Age, 0)
    for row in rows:
        ages[tuple(Age)[max(row.age, 1) - 1]] += row.grievances
    return Open(ages, sum(row.overdue for row in rows), sum(row.nobodys for row in rows))


PLACE_NAMES: Final = """
SELECT pcode, name FROM region WHERE pcode = ANY(%(pcodes)s) UNION ALL
SELECT pcode, name FROM cercle WHERE pcode = ANY(%(pcodes)s) UNION ALL
SELECT pcode, name FROM commune WHERE pcode = ANY(%(pcodes)s)
"""


@dataclass(frozen=True, slots=True)
class _Place:
    pcode: str
    name: str


async def place_names(pcodes: Collection[str | None]) -> dict[str, str]:
    """What places are called, by P-code."""
    places = await sql.rows(_Place, PLACE_NAMES, {"pcodes": [pcode for pcode in pcodes if pcode]})
    return {place.pcode: place.name for place in places}
