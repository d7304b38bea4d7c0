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
from core.grievances.of_payment import COMPLAINED_OF
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
    split_by: int
    value: str | None
    now: bool


COUNTED: Final = f"""
SELECT grouping(agency, round_id, commune_pcode) AS split_by, coalesce(agency, CAST(round_id AS text), commune_pcode)
    AS value, now, days, {COUNTS}
FROM (
    SELECT agency, round_id, commune_pcode, complained_of.grievance_id IS NOT NULL AS of_payment,
        received_at >= CAST(CAST(%(from)s AS date) AS timestamptz) AS now, {EACH}
    FROM grievance LEFT JOIN {COMPLAINED_OF} AS complained_of ON complained_of.grievance_id = grievance.id
    WHERE {RECEIVED_BETWEEN} OFFSET 0
) AS each
GROUP BY GROUPING SETS ((of_payment, agency, now, days), (of_payment, round_id, now, days), (commune_pcode, now, days))
HAVING of_payment OR grouping(commune_pcode) = 0
"""  # noqa: S608 - our own words
"""Each row is looked at once (OFFSET 0 keeps that so), whatever it is then split by."""

SPLIT_BY: Final = {3: SplitBy.AGENCY, 5: SplitBy.ROUND, 6: SplitBy.COMMUNE}
"""What a row of COUNTED is split by, as PostgreSQL's grouping() numbers it."""


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


async def splits(period: FigureDays, today: date) -> list[Split]:
    """The figures of a period by each of what they are split by, as they stand `today`."""
    asked = {
        "since": period.before.since,
        "from": period.since,
        "until": period.until + timedelta(days=1),
        "today": today,
    }
    rows: dict[SplitBy, dict[str | None, SplitRow]] = {by: {} for by in SplitBy}
    for each in await sql.rows(_Counted, COUNTED, asked):
        of_value = rows[SPLIT_BY[each.split_by]]
        row = of_value.setdefault(each.value, SplitRow(each.value, GrievanceCount(), GrievanceCount()))
        (row.count if each.now else row.before).add(each)
    return [await _split(by, of_value) for by, of_value in rows.items()]


async def _split(by: SplitBy, rows: Mapping[str | None, SplitRow]) -> Split:
    ordered = sorted(rows.values(), key=lambda row: (-row.count.received, -row.before.received, row.value or ""))
    return Split(by, ordered, await _names(by, [row.value for row in ordered if row.value]))


def together(split: Split) -> SplitRow:
    """All of them."""
    row = SplitRow(None, GrievanceCount(), GrievanceCount())
    for each in split.rows:
        row.count.join(each.count)
        row.before.join(each.before)
    return row


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
