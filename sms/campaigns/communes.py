"""What became of a campaign commune by commune: how many were reached, how many were not, and why.

Of a great campaign the count is kept beside its tally, for every process: a worker makes it anew while anything moves,
and whoever looks has it counted anew behind them where it is a minute old.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from core.platform import sql
from core.platform.database import DatabaseTask, signed_in_for, writing
from sms.campaigns.counted_behind import CountedBehind
from sms.campaigns.tally import ANEW_AT_REST, MOVING, PATIENTLY, REPORTS_COME, SETTLED_FOR, CountedCampaign, tally_of
from sms.campaigns.unreached import HOUSEHOLDS, PLACES

GOOD_FOR: Final = timedelta(minutes=30)
"""So long a kept count is shown while it is made anew behind whoever looks."""

WORKER_EVERY: Final = timedelta(minutes=3)
"""So old a worker lets the kept count of a campaign become that is under way."""

WORKER_AT_REST: Final = timedelta(minutes=20)
"""And of one that ended, while reports may come."""

BY_COMMUNE: Final = f"""
{HOUSEHOLDS}
SELECT coalesce(region.name, '') AS region, coalesce(commune.name, '') AS commune, coalesce(commune.pcode, '') AS pcode,
    coalesce(numbered.number, 0) AS number, outcome.reached, outcome.why, count(*) AS households
FROM outcome {PLACES}
LEFT JOIN (SELECT pcode, row_number() OVER (ORDER BY pcode) AS number FROM commune) AS numbered
    ON numbered.pcode = commune.pcode
GROUP BY region.name, commune.name, commune.pcode, numbered.number, outcome.reached, outcome.why
ORDER BY region.name, commune.name, commune.pcode
"""  # noqa: S608
KEEP: Final = "UPDATE campaign_tally SET communes = %(kept)s WHERE campaign_id = %(id)s"
KEPT: Final = "SELECT communes FROM campaign_tally WHERE campaign_id = %(id)s"
GREAT: Final = """
SELECT id FROM campaign JOIN campaign_tally ON campaign_tally.campaign_id = campaign.id
WHERE started_at IS NOT NULL AND (ended_at IS NULL OR ended_at > %(reports)s) AND (communes IS NULL
    OR CAST(communes ->> 'at' AS timestamptz) < CASE WHEN ended_at IS NULL THEN %(moving)s ELSE %(rest)s END)
ORDER BY communes ->> 'at' NULLS FIRST LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class CommuneCount:
    """A commune: households that the campaign was for, and those of them that could not be told, by reason.

    `number` is its place among all communes in the order of their P-codes: addresses of pages have no other name of it.
    Numbers of no household are counted together, under no commune: its names are '', its number 0.
    """

    region: str
    commune: str
    pcode: str
    number: int
    households: int
    unreached: int
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class CommuneCounts:
    """Every commune of a campaign, as it stood `at` a moment."""

    rows: Sequence[CommuneCount]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Outcome:
    region: str
    commune: str
    pcode: str
    number: int
    reached: bool
    why: str
    households: int


async def count(campaign_id: int) -> tuple[CommuneCount, ...]:
    """How many households of each commune were reached and how many were not, and why; counted now."""
    communes: dict[str, CommuneCount] = {}
    async with writing():
        await sql.execute(PATIENTLY)
        outcomes = await sql.rows(_Outcome, BY_COMMUNE, {"id": campaign_id})
    for outcome in outcomes:
        commune = communes.get(outcome.pcode) or CommuneCount(
            outcome.region, outcome.commune, outcome.pcode, outcome.number, 0, 0, {}
        )
        missed = 0 if outcome.reached else outcome.households
        communes[outcome.pcode] = replace(
            commune,
            households=commune.households + outcome.households,
            unreached=commune.unreached + missed,
            reasons={**commune.reasons, outcome.why: missed} if missed else commune.reasons,
        )
    return tuple(communes.values())


async def communes_of(campaign: CountedCampaign, now: datetime) -> CommuneCounts:
    """The communes of a campaign, from a kept count where there are many messages and it is young enough.

    It is no part of a transaction around it, and what it reads is not narrowed to what somebody sees.
    """
    campaign_id = campaign.id or 0
    await tally_of(campaign, now)  # a great campaign has a row then
    with signed_in_for(DatabaseTask.WORKER):
        kept = _read(await sql.scalar(KEPT, {"id": campaign_id}))
        if kept is None or not _is_good(kept.at, campaign, now):
            return await keep(campaign_id, now)
        if now - kept.at > ANEW_AT_REST:
            behind.begin(campaign_id, now)
        return kept


def _is_good(at: datetime, campaign: CountedCampaign, now: datetime) -> bool:
    """Whether a count of that moment may be shown."""
    is_settled = campaign.ended_at is not None and now - campaign.ended_at > REPORTS_COME
    return now - at <= (SETTLED_FOR if is_settled and campaign.state not in MOVING else GOOD_FOR)


async def keep(campaign_id: int, now: datetime) -> CommuneCounts:
    """Count, and keep it beside the tally of a great campaign."""
    counts = CommuneCounts(await count(campaign_id), now)
    kept = {"at": now.isoformat(), "rows": [asdict(row) for row in counts.rows]}
    await sql.execute(KEEP, {"id": campaign_id, "kept": Jsonb(kept)})
    return counts


async def keep_one(now: datetime) -> bool:
    """Count anew the great campaign whose kept count is the oldest, where it is too old; False for none."""
    values = {
        "reports": now - REPORTS_COME,
        "moving": now - WORKER_EVERY,
        "rest": now - WORKER_AT_REST,
    }
    campaign_id: int | None = await sql.scalar(GREAT, values)
    if campaign_id is not None:
        await keep(campaign_id, now)
    return campaign_id is not None


def _read(kept: Mapping[str, Any] | None) -> CommuneCounts | None:
    if kept is None:
        return None
    return CommuneCounts(tuple(CommuneCount(**row) for row in kept["rows"]), datetime.fromisoformat(kept["at"]))


behind: Final = CountedBehind(keep)
"""Counts that are made anew behind whoever looks."""
