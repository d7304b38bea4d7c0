"""What words of a programme's own are tried with: the shortest, usual and longest values that the programme has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.campaigns.models import CampaignKind
from core.payments.states import COMING
from core.phrases.telling import date_told
from core.platform import sql
from core.platform.columns import listed
from core.registry.components import ComponentCode
from core.text.translator import Translator
from core.text.words import COMMAND, DESK, LINE, Word, called, label
from sms.outbox.contents import PaymentLine, Payments


class SampleSize(Word):
    """How long the values of a sample are."""

    SHORTEST = "shortest"
    USUAL = "usual"
    LONGEST = "longest"


called(
    SampleSize,
    DESK,
    {
        SampleSize.SHORTEST: "les valeurs les plus courtes",
        SampleSize.USUAL: "des valeurs courantes",
        SampleSize.LONGEST: "les valeurs les plus longues",
    },
)
called(SampleSize, COMMAND, {size: f"the {size} values" for size in SampleSize})

INVENTED_NAME: Final = "Fatoumata Bintou Coulibaly "
"""Of nobody: repeated to the length of the longest name of the registry."""

DAYS_AHEAD: Final = 120
"""Days among which the shortest and the longest to say are sought: those that are told lie nearer."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The shortest, a usual and the longest place, the longest agency and name, and the greatest sum (F CFA)."""

    shortest_place: str
    usual_place: str
    longest_place: str
    agency: str
    name_letters: int
    amount_xof: int


MEASURES: Final = f"""
WITH places AS MATERIALIZED (SELECT name, row_number() OVER (ORDER BY length(name), name) AS rank FROM commune),
coming AS MATERIALIZED (
    SELECT place, agency, max(amount_xof) AS amount_xof FROM payment WHERE state IN {listed(COMING)}
    GROUP BY place, agency
)
SELECT coalesce((SELECT name FROM places WHERE rank = 1), 'Safo') AS shortest_place,
    'Mairie de ' || coalesce((SELECT name FROM places WHERE rank = (SELECT (count(*) + 1) / 2 FROM places)), 'Safo')
        AS usual_place,
    (SELECT place FROM (
        SELECT place FROM coming WHERE place IS NOT NULL UNION ALL SELECT 'Mairie de ' || name FROM places
        UNION ALL SELECT 'Mairie de Safo'
    ) AS every_place ORDER BY length(place) DESC, place LIMIT 1) AS longest_place,
    coalesce((SELECT agency FROM coming WHERE agency IS NOT NULL ORDER BY length(agency) DESC, agency LIMIT 1),
        'Kafo Jiginew') AS agency,
    greatest((SELECT max(length(head_name)) FROM household), 12) AS name_letters,
    greatest((SELECT max(amount_xof) FROM coming), 100000) AS amount_xof
"""  # noqa: S608 - our own words


async def measures() -> Measures:
    """How long the values of the programme are now."""
    return await sql.row(Measures, MEASURES) or Measures("Safo", "Mairie de Safo", "Mairie de Safo", "", 12, 100_000)


def samples(
    kind: CampaignKind, measured: Measures, translator: Translator, today: date
) -> Mapping[SampleSize, Payments]:
    """A payment of each size, as a campaign of this kind tells it in a language."""
    days = sorted(
        (today + timedelta(days=ahead) for ahead in range(1, DAYS_AHEAD)),
        key=lambda day: _letters(translator, day, today),
    )
    usual = today + timedelta(days=9)
    component = max(ComponentCode, key=lambda code: len(translator.t(label(code, LINE))))
    name = (INVENTED_NAME * measured.name_letters)[: measured.name_letters].strip()
    return {
        SampleSize.SHORTEST: Payments((_line(kind, 9_000, days[0], measured.shortest_place),)),
        SampleSize.USUAL: Payments((_line(kind, 30_000, usual, measured.usual_place),)),
        SampleSize.LONGEST: Payments(
            (_line(kind, measured.amount_xof, days[-1], measured.longest_place),),
            component,
            name,
            days[-1],
            measured.agency,
        ),
    }


def _line(kind: CampaignKind, amount: int, day: date, place: str) -> PaymentLine:
    return PaymentLine(1, "", amount, day, place, day if kind is CampaignKind.MOVED else None)


def _letters(translator: Translator, day: date, today: date) -> int:
    return len(date_told(translator, day, today))
