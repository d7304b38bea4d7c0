"""Figures of grievances by payment agency, payment round and commune, beside those of the period before.

Whoever asks inside `figures_seen_by` counts what they may see. By agency and round only complaints of a payment count:
of which payment `core.grievances.of_payment` tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.grievances.figures import (
    COUNTS,
    EACH,
    RECEIVED_BETWEEN,
    GrievanceCount,
    Measured,
    place_names,
)
from core.grievances.of_payment import IS_OF_PAYMENT, PAYMENT_ID
from core.platform import sql
from core.registry.components import ComponentCode
from core.text.words import DESK, Word, called, label


class SplitBy(Word):
    """What these figures are split by."""

    AGENCY = "agency"
    ROUND = "round"
    COMMUNE = "commune"


called(
    SplitBy,
    DESK,
    {SplitBy.AGENCY: "Agence de paiement", SplitBy.ROUND: "Tour de paiement", SplitBy.COMMUNE: "Commune"},
)


@dataclass(frozen=True, slots=True)
class SplitRow:
    """What became of the grievances of a value (None: not known), and of those of the period before."""

    value: str | None
    count: GrievanceCount
    before: GrievanceCount


@dataclass(frozen=True, slots=True)
class Split:
    """All values of what is split by, with what each is called; the most grievances first."""

    by: SplitBy
    rows: Sequence[SplitRow]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Counted(Measured):
    value: str | None
    now: bool


VALUES: Final[Mapping[SplitBy, tuple[str, str, str]]] = {
    SplitBy.AGENCY: ("payment.agency", f"LEFT JOIN payment ON payment.id = {PAYMENT_ID}", IS_OF_PAYMENT),
    SplitBy.ROUND: (
        "CAST(payment.round_id AS text)",
        f"LEFT JOIN payment ON payment.id = {PAYMENT_ID}",
        IS_OF_PAYMENT,
    ),
    SplitBy.COMMUNE: ("grievance.commune_pcode", "", "true"),
}
"""What each is split by: the value, what it is joined with, and which grievances count."""


def _statement(by: SplitBy) -> str:
    value, joined, counting = VALUES[by]
    return f"""
SELECT value, now, days, {COUNTS} FROM (
    SELECT {value} AS value, received_at >= CAST(CAST(%(from)s AS date) AS timestamptz) AS now, {EACH}
    FROM grievance {joined} WHERE {counting} AND {RECEIVED_BETWEEN} OFFSET 0
) AS each GROUP BY 1, 2, 3
"""  # noqa: S608 - our own words


STATEMENTS: Final = {by: _statement(by) for by in SplitBy}


@dataclass(frozen=True, slots=True)
class FigureDays:
    """Some days, the last one counted, and as many before them."""

    since: date
    until: date

    @property
    def before(self) -> "FigureDays":
        """As many days, just before."""
        days = (self.until - self.since).days + 1
        return FigureDays(self.since - timedelta(days=days), self.since - timedelta(days=1))


async def split(by: SplitBy, period: FigureDays, today: date) -> Split:
    """The figures of a period by something, as they stand `today`."""
    asked = {
        "since": period.before.since,
        "from": period.since,
        "until": period.until + timedelta(days=1),
        "today": today,
    }
    now: dict[str | None, GrievanceCount] = {}
    before: dict[str | None, GrievanceCount] = {}
    for row in await sql.rows(_Counted, STATEMENTS[by], asked):
        (now if row.now else before).setdefault(row.value, GrievanceCount()).add(row)
    values = sorted({*now, *before}, key=lambda value: (-_received(now, value), -_received(before, value), value or ""))
    rows = [SplitRow(value, now.get(value, GrievanceCount()), before.get(value, GrievanceCount())) for value in values]
    return Split(by, rows, await _names(by, [value for value in values if value]))


def together(split: Split) -> SplitRow:
    """All of them."""
    row = SplitRow(None, GrievanceCount(), GrievanceCount())
    for each in split.rows:
        row.count.join(each.count)
        row.before.join(each.before)
    return row


def _received(counts: Mapping[str | None, GrievanceCount], value: str | None) -> int:
    return counts[value].received if value in counts else 0


@dataclass(frozen=True, slots=True)
class _Round:
    id: int
    component: ComponentCode
    name: str


ROUNDS: Final = "SELECT id, component, name FROM payment_round WHERE id = ANY(%(ids)s)"


async def _names(by: SplitBy, values: Sequence[str]) -> dict[str, str]:
    if by is SplitBy.AGENCY:
        return {value: value for value in values}
    if by is SplitBy.COMMUNE:
        return await place_names(values)
    rounds = await sql.rows(_Round, ROUNDS, {"ids": [int(value) for value in values]})
    return {str(each.id): f"{label(each.component, DESK)}, {each.name}" for each in rounds}
