"""Indicators of grievances as public sources define them; an indicator without a source is none.

Whoever asks inside `figures_seen_by` counts what they may see.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.figures.splits import FigureDays
from core.grievances.figures import IN_TIME, RECEIVED_BETWEEN, SAYS, Timely, share
from core.grievances.vocabulary import PersonSays
from core.platform import sql
from core.registry.statuses import Status
from core.text.words import DESK, Word, called


class Indicator(Word):
    """An indicator of a public source."""

    RESPONDED = "responded"
    SATISFIED = "satisfied"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class IndicatorSource:
    """Where an indicator is defined, what it says, and how it is counted here."""

    name: str
    address: str
    definition: str
    counted: str


called(
    Indicator,
    DESK,
    {
        Indicator.RESPONDED: "% de plaintes traitées selon les procédures requises",
        Indicator.SATISFIED: "% de personnes satisfaites de la réponse reçue",
        Indicator.RATIO: "Plaintes par ménage bénéficiaire",
    },
)

_INDIKIT: Final = "IndiKit (People in Need), « Operation of the Complaint Response Mechanism »"
_INDIKIT_PAGE: Final = (
    "https://www.indikit.net/indicator/44-cash-based-assistance/286-operation-of-the-complaint-response-mechanism"
)
SOURCES: Final = {
    Indicator.RESPONDED: IndicatorSource(
        _INDIKIT,
        _INDIKIT_PAGE,
        "Réponses données selon les procédures requises (quand et comment répondre), divisées par toutes les plaintes "
        "reçues que le mécanisme a à traiter, fois 100.",
        "La procédure est le délai de décision de la catégorie : plaintes reçues dans la période et décidées à temps, "
        "sur toutes les plaintes reçues dans la période. Une plainte qui attend encore compte comme sans réponse.",
    ),
    Indicator.SATISFIED: IndicatorSource(
        _INDIKIT + ", remarque 1",
        _INDIKIT_PAGE,
        "Personnes satisfaites de la réponse reçue, sur celles qui se sont servies du mécanisme : à lire à côté du "
        "premier, car une réponse donnée n'est pas une réponse qui satisfait.",
        "Plaintes reçues dans la période dont la personne a dit sur la ligne « réglée », sur celles dont elle a dit "
        "« réglée » ou « pas réglée ». Qui n'a rien dit ne compte pas.",
    ),
    Indicator.RATIO: IndicatorSource(
        "IRIS+ (GIIN), « Complaints Ratio » (PI5216)",
        "https://iris.thegiin.org/metric/5.3b/pi5216/",
        "Nombre de plaintes enregistrées par client de l'organisation pendant la période, par toutes les voies.",
        "Plaintes reçues dans la période, pour 100 ménages bénéficiaires au registre aujourd'hui.",
    ),
}
"""Each with its source: read on 26 November 2026."""


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """An indicator: so many of so many, in a hundred (rounded; None of nothing)."""

    indicator: Indicator
    part: int
    whole: int

    @property
    def in_a_hundred(self) -> int | None:
        """So many in a hundred."""
        return share(self.part, self.whole)


BENEFICIARIES: Final = f"SELECT count(*) FROM household WHERE status = '{Status.BENEFICIARY}'"  # noqa: S608 - our own
COUNTED: Final = f"""
SELECT received_at >= CAST(CAST(%(from)s AS date) AS timestamptz) AS now, count(*) AS received,
    count(*) FILTER (WHERE {IN_TIME[Timely.DECIDED]}) AS decided,
    count(*) FILTER (WHERE {SAYS[PersonSays.SOLVED]}) AS solved,
    count(*) FILTER (WHERE {SAYS[PersonSays.UNSOLVED]}) AS unsolved
FROM grievance WHERE {RECEIVED_BETWEEN} GROUP BY 1
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class _Counted:
    now: bool
    received: int = 0
    decided: int = 0
    solved: int = 0
    unsolved: int = 0


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator of some days, and of as many before them."""

    now: IndicatorValue
    before: IndicatorValue


async def indicators(period: FigureDays, today: date) -> tuple[IndicatorRow, ...]:
    """The indicators of a period, as they stand `today`."""
    asked = {
        "since": period.before.since,
        "from": period.since,
        "until": period.until + timedelta(days=1),
        "today": today,
    }
    counts = {row.now: row for row in await sql.rows(_Counted, COUNTED, asked)}
    households = int(await sql.scalar(BENEFICIARIES) or 0)
    now, before = (_values(counts.get(each, _Counted(each)), households) for each in (True, False))
    return tuple(IndicatorRow(*values) for values in zip(now, before, strict=True))


def _values(count: _Counted, households: int) -> tuple[IndicatorValue, ...]:
    return (
        IndicatorValue(Indicator.RESPONDED, count.decided, count.received),
        IndicatorValue(Indicator.SATISFIED, count.solved, count.solved + count.unsolved),
        IndicatorValue(Indicator.RATIO, count.received, households),
    )
