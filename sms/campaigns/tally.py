"""How many messages of a campaign are where: counted in one pass, and kept for a while where they are many.

A campaign of a few thousand is counted whenever it is looked at. The count of a greater one is kept in the database,
for every process, and taken for good as long as nothing was decided on the campaign since and it is young enough; a
worker counts what is under way every minute, and whoever looks has it counted anew behind them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Protocol, TypeVar

from psycopg.types.json import Jsonb

from core.campaigns.models import CampaignState
from core.numbers.msisdn import Operator
from core.outbox.messages import UNSENT, UNTOLD, MessageState
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import DatabaseTask, signed_in_for, writing
from core.platform.settings import settings
from core.text.languages import Language
from sms.campaigns.counted_behind import CountedBehind

MANY: Final = 5_000
"""The count of so many messages is kept."""

ANEW: Final = timedelta(seconds=5)
"""A kept count older than this is made anew behind whoever looks, while anything may change."""

UNDER_WAY_FOR: Final = timedelta(seconds=150)
"""So long a kept count of a campaign under way is good: a worker makes it anew every minute."""

AT_REST_FOR: Final = timedelta(minutes=30)
"""And that of one that is planned, or ended while reports may come."""

ANEW_AT_REST: Final = timedelta(minutes=1)
REPORTS_COME: Final = timedelta(days=4)
SETTLED_FOR: Final = timedelta(hours=6)
MOVING: Final = frozenset({CampaignState.RUNNING, CampaignState.PAUSED})

Named = TypeVar("Named", bound=str)


@dataclass(frozen=True, slots=True)
class TallyRow:
    """Messages that have all this in common; `priced` of them have a `cost`, all together, in `currency`.

    `reason` is told of those left out, `gateway` of those that were sent; `parts` are SMS parts.
    """

    state: MessageState
    reason: str | None
    language: Language | None
    operator: Operator | None
    region: str | None
    gateway: str | None
    currency: str | None
    messages: int
    parts: int
    priced: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The messages of a campaign as they stood `at` a moment.

    `put_off`: how many of those to be sent got their SMS of that day already (None: not counted).
    """

    rows: Sequence[TallyRow]
    at: datetime
    put_off: int | None = None

    @property
    def messages(self) -> int:
        """All of them."""
        return sum(row.messages for row in self.rows)

    @property
    def reached(self) -> list[TallyRow]:
        """Those that are to be told: all but those left out."""
        return [row for row in self.rows if row.state is not MessageState.LEFT_OUT]

    @property
    def sent(self) -> list[TallyRow]:
        """Those of which the gateway was asked."""
        return [row for row in self.rows if row.state not in UNSENT]

    @property
    def states(self) -> dict[MessageState, int]:
        """How many are in each state."""
        return sums((row.state, row.messages) for row in self.rows)

    @property
    def left_out(self) -> dict[str, int]:
        """How many are left out for each reason."""
        return sums((row.reason, row.messages) for row in self.rows if row.state is MessageState.LEFT_OUT)

    @property
    def cost(self) -> dict[str, Decimal]:
        """What gateways billed, by currency."""
        billed: dict[str, Decimal] = {}
        for row in sorted(self.rows, key=lambda row: row.currency or ""):
            if row.currency is not None and row.cost is not None:
                billed[row.currency] = billed.get(row.currency, Decimal(0)) + row.cost
        return billed


def sums(counts: Iterable[tuple[Named | None, int]]) -> dict[Named, int]:
    """What each name counts to, the greatest first."""
    counter: Counter[Named] = Counter()
    for name, count in counts:
        if name is not None:
            counter[name] += count
    return dict(counter.most_common())


