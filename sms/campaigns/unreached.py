"""Who could not be told, village by village and why: the list for the village committee, as CSV and as a workbook.

A household counts as reached when one of its numbers was, or may yet be: accepted, on its way or delivered. Silence
counts against it only where reports come at all.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import text

from core.numbers.msisdn import local
from core.platform import database
from core.platform.database import reading
from core.platform.spreadsheets import CsvTable, Workbook
from core.text.formats import amount_phrase, short_date
from core.text.languages import Language

REASONS: Final = {
    "no_phone": "pas de téléphone",
    "no_day": "jour pas encore fixé",
    "fixed_line": "téléphone fixe",
    "opted_out": "a arrêté les SMS",
    "three_today": "trop de SMS ce jour-là",
    "changed": "le paiement a changé",
    "missed_its_day": "le jour est passé",
    "cancelled": "campagne annulée",
    "cannot_be_written": "texte impossible",
    "not_sent_again": "envoi incertain, non renvoyé",
    "planned": "pas encore envoyé",
    "uncertain": "envoi incertain",
    "silent": "pas d'accusé de réception",
    "UserInBlacklist": "a arrêté les SMS chez l'opérateur",
    "InvalidPhoneNumber": "numéro faux",
    "UnsupportedNumberType": "numéro qui ne reçoit pas de SMS",
    "CouldNotRoute": "numéro injoignable",
    "AbsentSubscriber": "téléphone éteint ou hors réseau",
    "UserDoesNotExist": "numéro qui n'existe plus",
    "UserIsInactive": "numéro inactif",
    "Expired": "téléphone éteint trop longtemps",
}
"""Why, in the words of the list; the gateway's other words stand as they came."""

HEADER: Final = (
    "Région", "Cercle", "Commune", "Village", "N° ménage", "Nom", "Téléphones", "Pourquoi", "Montant", "Jour", "Lieu",
)  # fmt: skip
WIDTHS: Final = (14, 16, 18, 18, 11, 26, 26, 30, 16, 12, 28)

HOUSEHOLDS: Final = """
WITH told AS (
    SELECT unnest(message.household_ids) AS household_id, message.msisdn, message.state, message.reason
    FROM message WHERE message.campaign_id = %(id)s AND message.reason IS DISTINCT FROM 'already_told'
), household_told AS (
    SELECT household_id, array_agg(DISTINCT msisdn) FILTER (WHERE msisdn IS NOT NULL) AS msisdns,
        (array_agg(coalesce(reason, state) ORDER BY state = 'failed' DESC, state = 'uncertain' DESC, msisdn))[1] AS why,
        bool_or(state IN ('accepted', 'on_its_way', 'delivered') OR state = 'silent' AND reason IS NULL AND NOT EXISTS (
            SELECT FROM message WHERE campaign_id = %(id)s AND state = 'delivered')) AS reached
    FROM told GROUP BY household_id
)
"""
"""SQL of each household that a campaign was for: its numbers, whether it was reached, and why not."""

PLACES: Final = """
JOIN household ON household.id = household_told.household_id
JOIN commune ON commune.pcode = household.commune_pcode JOIN cercle ON cercle.pcode = commune.cercle_pcode
JOIN region ON region.pcode = cercle.region_pcode
"""
LIST: Final = f"""
{HOUSEHOLDS}
SELECT region.name, cercle.name, commune.name, coalesce(household.village, ''), household.household_no,
    household.head_name, household_told.msisdns, household_told.why, payment.amount_xof,
    coalesce(payment.due_date, payment.last_day), coalesce(payment.place, '')
FROM household_told {PLACES}
LEFT JOIN payment ON payment.household_id = household.id
    AND payment.round_id = (SELECT round_id FROM campaign WHERE id = %(id)s)
WHERE NOT household_told.reached
ORDER BY region.name, cercle.name, commune.name, household.village, household.head_name, household.household_no
"""  # noqa: S608 - our own words
BY_COMMUNE: Final = text(f"""
{HOUSEHOLDS.replace("%(id)s", ":id")}
SELECT region.name AS region, commune.name AS commune, commune.pcode, household_told.reached, household_told.why,
    count(*) AS households
FROM household_told {PLACES}
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3
""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class CommuneCount:
    """A commune: households that the campaign was for, and those of them that could not be told, by reason."""

    region: str
    commune: str
    households: int
    unreached: int
    reasons: dict[str, int]


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
        async for row in rows(campaign_id):
            table.write(row)
            book.write(row)
    return UnreachedFiles(files.csv, files.xlsx, book.rows)


async def rows(campaign_id: int) -> AsyncIterator[Sequence[str]]:
    """The households that could not be told, place by place, as the list shows them."""
    async with (
        database.copying() as connection,
        connection.cursor(name="unreached") as cursor,
    ):
        await cursor.execute(LIST, {"id": campaign_id})
        async for region, cercle, commune, village, number, name, msisdns, why, amount, day, place in cursor:
            yield (
                region,
                cercle,
                commune,
                village,
                number,
                name,
                ", ".join(local(msisdn) for msisdn in msisdns or ()),
                REASONS.get(why, why),
                "" if amount is None else amount_phrase(Language.staff(), amount),
                "" if day is None else short_date(day),
                place,
            )


async def by_commune(campaign_id: int) -> tuple[CommuneCount, ...]:
    """How many households of each commune were reached and how many were not, and why."""
    async with reading() as connection:
        found = (await connection.execute(BY_COMMUNE, {"id": campaign_id})).all()
    communes: dict[str, CommuneCount] = {}
    for row in found:
        known = communes.get(row.pcode, CommuneCount(row.region, row.commune, 0, 0, {}))
        missed = 0 if row.reached else row.households
        reasons = known.reasons if row.reached else {**known.reasons, row.why: missed}
        communes[row.pcode] = replace(
            known,
            households=known.households + row.households,
            unreached=known.unreached + missed,
            reasons=reasons,
        )
    return tuple(communes.values())
