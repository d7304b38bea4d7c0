"""Who could not be told, village by village and why: the list for the village committee, as CSV and as a workbook.

A household counts as reached when one of its numbers was, or may yet be: accepted, on its way or delivered. Silence
counts against it only where reports come at all.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from core.numbers.msisdn import local
from core.outbox.messages import TAKEN, MessageState, Reason
from core.payments.states import PaymentState
from core.platform import database
from core.platform.columns import listed
from core.platform.spreadsheets import Cell, CsvTable, Workbook
from core.platform.sql import row_factory
from core.registry.components import ComponentCode
from core.text.formats import amount_phrase, short_date
from core.text.languages import Language
from core.text.words import DESK, PAPER, label
from sms.outbox.freshness import OWN_HOUSEHOLDS
from sms.outbox.reasons import reason_label

HEADER: Final = (
    "Région", "Cercle", "Commune", "Village", "N° ménage", "N° Jigi", "Nom", "Téléphones", "Pourquoi", "Composante",
    "Montant (F CFA)", "Jour", "Lieu",
)  # fmt: skip
WIDTHS: Final = (14, 16, 18, 18, 16, 11, 26, 26, 30, 26, 16, 12, 28)

NO_HOUSEHOLD: Final = "numéro d''aucun ménage"
"""As SQL writes it in the place of a name."""

_MESSAGES: Final = f"""
    SELECT message.id, own.household_id, message.msisdn, coalesce(teller.state, message.state) AS state,
        CASE WHEN coalesce(teller.state, message.state) = '{MessageState.UNCERTAIN}' THEN NULL
            WHEN teller.id IS NOT NULL THEN teller.reason ELSE message.reason END AS reason
    FROM message LEFT JOIN LATERAL unnest({OWN_HOUSEHOLDS.format("message")}) AS own (household_id) ON true
    LEFT JOIN LATERAL (
        SELECT each.id, each.state, each.reason FROM message AS each
        WHERE each.msisdn = message.msisdn AND each.campaign_id = message.told_with OFFSET 0
    ) AS teller ON true
    WHERE message.campaign_id = %(id)s AND message.reason IS DISTINCT FROM '{Reason.ALREADY_TOLD}'"""  # noqa: S608
"""SQL of what became of each message of a campaign, for each household that it speaks of."""

_REACHED: Final = f"""(state IN {listed(TAKEN)} OR state = '{MessageState.SILENT}' AND reason IS NULL AND NOT EXISTS (
            SELECT FROM message WHERE campaign_id = %(id)s AND state = '{MessageState.DELIVERED}'))"""
_OUTCOME: Final = f"""
    SELECT household_id, array_agg(DISTINCT msisdn) FILTER (WHERE msisdn IS NOT NULL) AS msisdns,
        (array_agg(coalesce(reason, state) ORDER BY state = '{MessageState.FAILED}' DESC,
            state = '{MessageState.UNCERTAIN}' DESC, msisdn))[1] AS why,
        bool_or({_REACHED}) AS reached, min(id) AS first
    FROM own GROUP BY household_id, CASE WHEN household_id IS NULL THEN msisdn END"""  # noqa: S608

HOUSEHOLDS: Final = f"""
WITH own AS ({_MESSAGES}
), outcome AS ({_OUTCOME}
)
"""
"""SQL of each household that a campaign was for: its numbers, whether it was reached, and why not.

A number of no household, which a spreadsheet had, stands for itself. One that another round's message told together
counts as that message stands.
"""

BEHIND: Final = f"""
WITH looked AS MATERIALIZED (
    SELECT id, household_id FROM ({_MESSAGES}
        AND message.id >= %(after)s) AS each
    WHERE household_id IS NOT NULL AND (id, household_id) > (%(after)s, %(after_household)s) AND NOT {_REACHED}
    ORDER BY id, household_id LIMIT %(most)s
), of_these AS MATERIALIZED (
    SELECT ARRAY(SELECT campaign_messages_of(%(id)s, ARRAY(SELECT household_id FROM looked))) AS ids
), own AS ({_MESSAGES}
        AND message.id = ANY ((SELECT ids FROM of_these)::bigint[])
), outcome AS ({_OUTCOME}
)
SELECT looked.id, looked.household_id, coalesce(household.programme_no, household.household_no) AS household_no,
    household.commune_pcode, household.village, why,
    NOT reached AND first = looked.id AND household.id IS NOT NULL AS is_first
FROM looked JOIN outcome USING (household_id) LEFT JOIN household ON household.id = household_id
ORDER BY looked.id, looked.household_id
"""  # noqa: S608
"""SQL of the next messages that did not reach households: each is told of with its first one, where none reached it.