COUNT: Final = f"""
SELECT message.state, CASE WHEN message.state = '{MessageState.LEFT_OUT}' THEN message.reason END AS reason,
    message.language, message.operator, region.name AS region,
    CASE WHEN message.state NOT IN {listed(UNSENT)} THEN message.gateway END AS gateway, message.currency,
    count(*) AS messages, coalesce(sum(message_text.parts), 0) AS parts, count(message.cost) AS priced,
    sum(message.cost) AS cost
FROM message LEFT JOIN sms_batch ON sms_batch.id = message.batch_id
LEFT JOIN message_text ON message_text.id = sms_batch.text_id
LEFT JOIN commune ON commune.pcode = message.commune_pcode
LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode LEFT JOIN region ON region.pcode = cercle.region_pcode
WHERE message.campaign_id = %(id)s GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY messages DESC, 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 - our own words
PUT_OFF: Final = f"""
SELECT count(*) FROM (
    SELECT msisdn FROM (
        SELECT msisdn, true AS own FROM message
        WHERE campaign_id = %(id)s AND state = '{MessageState.PLANNED}'
          AND EXISTS (SELECT FROM sms_batch WHERE left_at >= %(today)s AND NOT prompt)
        UNION ALL
        SELECT other.msisdn, false FROM sms_batch JOIN message AS other ON other.batch_id = sms_batch.id
        WHERE sms_batch.left_at >= %(today)s AND NOT sms_batch.prompt AND other.state NOT IN {listed(UNTOLD)}
          AND other.campaign_id IS DISTINCT FROM %(id)s
    ) AS each GROUP BY msisdn HAVING bool_or(own) AND count(*) FILTER (WHERE NOT own) >= %(most)s
) AS full_today
"""  # noqa: S608
"""In one pass over the SMS of today and those to come: nothing is looked up for each number, whatever is estimated.

In none where nothing left today.
"""

PUT_OFF_OF_FEW: Final = f"""
SELECT count(*) FROM message WHERE campaign_id = %(id)s AND state = '{MessageState.PLANNED}' AND %(most)s <= (
    SELECT count(*) FROM message AS other JOIN sms_batch ON sms_batch.id = other.batch_id
    WHERE other.msisdn = message.msisdn AND other.id <> message.id AND NOT sms_batch.prompt
      AND other.state NOT IN {listed(UNTOLD)} AND sms_batch.left_at >= %(today)s)
"""  # noqa: S608
PATIENTLY: Final = (
    "SELECT set_config('statement_timeout', '60s', true), set_config('jit', 'off', true), "
    "set_config('work_mem', '64MB', true)"
)
HOW_MANY: Final = "SELECT count(*) FROM (SELECT FROM message WHERE campaign_id = %(id)s LIMIT %(many)s) AS own"
LAST_CHANGE: Final = "SELECT coalesce(max(id), 0) FROM campaign_change WHERE campaign_id = %(id)s"
KEEP: Final = """
INSERT INTO campaign_tally (campaign_id, change_id, counted_at, put_off, rows)
VALUES (%(id)s, %(change_id)s, %(now)s, %(put_off)s, %(rows)s)
ON CONFLICT (campaign_id) DO UPDATE
SET change_id = EXCLUDED.change_id, counted_at = EXCLUDED.counted_at, put_off = EXCLUDED.put_off,
    rows = EXCLUDED.rows
