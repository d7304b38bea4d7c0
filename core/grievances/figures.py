"""Figures of grievances over a period: received, in time or late, how many days it took, what is open and how old.

Whoever asks inside `seen_by` counts what they may see: a sensitive one is in the figures of focal persons alone. An
appeal begins anew: its days are counted from when it was reopened.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import text

from core.platform.database import reading
from core.staff.agents import Actor, Scope

AGES: Final[Mapping[str, tuple[int, int | None]]] = {
    "0-7": (0, 7),
    "8-14": (8, 14),
    "15-30": (15, 30),
    "31-60": (31, 60),
    "61-": (61, None),
}
"""Days since an open grievance was received: the first and the last of each age."""

IS_OPEN: Final = "grievance.state NOT IN ('resolved', 'rejected', 'closed')"
IS_DECIDED: Final = (
    "(grievance.decided_at IS NOT NULL AND (grievance.reopened_at IS NULL "
    "OR grievance.decided_at > grievance.reopened_at))"
)
IN_TIME: Final[Mapping[str, str]] = {
    "answered": "CAST(grievance.first_answered_at AS date) <= grievance.first_answer_due",
    "answered_late": "coalesce(CAST(grievance.first_answered_at AS date), :today) > grievance.first_answer_due",
    "decided": f"{IS_DECIDED} AND CAST(grievance.decided_at AS date) <= grievance.decision_due",
    "decided_late": f"CASE WHEN {IS_DECIDED} THEN CAST(grievance.decided_at AS date) ELSE :today END "
    "> grievance.decision_due",
}
"""SQL of the four: given in time, and late (given after its day, or not given and its day is past)."""

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
"""The places that somebody's figures are told apart by: those one step below their own."""


BY: Final = ("category", "channel", "sex", "place")
MEASURES: Final = ("received", "answered", "answered_late", "decided", "decided_late", "reopened", "open")


@dataclass
class Count:
    """What became of some grievances; `days` are those to the decision, how often each."""

    received: int = 0
    answered: int = 0
    answered_late: int = 0
    decided: int = 0
    decided_late: int = 0
    reopened: int = 0
    open: int = 0
    days: Counter[int] = field(default_factory=Counter)

    @property
    def median(self) -> float | None:
        """Half of what was decided took so many days or fewer; None when nothing was."""
        return median(self.days)

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

    def join(self, other: "Count") -> None:
        """Add what became of others."""
        for measure in MEASURES:
            setattr(self, measure, getattr(self, measure) + getattr(other, measure))
        self.days.update(other.days)

    def add(self, row: Any) -> None:
        """Add a row of COUNTED."""
        for measure in MEASURES:
            setattr(self, measure, getattr(self, measure) + getattr(row, measure))
        if row.days is not None:
            self.days[row.days] += row.received


Groups = dict[str | None, Count]


@dataclass(frozen=True, slots=True)
class Figures:
    """A period: all together, and by category, channel, sex (None: not said) and place (P-code; None: not said)."""

    together: Count = field(default_factory=Count)
    by: Mapping[str, Groups] = field(default_factory=lambda: {name: {} for name in BY})

    def join(self, other: "Figures") -> None:
        """Add those of another period."""
        self.together.join(other.together)
        for name, groups in other.by.items():
            for value, count in groups.items():
                self.by[name].setdefault(value, Count()).join(count)


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
    return sum(_at(days, place) for place in below) / 2


def _at(days: Mapping[int, int], place: int) -> int:
    for value in sorted(days):
        place -= days[value]
        if place < 0:
            return value
    raise IndexError(place)