Behind the household `after_household` of the message `after`; what it reads is in proportion to `most`.
"""

PLACES: Final = """
LEFT JOIN household ON household.id = outcome.household_id
LEFT JOIN commune ON commune.pcode = household.commune_pcode LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode
LEFT JOIN region ON region.pcode = cercle.region_pcode
"""
LIST: Final = f"""
{HOUSEHOLDS}, named AS (
    SELECT commune_pcode, village_search, mode() WITHIN GROUP (ORDER BY village) AS village
    FROM outcome JOIN household ON household.id = outcome.household_id WHERE NOT outcome.reached GROUP BY 1, 2
)
SELECT coalesce(region.name, '') AS region, coalesce(cercle.name, '') AS cercle, coalesce(commune.name, '') AS commune,
    coalesce(named.village, '') AS village, coalesce(household.household_no, '') AS household_no,
    coalesce(household.programme_no, household.household_no, '') AS programme_no,
    coalesce(household.head_name, '{NO_HOUSEHOLD}') AS head_name,
    outcome.msisdns, outcome.why, payment_round.component, payment.amount_xof AS amount,
    CASE WHEN payment.state = '{PaymentState.UNCLAIMED}' THEN payment.last_day
        ELSE coalesce(payment.due_date, payment.last_day) END AS day,
    coalesce(payment.place, '') AS place
FROM outcome {PLACES}
LEFT JOIN payment ON payment.household_id = household.id
    AND payment.round_id = (SELECT round_id FROM campaign WHERE id = %(id)s)
LEFT JOIN payment_round ON payment_round.id = payment.round_id
LEFT JOIN named ON named.commune_pcode = household.commune_pcode
    AND named.village_search IS NOT DISTINCT FROM household.village_search
WHERE NOT outcome.reached AND (%(pcode)s::text IS NULL OR coalesce(household.commune_pcode, '') = %(pcode)s)
ORDER BY region.name, cercle.name, commune.name, named.village NULLS LAST, household.head_name, household.household_no,
    outcome.msisdns
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class UnreachedHousehold:
    """A household that could not be told, why, and what of; `day` is the last one of money that waits.

    A number of no household has no place and none of a household's numbers: '' each.
    """

    region: str
    cercle: str
    commune: str
    village: str
    programme_no: str
    household_no: str
    head_name: str
    msisdns: tuple[str, ...] | None
    why: str
    component: ComponentCode | None
    amount: int | None
    day: date | None
    place: str

    def cells(self) -> tuple[Cell, ...]:
        """As a file has it, below `HEADER`: the sum in F CFA."""
        return (
            self.region,
            self.cercle,
            self.commune,
            self.village,
            self.programme_no,
            self.household_no,
            self.head_name,
            ", ".join(local(msisdn) for msisdn in self.msisdns or ()),
            reason_label(self.why, PAPER),
            "" if self.component is None else label(self.component, DESK),
            self.amount,
            self.day,
            self.place,
        )

    def on_paper(self) -> tuple[str, ...]:
        """The same as it is read on paper, in words."""
        *before, _, _, place = self.cells()
        amount = "" if self.amount is None else amount_phrase(Language.staff(), self.amount)
        day = "" if self.day is None else short_date(self.day)
        return (*map(str, before), amount, day, str(place))


@dataclass(frozen=True, slots=True)
class UnreachedFiles:
    """The files written, and how many households stand in them."""

    csv: Path
    xlsx: Path
    households: int


async def write(campaign_id: int, folder: Path) -> UnreachedFiles:
    """Write the list of a campaign to a folder, as `campaign-N-unreached.csv` and `.xlsx`."""
    files = UnreachedFiles(
        folder / f"campaign-{campaign_id}-unreached.csv", folder / f"campaign-{campaign_id}-unreached.xlsx", 0
    )
    with (
        files.csv.open("w", encoding="utf-8-sig", newline="") as file,
        Workbook(files.xlsx, "Non joints", HEADER, WIDTHS) as book,
    ):
        table = CsvTable(file)
        table.write(HEADER)
        async for household in households(campaign_id):
            cells = household.cells()
            table.write(cells)
            book.write(cells)
    return UnreachedFiles(files.csv, files.xlsx, book.rows)


async def households(campaign_id: int, pcode: str | None = None) -> AsyncIterator[UnreachedHousehold]:
    """The households that could not be told, place by place, or those of a commune; from the server of the figures.

    A village that is spelled in several ways is one, under the spelling that most of them have.
    """
    async with (
        database.streaming() as connection,
        connection.cursor(name="unreached", row_factory=row_factory(UnreachedHousehold)) as cursor,
    ):
        await cursor.execute(LIST, {"id": campaign_id, "pcode": pcode})
        async for household in cursor:
            yield household