"""
COLUMNS: Final = (
    "state text, reason text, language text, operator text, region text, gateway text, currency text, "
    "messages integer, parts integer, priced integer, cost numeric"
)
KEPT_AT: Final = f"""
SELECT counted_at AS at, put_off FROM campaign_tally WHERE campaign_id = %(id)s AND change_id = ({LAST_CHANGE})
"""  # noqa: S608
LAST_KEPT_AT: Final = "SELECT counted_at AS at, put_off FROM campaign_tally WHERE campaign_id = %(id)s"
KEPT: Final = f"""
SELECT row.* FROM campaign_tally, jsonb_to_recordset(campaign_tally.rows) AS row ({COLUMNS})
WHERE campaign_id = %(id)s
"""  # noqa: S608
GREAT_UNDER_WAY: Final = f"""
SELECT id FROM campaign JOIN campaign_tally ON campaign_tally.campaign_id = campaign.id
WHERE state IN {listed(MOVING)} AND counted_at < %(before)s ORDER BY id
"""  # noqa: S608


class CountedCampaign(Protocol):
    """What is asked of a campaign: where it stands, and since when it is over."""

    @property
    def id(self) -> int | None:
        """Its number."""

    @property
    def state(self) -> CampaignState:
        """Where it stands."""

    @property
    def ended_at(self) -> datetime | None:
        """When it ended."""


async def count(campaign_id: int, now: datetime) -> Tally:
    """The messages of a campaign as they stand now, whatever was kept."""
    async with writing():
        await sql.execute(PATIENTLY)
        return Tally(await sql.rows(TallyRow, COUNT, {"id": campaign_id}), now)


async def put_off_today(campaign_id: int, most: int, now: datetime) -> int:
    """How many of those to be sent got their `most` SMS of today already: they would be told tomorrow."""
    today = datetime.combine(now.date(), time(0), UTC)
    values = {"id": campaign_id, "most": most, "today": today}
    async with writing():
        await sql.execute(PATIENTLY)
        few = int(await sql.scalar(HOW_MANY, {"id": campaign_id, "many": MANY})) < MANY
        return int(await sql.scalar(PUT_OFF_OF_FEW if few else PUT_OFF, values))


@dataclass(frozen=True, slots=True)
class _Kept:
    at: datetime
    put_off: int


async def tally_of(campaign: CountedCampaign, now: datetime, *, anew: bool = True) -> Tally:
    """The messages of a campaign, from a kept count where there are many and it is good enough.

    With `anew` one that is a few seconds old is counted again behind whoever asks. It is no part of a transaction
    around it: what it reads is not narrowed to what somebody sees, so that whoever asks has to see the campaign.
    """
    campaign_id = campaign.id or 0
    with signed_in_for(DatabaseTask.WORKER):
        kept = await sql.row(_Kept, KEPT_AT, {"id": campaign_id})
        if kept is None or not _is_good(kept.at, campaign, now):
            return await keep(campaign_id, now)
        if anew and now - kept.at > (ANEW if campaign.state in MOVING else ANEW_AT_REST):
            behind.begin(campaign_id, now)
        return Tally(await sql.rows(TallyRow, KEPT, {"id": campaign_id}), kept.at, kept.put_off)


async def last_tally_of(campaign: CountedCampaign, now: datetime) -> Tally:
    """The messages of a campaign as they were counted last, however long ago: what it cost, or how its SMS fared.

    One that is too old to be shown as its state is made anew behind whoever asks, who waits only for the first count.
    It is no part of a transaction around it.
    """
    campaign_id = campaign.id or 0
    with signed_in_for(DatabaseTask.WORKER):
        kept = await sql.row(_Kept, LAST_KEPT_AT, {"id": campaign_id})
        if kept is None:
            return await keep(campaign_id, now)
        if not _is_good(kept.at, campaign, now):
            behind.begin(campaign_id, now)
        return Tally(await sql.rows(TallyRow, KEPT, {"id": campaign_id}), kept.at, kept.put_off)


async def tally_at_hand(campaign: CountedCampaign, now: datetime) -> Tally | None:
    """The messages of a campaign as `last_tally_of` has them, but nobody waits for the first count of a great one.

    None while that is made, behind whoever asks.
    """
    values = {"id": campaign.id or 0}
    with signed_in_for(DatabaseTask.WORKER):
        first = await sql.row(_Kept, LAST_KEPT_AT, values) is None
        if first and int(await sql.scalar(HOW_MANY, values | {"many": MANY})) >= MANY:
            behind.begin(values["id"], now)
            return None
        return await last_tally_of(campaign, now)


def _is_good(at: datetime, campaign: CountedCampaign, now: datetime) -> bool:
    """Whether a count of that moment may be shown; whatever is decided on its campaign ends it at once."""
    if campaign.state in MOVING:
        return now - at <= UNDER_WAY_FOR
    if campaign.ended_at is not None and now - campaign.ended_at > REPORTS_COME:
        return now - at <= SETTLED_FOR
    return now - at <= AT_REST_FOR and at.date() == now.date()


async def count_under_way(now: datetime) -> int:
    """Count anew every great campaign that is under way; give how many they are."""
    great: Sequence[int] = await sql.scalars(GREAT_UNDER_WAY, {"before": now - ANEW})
    for campaign_id in great:
        await keep(campaign_id, now)
    return len(great)


async def keep(campaign_id: int, now: datetime) -> Tally:
    """Count, and keep it where they are many, for whoever looks next: under what was decided before it was begun."""
    change_id: int = await sql.scalar(LAST_CHANGE, {"id": campaign_id})
    tally = await count(campaign_id, now)
    if tally.messages < MANY:
        return tally
    put_off = await put_off_today(campaign_id, settings().sms_most_a_day, now)
    rows = Jsonb([_plain(row) for row in tally.rows])
    kept = {"id": campaign_id, "change_id": change_id, "now": now, "put_off": put_off, "rows": rows}
    await sql.execute(KEEP, kept)
    return replace(tally, put_off=put_off)


def _plain(row: TallyRow) -> Mapping[str, object]:
    return {**asdict(row), "cost": None if row.cost is None else str(row.cost)}


behind: Final = CountedBehind(keep)
"""Counts that are made anew behind whoever looks."""