COUNTED: Final = f"""
SELECT told_by, period, category, channel, sex, {{place}} AS place, days,
    {", ".join(f"CAST(sum({measure}) AS integer) AS {measure}" for measure in MEASURES)}
FROM (
    SELECT grouping(category, channel, sex, commune_pcode) AS told_by, period, category, channel, sex, commune_pcode,
        days, count(*) AS received, {", ".join(f"count(*) FILTER (WHERE {name}) AS {name}" for name in MEASURES[1:])}
    FROM (
        SELECT {{period}} AS period, category, channel, sex, commune_pcode, {TAKEN} AS days,
            {", ".join(f"{clause} AS {name}" for name, clause in IN_TIME.items())}, reopen_count > 0 AS reopened,
            {IS_OPEN} AS open
        FROM grievance WHERE received_at >= CAST(CAST(:since AS date) AS timestamptz)
            AND received_at < CAST(CAST(:until AS date) AS timestamptz)
        OFFSET 0
    ) AS each
    GROUP BY GROUPING SETS (
        (period, category, days), (period, channel, days), (period, sex, days), (period, commune_pcode, days))
) AS counted
LEFT JOIN commune ON commune.pcode = counted.commune_pcode LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 - our own words
"""Each row is looked at once (OFFSET 0 keeps that so), whatever it is then told apart by."""

TOLD_BY: Final = {7: "category", 11: "channel", 13: "sex", 14: "place"}
"""What a row of COUNTED is told apart by, as PostgreSQL's grouping() numbers it."""

PERIODS: Final = {
    None: "CAST(NULL AS date)",
    "month": "CAST(date_trunc('month', grievance.received_at) AS date)",
    "quarter": "CAST(date_trunc('quarter', grievance.received_at) AS date)",
}
STATEMENTS: Final = {
    (step, scope): text(COUNTED.format(period=PERIODS[step], place=PLACE[scope])) for step in PERIODS for scope in Scope
}


async def over(actor: Actor, since: date, until: date, today: date) -> Figures:
    """The figures of what was received from a day to another (that one not counted), as they stand `today`."""
    return (await by_period(actor, since, until, today, None)).get(None) or Figures()


async def by_period(
    actor: Actor, since: date, until: date, today: date, step: str | None
) -> dict[date | None, Figures]:
    """The figures of each month or quarter (by its first day), or of all (None), oldest first."""
    values = {"since": since, "until": until, "today": today}
    async with reading() as connection:
        rows = await connection.execute(STATEMENTS[step, actor.scope_kind], values)
        found: dict[date | None, Figures] = {}
        for row in rows:
            figures = found.setdefault(row.period, Figures())
            told_by = TOLD_BY[row.told_by]
            figures.by[told_by].setdefault(getattr(row, told_by), Count()).add(row)
            if told_by == "category":
                figures.together.add(row)
    return dict(sorted(found.items(), key=lambda item: item[0] or date.min))


OPEN_NOW: Final = text(f"""
SELECT width_bucket(:today - CAST(grievance.received_at AS date), CAST(:from_days AS integer[])) AS age,
    count(*) AS grievances, count(*) FILTER (WHERE grievance.next_due < :today) AS overdue,
    count(*) FILTER (WHERE grievance.assigned_to IS NULL) AS nobodys
FROM grievance WHERE {IS_OPEN} GROUP BY 1
""")  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Open:
    """What is open now: by age, past its next day, and with nobody."""

    ages: Mapping[str, int]
    overdue: int
    nobodys: int

    @property
    def all(self) -> int:
        """How many."""
        return sum(self.ages.values())


async def open_now(today: date) -> Open:
    """The open grievances, however long ago they were received."""
    values = {"today": today, "from_days": [first for first, _ in AGES.values()]}
    async with reading() as connection:
        rows = (await connection.execute(OPEN_NOW, values)).all()
    ages = dict.fromkeys(AGES, 0)
    for row in rows:
        ages[list(AGES)[max(row.age, 1) - 1]] += row.grievances
    return Open(ages, sum(row.overdue for row in rows), sum(row.nobodys for row in rows))


PLACE_NAMES: Final = text("""
SELECT pcode, name FROM region WHERE pcode = ANY(:pcodes) UNION ALL
SELECT pcode, name FROM cercle WHERE pcode = ANY(:pcodes) UNION ALL
SELECT pcode, name FROM commune WHERE pcode = ANY(:pcodes)
""")


async def place_names(pcodes: Collection[str | None]) -> dict[str, str]:
    """What places are called, by P-code."""
    async with reading() as connection:
        rows = await connection.execute(PLACE_NAMES, {"pcodes": [pcode for pcode in pcodes if pcode]})
    return {row.pcode: row.name for row in rows}


CALLS: Final = text("SELECT count(*) FROM gateway_session WHERE date >= :since AND date < :until")


async def calls(since: date, until: date) -> int:
    """The USSD calls that ended from a day to another, that one not counted."""
    async with reading() as connection:
        return int(await connection.scalar(CALLS, {"since": since, "until": until}) or 0)
