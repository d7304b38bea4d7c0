"""Numbers that are none, as operators said again and again: kept out of campaigns, and listed to be corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.numbers.msisdn import Operator, operator_sql
from core.outbox.messages import MessageState, Reason
from core.platform import sql
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.settings import Settings
from core.registry.corrections import OF_PHONE, CorrectionState
from core.registry.numbers import PROGRAMME_NO
from core.registry.statuses import PhonePosition

DEAD_SINCE: Final = timedelta(days=366)
"""Numbers are given to somebody else after a while: what an operator said longer ago says nothing of them."""

DEAD: Final = f"""
    SELECT gone.msisdn, count(*) AS times, max(gone.final_at) AS last_at FROM message AS gone
    WHERE gone.state = '{MessageState.FAILED}' AND gone.reason = '{Reason.NO_SUCH_NUMBER}'
      AND gone.final_at > %(dead_since)s
      AND NOT EXISTS (SELECT FROM message AS later WHERE later.msisdn = gone.msisdn
          AND later.state = '{MessageState.DELIVERED}' AND later.final_at > gone.final_at)
      AND NOT EXISTS (SELECT FROM phone WHERE phone.msisdn = gone.msisdn AND phone.updated_at > gone.final_at)
      AND NOT EXISTS (SELECT FROM inbound_sms WHERE inbound_sms.msisdn = gone.msisdn AND inbound_sms.at > gone.final_at)
    GROUP BY gone.msisdn HAVING count(*) >= %(dead_after)s
"""  # noqa: S608 - our own words
"""SQL of the numbers that are none, as operators said again and again since anything was last heard of them."""


def dead_values(settings: Settings, now: datetime) -> Mapping[str, object]:
    """The parameters of `DEAD`."""
    return {"dead_after": settings.sms_dead_after, "dead_since": now - DEAD_SINCE}


@dataclass(frozen=True, slots=True)
class DeadNumber:
    """A number (E.164) that operators said `times` that it is none, the last time at `last_at`."""

    msisdn: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class NumberToCorrect:
    """A dead number in the registry: of which household, which of its numbers, and what it was kept out of.

    `kept_out` SMS did not leave for it, the last of them of the campaign `last_title`. `waits`: a correction of it
    waits for a second person. `total` is how many numbers are listed in all.
    """

    household_id: int
    household_no: str
    programme_no: str
    head_name: str
    region: str
    commune: str
    village: str | None
    position: PhonePosition
    msisdn: str
    operator: Operator | None
    times: int
    last_at: datetime
    kept_out: int
    last_title: str | None
    waits: bool
    total: int


_FIELD: Final = " ".join(f"WHEN '{position}' THEN '{field}'" for position, field in OF_PHONE.items())
TO_CORRECT: Final = f"""
WITH dead AS (
    SELECT * FROM unnest(%(msisdns)s::text[], %(times)s::integer[], %(last)s::timestamptz[])
        AS each (msisdn, times, last_at)
), listed AS (
    SELECT household.id AS household_id, household.household_no, {PROGRAMME_NO}, household.head_name,
        region.name AS region, commune.name AS commune, household.village, own.position::text AS position, own.msisdn,
        {operator_sql("own.msisdn")} AS operator, dead.times, dead.last_at, count(*) OVER () AS total
    FROM dead JOIN household_phone AS own ON own.msisdn = dead.msisdn
    JOIN household ON household.id = own.household_id
    JOIN commune ON commune.pcode = household.commune_pcode JOIN cercle ON cercle.pcode = commune.cercle_pcode
    JOIN region ON region.pcode = cercle.region_pcode
    WHERE (%(region)s::text IS NULL OR region.pcode = %(region)s)
      AND (%(operator)s::text IS NULL OR {operator_sql("own.msisdn")} = %(operator)s)
    ORDER BY region.name, commune.name, household.village, household.head_name, household.id, own.position
    LIMIT %(most)s OFFSET %(skip)s
)
SELECT listed.*, kept.kept_out, kept.last_title, EXISTS (
    SELECT FROM correction WHERE correction.household_id = listed.household_id
      AND correction.state = '{CorrectionState.PROPOSED}' AND correction.field = CASE listed.position {_FIELD} END
) AS waits
FROM listed, LATERAL (
    SELECT count(*) AS kept_out, (array_agg(campaign.title ORDER BY message.id DESC))[1] AS last_title
    FROM message LEFT JOIN campaign ON campaign.id = message.campaign_id
    WHERE message.msisdn = listed.msisdn AND message.state = '{MessageState.LEFT_OUT}'
      AND message.reason = '{Reason.DEAD_NUMBER}'
) AS kept
ORDER BY region, commune, village, head_name, household_id, position
"""  # noqa: S608


async def dead_numbers(settings: Settings, now: datetime) -> list[DeadNumber]:
    """Every number that is kept out now, whoever has it. It is no part of a transaction around it."""
    with signed_in_for(DatabaseTask.WORKER):
        return await sql.rows(DeadNumber, DEAD, dead_values(settings, now))


async def to_correct(
    dead: Sequence[DeadNumber],
    *,
    region: str | None = None,
    operator: Operator | None = None,
    most: int | None = None,
    skip: int = 0,
) -> list[NumberToCorrect]:
    """Those of them that stand in the registry, within what whoever asks may see: place by place, so many of them.

    A number that is corrected is not of this list any more. `region` is a P-code.
    """
    values = {
        "msisdns": [each.msisdn for each in dead],
        "times": [each.times for each in dead],
        "last": [each.last_at for each in dead],
        "region": region,
        "operator": operator,
        "most": most,
        "skip": skip,
    }
    return await sql.rows(NumberToCorrect, TO_CORRECT, values)
